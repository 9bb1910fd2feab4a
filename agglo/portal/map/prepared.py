"""What is read from a prepared layer: its properties, the values of one, its size. The standard library does it all."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from agglo.portal.layers import Property
from agglo.territory.communes import Bounds

Shape = Literal["polygon", "line", "point"]

_SHAPES: dict[str, Shape] = {"Point": "point", "MultiPoint": "point", "LineString": "line", "MultiLineString": "line"}
_CODES = ("insee", "place", "commune", "code_insee", "insee_code")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A prepared layer, opened for reading."""

    path: Path

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro&immutable=1", uri=True)) as connection:
            yield connection

    def properties(self) -> list[Property]:
        """Its properties, in their order."""
        with self._open() as connection:
            rows = connection.execute("SELECT name, type, unit, title FROM properties ORDER BY rank")
            return [Property(name, type_, unit or "", title or "") for name, type_, unit, title in rows]

    def count(self) -> int:
        """How many features there are."""
        with self._open() as connection:
            return int(connection.execute("SELECT value FROM about WHERE name = 'count'").fetchone()[0])

    def bounds(self) -> Bounds | None:
        """West, south, east and north of its features [degrees]; None where none has a geometry."""
        with self._open() as connection:
            found = dict(connection.execute("SELECT name, value FROM about"))
        if found.get("minx") is None:
            return None
        return found["minx"], found["miny"], found["maxx"], found["maxy"]

    def shape(self) -> Shape:
        """What its first geometry is."""
        statement = "SELECT json_extract(geojson, '$.geometry.type') FROM features WHERE minx IS NOT NULL LIMIT 1"
        with self._open() as connection:
            found = connection.execute(statement).fetchone()
        return _SHAPES.get(found[0] if found else "", "polygon")

    def rows(self, limit: int) -> list[tuple[Any, ...]]:
        """The properties of its first features, in the order of :meth:`properties`."""
        with self._open() as connection:
            return [row[1:] for row in connection.execute("SELECT * FROM attributes ORDER BY id LIMIT ?", (limit,))]

    def column(self, name: str, limit: int) -> list[Any]:
        """The values of one property, in the order of features; at most ``limit`` of them, evenly spread."""
        names = [one.name for one in self.properties()]
        step = max(1, -(-self.count() // limit))
        return [row[names.index(name)] for row in self._every(step)] if name in names else []

    def _every(self, step: int) -> Iterator[tuple[Any, ...]]:
        with self._open() as connection:
            statement = "SELECT * FROM attributes WHERE id % ? = 0 ORDER BY id"
            yield from (row[1:] for row in connection.execute(statement, (step,)))

    def by_commune(self, name: str) -> dict[str, list[float | None]]:
        """The figures of one property for each commune, by INSEE code; several where a commune has several rows."""
        names = [one.name for one in self.properties()]
        place = next((names.index(code) for code in _CODES if code in names), None)
        if place is None or name not in names:
            return {}
        at, found = names.index(name), dict[str, list[float | None]]()
        for row in self._every(1):
            found.setdefault(str(row[place]), []).append(_figure(row[at]))
        return found


def _figure(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None
