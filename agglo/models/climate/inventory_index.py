"""Emissions of each year as an index of those of a reference year, which is how climate plans state their targets."""

from collections.abc import Iterator, Sequence

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.indicators import Indicator
from agglo.contract.language import _, in_language
from agglo.models.climate.inventory_figures import SOURCE, Total, least_sure
from agglo.models.climate.nomenclature import ALL, SECTORS


def indices(totals: Sequence[Total], reference_year: int) -> list[Indicator]:
    """``climate.emissions-index`` [%] of each place and year, all sectors together: 100 x emissions / reference.

    Raises
    ------
    InvalidInput
        A place has no emissions in the reference year, or other sectors than in another year: an index of them would
        compare unlike things. Every place is named.
    """
    places = list(dict.fromkeys(one.place for one in totals))
    faults = [fault for place in places for fault in _faults(totals, place, reference_year)]
    if faults:
        raise InvalidInput(_("There is no index of these emissions."), faults)
    return [one for place in places for one in _of_place(totals, place, reference_year)]


def _of_place(totals: Sequence[Total], place: str, reference_year: int) -> Iterator[Indicator]:
    whole = {one.year: one.emissions for one in totals if one.place == place and one.sector == ALL and one.emissions}
    reference = whole[reference_year]
    for year, amount in whole.items():
        yield Indicator(
            name="climate.emissions-index",
            value=100 * amount.value / reference.value,
            unit="%",
            place=place,
            year=year,
            quality=least_sure((amount.quality, reference.quality)),
            source=SOURCE,
        )


def _faults(totals: Sequence[Total], place: str, reference_year: int) -> Iterator[Fault]:
    held: dict[int, set[str]] = {}
    for one in totals:
        if one.place == place and one.sector != ALL and one.emissions:
            held.setdefault(one.year, set()).add(one.sector)
    where = f"reference_year, {place}"
    if reference_year not in held:
        years = ", ".join(map(str, sorted(held))) or _("no year")
        yield Fault(where, str(reference_year), _("a year whose emissions are held: {years}").format(years=years))
        return
    if not sum(one.emissions.value for one in totals if one.emissions and _is(one, place, reference_year)):
        yield Fault(f"{where} {reference_year}", "0 tCO2e", _("emissions above zero"))
    for year, sectors in held.items():
        if other := sorted(sectors ^ held[reference_year]):
            names = ", ".join(in_language(SECTORS[sector]) for sector in other)
            wanted = _("the same sectors in {year} and {reference}").format(year=year, reference=reference_year)
            yield Fault(f"{where} {year}", names, wanted)


def _is(total: Total, place: str, year: int) -> bool:
    return (total.place, total.year, total.sector) == (place, year, ALL)
