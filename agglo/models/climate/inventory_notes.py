"""What a reader must know beside the figures of an inventory: one sentence each, said only where it applies."""

from collections.abc import Iterator, Mapping, Sequence
from math import fsum

from agglo.contract.indicators import QUALITIES
from agglo.contract.language import _, in_language
from agglo.models.climate import inventory_figures as figures
from agglo.models.climate.gwp import NOT_APPLICABLE, NOT_STATED
from agglo.models.climate.inventory_figures import Halfwidths
from agglo.models.climate.inventory_rows import EMISSIONS, Row, is_territory
from agglo.models.climate.inventory_table import Inventory
from agglo.models.climate.nomenclature import BOUNDARIES, ENERGY, POLLUTANTS, SECTORS

_NAMED_PLACES = 5
_VISIBLE = 1e-9


def notes(held: Inventory, halfwidths: Halfwidths) -> list[str]:
    """The caveats of this answer, the most general first."""
    return [
        *boundary(held),
        *potentials(held),
        *_qualities(held),
        *intervals(held, halfwidths),
        *missing_sectors(held),
        *_missing_places(held),
        *_territory_only(held),
        *_rounding(held),
        *_left_out(held),
    ]


def boundary(held: Inventory) -> Iterator[str]:
    """What the figures count."""
    yield _("Boundary: {boundary}.").format(boundary=in_language(BOUNDARIES[held.boundary]))


def potentials(held: Inventory) -> Iterator[str]:
    """Whose warming potentials the CO2 equivalents are counted with."""
    if held.gwp == NOT_STATED:
        yield _(
            "The source of some CO2 equivalents does not say which IPCC report its warming potentials are from: they "
            "may not compare with others."
        )
    elif held.gwp != NOT_APPLICABLE:
        yield _("CO2 equivalents are those of the IPCC's {report}, over 100 years.").format(report=held.gwp)


def _qualities(held: Inventory) -> Iterator[str]:
    for quantity, rows in _quantities(held).items():
        year = max((row.year for row in rows), default=0)
        last = [row for row in rows if row.year == year]
        total = fsum(row.value for row in last)
        if not total:
            continue
        shares = {
            quality: fsum(row.value for row in last if row.quality == quality) / total
            for quality in QUALITIES
            if any(row.quality == quality for row in last)
        }
        shown = ", ".join(f"{100 * share:.0f} % {_quality(name)}" for name, share in shares.items())
        yield _("{quantity} in {year}: {shares}.").format(quantity=_quantity(quantity), year=year, shares=shown)


def intervals(held: Inventory, halfwidths: Halfwidths) -> Iterator[str]:
    """Which intervals are assumed, and what errors that go together would change."""
    unstated = sorted({row.quality for row in (*held.emissions, *held.energy) if row.uncertainty is None})
    if unstated:
        widths = ", ".join(f"{_quality(name)} {100 * halfwidths[name]:.0f} %" for name in unstated)
        yield _(
            "Assumed: figures without a stated uncertainty have a 95 % interval of plus or minus: {widths}."
        ).format(widths=widths)
    year = max((row.year for row in held.emissions), default=0)
    rows = [row for row in held.emissions if row.year == year]
    apart, together = (figures.amount(rows, halfwidths, together=one) for one in (False, True))
    if apart and together and apart.value and together.halfwidth > apart.halfwidth * (1 + _VISIBLE):
        yield _(
            "Emissions of {year}, all places and sectors: plus or minus {apart:.0f} % if each figure errs on its own, "
            "{together:.0f} % if those of one source err together."
        ).format(
            year=year,
            apart=100 * apart.halfwidth / apart.value,
            together=100 * together.halfwidth / together.value,
        )


def missing_sectors(held: Inventory) -> Iterator[str]:
    """Regulatory sectors without a figure."""
    for quantity, rows in _quantities(held).items():
        missing = [sector for sector in SECTORS if sector not in {row.sector for row in rows}]
        if not rows:
            yield _("{quantity}: the inventory holds none.").format(quantity=_quantity(quantity))
        elif missing:
            yield _("{quantity}: no figure for {sectors}; they are not counted, which does not mean zero.").format(
                quantity=_quantity(quantity), sectors=_sectors(missing)
            )


def _missing_places(held: Inventory) -> Iterator[str]:
    """Sectors that a place lacks in a year while it, or another commune, holds them elsewhere."""
    for quantity, rows in _quantities(held).items():
        cells = {(row.place, row.year, row.sector) for row in rows}
        series = {(place, sector) for place, _year, sector in cells}
        if any(not is_territory(place) for place in held.places):
            by_commune = {sector for place, sector in series if not is_territory(place)}
            communes = [place for place in held.places if not is_territory(place)]
            series = {(place, sector) for place in communes for sector in by_commune}
        years = sorted({year for _place, year, _sector in cells})
        gaps = sorted((y, p, s) for p, s in series for y in years if (p, y, s) not in cells)
        if gaps:
            shown = [f"{year} {place} {_sectors([sector])}" for year, place, sector in gaps[:_NAMED_PLACES]]
            if len(gaps) > _NAMED_PLACES:
                shown.append(_("and {count} more").format(count=len(gaps) - _NAMED_PLACES))
            yield _("{quantity}: missing, though other years or communes have it, and not counted: {gaps}.").format(
                quantity=_quantity(quantity), gaps="; ".join(shown)
            )


def _territory_only(held: Inventory) -> Iterator[str]:
    if all(is_territory(place) for place in held.places):
        return
    for quantity, rows in _quantities(held).items():
        sectors = [sector for sector in SECTORS if any(r.sector == sector and is_territory(r.place) for r in rows)]
        if sectors:
            yield _("{quantity}: known for the territory only, and in no commune's total: {sectors}.").format(
                quantity=_quantity(quantity), sectors=_sectors(sectors)
            )


def _rounding(held: Inventory) -> Iterator[str]:
    if held.rounding > _VISIBLE:
        yield _(
            "Totals and their details, given side by side, differ by up to {share:.2f} % (printed roundings): the "
            "figures by carrier and by commune are those counted."
        ).format(share=100 * held.rounding)


def _left_out(held: Inventory) -> Iterator[str]:
    pollutants = [name for name in POLLUTANTS if any(row.substance == name for row in held.rows)]
    if pollutants:
        yield _("Held but in no figure here: the pollutants {names}.").format(names=", ".join(pollutants))


def _quantities(held: Inventory) -> Mapping[str, Sequence[Row]]:
    return {EMISSIONS: held.emissions, ENERGY: held.energy}


def _quantity(name: str) -> str:
    return _("Emissions") if name == EMISSIONS else _("Energy")


def _quality(name: str) -> str:
    return {
        "measured": _("measured"),
        "modelled": _("modelled"),
        "declared": _("declared"),
        "assumed": _("assumed"),
    }[name]


def _sectors(names: Sequence[str]) -> str:
    return ", ".join(in_language(SECTORS[name]) for name in names)
