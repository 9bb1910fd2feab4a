"""What the inventory holds, as the simulation reads it: rows by quantity and year, and the year to start from."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.inputs import Handle
from agglo.contract.language import _
from agglo.models.climate.inventory_table import read_inventory
from agglo.models.climate.pots import Row
from agglo.models.climate.uncertainty import ASSUMED_HALFWIDTHS

EMISSIONS = "emissions"


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """Counted rows by quantity (``emissions``, ``energy``) and year; a row of ``territory`` is of no commune.

    ``doubt_is_assumed`` tells whether a row states no uncertainty, and has that of its quality.
    """

    territory: str
    boundary: str
    rows: Mapping[tuple[str, int], Sequence[Row]]
    doubt_is_assumed: bool

    def base_year(self, wanted: int | None) -> int:
        """The year ``wanted``, or the last one with emissions.

        Raises
        ------
        InvalidInput
            There is no such year, or something held in another year is not held in it.
        """
        years = [year for quantity, year in self.rows if quantity == EMISSIONS]
        chosen = max(years, default=None) if wanted is None else wanted
        if chosen is None or chosen not in years:
            expected = _("a year whose emissions are held: {years}").format(
                years=", ".join(map(str, sorted(years))) or _("no year")
            )
            fault = Fault("base_year", _("nothing") if chosen is None else str(chosen), expected)
            raise InvalidInput(_("The trajectory has no year to start from."), [fault])
        self._check(chosen)
        return chosen

    def places(self, year: int) -> list[str]:
        """Places that hold something in a year."""
        return sorted({row.place for (_quantity, held), rows in self.rows.items() if held == year for row in rows})

    def missing(self, quantity: str, year: int, base_year: int, place: str) -> list[str]:
        """Sectors of a place (or of the whole: ``territory``) that the base year holds and ``year`` does not, or not
        at every place."""
        base, held = self._pairs(quantity, base_year), self._pairs(quantity, year)
        if place != self.territory:
            return sorted(sector for where, sector in base if where == place and (where, sector) not in held)
        return sorted(
            {sector for where, sector in base if (where, sector) not in held and (self.territory, sector) not in held}
        )

    def _pairs(self, quantity: str, year: int) -> set[tuple[str, str]]:
        return {(row.place, row.sector) for row in self.rows.get((quantity, year), ())}

    def _check(self, base_year: int) -> None:
        """Refuse a base year without a place or sector that another year holds."""
        ever: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for (quantity, year), rows in self.rows.items():
            for pair in {(row.place, row.sector) for row in rows if quantity == EMISSIONS}:
                ever[pair].append(year)
        base = self._pairs(EMISSIONS, base_year)
        whole = {sector for place, sector in base if place == self.territory}
        by_commune = {sector for place, sector in base if place != self.territory}
        faults = [
            Fault(
                _("inventory, {place} {sector} {year}").format(place=place, sector=sector, year=base_year),
                _("no figure of emissions, though {years} have one").format(years=", ".join(map(str, sorted(years)))),
                _("every place and sector in the base year"),
                _("Import these emissions, or choose another base_year."),
            )
            for (place, sector), years in sorted(ever.items())
            if (place, sector) not in base and sector not in (by_commune if place == self.territory else whole)
        ]
        if faults:
            raise InvalidInput(_("The inventory cannot be followed from this year."), faults)


def read_held(handle: Handle, *, gwp: str, territory: str) -> Held:
    """The emissions [tCO2e] and energy [MWh] of an inventory.

    ``gwp`` is the report that masses of gases are converted with; ``territory`` names the territory that communes make
    up where the inventory does not.

    Raises
    ------
    InvalidInput
        As :func:`.inventory_table.read_inventory`; or the territory is not known, or is not that of the inventory.
    """
    found = read_inventory(handle, gwp=gwp)
    rows: defaultdict[tuple[str, int], list[Row]] = defaultdict(list)
    for quantity, counted in ((EMISSIONS, found.emissions), ("energy", found.energy)):
        for one in counted:
            halfwidth = ASSUMED_HALFWIDTHS[one.quality] if one.uncertainty is None else one.uncertainty
            rows[quantity, one.year].append(Row(one.place, one.sector, one.carrier, one.value, halfwidth, one.quality))
    return Held(
        _territory(found.places, found.territory, territory),
        found.boundary,
        dict(rows),
        any(one.uncertainty is None for one in (*found.emissions, *found.energy)),
    )


def _territory(places: Sequence[str], named: str, given: str) -> str:
    """The territory: the one the inventory names, else the one given, else the only place."""
    known = named or (places[0] if len(places) == 1 else "")
    if known and given in ("", known):
        return known
    if not known and given and given not in places:
        return given
    expected = (
        _("{place}, the territory of the inventory").format(place=known)
        if known
        else _("the SIREN code of the territory that {count} places make up").format(count=len(places))
    )
    fault = Fault("territory", given or _("nothing"), expected, _("Set the parameter territory."))
    raise InvalidInput(_("The territory is not known."), [fault])
