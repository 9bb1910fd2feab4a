"""Roles and grants as files say them: read whole or not at all, and again whenever a file changes.

``roles.yaml`` comes with agglo; ``rights/roles.yaml`` of a workspace replaces the roles it names.
``rights/grants.yaml`` is a list of grants: to whom, which right, on what; why, by whom and when it was given.
Responsibilities that name an account (``governance/responsibilities.yaml``) give it rights as well, for as long as they
say so.
"""

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any, Literal, get_args

from agglo.contract.documents import read_yaml
from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.language import _
from agglo.store.workspace import Workspace

Right = Literal["read-restricted", "add", "run", "approve", "administer"]
RIGHTS: tuple[str, ...] = get_args(Right)
READ_PERSONAL = "read-personal"
"""Reading personal data without a grant that names them: of the operator alone."""

Kind = Literal["workspace", "dataset", "model", "run", "study", "deal", "declaration", "card"]
KINDS: tuple[str, ...] = get_args(Kind)

FOLDER = "rights"
ROLES_FILE, GRANTS_FILE = f"{FOLDER}/roles.yaml", f"{FOLDER}/grants.yaml"
RESPONSIBILITIES_FILE = "governance/responsibilities.yaml"
FILES = (
    *(ROLES_FILE, GRANTS_FILE, RESPONSIBILITIES_FILE),
    *(f"governance/{name}.yaml" for name in ("directions", "partners", "bodies")),
)
"""Every file that decides who may do what."""

PUBLIC_RIGHTS = ("read-restricted", "run")
"""What whoever has not signed in may be given: the rest needs an author."""

_ROLE = re.compile(r"[a-z][a-z0-9-]{0,31}")
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SHORT_NAME = r"[a-z0-9][a-z0-9-]{0,63}"
_IDS = {
    "dataset": re.compile(rf"{_SHORT_NAME}(\*|@[0-9a-f]{{12}})?"),
    "model": re.compile(r"[a-z0-9][a-z0-9._-]{0,127}(\*|@[A-Za-z0-9._+-]+)?"),
    "run": re.compile(_UUID),
    "study": re.compile(rf"{_SHORT_NAME}\*?"),
    "deal": re.compile(rf"{_SHORT_NAME}(\*|@[0-9]+)?"),
    "declaration": re.compile(_UUID),
    "card": re.compile(r"[a-z0-9][a-z0-9._-]{0,127}\*?"),
}
_TEXTS = ("why", "by", "at")
_GIVEN = ("to", "right", "on")
_REVOKED = ("by", "at")


@dataclass(frozen=True, slots=True)
class Asset:
    """What a right is about; an empty ``id`` stands for every asset of the kind."""

    kind: Kind
    id: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else self.kind


@dataclass(frozen=True, slots=True)
class Role:
    """A named bundle of rights."""

    name: str
    title: Mapping[str, str]
    rights: frozenset[str]


@dataclass(frozen=True, slots=True)
class Grant:
    """A right given: ``to`` is ``role:NAME`` or ``account:ID``; ``on`` says what, a final ``*`` standing for any end.

    ``revoked`` says by whom and when it was taken back; empty as long as it is in force. ``source`` is the file it
    comes from where it is none of those that were given: it is changed there alone, and opens no personal data.
    """

    to: str
    right: str
    on: Asset
    why: str = ""
    by: str = ""
    at: str = ""
    revoked: Mapping[str, str] = field(default_factory=dict)
    source: str = ""

    def covers(self, asset: Asset) -> bool:
        """Whether this is about an asset: that very one, a whole that it is part of, or everything."""
        if self.on.kind == "workspace":
            return True
        if self.on.kind != asset.kind or not asset.id:
            return self.on == asset
        own = self.on.id
        if own.endswith("*"):
            return asset.id.startswith(own[:-1])
        return own in ("", asset.id, asset.id.partition("@")[0])

    def to_dict(self) -> dict[str, Any]:
        """As the file holds it."""
        content: dict[str, Any] = {"to": self.to, "right": self.right, "on": str(self.on)}
        content |= {name: getattr(self, name) for name in _TEXTS if getattr(self, name)}
        content |= {"source": self.source} if self.source else {}
        return content | ({"revoked": dict(self.revoked)} if self.revoked else {})


@dataclass(frozen=True)
class Rules:
    """Every role and every grant, those that were revoked included. ``ignored`` tells why the responsibilities of the
    workspace give no right: their files cannot be read."""

    roles: Mapping[str, Role] = field(default_factory=dict)
    grants: Sequence[Grant] = ()
    ignored: Sequence[Fault] = ()

    def of(self, role: str, account: str) -> list[Grant]:
        """The grants in force to a role or to an account."""
        named = {f"role:{role}", f"account:{account}"} if account else {f"role:{role}"}
        return [one for one in self.grants if one.to in named and not one.revoked]


_Stamp = tuple[tuple[int, int, int] | None, ...]
_READ: dict[Path, tuple[_Stamp, Rules | InvalidInput]] = {}
"""By workspace: what was read, and of which state of the files."""


def read(workspace: Workspace) -> Rules:
    """The roles and grants in force, read again only where a file has changed.

    Raises
    ------
    InvalidInput
        A file cannot be read, or names an unknown role, right or kind; every fault is listed with its place.
    """
    stamp = tuple(_stamp(workspace.root / name) for name in FILES)
    held = _READ.get(workspace.root)
    if held is None or held[0] != stamp:
        held = (stamp, _tried(workspace))
        _READ[workspace.root] = held
    if isinstance(held[1], InvalidInput):
        raise InvalidInput(held[1].what, held[1].faults, repair=held[1].repair)
    return held[1]


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes whenever a file does; None where there is none."""
    try:
        known = path.stat()
    except FileNotFoundError:
        return None
    except OSError:
        return -1, -1, -1
    return known.st_mtime_ns, known.st_size, known.st_ino


def _tried(workspace: Workspace) -> Rules | InvalidInput:
    try:
        return _with_responsibilities(workspace, _read(workspace.root))
    except InvalidInput as error:
        logging.getLogger(__name__).warning("%s", error)
        return error


def _with_responsibilities(workspace: Workspace, given: Rules) -> Rules:
    """The rules with the rights that come from responsibilities; none of these while their files cannot be read."""
    if _stamp(workspace.root / RESPONSIBILITIES_FILE) is None:
        return given
    from agglo.trust.governance import responsibilities

    try:
        found = responsibilities.granted(workspace)
    except InvalidInput as error:
        return replace(given, ignored=error.faults)
    derived = [
        Grant(f"account:{account}", right, asset(on), why=why, source=RESPONSIBILITIES_FILE)
        for account, right, on, why in found
        if right in RIGHTS
    ]
    return replace(given, grants=[*given.grants, *derived])


def _read(root: Path) -> Rules:
    faults: list[Fault] = []
    bundled = _content(Path(str(resources.files("agglo.trust.access"))) / "roles.yaml", faults)
    roles = _roles(bundled, "roles.yaml", faults)
    if _stamp(root / ROLES_FILE) and not faults:
        own = _content(root / ROLES_FILE, faults)
        roles |= {} if faults else _roles(own, ROLES_FILE, faults)
    entries = _content(root / GRANTS_FILE, faults)
    grants = [] if entries is None else _grants(entries, roles, faults)
    if faults:
        repair = _("Nobody but the operator has any right until this is repaired.")
        raise InvalidInput(_("The rights of this workspace cannot be read."), faults, repair=repair)
    return Rules(roles, grants)


def _content(path: Path, faults: list[Fault]) -> Any:
    """What a file holds; None where there is none."""
    if _stamp(path) is None:
        return None
    try:
        return read_yaml(path, "")
    except InvalidInput as error:
        faults += [Fault(f"{FOLDER}/{one.where}", one.got, one.expected, one.repair) for one in error.faults]
    except RecursionError:
        faults.append(Fault(f"{FOLDER}/{path.name}", _("too deep a nesting")))
    return None


def _roles(content: Any, place: str, faults: list[Fault]) -> dict[str, Role]:
    if not isinstance(content, Mapping):
        faults.append(Fault(place, _shown(content), _("roles by name")))
        return {}
    made = {str(name): _role(str(name), one, f"{place}: {name}", faults) for name, one in content.items()}
    return {name: role for name, role in made.items() if role}


def _role(name: str, content: Any, where: str, faults: list[Fault]) -> Role | None:
    if not _ROLE.fullmatch(name):
        faults.append(Fault(where, expected=_("lower-case letters, digits and hyphens")))
        return None
    if not isinstance(content, Mapping) or not isinstance(content.get("rights"), list):
        faults.append(Fault(where, _shown(content), _("a title and a list of rights")))
        return None
    _unknown_keys(content, ("title", "rights"), where, faults)
    known = (*RIGHTS, READ_PERSONAL) if name == "operator" else PUBLIC_RIGHTS if name == "public" else RIGHTS
    for right in content["rights"]:
        if right not in known:
            faults.append(Fault(f"{where}: rights", _shown(right), _("a right"), nearest(str(right), known)))
    title = content.get("title", {})
    if not isinstance(title, Mapping) or not all(isinstance(one, str) for one in title.values()):
        faults.append(Fault(f"{where}: title", _shown(title), _("a text by language")))
        return None
    return Role(name, {str(code): text for code, text in title.items()}, frozenset(map(str, content["rights"])))


def _grants(content: Any, roles: Mapping[str, Role], faults: list[Fault]) -> list[Grant]:
    if not isinstance(content, list):
        faults.append(Fault(GRANTS_FILE, _shown(content), _("a list of grants")))
        return []
    made = [_grant(one, roles, f"{GRANTS_FILE}: {rank}", faults) for rank, one in enumerate(content, 1)]
    return [grant for grant in made if grant]


def _grant(content: Any, roles: Mapping[str, Role], where: str, faults: list[Fault]) -> Grant | None:
    """One grant; YAML takes a bare ``on`` for a truth, which is read as the word it is."""
    if not isinstance(content, Mapping):
        faults.append(Fault(where, _shown(content), ", ".join(_GIVEN)))
        return None
    content = {"on" if key is True else key: value for key, value in content.items()}
    _unknown_keys(content, (*_GIVEN, *_TEXTS, "revoked"), where, faults)
    texts = {name: content.get(name, "") for name in (*_GIVEN, *_TEXTS)}
    revoked = content.get("revoked", {})
    wrong = [Fault(f"{where}: {name}", _shown(one), _("a text")) for name, one in texts.items()
             if not isinstance(one, str)]  # fmt: skip
    if "revoked" in content and not _is_revocation(revoked):
        wrong.append(Fault(f"{where}: revoked", _shown(revoked), ", ".join(_REVOKED)))
    if wrong:
        faults += wrong
        return None
    found = faults_of(texts["to"], texts["right"], texts["on"], roles, where)
    faults += found
    return None if found else Grant(**{**texts, "on": asset(texts["on"])}, revoked=dict(revoked))


def _is_revocation(content: Any) -> bool:
    return isinstance(content, Mapping) and set(content) == set(_REVOKED) and all(
        isinstance(one, str) for one in content.values()
    )  # fmt: skip


def faults_of(to: str, right: str, on: str, roles: Mapping[str, Role], where: str = "") -> list[Fault]:
    """Everything wrong with a grant."""
    place = f"{where}: " if where else ""
    found = [Fault(f"{place}to", *one) for one in _of_holder(to, roles)]
    known = PUBLIC_RIGHTS if to == "role:public" else RIGHTS
    if right not in known:
        found.append(Fault(f"{place}right", _shown(right), _("a right"), nearest(right, known)))
    kind, colon, name = on.partition(":")
    if kind not in KINDS:
        found.append(Fault(f"{place}on", _shown(on), _("KIND or KIND:IDENTIFIER"), nearest(kind, KINDS)))
    elif colon and (kind == "workspace" or not _IDS[kind].fullmatch(name)):
        found.append(Fault(f"{place}on", _shown(on), _expected_on(kind)))
    return found


def _of_holder(to: str, roles: Mapping[str, Role]) -> Iterable[tuple[str, str, str]]:
    """What is wrong with whom a grant is for: found, expected, repair."""
    kind, _colon, name = to.partition(":")
    if kind == "role" and name not in roles:
        yield _shown(to), _("a role"), nearest(name, list(roles))
    elif kind not in ("role", "account") or (kind == "account" and not _ACCOUNT.fullmatch(name)):
        yield _shown(to), _("role:NAME or account:IDENTIFIER"), ""


def _expected_on(kind: str) -> str:
    """How an asset of a kind is written."""
    if kind in ("run", "declaration"):
        return _("{kind}:IDENTIFIER, in full").format(kind=kind)
    if kind == "workspace":
        return "workspace"
    whole = {"study": "study:NAME, study:BEGINNING*"}
    return whole.get(kind, f"{kind}:NAME, {kind}:NAME@VERSION, {kind}:BEGINNING*")


def asset(text: str) -> Asset:
    """The asset that a text such as ``dataset:NAME`` names.

    >>> asset("model:land.*")
    Asset(kind='model', id='land.*')
    """
    kind, _colon, name = text.partition(":")
    known: Any = kind
    return Asset(known, name)


def _unknown_keys(content: Mapping[Any, Any], known: Sequence[str], where: str, faults: list[Fault]) -> None:
    faults += [
        Fault(f"{where}: {str(key)[:80]}", expected=_("one of {values}").format(values=", ".join(known)))
        for key in content
        if key not in known
    ]


def _shown(content: Any) -> str:
    return repr(content)[:80] if content else _("nothing")
