"""Administration: accounts, rights that were given, and the log of who did what."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from agglo.contract.errors import AggloError, Fault, InvalidInput, NotFound
from agglo.contract.language import _
from agglo.portal import html, paging
from agglo.portal.own_account import ALLOWED, role_title
from agglo.portal.routing import page
from agglo.portal.visits import Visit
from agglo.trust.access import granting, rights
from agglo.trust.access.people import PUBLIC_ROLE
from agglo.trust.access.rules import Grant
from agglo.trust.accounts import accounts, audit

_SEE_OTHER = 303
_ON_A_PAGE = 50


def administration(visit: Visit) -> Response:
    """Every account, and the form that makes one."""
    rights.check(visit.workspace, visit.person, "administer")
    return _accounts_page(visit)


def _accounts_page(
    visit: Visit, *, status: int = 200, error: AggloError | None = None, typed: Mapping[str, str] | None = None
) -> Response:
    titles = _titles(visit)
    rows = [
        [
            {"text": one.name, "href": _path("managed_account", id=one.id)},
            one.login or _("identity provider"),
            titles.get(one.role, one.role),
            html.day(one.created),
            _("disabled") if one.disabled else _("open"),
        ]
        for one in accounts.listing(visit.workspace)
    ]
    return html.page(
        visit,
        "administration.html.j2",
        status=status,
        rows=rows,
        roles=_role_options(visit),
        error=error,
        typed=typed or {},
    )


def make_account(visit: Visit) -> Response:
    """Make an account with a first password."""
    rights.check(visit.workspace, visit.person, "administer")
    sent = {name: visit.form.get(name, "") for name in ("login", "name", "role", "password")}
    try:
        made = accounts.add(
            visit.workspace, sent["login"], sent["password"], role=sent["role"], name=sent["name"], by=visit.person.id
        )
    except InvalidInput as error:
        return _accounts_page(visit, status=422, error=error, typed=sent)
    return _to(_path("managed_account", id=made.id))


def managed_account(visit: Visit) -> Response:
    """One account: its role, whether it is open, its password."""
    rights.check(visit.workspace, visit.person, "administer")
    if visit.request.method != "POST":
        return _account_page(visit)
    try:
        _CHANGES.get(visit.form.get("change", ""), _no_change)(visit, visit.path["id"])
    except InvalidInput as error:
        return _account_page(visit, status=422, error=error)
    return _to(_path("managed_account", id=visit.path["id"]))


def _role(visit: Visit, id: str) -> None:
    accounts.set_role(visit.workspace, id, visit.form.get("role", ""), by=visit.person.id)


def _disable(visit: Visit, id: str) -> None:
    accounts.disable(visit.workspace, id, by=visit.person.id)


def _enable(visit: Visit, id: str) -> None:
    accounts.enable(visit.workspace, id, by=visit.person.id)


def _password(visit: Visit, id: str) -> None:
    accounts.set_password(visit.workspace, id, visit.form.get("password", ""), by=visit.person.id)


def _no_change(_visit: Visit, _id: str) -> None:
    raise InvalidInput(_("This form cannot be read."), [Fault("change", expected=_("one of the buttons of this page"))])


_CHANGES: Mapping[str, Callable[[Visit, str], None]] = {
    "role": _role, "disable": _disable, "enable": _enable, "password": _password
}  # fmt: skip


def _account_page(visit: Visit, *, status: int = 200, error: AggloError | None = None) -> Response:
    account = accounts.of(visit.workspace, visit.path["id"])
    return html.page(
        visit,
        "managed_account.html.j2",
        status=status,
        account=account,
        role=role_title(visit.workspace, account.role),
        roles=_role_options(visit),
        own=account.id == visit.person.id,
        error=error,
    )


@dataclass(frozen=True, slots=True)
class Given:
    """A right that was given, as a page shows it; the fields of the form that takes it back are those of ``grant``."""

    grant: Grant
    to: str
    action: str
    by: str


def grants(visit: Visit) -> Response:
    """Rights in force besides those of roles, and the form that gives one."""
    rights.check(visit.workspace, visit.person, "administer")
    if visit.request.method != "POST":
        return _grants_page(visit)
    sent = {name: visit.form.get(name, "").strip() for name in ("to", "right", "on", "why")}
    try:
        made = granting.grant(
            visit.workspace, visit.person, to=sent["to"], right=sent["right"], on=sent["on"], why=sent["why"]
        )
    except NotFound as error:
        wrong = InvalidInput(error.what, [Fault("on", sent["on"][:200], _("something that is kept here"))])
        return _grants_page(visit, status=422, error=wrong, typed=sent)
    except InvalidInput as error:
        return _grants_page(visit, status=422, error=error, typed=sent)
    _note(visit, "granted", made)
    return _to(_path("grants"))


def revoke(visit: Visit) -> Response:
    """Take a right back."""
    rights.check(visit.workspace, visit.person, "administer")
    sent = {name: visit.form.get(name, "") for name in ("to", "right", "on")}
    _note(visit, "revoked", granting.revoke(visit.workspace, visit.person, **sent))
    return _to(_path("grants"))


def _note(visit: Visit, action: str, grant: Grant) -> None:
    detail = f"{grant.right} > {grant.to}"
    audit.add(visit.workspace, visit.person.id, action, asset=str(grant.on), detail=detail)


def _grants_page(
    visit: Visit, *, status: int = 200, error: AggloError | None = None, typed: Mapping[str, str] | None = None
) -> Response:
    people = {one.id: one.name for one in accounts.listing(visit.workspace)}
    titles = _titles(visit)
    given = [
        Given(one, _holder(one.to, people, titles), _(ALLOWED.get(one.right, one.right)), people.get(one.by, one.by))
        for one in granting.listing(visit.workspace, visit.person)
        if not one.revoked
    ]
    return html.page(
        visit,
        "grants.html.j2",
        status=status,
        given=given,
        holders=[("", _("choose")), *((to, _holder(to, people, titles)) for to in _holders(people, titles))],
        actions=[(name, _(said)) for name, said in ALLOWED.items()],
        error=error,
        typed=typed or {},
    )


def _holders(people: Mapping[str, str], titles: Mapping[str, str]) -> list[str]:
    return [*(f"role:{name}" for name in titles), *(f"account:{name}" for name in people)]


def _holder(to: str, people: Mapping[str, str], titles: Mapping[str, str]) -> str:
    kind, _colon, name = to.partition(":")
    if kind == "role":
        title = titles.get(name, name)
        return title if name == PUBLIC_ROLE else _("every account with the role {role}").format(role=title)
    return people.get(name, name)


def log(visit: Visit) -> Response:
    """Who did what, latest first; of one person or one action if that is asked."""
    rights.check(visit.workspace, visit.person, "administer")
    actor, action = visit.query.get("actor", "")[:60], visit.query.get("action", "")
    action = action if action in audit.ACTIONS else ""
    number = paging.asked(visit)
    offset = (number - 1) * _ON_A_PAGE
    entries, matched = audit.listing(visit.workspace, actor=actor, action=action, limit=_ON_A_PAGE, offset=offset)
    people = {visit.workspace.actor: _("command line")}
    people |= {one.id: one.name for one in accounts.listing(visit.workspace)}
    asked = {name: value for name, value in (("actor", actor), ("action", action)) if value}
    return html.page(
        visit,
        "audit.html.j2",
        rows=[_entry(one, people) for one in entries],
        people=list(people.items()),
        actions=[(name, _(said)) for name, said in audit.ACTIONS.items()],
        actor=actor,
        action=action,
        first=offset + 1,
        last=offset + len(entries),
        matched=matched,
        before=_address(asked, number - 1) if number > 1 else "",
        after=_address(asked, number + 1) if offset + len(entries) < matched else "",
    )


def _entry(entry: Mapping[str, Any], people: Mapping[str, str]) -> Sequence[str]:
    who = people.get(entry["actor"], entry["actor"]) or _("unknown")
    return [html.instant(entry["at"]), who, _(audit.ACTIONS[entry["action"]]), _about(entry["asset"], people),
            entry["detail"], entry["address"]]  # fmt: skip


def _about(asset: str, people: Mapping[str, str]) -> str:
    kind, _space, name = asset.partition(" ")
    return people.get(name, name) if kind == "account" else asset


def _address(asked: Mapping[str, str], number: int) -> str:
    return f"{_path('audit')}?{urlencode({**asked, 'page': number})}"


def _titles(visit: Visit) -> dict[str, str]:
    return {name: role_title(visit.workspace, name) for name in accounts.roles(visit.workspace)}


def _role_options(visit: Visit) -> list[tuple[str, str]]:
    return list(_titles(visit).items())


def _to(address: str) -> Response:
    return RedirectResponse(address, _SEE_OTHER)


def _path(name: str, **parts: str) -> str:
    from agglo.portal.app import path_of

    return path_of(name, **parts)


ROUTES = (
    page("/administration", administration, name="administration"),
    page("/administration/comptes", make_account, name="accounts", methods=("POST",)),
    page("/administration/comptes/{id}", managed_account, name="managed_account", methods=("GET", "POST")),
    page("/administration/droits", grants, name="grants", methods=("GET", "POST")),
    page("/administration/droits/retirer", revoke, name="revoke_grant", methods=("POST",)),
    page("/administration/journal", log, name="audit"),
)
