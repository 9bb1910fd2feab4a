"""Who did what through the portal, noted in the audit log of accounts."""

from agglo.portal.visits import Visit
from agglo.trust.accounts import audit


def note(visit: Visit, action: str, asset: str, detail: str = "") -> None:
    """Note one of :data:`agglo.trust.accounts.audit.ACTIONS`. Neither ``asset`` nor ``detail`` may hold a name."""
    host = visit.request.client.host if visit.request.client else ""
    audit.add(visit.workspace, visit.person.id, action, asset=asset, detail=detail, address=host)
