"""One side of the map: a layer, what it is coloured by, the figures of each commune or feature, where they are from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agglo.contract import numerals
from agglo.contract.errors import NotFound
from agglo.contract.language import _, in_language
from agglo.portal import figures, layers
from agglo.portal.layers import Layer
from agglo.portal.map import themes
from agglo.portal.map.prepared import Prepared, Shape
from agglo.portal.map.themes import NO_YEAR, Theme
from agglo.portal.visits import Visit
from agglo.studies.report import wording
from agglo.territory.communes import Bounds
from agglo.trust.access import reading

MOST_ROWS = 200
"""Features that the page's table holds."""
_MOST_SORTED = 400
"""Values that classes are made from."""


@dataclass(frozen=True, slots=True)
class Features:
    """Shapes of a layer with its own geometry. ``sample`` are values that its classes are made from."""

    prepared: Prepared
    shape: Shape
    count: int
    bounds: Bounds | None
    sample: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Side:
    """What one side shows, under a short ``name``. ``values`` are by INSEE code [``unit``]; ``features`` is None for a
    map of communes.

    ``several`` says that the layer holds several lines for a commune, so that no map of it would be true.
    """

    layer: Layer
    name: str
    themes: Mapping[str, Theme]
    theme: Theme | None
    year: int
    unit: str
    period: str
    about: str
    values: Mapping[str, float | None]
    features: Features | None
    several: bool = False

    @property
    def label(self) -> str:
        """What is shown, with its period."""
        name = self.theme.title if self.theme else self.layer.title
        return f"{name}, {self.period}" if self.period else name

    @property
    def link(self) -> str:
        """The page of what the layer comes from."""
        from agglo.portal.app import path_of

        if self.layer.run:
            return path_of("run", id=self.layer.run)
        if self.layer.dataset:
            return path_of("dataset", name=self.layer.dataset)
        return path_of("territory")


def of(visit: Visit, layer: Layer, theme: str, year: int) -> Side:
    """A side of the map; a theme or a year that the layer has not is replaced by its first theme, its last year.

    Raises
    ------
    NotFound, AggloError
        What the layer comes from cannot be read.
    """
    prepared = Prepared(layers.prepared(visit.workspace, layer))
    known = themes.of_layer(layer, prepared.properties())
    chosen = known.get(theme) or next(iter(known.values()), None)
    when = year if chosen and year in chosen.years else chosen.last if chosen else NO_YEAR
    if layer.kind == "layer":
        return _of_features(layer, prepared, known, chosen)
    if layer.output == layers.INDICATORS and chosen:
        return _of_indicator(visit, layer, known, chosen, when)
    return _of_column(visit, layer, prepared, known, chosen)


def _of_indicator(visit: Visit, layer: Layer, known: Mapping[str, Theme], theme: Theme, year: int) -> Side:
    """An indicator of a run, all sectors together."""
    run = reading.run(visit.workspace, visit.person, layer.run or "")
    codes = set(visit.territory.codes)
    found = [
        one for one in figures.of_name(run, theme.id) if one.year == year and not one.sector and one.place in codes
    ]
    if not found:
        raise NotFound(_("This answer gives no such figure by commune."))
    first = found[0]
    qualities = dict.fromkeys(wording.quality(one.quality) for one in found)
    sources = dict.fromkeys(one.source for one in found if one.source)
    said = figures.said(first)
    about = _("{quality}. Source: {source}.").format(
        quality=", ".join(qualities).capitalize(), source="; ".join(sources) or _("not stated")
    )
    values = {one.place: one.value for one in found}
    name = figures.Scenarios(visit).title(run) or in_language(run.content["model"]["title"]) or run.model
    return Side(layer, name, known, theme, year, first.unit, said.period, about, values, None)


def _of_column(visit: Visit, layer: Layer, prepared: Prepared, known: Mapping[str, Theme], theme: Theme | None) -> Side:
    """A column of figures by commune."""
    rows = prepared.by_commune(theme.id) if theme else {}
    several = any(len(found) > 1 for found in rows.values())
    values = {} if several else {code: found[0] for code, found in rows.items()}
    unit = theme.years[NO_YEAR].unit if theme else ""
    period = str(visit.territory.year or "") if layer.id == layers.COMMUNES else ""
    return Side(layer, layer.title, known, theme, NO_YEAR, unit, period, layer.description, values, None, several)


def _of_features(layer: Layer, prepared: Prepared, known: Mapping[str, Theme], theme: Theme | None) -> Side:
    sample = prepared.column(theme.id, _MOST_SORTED) if theme else []
    numbers = [float(one) if isinstance(one, int | float) else None for one in sample]
    unit = theme.years[NO_YEAR].unit if theme else ""
    shapes = Features(prepared, prepared.shape(), prepared.count(), prepared.bounds(), numbers)
    return Side(layer, layer.title, known, theme, NO_YEAR, unit, "", layer.description, {}, shapes)


def written(value: object, unit: str, decimals: int) -> str:
    """A cell of a table: figures as people write them, the rest as it is."""
    if value is None:
        return _("no data")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return numerals.quantity(value, unit, decimals) if isinstance(value, int | float) else str(value)
