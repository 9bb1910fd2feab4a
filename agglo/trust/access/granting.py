"""Giving and taking rights: entries of ``rights/grants.yaml``, each with who gave it and when. None is ever removed:
one that is taken back says by whom and when."""

from dataclasses import replace
from typing import Any

from agglo.contract.errors import InvalidInput, NotFound
from agglo.contract.language import _
from agglo.store import files, locks
from agglo.store.identifiers import now
from agglo.store.workspace import Workspace
from agglo.trust.access import reading, rights, rules
from agglo.trust.access.people import Person
from agglo.trust.access.rules import Asset, Grant

_HEAD = (
    b"# Rights that were given, read by agglo each time it changes. agglo writes it anew: comments are not kept.\n"
    b"# to: role:NAME or account:IDENTIFIER; on: KIND, KIND:IDENTIFIER or KIND:BEGINNING*\n"
)


def listing(workspace: Workspace, person: Person) -> list[Grant]:
    """Every grant, in the order they were given, those taken back included; then those that come from a file.

    Raises
    ------
    Forbidden
        The person does not administer this workspace.
    InvalidInput
        The files of rights cannot be read.
    """
    rights.check(workspace, person, "administer")
    return list(rules.read(workspace).grants)


def grant(workspace: Workspace, person: Person, *, to: str, right: str, on: str, why: str = "") -> Grant:
    """Give a right; giving one that is in force changes nothing, and the answer is the one in force.

    Raises
    ------
    InvalidInput
        An unknown role, right, kind or identifier; all are listed.
    Forbidden
        The person does not administer the asset.
    NotFound
        The asset is not kept here, or the person may not read it: nobody opens personal data to themselves.
    """
    with _held(workspace):
        asset = _allowed(workspace, person, to=to, right=right, on=on)
        _check_kept(workspace, person, asset)
        given = _given(workspace)
        same = [one for one in given if (one.to, one.right, one.on) == (to, right, asset) and not one.revoked]
        if same:
            return same[0]
        made = Grant(to, right, asset, why=why, by=person.id, at=now())
        _write(workspace, [*given, made])
        return made


def revoke(workspace: Workspace, person: Person, *, to: str, right: str, on: str) -> Grant:
    """Take a right back.

    Raises
    ------
    InvalidInput
        An unknown role, right, kind or identifier; all are listed.
    NotFound
        It was not given, or was taken back already; or it comes from a file, which the message names.
    Forbidden
        The person does not administer the asset.
    """
    with _held(workspace):
        asset = _allowed(workspace, person, to=to, right=right, on=on)
        given = _given(workspace)
        for rank, one in enumerate(given):
            if (one.to, one.right, one.on) == (to, right, asset) and not one.revoked:
                given[rank] = replace(one, revoked={"by": person.id, "at": now()})
                _write(workspace, given)
                return given[rank]
    what = _("{to} was not given the right {right} on {asset}.").format(to=to, right=right, asset=on)
    raise NotFound(what, repair=_where(workspace, to, right, asset))


def _given(workspace: Workspace) -> list[Grant]:
    """The grants of the file of grants: none that comes from elsewhere is written there."""
    return [one for one in rules.read(workspace).grants if not one.source]


def _where(workspace: Workspace, to: str, right: str, asset: Asset) -> str:
    """Where a right that cannot be taken back here comes from, if it is in force."""
    for one in rules.read(workspace).grants:
        if one.source and (one.to, one.right, one.on) == (to, right, asset):
            return _("It comes from a responsibility. Change the file {file} of this workspace.").format(
                file=one.source
            )
    return _('"agglo access list" lists what was given.')


def _held(workspace: Workspace) -> Any:
    return locks.hold(workspace.lock("rights"))


def _allowed(workspace: Workspace, person: Person, *, to: str, right: str, on: str) -> Asset:
    """What a grant is about, once it is known to be one that this person may give or take back."""
    faults = rules.faults_of(to, right, on, rules.read(workspace).roles)
    if faults:
        raise InvalidInput(_("This is not a right that can be given."), faults)
    asset = rules.asset(on)
    rights.check(workspace, person, "administer", asset)
    return asset


def _check_kept(workspace: Workspace, person: Person, asset: Asset) -> None:
    """Refuse an asset that this person cannot find, where what is kept can be closed."""
    look: Any = {"run": reading.run, "dataset": reading.dataset, "study": reading.study}.get(asset.kind)
    if look and asset.id and not asset.id.endswith("*"):
        look(workspace, person, asset.id)


def _write(workspace: Workspace, grants: list[Grant]) -> None:
    import yaml

    path = workspace.root / rules.GRANTS_FILE
    path.parent.mkdir(exist_ok=True)
    content: Any = [one.to_dict() for one in grants]
    files.write_atomically(path, _HEAD + yaml.safe_dump(content, allow_unicode=True, sort_keys=False).encode())
