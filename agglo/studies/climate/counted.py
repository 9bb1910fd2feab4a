"""What an export is made of: the figures of a place, each counted once, with the carriers and subsectors that are held.

Counting is that of the model ``climate.inventory`` (:mod:`agglo.models.climate.inventory_table`), so that an export
adds up to what its page says.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import Text, _, in_language
from agglo.models.climate import inventory_table
from agglo.models.climate.inventory_rows import Row
from agglo.models.climate.nomenclature import ALL, BOUNDARIES, CARRIERS, CO2E, POLLUTANTS, SECTORS
from agglo.studies.climate import rows
from agglo.studies.climate.grid import LEFT_OUT, MOVED, NOT_HELD, Change

if TYPE_CHECKING:
    import pyarrow as pa

FROM_A_GRID = ("electricity", "heat")
"""Carriers whose emissions happen elsewhere, where they are generated: scope 2."""


Details = Mapping[str, Collection[str]]
"""Subsectors by sector."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that is counted: tCO2e of ``emissions``, MWh of ``energy``, t of a pollutant."""

    sector: str
    subsector: str
    carrier: str
    quantity: str
    year: int
    value: float

    @property
    def kind(self) -> str:
        """Of its carrier: ``grid``, ``fuel``, ``none`` (not from energy) or ``all`` (not told apart)."""
        if self.carrier in FROM_A_GRID:
            return "grid"
        return self.carrier if self.carrier in (ALL, "none") else "fuel"

    @property
    def said(self) -> str:
        """What it is of, in words."""
        parts = [in_language(SECTORS[self.sector])]
        parts += [self.subsector] if self.subsector != ALL else []
        parts += [in_language(CARRIERS[self.carrier])] if self.carrier != ALL else []
        return " / ".join(parts)


@dataclass(frozen=True, slots=True)
class Counted:
    """The figures of an export, of ``place``; ``changes`` are what reading them already left out or converted."""

    place: str
    boundary: str
    figures: tuple[Figure, ...]
    changes: tuple[Change, ...]

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(sorted({one.year for one in self.figures}))

    def of(self, *quantities: str) -> Iterator[Figure]:
        """The figures of some quantities."""
        return (one for one in self.figures if one.quantity in quantities)


@dataclass(frozen=True, slots=True)
class _Held:
    """A table as the reader of inventories takes it."""

    content: "pa.Table"

    def table(self) -> "pa.Table":
        return self.content


def read(
    table: "pa.Table", place: str | None = None, *, gwp: str = "as-stated", detailed: Details | None = None
) -> Counted:
    """The figures of an inventory: those of ``place``, or of all its places together.

    Parameters
    ----------
    gwp
        IPCC report that masses of gases are converted with; ``as-stated`` refuses them.
    detailed
        Subsectors, by sector, that call for the details of a sector rather than its total.

    Raises
    ------
    InvalidInput
        The inventory cannot be counted, is of life cycle, or holds no such place.
    """
    chosen, changes = table, []
    named = sorted(set(table["place"].to_pylist()))
    if place is not None:
        import pyarrow.compute as pc

        wanted = rows.place_of(named, place)
        chosen = table.filter(pc.equal(table["place"], wanted))
        if len(named) > 1:
            others = ", ".join(one for one in named if one != wanted)
            why: Text = {"fr": "lignes d'autres lieux", "en": "rows of other places"}
            changes.append(Change(others, LEFT_OUT, "-", why))
    held = inventory_table.read_inventory(_Held(chosen), gwp=gwp)  # type: ignore[arg-type]
    _check_boundary(held.boundary)
    counted = [*_detailed(held, detailed or {}), *_pollutants(held)]
    changes += list(_gases(held, gwp))
    changes += [_without_scope_2()] if held.boundary == "scope-1" else []
    return Counted(_said_place(held, named, place), held.boundary, tuple(counted), tuple(changes))


def _said_place(held: inventory_table.Inventory, named: Sequence[str], place: str | None) -> str:
    return place or held.territory or ", ".join(named[:3]) + (" ..." if len(named) > 3 else "")


def _check_boundary(boundary: str) -> None:
    """Refuse a footprint: its scope 3 cannot be taken out again."""
    if boundary == "life-cycle":
        expected = in_language(BOUNDARIES["scope-1-2"])
        repair = _("Make an inventory with combustion factors: what a life-cycle factor adds cannot be taken out.")
        raise InvalidInput(
            _("This inventory cannot be exported."),
            [Fault(_("boundary"), in_language(BOUNDARIES[boundary]), expected, repair)],
        )


def _detailed(held: inventory_table.Inventory, detailed: Details) -> Iterator[Figure]:
    """Counted rows; a total gives way to its subsectors where one of them is called for."""
    parts: defaultdict[tuple[str, int, str, str], list[Row]] = defaultdict(list)
    for row in held.rows:
        if row.sector in detailed and row.subsector != ALL and row.carrier == ALL and row.unit != "t":
            parts[row.place, row.year, row.sector, row.substance].append(row)
    for row in (*held.emissions, *held.energy):
        key = (row.place, row.year, row.sector, row.substance)
        whole = row.subsector == ALL and row.carrier == ALL
        wanted = any(part.subsector in detailed.get(row.sector, ()) for part in parts.get(key, ()))
        yield from map(_figure, parts[key] if whole and wanted else [row])


def _figure(row: Row) -> Figure:
    return Figure(row.sector, row.subsector, row.carrier, row.quantity, row.year, row.value)


def _pollutants(held: inventory_table.Inventory) -> Iterator[Figure]:
    """Pollutants by sector [t]: the total of each place where it is given, else the sum of what is."""
    groups: defaultdict[tuple[str, int, str, str], list[Row]] = defaultdict(list)
    for row in held.rows:
        if row.substance in POLLUTANTS:
            groups[row.substance, row.year, row.sector, row.place].append(row)
    by_commune = {key[:3] for key in groups if len(key[3]) != 9}
    for (substance, year, sector, place), same in groups.items():
        if len(place) == 9 and (substance, year, sector) in by_commune:
            continue
        whole = [row for row in same if row.subsector == ALL and row.carrier == ALL]
        split = [row for row in same if row.subsector == ALL] or [row for row in same if row.carrier == ALL] or same
        value = rows.total(row.value for row in whole or split)
        yield Figure(sector, ALL, ALL, substance, year, value)


def _gases(held: inventory_table.Inventory, gwp: str) -> Iterator[Change]:
    gases = sorted({row.substance for row in held.rows if row.mass_of_gas})
    if gases:
        why: Text = {
            "fr": f"masses converties en CO2e avec les PRG à 100 ans du rapport {gwp}",
            "en": f"masses converted to CO2e with the 100-year warming potentials of {gwp}",
        }
        yield Change(", ".join(gases), MOVED, CO2E, why)


def _without_scope_2() -> Change:
    why: Text = {
        "fr": "l'inventaire ne compte que les émissions directes (scope 1) : celles de l'électricité, de la chaleur et "
        "du froid consommés manquent",
        "en": "the inventory counts direct emissions only (scope 1): those of the electricity, heating and cooling "
        "used are missing",
    }
    return Change("scope 2", NOT_HELD, "-", why)


def summed(figures: Sequence[Figure]) -> dict[int, float]:
    """Figures added up by year, as their written digits add up."""
    parts: defaultdict[int, list[float]] = defaultdict(list)
    for one in figures:
        parts[one.year].append(one.value)
    return {year: rows.total(values) for year, values in sorted(parts.items())}
