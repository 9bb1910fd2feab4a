"""The files of governance: read whole or not at all, and again whenever one of them changes.

``governance/NAME.yaml`` of a workspace; while it says nothing, the file of that name that comes with agglo for the
territory, if there is one. They are files that people write: all that is wrong with one is told at once.
"""

import logging
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from agglo.contract.documents import read_yaml
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import Text, _
from agglo.store.workspace import Workspace
from agglo.trust.deal.fields import Fields

FOLDER = "governance"
NAMES = ("authority", "directions", "partners", "bodies", "responsibilities")

Found = TypeVar("Found")
_Stamp = tuple[Any, ...]
_HELD: dict[tuple[Path, str], tuple[_Stamp, Any]] = {}
"""By workspace and by what was read: what it came to, and of which state of the files."""


def path(workspace: Workspace, name: str) -> Path:
    """The file of a workspace; it need not be there."""
    return workspace.root / FOLDER / f"{name}.yaml"


def place(name: str) -> str:
    """How errors name a file."""
    return f"{FOLDER}/{name}.yaml"


def bundled(territory: str, name: str) -> Path | None:
    """The file that comes with agglo for the territory of that SIREN; None where there is none."""
    found = Path(str(resources.files("agglo.trust.governance"))) / "bundled" / territory / f"{name}.yaml"
    return found if territory.isalnum() and found.is_file() else None


def own(workspace: Workspace, name: str, faults: list[Fault]) -> Any:
    """What the file of a workspace holds; None where there is none, or where it says nothing."""
    there = path(workspace, name)
    if stamp(there) is None:
        return None
    try:
        return read_yaml(there, "")
    except InvalidInput as error:
        faults += [Fault(f"{FOLDER}/{one.where}", one.got, one.expected, one.repair) for one in error.faults]
    except RecursionError:
        faults.append(Fault(place(name), _("too deep a nesting")))
    return None


def entries(workspace: Workspace, name: str, faults: list[Fault]) -> list[Any]:
    """The entries of a file that is a list: those of the workspace, else those that come with agglo."""
    content = own(workspace, name, faults)
    if content is None and not faults and (given := bundled(str(workspace.setting("territory")), name)):
        content = read_yaml(given, place(name))
    if content is not None and not isinstance(content, list):
        faults.append(Fault(place(name), repr(content)[:80], _("a list of entries, each of which begins with a dash")))
        return []
    return content or []


def held(
    workspace: Workspace, what: str, names: Sequence[str], read: Callable[[Workspace, list[Fault]], Found]
) -> Found:
    """What ``read`` makes of some files, asked again only where one of them has changed.

    Raises
    ------
    InvalidInput
        ``read`` found faults; all are listed.
    """
    now: _Stamp = (workspace.setting("territory"), *(stamp(path(workspace, name)) for name in names))
    known = _HELD.get((workspace.root, what))
    if known is None or known[0] != now:
        known = (now, _tried(workspace, read))
        _HELD[workspace.root, what] = known
    if isinstance(known[1], InvalidInput):
        raise InvalidInput(known[1].what, known[1].faults, repair=known[1].repair)
    found: Found = known[1]
    return found


def _tried(workspace: Workspace, read: Callable[[Workspace, list[Fault]], Found]) -> Found | InvalidInput:
    faults: list[Fault] = []
    found = read(workspace, faults)
    if not faults:
        return found
    repair = _('Correct the files; "agglo responsibility template" shows how they are written.')
    error = InvalidInput(_("The files of governance cannot be read."), faults, repair=repair)
    logging.getLogger(__name__).warning("%s", error)
    return error


def stamp(file: Path) -> tuple[int, int, int] | None:
    """What changes whenever a file does; None where there is none."""
    try:
        known = file.stat()
    except FileNotFoundError:
        return None
    except OSError:
        return -1, -1, -1
    return known.st_mtime_ns, known.st_size, known.st_ino


def fields(content: Any, name: str, rank: int, keys: Sequence[str], faults: list[Fault]) -> Fields:
    """One entry of a file, which errors call by its identifier or else its rank."""
    given = content.get("id") if isinstance(content, dict) else None
    return Fields(content, f"{place(name)}: {str(given or f'#{rank}')[:80]}", keys, faults)


def text(entry: Fields, key: str, *, required: bool = False) -> Text:
    """A text by language, or one text that is the same in every language, as a name is."""
    value = entry.given(key)
    if isinstance(value, str):
        said = entry.text(key, required=required)
        return {"fr": said} if said else {}
    return entry.texts(key, required=required)


def refuse_twice(name: str, ids: Sequence[str], faults: list[Fault]) -> None:
    """Tell the identifiers that several entries of a file have."""
    for one in sorted({one for one in ids if one and ids.count(one) > 1}):
        said = _('"{name}" {count} times').format(name=one, count=ids.count(one))
        faults.append(Fault(place(name), said, _("each identifier once")))
