"""What a reader must know beside these very figures: one sentence each, said only where it applies."""

from collections.abc import Iterator, Sequence
from math import fsum

from agglo.contract.language import _, in_language, ngettext
from agglo.models.land.factors import Factors
from agglo.models.land.results import Result
from agglo.models.land.stocks import FORESTS, TITLES, Place, stock
from agglo.models.land.tables import AREA_TOLERANCE

FEW_COMMUNES = 10
"""Aldo's documentation asks for about ten communes before its figures are read."""


def notes(results: Sequence[Result], factors: Factors) -> list[str]:
    """The caveats of this answer, the most general first."""
    return [
        *_scale(results),
        *_no_change(results),
        *_gardens(results, factors),
        *_temporary_grassland(results, factors),
        *_forest_group(results),
        *_uncounted(results),
        *_partly_counted(results),
        *_uncounted_changes(results),
        *_leaving_artificial(results),
        *_gaps(results),
        *_no_territory(results),
    ]


def _scale(results: Sequence[Result]) -> Iterator[str]:
    yield _(
        "Factors are means of soil zones, regions and groups of forests: the figure of a single commune is an order of "
        "magnitude."
    )
    if len(results) < FEW_COMMUNES:
        yield ngettext(
            "Only {count} commune is counted: Aldo's authors advise against reading results of fewer than about ten.",
            "Only {count} communes are counted: Aldo's authors advise against reading results of fewer than about ten.",
            len(results),
        ).format(count=len(results))


def _no_change(results: Sequence[Result]) -> Iterator[str]:
    still = [one for one in results if not one.changes_are_recorded]
    if still:
        yield _(
            "No land-use change is recorded in {names}: CORINE Land Cover maps changes of 5 ha or more only, so that "
            "zero there does not mean that nothing changed."
        ).format(names=_names(still))


def _gardens(results: Sequence[Result], factors: Factors) -> Iterator[str]:
    for zone in sorted({one.commune.place.zone for one in results}):
        grassed, forest = factors.soil_stock[zone, "artificial_grassed"], factors.soil_stock[zone, "forest"]
        if grassed > forest:
            yield _(
                "In soil zone {zone} ({names}) the soil of a grassed garden holds more carbon ({grassed:g} tC/ha) than "
                "that of a forest ({forest:g} tC/ha): the soil alone misleads, read it with plants and litter."
            ).format(
                zone=zone,
                names=_names([one for one in results if one.commune.place.zone == zone]),
                grassed=grassed,
                forest=forest,
            )


def _temporary_grassland(results: Sequence[Result], factors: Factors) -> Iterator[str]:
    """What temporary grassland is counted as, and what the other reading would change."""
    found = [(r.commune.place, one) for r in results for one in r.stocks if one.land == "temporary_grassland"]
    area = fsum(one.area_ha for _place, one in found)
    if not area:
        return
    counted_as = found[0][1].counted_as
    other = "grassland_herbaceous" if counted_as == "cropland" else "cropland"
    difference = fsum(_read_as(other, one.area_ha, factors, place) - one.carbon_tc for place, one in found)
    yield _(
        "Assumed: {area:.2f} ha of temporary grassland are counted as {counted_as}; counted as {other} they would "
        "change the stock by {difference:+.0f} tC."
    ).format(
        area=area,
        counted_as=in_language(TITLES[counted_as]),
        other=in_language(TITLES[other]),
        difference=difference,
    )


def _read_as(land: str, area_ha: float, factors: Factors, place: Place) -> float:
    return stock(land, area_ha, factors, place, temporary_grassland=land).carbon_tc


def _forest_group(results: Sequence[Result]) -> Iterator[str]:
    groups = {
        r.commune.place.forest_group
        for r in results
        for one in r.stocks
        if one.counted_as in FORESTS and one.biomass_tc and not one.missing
    }
    if groups:
        yield _(
            "Forest wood is the mean per hectare of forest group {groups} (IGN forest inventory), not a measurement of "
            "these forests."
        ).format(groups=", ".join(sorted(groups)))


def _uncounted(results: Sequence[Result]) -> Iterator[str]:
    for land, area in _areas(results, "all").items():
        yield _("{land}: {area:.2f} ha have no factor and are left out of the stock.").format(
            land=in_language(TITLES[land]).capitalize(), area=area
        )


def _partly_counted(results: Sequence[Result]) -> Iterator[str]:
    for land, area in _areas(results, "biomass").items():
        yield _(
            "{land}: {area:.2f} ha have no factor for wood; their soil and litter are counted, not their wood."
        ).format(land=in_language(TITLES[land]).capitalize(), area=area)


def _areas(results: Sequence[Result], missing: str) -> dict[str, float]:
    found = [one for result in results for one in result.stocks if one.missing == missing]
    areas = {land: fsum(one.area_ha for one in found if one.land == land) for land in sorted({o.land for o in found})}
    return {land: area for land, area in areas.items() if area}


def _uncounted_changes(results: Sequence[Result]) -> Iterator[str]:
    found = [one for result in results for one in result.uncounted_changes]
    whole = fsum(one.area_ha_yr for one in found if one.missing == "all")
    in_soil = fsum(one.area_ha_yr for one in found if one.missing == "soil")
    if whole:
        yield _("{area:.2f} ha a year change from or to land that has no factor: no flux is counted.").format(
            area=whole
        )
    if in_soil:
        yield _(
            "{area:.2f} ha a year change without a factor for the soil: only plants and litter are counted."
        ).format(area=in_soil)


def _leaving_artificial(results: Sequence[Result]) -> Iterator[str]:
    area = fsum(one.leaves_artificial_ha_yr for one in results)
    if area:
        yield _(
            "{area:.2f} ha a year leave artificial land: Aldo reads built land both as sealed and as grassed, and "
            "counts its plants twice."
        ).format(area=area)


def _gaps(results: Sequence[Result]) -> Iterator[str]:
    found = [one for one in results if one.covered_ha < one.commune.area_ha * (1 - AREA_TOLERANCE)]
    if found:
        yield _(
            "The land cover leaves more than {share:.0%} of the commune without a class in {names}: the stock is "
            "understated."
        ).format(share=AREA_TOLERANCE, names=_names(found))


def _no_territory(results: Sequence[Result]) -> Iterator[str]:
    found = [one for one in results if not one.commune.epci]
    if found:
        yield _("No territory is named for {names}: they are in no total.").format(names=_names(found))


def _names(results: Sequence[Result]) -> str:
    return ", ".join(one.commune.name or one.commune.insee for one in results)
