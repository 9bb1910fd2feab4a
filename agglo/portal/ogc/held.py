"""Prepared layers as they are read: by page, box and property, from SQLite, with the standard library alone.

The text of each feature is kept as it is sent, so that an answer is made by joining texts.
"""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from agglo.portal.ogc.boxes import touches
from agglo.territory.communes import Bounds

_IDLE = 24
"""Connections that are kept open."""


@dataclass(frozen=True, slots=True)
class Column:
    """A property that features can be chosen by: ``field`` is its column in the file."""

    name: str
    field: str
    type: str


@dataclass(frozen=True, slots=True)
class Selection:
    """Which features: those in one of the boxes, whose columns have these values; a part of them."""

    limit: int
    offset: int = 0
    boxes: Sequence[Bounds] = ()
    equal: Mapping[str, str | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The texts of features, and how many match in all."""

    texts: Sequence[str]
    matched: int


@dataclass(frozen=True, slots=True)
class About:
    """How many features there are, and the box around them all, if there is any."""

    count: int
    box: Bounds | None


_pool: dict[Path, list[sqlite3.Connection]] = {}
_pool_lock = threading.Lock()


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a prepared layer, of no other thread meanwhile."""
    with _pool_lock:
        waiting = _pool.get(path)
        connection = waiting.pop() if waiting else None
    connection = connection or _connect(path)
    try:
        yield connection
    except BaseException:
        connection.close()
        raise
    with _pool_lock:
        _pool.setdefault(path, []).append(connection)
        while sum(map(len, _pool.values())) > _IDLE:
            first = next(iter(_pool))
            for one in _pool.pop(first):
                one.close()


def _connect(path: Path) -> sqlite3.Connection:
    address = f"{path.as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None)
    connection.create_function("touches", 5, touches, deterministic=True)
    return connection


@lru_cache(maxsize=256)
def columns(path: Path) -> tuple[Column, ...]:
    """The properties of a layer, as its file has them."""
    with _opened(path) as connection:
        return tuple(
            Column(*row) for row in connection.execute("SELECT name, field, type FROM properties ORDER BY rank")
        )


@lru_cache(maxsize=256)
def about(path: Path) -> About:
    with _opened(path) as connection:
        known = dict(connection.execute("SELECT name, value FROM about").fetchall())
    corners = known["minx"], known["miny"], known["maxx"], known["maxy"]
    return About(known["count"], None if None in corners else corners)


def choose(path: Path, wanted: Selection) -> Chosen:
    """The features of a part of those that match, in the order of the file."""
    if not (wanted.boxes or wanted.equal):
        return _part(path, wanted)
    where, values = _conditions(wanted)
    matching = f"SELECT features.id FROM features JOIN attributes USING (id) WHERE {where}"  # noqa: S608 - see below
    with _opened(path) as connection:
        matched = connection.execute(f"SELECT count(*) FROM ({matching})", values).fetchone()[0]  # noqa: S608
        part = (
            f"SELECT geojson FROM features WHERE id IN ({matching} ORDER BY features.id LIMIT ? OFFSET ?) ORDER BY id"  # noqa: S608
        )
        rows = connection.execute(part, [*values, wanted.limit, wanted.offset]).fetchall()
    return Chosen([row[0] for row in rows], matched)


def _part(path: Path, wanted: Selection) -> Chosen:
    """Without conditions: identifiers of rows have no gap, so that nothing is read to be skipped."""
    with _opened(path) as connection:
        rows = connection.execute(
            "SELECT geojson FROM features WHERE id > ? AND id <= ? ORDER BY id",
            (wanted.offset, wanted.offset + wanted.limit),
        ).fetchall()
    return Chosen([row[0] for row in rows], about(path).count)


def _conditions(wanted: Selection) -> tuple[str, list[str | float]]:
    """The conditions, and their values. The text holds names of columns that the file's maker chose (``f0``, ``f1``...)
    and question marks; nothing that was sent."""
    conditions, values = [], []
    for column, value in wanted.equal.items():
        conditions.append(f"attributes.{column} = ?")
        values.append(value)
    if wanted.boxes:
        conditions.append(f"({' OR '.join([_IN_BOX] * len(wanted.boxes))})")
        for west, south, east, north in wanted.boxes:
            values += [west, east, south, north, west, south, east, north, west, south, east, north]
    return " AND ".join(conditions), values


_IN_BOX = """(features.id IN (SELECT id FROM boxes WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?)
 AND ((minx >= ? AND miny >= ? AND maxx <= ? AND maxy <= ?) OR touches(geojson, ?, ?, ?, ?)))"""


def one(path: Path, key: str) -> str | None:
    """The text of the feature of that identifier, if there is one."""
    with _opened(path) as connection:
        row = connection.execute("SELECT geojson FROM features WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])
