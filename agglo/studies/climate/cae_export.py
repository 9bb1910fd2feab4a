"""An inventory written as series of the State's platform: the layout that :mod:`.cae` reads, figures to the digit."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import Text, _
from agglo.contract.units import convert
from agglo.models.climate.nomenclature import ALL, CO2E, ENERGY
from agglo.studies.climate import grid, rows
from agglo.studies.climate import identifiers as ids
from agglo.studies.climate.cae import DERIVED
from agglo.studies.climate.grid import Change, Grid, Line
from agglo.studies.climate.identifiers import OTHER_TRANSPORT, ROAD
from agglo.studies.climate.rows import Row

if TYPE_CHECKING:
    import pyarrow as pa

HEADS = ("id", "titre", "unite")
"""The platform's own words, whatever the language in force."""

_NO_IDENTIFIER: Text = {
    "fr": "la plateforme n'a pas d'identifiant pour ce détail",
    "en": "the platform has no identifier for this detail",
}
_GASES: Text = {
    "fr": "la plateforme ne compte les gaz à effet de serre qu'en CO2e : donner des lignes en CO2e",
    "en": "the platform counts greenhouse gases in CO2e only: give rows in CO2e",
}
_SUMMED: Text = {
    "fr": "l'inventaire donne les vecteurs à part : somme de ses lignes",
    "en": "the inventory gives carriers apart: sum of its rows",
}
_TRANSPORT: Text = {
    "fr": "somme des deux secteurs des transports",
    "en": "sum of the two sectors of transport",
}
_BOUNDARY: Text = {
    "fr": "lignes d'un autre périmètre que celui du plan climat (scopes 1 et 2)",
    "en": "rows of another boundary than the climate plan's (scopes 1 and 2)",
}
_ELSEWHERE: Text = {"fr": "lignes d'autres lieux", "en": "rows of other places"}

Key = tuple[str, str, str]
Values = dict[str, dict[int, float]]


def export(table: "pa.Table", place: str | None = None) -> Grid:
    """The series of a place: a line an identifier, a column a year, in the units of the inventory.

    Raises
    ------
    InvalidInput
        No such place, several could be meant, or no row has an identifier.
    """
    held = table.to_pylist()
    chosen = rows.place_of((row["place"] for row in held), place)
    changes = []
    if others := [row for row in held if row["place"] != chosen]:
        named = ", ".join(sorted({row["place"] for row in others}))
        changes.append(Change(named, grid.LEFT_OUT, "-", _ELSEWHERE))
    found = _Series([row for row in held if row["place"] == chosen])
    if not found.values:
        fault = Fault(chosen, _("no row with an identifier"), _("rows in CO2e, of energy or of pollutants by sector"))
        raise InvalidInput(_("This inventory cannot be exported."), [fault])
    years = tuple(sorted({year for figures in found.values.values() for year in figures}))
    lines = [
        Line((one.id, one.title, ids.SAID.get(found.units[one.id], found.units[one.id])), found.values[one.id])
        for one in ids.known().values()
        if one.id in found.values
    ]
    title = _("Inventory of {place}, identifiers of the State's platform").format(place=chosen)
    return Grid(title, HEADS, years, tuple(lines), (*changes, *found.changes))


class _Series:
    """The figures by identifier and year, their units, and what changed."""

    def __init__(self, held: Sequence[Row]) -> None:
        self.values: Values = {}
        self.units: dict[str, str] = {}
        self.changes: list[Change] = []
        self._derived: set[tuple[str, int]] = set()
        inside = [row for row in held if row["boundary"] == "scope-1-2"]
        self._tell([row for row in held if row["boundary"] != "scope-1-2"], _BOUNDARY)
        groups: defaultdict[Key, list[Row]] = defaultdict(list)
        for row in inside:
            groups[row["substance"], row["sector"], row["subsector"]].append(row)
        for key, members in groups.items():
            self._put(key, members)
        for substance in (CO2E, ENERGY):
            self._put_transport(substance)

    def _tell(self, left: Sequence[Row], why: Text) -> None:
        for what in dict.fromkeys(_said(row) for row in left):
            self.changes.append(Change(what, grid.LEFT_OUT, "-", why))

    def _put(self, key: Key, members: Sequence[Row]) -> None:
        one = ids.by_row().get(key)
        if one is None:
            substance, sector, _subsector = key
            reason = _NO_IDENTIFIER if ids.of_sector(substance, sector) else _GASES
            self.changes.append(Change(_said(members[0]), grid.NO_IDENTIFIER, "-", reason))
            return
        unit = self.units.setdefault(one.id, members[0]["unit"])
        summed: list[int] = []
        for year, same in _by_year(members).items():
            whole = [row for row in same if row["carrier"] == ALL]
            parts = whole or same
            summed += [] if whole else [year]
            if any(_is_derived(row) for row in whole):
                self._derived.add((one.id, year))
            figures = [_in_unit(row, unit) for row in parts]
            self.values.setdefault(one.id, {})[year] = figures[0] if len(figures) == 1 else rows.total(figures)
        if summed:
            figures_by_year = {year: self.values[one.id][year] for year in summed}
            self.changes.append(
                Change(_said({**members[0], "carrier": ALL}), grid.COMPUTED, one.id, _SUMMED, unit, figures_by_year)
            )

    def _put_transport(self, substance: str) -> None:
        """The sum of both sectors, which is what was printed where a road total was derived from it."""
        road, other = ids.of_sector(substance, ROAD), ids.of_sector(substance, OTHER_TRANSPORT)
        printed = ids.of_transport(substance)
        if road not in self.values or other not in self.values:
            return
        unit = self.units[road]
        computed = {}
        for year, value in list(self.values[road].items()):
            beside = self.values[other].get(year)
            if beside is None:
                continue
            both = rows.total([value, convert(beside, self.units[other], unit)])
            self.values.setdefault(printed, {})[year] = both
            if (road, year) in self._derived:
                del self.values[road][year]
            else:
                computed[year] = both
        self.units[printed] = unit
        if computed:
            self.changes.append(Change(f"{road} + {other}", grid.COMPUTED, printed, _TRANSPORT, unit, computed))
        if not self.values[road]:
            del self.values[road]


def _by_year(members: Sequence[Row]) -> Mapping[int, list[Row]]:
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for row in members:
        found[int(row["year"])].append(row)
    return found


def _is_derived(row: Row) -> bool:
    """Whether a row of road transport was got from the printed sum of both sectors."""
    sources = (
        DERIVED.format(transport=ids.of_transport(one), other=ids.of_sector(one, OTHER_TRANSPORT))
        for one in (CO2E, ENERGY)
    )
    return row["sector"] == ROAD and str(row["source"]).endswith(tuple(sources))


def _in_unit(row: Row, unit: str) -> float:
    value = float(row["value"])
    return value if row["unit"] == unit else convert(value, row["unit"], unit)


def _said(row: Row) -> str:
    return " / ".join(_parts(row))


def _parts(row: Row) -> Iterator[str]:
    yield row["sector"]
    for name in ("subsector", "carrier"):
        if row[name] != ALL:
            yield row[name]
    yield row["substance"]
