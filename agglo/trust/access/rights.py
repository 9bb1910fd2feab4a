"""Rights: verbs granted for each asset, and roles, which are named bundles of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from agglo.contract.errors import Forbidden, InvalidInput
from agglo.contract.language import N_, _
from agglo.store.workspace import Workspace
from agglo.trust.access import rules
from agglo.trust.access.people import OPERATOR_ROLE, Person
from agglo.trust.access.rules import KINDS, READ_PERSONAL, RIGHTS, Asset, Grant, Kind, Right, Role, Rules

__all__ = ["KINDS", "RIGHTS", "WORKSPACE", "Asset", "Kind", "Right", "check", "held", "may", "of_operator", "roles"]

WORKSPACE = Asset("workspace")

_ACTIONS = {
    "read-restricted": N_("read what is restricted"),
    "add": N_("add data"),
    "run": N_("ask a model"),
    "approve": N_("publish and approve"),
    "administer": N_("give rights and manage accounts"),
}
_NAMES = {
    "workspace": N_("this workspace"),
    "dataset": N_("dataset"),
    "model": N_("model"),
    "run": N_("run"),
    "study": N_("study"),
    "deal": N_("deal"),
    "declaration": N_("declaration"),
    "card": N_("card"),
}


@dataclass(frozen=True, slots=True)
class Held:
    """What a person holds: rights on everything, by role, and grants. ``unreadable``: the files cannot be read, so that
    nobody but the operator holds anything."""

    everywhere: frozenset[str]
    grants: Sequence[Grant] = ()
    unreadable: bool = False

    def may(self, right: str, asset: Asset) -> bool:
        return right in self.everywhere or any(one.right == right and one.covers(asset) for one in self.grants)

    @property
    def reads_personal(self) -> bool:
        """Whether personal data are read without a grant that names them."""
        return READ_PERSONAL in self.everywhere


def held(workspace: Workspace, person: Person) -> Held:
    """What a person holds now.

    Raises
    ------
    InvalidInput
        To the operator only: the files of rights cannot be read. Everybody else holds nothing meanwhile.
    """
    try:
        known = rules.read(workspace)
    except InvalidInput:
        if person.role == OPERATOR_ROLE:
            raise
        return Held(frozenset(), unreadable=True)
    role = known.roles.get(person.role)
    return Held(role.rights if role else frozenset(), known.of(person.role, person.id))


def roles(workspace: Workspace) -> dict[str, Role]:
    """Every role by name, those of the workspace included.

    Raises
    ------
    InvalidInput
        The files of rights cannot be read.
    """
    return dict(rules.read(workspace).roles)


def may(workspace: Workspace, person: Person, right: Right, asset: Asset = WORKSPACE) -> bool:
    """Whether a person has a right on an asset, by their role or by a grant."""
    return held(workspace, person).may(right, asset)


def check(workspace: Workspace, person: Person, right: Right, asset: Asset = WORKSPACE) -> None:
    """Refuse what a person may not do.

    Raises
    ------
    Forbidden
        Says which right is missing, on what, and who can grant it.
    """
    known = held(workspace, person)
    if not known.may(right, asset):
        raise Forbidden(_missing(right, asset), repair=_repair(workspace, person, known))


def of_operator(workspace: Workspace, right: Right, asset: Asset = WORKSPACE) -> None:
    """:func:`check` of whoever uses the command line, who need not be known here yet."""
    account = workspace.actor if (workspace.root / "actor").exists() else ""
    check(workspace, Person(account, OPERATOR_ROLE), right, asset)


def _missing(right: Right, asset: Asset) -> str:
    action = _(_ACTIONS[right])
    if asset.kind == "workspace":
        return _('You do not have the right to {action} ("{right}").').format(action=action, right=right)
    what = f"{_(_NAMES[asset.kind])} {asset.id}".strip()
    return _('You do not have the right to {action} ("{right}"), here: {what}.').format(
        action=action, right=right, what=what
    )


def _repair(workspace: Workspace, person: Person, known: Held) -> str:
    if known.unreadable:
        return _("The files of rights cannot be read. The operator of this workspace can repair them.")
    if person.role == OPERATOR_ROLE:
        return _("{file} of this workspace limits the command line.").format(file=rules.ROLES_FILE)
    if not person.signed_in:
        return _("Sign in with an account that has this right.")
    givers = ", ".join(_givers(rules.read(workspace), person))
    return _('Who can give it to you: {roles}. Tell them your account, "{account}".').format(
        roles=givers, account=person.id
    )


def _givers(known: Rules, person: Person) -> list[str]:
    """The titles of the roles that give rights, the operator last and only if there is no other."""
    from agglo.contract.language import in_language

    names = [name for name, role in known.roles.items() if "administer" in role.rights and name != person.role]
    named = [name for name in names if name != OPERATOR_ROLE] or [OPERATOR_ROLE]
    return [in_language(known.roles[name].title) or name for name in named]
