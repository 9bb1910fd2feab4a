"""What exporters are given of a card: its use, the authority's particulars, the address of its page."""

from urllib.parse import quote

from agglo.store.workspace import Workspace
from agglo.trust.access.people import Person
from agglo.trust.governance import authority
from agglo.trust.register import use
from agglo.trust.register.exports.target import Subject
from agglo.trust.register.registered import Registered

PAGES = "/registre/"
"""Where the portal shows cards."""


def of(workspace: Workspace, person: Person, registered: Registered) -> Subject:
    """A card with what the register knows besides, as a person may know it.

    Raises
    ------
    InvalidInput
        The file of the authority is malformed.
    """
    address = str(workspace.setting("address"))
    page = f"{address}{PAGES}{quote(registered.id, safe='')}" if address else ""
    measured = use.of(workspace, person, registered.id, registered.card)
    return Subject(registered.id, registered.card, measured, authority.read(workspace), page)
