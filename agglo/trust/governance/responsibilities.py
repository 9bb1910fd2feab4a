"""Who answers for what: ``governance/responsibilities.yaml``, and the rights that come from it.

Each line gives an asset, a role and who holds it. Where it names an account, the role brings that account rights on the
asset (``roles.yaml``), for as long as the line is there; rights to personal data never come from here.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from agglo.contract.documents import read_yaml
from agglo.contract.errors import Fault, nearest
from agglo.contract.language import N_, Text, _, in_language
from agglo.store.workspace import Workspace
from agglo.territory.codes import insee_repair, is_insee
from agglo.trust.deal.fields import Fields
from agglo.trust.deal.reading import is_day
from agglo.trust.governance import bodies, files, organisation

NAME = "responsibilities"
FILE = files.place(NAME)
READ_FROM = (NAME, bodies.NAME, organisation.DIRECTIONS, organisation.PARTNERS)
"""Names of the files that say whether this one is right."""
CORRESPONDENT = "municipal-correspondent"
ACCOUNTABLE = "accountable"
LETTERS: Mapping[str, str] = {
    "responsible": N_("responsible"),
    ACCOUNTABLE: N_("accountable"),
    "consulted": N_("consulted"),
    "informed": N_("informed"),
}
"""What somebody is to an asset: does the work, answers for it, is asked before, is told after."""

_WHY = "responsibility "
_KEYS = ("asset", "role", "holder", "account", "raci", "since")
_SHORT_NAME = r"\*|[a-z0-9][a-z0-9-]{0,63}\*?"
_LONG_NAME = r"\*|[a-z0-9][a-z0-9._-]{0,127}\*?"
_ASSETS = {"card": _LONG_NAME, "dataset": _SHORT_NAME, "model": _LONG_NAME, "study": _SHORT_NAME, "deal": _SHORT_NAME}
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


@dataclass(frozen=True, slots=True)
class Role:
    """A role somebody may have for an asset; ``raci`` is one of :data:`LETTERS`."""

    name: str
    title: Text
    raci: str
    rights: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Responsibility:
    """One line. ``asset`` is KIND:NAME, a final ``*`` standing for any end, or ``workspace``; ``holder`` a direction,
    partner or body, or a commune by its INSEE code; ``account`` may be empty; ``since`` is a day or empty."""

    asset: str
    role: str
    holder: str
    raci: str
    account: str = ""
    since: str = ""

    def covers(self, asset: str) -> bool:
        """Whether this is about an asset, given as KIND:NAME."""
        if self.asset == "workspace":
            return True
        return asset.startswith(self.asset[:-1]) if self.asset.endswith("*") else asset == self.asset


@cache
def roles() -> Mapping[str, Role]:
    """Every role by name."""
    content = read_yaml(Path(str(resources.files("agglo.trust.governance"))) / "roles.yaml", "roles.yaml")
    return {name: Role(name, one["title"], one["raci"], tuple(one["rights"])) for name, one in content.items()}


def read(workspace: Workspace) -> tuple[Responsibility, ...]:
    """Every line, in the order of the file.

    Raises
    ------
    InvalidInput
        A file of governance is malformed, or a line names an unknown asset, role or holder; all that is wrong is
        listed.
    """
    return files.held(workspace, NAME, READ_FROM, _read)


def granted(workspace: Workspace) -> list[tuple[str, str, str, str]]:
    """The rights that come from the file: account, right, asset, and why. Errors as :func:`read`."""
    return [
        (one.account, right, one.asset.removesuffix(":*"), f"{_WHY}{one.role}")
        for one in read(workspace)
        if one.account
        for right in roles()[one.role].rights
    ]


def why(text: str) -> str:
    """Why a right is held, as people read it: in their language where it comes from here."""
    role = roles().get(text.removeprefix(_WHY)) if text.startswith(_WHY) else None
    return _("responsibility: {role}").format(role=in_language(role.title)) if role else text


def holder_title(workspace: Workspace, holder: str) -> str:
    """A holder as people read it: the title of the direction, partner or body, the name of the commune."""
    known: dict[str, Text] = {one.id: one.title for one in organisation.directions(workspace)}
    known |= {one.id: one.title for one in organisation.partners(workspace)}
    known |= {one.id: one.title for one in bodies.read(workspace)}
    return in_language(known[holder]) if holder in known else _commune(workspace, holder)


def _commune(workspace: Workspace, code: str) -> str:
    from agglo.territory import perimeters

    territory = perimeters.load(str(workspace.setting("territory")), cache=workspace.cache)
    return next((one.name for one in territory.communes if one.insee == code), code)


def _read(workspace: Workspace, faults: list[Fault]) -> tuple[Responsibility, ...]:
    content = files.entries(workspace, NAME, faults)
    if not content:
        return ()
    found = bodies.made(workspace, faults)
    known = [*organisation.titles(workspace, []), *(one.id for one in found)]
    return tuple(_line(one, rank, known, faults) for rank, one in enumerate(content, 1))


def _line(content: Any, rank: int, known: Collection[str], faults: list[Fault]) -> Responsibility:
    entry = files.fields(content, NAME, rank, _KEYS, faults)
    role = entry.choice("role", list(roles()))
    account, since = entry.text("account", required=False), entry.text("since", required=False)
    if account and not _ACCOUNT.fullmatch(account):
        entry.fault("account", account[:80], _("the identifier of an account"), _('"agglo account list" gives them.'))
    if since and not is_day(since):
        entry.fault("since", since[:80], _("a day, YYYY-MM-DD"))
    raci = entry.choice("raci", list(LETTERS)) if entry.given("raci") is not None else ""
    default = roles()[role].raci if role else ""
    return Responsibility(_asset(entry), role, _holder(entry, role, known), raci or default, account, since)


def _asset(entry: Fields) -> str:
    asset = entry.text("asset")
    kind, _colon, name = asset.partition(":")
    if not asset or asset == "workspace":
        return asset
    if kind not in _ASSETS:
        near = nearest(kind[:80], [*_ASSETS, "workspace"])
        entry.fault("asset", asset[:80], _("KIND:NAME, or workspace"), near)
    elif not re.fullmatch(_ASSETS[kind], name):
        entry.fault("asset", asset[:80], _("{kind}:NAME or {kind}:BEGINNING*").format(kind=kind))
    return asset


def _holder(entry: Fields, role: str, known: Collection[str]) -> str:
    holder = entry.text("holder")
    if not holder or holder in known or (role == CORRESPONDENT and is_insee(holder)):
        return holder
    if role == CORRESPONDENT and holder[:1].isdigit():
        entry.fault("holder", holder[:80], _("the INSEE code of a commune"), insee_repair(holder[:80]))
    else:
        expected = _("the identifier of a direction, a partner or a body")
        entry.fault("holder", holder[:80], expected, nearest(holder[:80], list(known)))
    return holder
