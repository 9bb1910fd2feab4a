"""Cards read from files, remembered as long as their files stay as they were.

What was read lies in memory, and in ``cache/register/`` of the workspace for the next process. A file is recognised by
its times, size and number. What cannot be read is never remembered: its faults are told in the reader's language.
"""

import hashlib
import json
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from agglo.contract import card as card_code
from agglo.contract.card import ENTRIES, Card
from agglo.contract.errors import AggloError, Fault
from agglo.store import files
from agglo.store.workspace import Workspace

Stamp = tuple[int, ...]
Parse = Callable[[Path], Card]

_MOST_STALE = 16
"""Cards that may differ from what the disk remembers before it is written again."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds: a card, and what of it cannot be read."""

    card: Card
    faults: tuple[Fault, ...] = ()


class _Shelf:
    """The cards of one kind of a workspace, by name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.cards: dict[str, tuple[Stamp, Card]] = {}
        self.on_disk = self._load()
        self.stale = 0

    def _load(self) -> dict[str, Any]:
        try:
            content = files.read_json(self.path)
            return dict(content["cards"]) if content["schema"] == _schema() else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def get(self, name: str, stamp: Stamp) -> Card | None:
        """The card of that name, if its file is still as it was when it was read."""
        held = self.cards.get(name) or self._recalled(name)
        return held[1] if held and held[0] == stamp else None

    def _recalled(self, name: str) -> tuple[Stamp, Card] | None:
        try:
            told = self.on_disk.pop(name)
            card = Card.model_validate(told["card"]).remembering(set(ENTRIES).difference(told["declared"]))
            self.cards[name] = tuple(told["stamp"]), card
        except (KeyError, ValueError, TypeError):
            return None
        return self.cards[name]

    def put(self, name: str, stamp: Stamp, card: Card) -> None:
        self.cards[name] = stamp, card
        self.stale += 1

    def drop_all_but(self, names: Mapping[str, Any]) -> None:
        for held in (self.cards, self.on_disk):
            for name in held.keys() - names.keys():
                held.pop(name)  # type: ignore[attr-defined]
                self.stale += 1

    def write(self) -> None:
        """Write what is known to the disk once enough of it is new."""
        if self.stale < _MOST_STALE:
            return
        told = {name: _told(stamp, card) for name, (stamp, card) in self.cards.items()}
        content = json.dumps({"schema": _schema(), "cards": {**self.on_disk, **told}}, ensure_ascii=False)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        files.write_atomically(self.path, content.encode())
        self.stale = 0


def _nothing(_path: Path) -> Card:
    return Card()


_SHELVES: dict[Path, _Shelf] = {}
_LOCK = threading.RLock()


def read_all(
    workspace: Workspace, kind: str, places: Mapping[str, Path | str], parse: Parse, *, salvage: Parse = _nothing
) -> dict[str, Read]:
    """Every card of a kind, by name; ``places`` are all the files of that kind, and one that has gone is left out.
    ``salvage`` makes a card of what can be read of a file that has faults."""
    with _LOCK:
        shelf = _shelf(workspace, kind)
        found = {name: read for name, path in places.items() if (read := _read(shelf, name, path, parse, salvage))}
        shelf.drop_all_but(found)
        shelf.write()
        return found


def read_one(
    workspace: Workspace, kind: str, name: str, path: Path | str, parse: Parse, *, salvage: Parse = _nothing
) -> Read | None:
    """One card of a kind, None where there is no such file; ``salvage`` as :func:`read_all`."""
    with _LOCK:
        known = _SHELVES.get(_path(workspace, kind))
        return _read(known or _Shelf(Path(os.devnull)), name, path, parse, salvage)


def remember(workspace: Workspace, kind: str, cards: Mapping[str, tuple[Path, Card]]) -> None:
    """Have cards that were just written known without reading them again."""
    with _LOCK:
        shelf = _shelf(workspace, kind)
        for name, (path, card) in cards.items():
            if stamp := _stamp(path):
                shelf.put(name, stamp, card)
        shelf.write()


def forget() -> None:
    """Empty the memory, not the disk, as a new process begins."""
    with _LOCK:
        _SHELVES.clear()


def _shelf(workspace: Workspace, kind: str) -> _Shelf:
    path = _path(workspace, kind)
    return _SHELVES.setdefault(path, _SHELVES.get(path) or _Shelf(path))


def _path(workspace: Workspace, kind: str) -> Path:
    return workspace.cache / "register" / f"{kind}.json"


def _read(shelf: _Shelf, name: str, path: Path | str, parse: Parse, salvage: Parse) -> Read | None:
    stamp = _stamp(path)
    if stamp is None:
        return None
    if card := shelf.get(name, stamp):
        return Read(card)
    try:
        card = parse(Path(path))
    except AggloError as error:
        return Read(salvage(Path(path)), error.faults or (Fault(Path(path).name, str(error)),))
    except OSError as error:
        return Read(Card(), (Fault(Path(path).name, error.strerror or str(error)),))
    shelf.put(name, stamp, card)
    return Read(card)


def _stamp(path: Path | str) -> Stamp | None:
    try:
        known = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return known.st_mtime_ns, known.st_ctime_ns, known.st_size, known.st_ino


def _told(stamp: Stamp, card: Card) -> dict[str, Any]:
    said = card.model_dump(mode="json", exclude_defaults=True)
    return {"stamp": stamp, "declared": sorted(ENTRIES.keys() - card.lacking()), "card": said}


@cache
def _schema() -> str:
    """A short digest of the code that reads cards: what other code has read is read again."""
    digest = hashlib.sha256()
    for path in sorted(Path(card_code.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
