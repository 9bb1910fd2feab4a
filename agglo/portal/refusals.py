"""Requests that are refused before any page is made: sent from elsewhere, too large, too slow, with a wrong token."""

from agglo.contract.errors import AggloError
from agglo.contract.language import _


class Refused(AggloError):
    """A request that cannot be taken; ``status`` is that of HTTP."""

    def __init__(self, what: str, *, status: int, repair: str = "") -> None:
        self.status = status
        super().__init__(what, repair=repair)


def wrong_token() -> Refused:
    """A program showed a token that is unknown, over or revoked."""
    return Refused(_("This token is not valid."), status=401, repair=_("Make a new one on the page of your account."))


def from_elsewhere() -> Refused:
    """A form came from another site, or from a session that is over."""
    return Refused(
        _("This form cannot be taken."),
        status=403,
        repair=_("It is too old, or was sent from another site. Open its page again, then send it."),
    )


def not_json() -> Refused:
    return Refused(_("Only JSON is taken here."), status=415, repair=_("Send it with Content-Type: application/json."))


def too_large(limit_bytes: int) -> Refused:
    size = limit_bytes // 1_000_000
    return Refused(
        _("What was sent is too large."),
        status=413,
        repair=_("At most {size} MB are taken here. Send less, or in several parts.").format(size=size),
    )


def too_slow() -> Refused:
    return Refused(_("Sending took too long."), status=408, repair=_("Check the connection, then send it again."))


def unreadable() -> Refused:
    return Refused(_("What was sent cannot be read."), status=400, repair=_("Open the page again, then send its form."))


def other_host() -> Refused:
    return Refused(_("This portal has another address."), status=400, repair=_("Use the address it is published at."))


def not_found() -> Refused:
    return Refused(_("There is no such page."), status=404, repair=_("Check the address, or start from the home page."))


def wrong_method() -> Refused:
    return Refused(_("This address is not used that way."), status=405, repair=_("Start from the home page."))
