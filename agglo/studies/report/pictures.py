"""Maps of an indicator over the communes, ready for their template."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agglo.contract.language import _
from agglo.contract.numerals import unit_label
from agglo.studies.report.classes import Class, Scale, scale_of
from agglo.studies.report.comparison import Compared, LabelledRun
from agglo.studies.report.maps import Drawing, Shape

HATCH = "url(#no-data)"
HATCH_INK = "#16191d"
MAPPED_FROM = 5
"""Different values an indicator needs for a map to say more than its table."""


@dataclass(frozen=True, slots=True)
class Area:
    """A commune on a map: how it is filled, in which ink its label is, and what it says when pointed at."""

    shape: Shape
    fill: str
    ink: str
    tip: str

    @property
    def hatched(self) -> bool:
        """Whether nothing is known of it."""
        return self.fill == HATCH


@dataclass(frozen=True, slots=True)
class Key:
    """One line of a legend."""

    fill: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A map with all that is written around it."""

    id: str
    caption: str
    description: str
    unit: str
    period: str
    areas: tuple[Area, ...]
    keys: tuple[Key, ...]


def maps_of(compared: Compared, runs: Sequence[LabelledRun], drawing: Drawing, id: str) -> list[Picture]:
    """A map for each run and one for each difference with the first; a single one where all runs agree.

    None where there are too few different values for a map to be of use.
    """
    if len({value for value in compared.values if value is not None}) < MAPPED_FROM:
        return []
    scale = scale_of(compared.values, better=compared.term.better)
    if not compared.differ:
        return [_map(compared, [row.values[0] for row in compared.rows], scale, drawing, id=id, caption="")]
    pictures = []
    for rank, one in enumerate(runs):
        values = [row.values[rank] for row in compared.rows]
        pictures.append(_map(compared, values, scale, drawing, id=f"{id}-{rank}", caption=one.label))
    if any(compared.differences):
        changes = scale_of(compared.differences, better=compared.term.better, signed=True)
        for rank, one in enumerate(runs[1:]):
            values = [row.differences[rank] for row in compared.rows]
            caption = _("Difference: {label}, minus {reference}").format(label=one.label, reference=runs[0].label)
            pictures.append(_map(compared, values, changes, drawing, id=f"{id}-d{rank}", caption=caption, signed=True))
    return pictures


def _map(
    compared: Compared,
    values: Sequence[float | None],
    scale: Scale,
    drawing: Drawing,
    *,
    id: str,
    caption: str,
    signed: bool = False,
) -> Picture:
    by_code = {row.key: value for row, value in zip(compared.rows, values, strict=True)}
    areas = [_area(shape, by_code[shape.commune.insee], scale, compared, signed) for shape in drawing.shapes]
    return Picture(
        id=id,
        caption=caption,
        description=_described(compared, by_code, drawing, signed),
        unit=unit_label(compared.unit),
        period=compared.period,
        areas=tuple(areas),
        keys=tuple(_keys(scale, list(by_code.values()))),
    )


def _area(shape: Shape, value: float | None, scale: Scale, compared: Compared, signed: bool) -> Area:
    said = compared.quantity(value, signed=signed)
    tip = _("{place}: {value}").format(place=shape.commune.name, value=said)
    if value is None:
        return Area(shape, HATCH, HATCH_INK, tip)
    found = scale.of(value)
    return Area(shape, found.colour, found.ink, tip)


def _keys(scale: Scale, values: Sequence[float | None]) -> Iterator[Key]:
    found: list[Class | None] = [None if value is None else scale.of(value) for value in values]
    for one in reversed(scale.classes):
        yield Key(one.colour, one.label, found.count(one))
    if None in found:
        yield Key(HATCH, _("no data"), found.count(None))


def _described(compared: Compared, values: dict[str, float | None], drawing: Drawing, signed: bool) -> str:
    """What the map shows, for those who do not see it."""
    names = {shape.commune.insee: shape.commune.name for shape in drawing.shapes}
    known = sorted((value, names[code]) for code, value in values.items() if value is not None)
    if not known:
        return _("No commune has a figure.")

    def said(value: float) -> str:
        return compared.quantity(value, signed=signed)

    return _(
        "{count} communes, coloured by class. Lowest: {lowest} ({low}). Highest: {highest} ({high}). "
        "The table below holds the same figures."
    ).format(
        count=len(values), lowest=known[0][1], low=said(known[0][0]), highest=known[-1][1], high=said(known[-1][0])
    )
