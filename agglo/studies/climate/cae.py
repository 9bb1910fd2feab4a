"""Series of the State's platform, read into an inventory and written from one.

Two layouts are read: a line a series with a column a year (``id, titre, unite, 2015, 2016...``, as the platform's
trajectory tool prints it), and a line a figure (``id, year, unite, value``). The unit is always said: the platform
counts ``cae_1`` in teq CO2 in its trajectory and in kteq CO2 in the plan's diagnosis.

What is a sum of sectors has no row of its own in an inventory. ``cae_1.k`` (both sectors of transport) gives the row of
road transport by subtraction where the platform gives none, and is written again from it, to the digit: decision 021.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import Text, _, in_language
from agglo.models.climate.nomenclature import ALL, CO2E, ENERGY, SECTORS
from agglo.studies.climate import identifiers as ids
from agglo.studies.climate import rows as inventory
from agglo.studies.climate.identifiers import OTHER_TRANSPORT, ROAD, Identifier

if TYPE_CHECKING:
    import pyarrow as pa

    from agglo.catalogue.mapping import Mapping as FileMapping

AGREES_WITHIN = 0.005
"""Relative difference that rounding explains between a printed sum and the sum of what is printed [1]."""

DERIVED = "{transport} - {other}"
"""End of the source of a row of road transport got by subtraction."""

_ID, _UNIT, _YEAR, _VALUE, _TITLE = "id", "unit", "year", "value", "title"
_NAMES = {
    _ID: ("id", "identifiant", "identifiant_referentiel"),
    _UNIT: ("unite", "unité", "unit"),
    _YEAR: ("year", "annee", "année"),
    _VALUE: ("value", "valeur", "resultat", "résultat"),
    _TITLE: ("titre", "title", "nom"),
}
_SCHEMA = {
    "name": "cae-series",
    "fields": [
        {"name": _ID, "type": "string", "constraints": {"required": True}},
        {"name": _UNIT, "type": "string", "constraints": {"required": True}},
        {"name": _YEAR, "type": "integer", "constraints": {"required": True, "minimum": 1900, "maximum": 2200}},
        {"name": _VALUE, "type": "number", "constraints": {"required": True}},
    ],
    "primaryKey": [_ID, _YEAR],
}

Series = dict[str, dict[int, float]]
"""Figures by identifier and year."""


@dataclass(frozen=True, slots=True)
class Read:
    """An inventory read from series: a table of schema ``climate-inventory``, and what a person must know of it."""

    table: "pa.Table"
    notes: tuple[Text, ...]


def read(path: Path, *, place: str, source: str) -> Read:
    """The inventory that a file of series holds.

    Boundary ``scope-1-2`` (the climate plan's), potentials not stated, carriers together, quality ``modelled``.

    Parameters
    ----------
    place
        INSEE code of the commune or SIREN code of the territory the series are of.
    source
        Where they come from: the beginning of the source of each row.

    Raises
    ------
    NotFound
        There is no such file.
    InvalidInput
        An unknown identifier (the nearest is named), a unit that is missing or of another kind, a negative figure, a
        printed sum that its parts contradict, or anything the file's format does not allow; all are listed.
    """
    found = _Reading(place, source)
    for row in _prepared(path).to_pylist():
        found.take(row)
    found.stop()
    found.transport()
    found.totals()
    found.stop()
    if not found.rows:
        fault = Fault(path.name, _("no emission and no consumption"), _("series such as cae_1.c or cae_2.e"))
        raise InvalidInput(_("These series are not an inventory."), [fault])
    return Read(inventory.table(found.rows), tuple(found.notes))


def _prepared(path: Path) -> "pa.Table":
    """Identifier, unit, year and value of each figure of the file."""
    from agglo.catalogue.preparation import prepare
    from agglo.catalogue.reading import read_source
    from agglo.catalogue.schema import Schema
    from agglo.catalogue.source import Layout

    known = frozenset(name for names in _NAMES.values() for name in names)
    columns = {name.lower(): name for name in read_source(path, Layout(known=known)).columns}
    named = {field: columns[one] for field, names in _NAMES.items() for one in names if one in columns}
    repair = _(
        "Add it: the platform counts emissions in teq CO2 in its trajectory and in kteq CO2 in the plan's diagnosis."
    )
    missing = [
        Fault(_('column "{name}"').format(name=_NAMES[one][0]), _("no such column"), _("this column"), text)
        for one, text in ((_ID, ""), (_UNIT, repair))
        if one not in named
    ]
    if missing:
        raise InvalidInput(_("{name} is not a file of series.").format(name=path.name), missing)
    return prepare(path, schema=Schema.from_dict(_SCHEMA), mapping=_mapping(named)).table


def _mapping(named: Mapping[str, str]) -> "FileMapping":
    from agglo.catalogue.mapping import Mapping as FileMapping

    long = _VALUE in named
    content: dict[str, Any] = {
        "totals": "keep",
        "columns": {name: field for field, name in named.items() if field != _TITLE},
        "ignore": [named[_TITLE]] if _TITLE in named else [],
    }
    if not long:
        kept = [name for field, name in named.items() if field != _TITLE]
        content["wide"] = {"id": kept, "variable": _YEAR, "value": _VALUE, "empty": "drop"}
    return FileMapping.from_dict(content)


@dataclass
class _Reading:
    """Figures being read, with what is wrong and what is to know."""

    place: str
    source: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    series: Series = field(default_factory=lambda: defaultdict(dict))
    units: dict[str, str] = field(default_factory=dict)
    outside: dict[str, None] = field(default_factory=dict)

    def take(self, figure: Mapping[str, Any]) -> None:
        """One figure of the file."""
        name, year, value = figure[_ID].strip(), int(figure[_YEAR]), float(figure[_VALUE])
        one, where = ids.find(name), f"{name}, {year}"
        if one is None:
            fault = Fault(name, "", _("an identifier of the platform"), ids.closest(name))
            self.faults += [] if fault in self.faults else [fault]
        elif one.use == "outside":
            self.outside[name] = None
        elif (symbol := ids.unit_of(figure[_UNIT], one.substance)) is None:
            expected = "GWh, MWh" if one.substance == ENERGY else "teq CO2, kteq CO2"
            expected = expected if one.substance in (CO2E, ENERGY) else "tonnes"
            self.faults.append(Fault(where, figure[_UNIT], expected))
        elif self.units.setdefault(name, symbol) != symbol:
            self.faults.append(Fault(where, figure[_UNIT], _("one unit for a series")))
        elif value < 0:
            repair = _("Carbon stored by land is not part of an inventory of emissions.")
            self.faults.append(Fault(where, inventory.written(value), _("0 or more"), repair))
        else:
            self.series[name][year] = value
            if one.use == "row":
                self.rows.append(self._row(one, year, value, f"{self.source}; {name}"))

    def _row(self, one: Identifier, year: int, value: float, source: str, unit: str = "") -> dict[str, Any]:
        return {
            "place": self.place,
            "year": year,
            "sector": one.sector,
            "subsector": one.subsector,
            "carrier": ALL,
            "substance": one.substance,
            "value": value,
            "unit": unit or self.units[one.id],
            "boundary": "scope-1-2",
            "gwp": "not-stated" if one.substance == CO2E else "not-applicable",
            "quality": "modelled",
            "source": source,
        }

    def stop(self) -> None:
        """Raise what was found wrong, and note what is left out."""
        if self.faults:
            raise InvalidInput(_("These series cannot be imported."), self.faults)
        if self.outside:
            named = ", ".join(self.outside)
            self.notes.append(
                {
                    "fr": f"Non repris : {named} ; {ids.OUTSIDE_REASON['fr']}.",
                    "en": f"Left out: {named}; {ids.OUTSIDE_REASON['en']}.",
                }
            )
            self.outside = {}

    def transport(self) -> None:
        """What the printed sum of both sectors of transport gives: a row of road transport, or only a check."""
        for substance in (CO2E, ENERGY):
            printed = ids.of_transport(substance)
            if printed not in self.series:
                continue
            road, other = (ids.by_row()[substance, sector, ALL] for sector in (ROAD, OTHER_TRANSPORT))
            outcome: defaultdict[str, list[int]] = defaultdict(list)
            for year, value in self.series[printed].items():
                outcome[self._transport_of(printed, road, other, year, value)].append(year)
            self.notes += list(_transport_notes(outcome, printed, road.id, other.id))

    def _transport_of(self, printed: str, road: Identifier, other: Identifier, year: int, value: float) -> str:
        """What a year of the printed sum gives: ``derived``, ``same``, ``rounded`` or ``alone``."""
        parts = [self.series.get(one.id, {}).get(year) for one in (road, other)]
        known = {self.units[name] for name in (printed, road.id, other.id) if name in self.units}
        if parts[1] is None or len(known) > 1:
            return "alone"
        if parts[0] is not None:
            return self._agreeing(f"{printed}, {year}", value, [parts[0], parts[1]])
        rest = float(inventory.exact(value) - inventory.exact(parts[1]))
        if rest < 0:
            got, expected = inventory.written(value), f"{other.id} = {inventory.written(parts[1])}"
            self.faults.append(Fault(f"{printed}, {year}", got, _("at least {least}").format(least=expected)))
            return "same"
        source = f"{self.source}; {DERIVED.format(transport=printed, other=other.id)}"
        self.rows.append(self._row(road, year, rest, source, self.units[printed]))
        return "derived"

    def _agreeing(self, where: str, value: float, parts: Sequence[float]) -> str:
        found = inventory.total(parts)
        if found == value:
            return "same"
        if abs(found - value) > AGREES_WITHIN * max(found, value):
            got, expected = inventory.written(value), inventory.written(found)
            self.faults.append(Fault(where, got, _("the sum of its parts, {sum}").format(sum=expected)))
        return "rounded"

    def totals(self) -> None:
        """Compare what is printed for all sectors with the sum of sectors, where every sector is there."""
        for one in ids.known().values():
            if one.use == "total" and one.id in self.series:
                compared = [year for year in self.series[one.id] if self._total_of(one, year)]
                left = [year for year in self.series[one.id] if year not in compared]
                if compared:
                    self.notes.append(_note_compared(one.id, compared))
                if left:
                    self.notes.append(_note_uncompared(one.id, left))

    def _total_of(self, one: Identifier, year: int) -> bool:
        parts = []
        for sector in SECTORS:
            same = [
                row
                for row in self.rows
                if (row["substance"], row["sector"], row["year"]) == (one.substance, sector, year)
                and row["unit"] == self.units[one.id]
            ]
            whole = [row["value"] for row in same if row["subsector"] == ALL] or [row["value"] for row in same]
            if not whole:
                return False
            parts.append(inventory.total(whole))
        self._agreeing(f"{one.id}, {year}", self.series[one.id][year], parts)
        return True


def _transport_notes(outcome: Mapping[str, list[int]], printed: str, road: str, other: str) -> Iterator[Text]:
    if years := outcome.get("derived"):
        span = _span(years)
        yield {
            "fr": f"Transport routier, {span} : {printed} moins {other}, faute de {road}.",
            "en": f"Road transport, {span}: {printed} less {other}, as {road} is not given.",
        }
    if years := outcome.get("rounded"):
        span = _span(years)
        yield {
            "fr": f"{printed}, {span} : non repris ; {road} + {other}, qui sont repris, en diffèrent d'un arrondi.",
            "en": f"{printed}, {span}: left out; {road} + {other}, which are kept, differ from it by a rounding.",
        }
    if years := outcome.get("alone"):
        span = _span(years)
        yield {
            "fr": f"{printed}, {span} : non repris ; rien ne le partage entre les deux secteurs des transports.",
            "en": f"{printed}, {span}: left out; nothing splits it between the two sectors of transport.",
        }


def _note_compared(id: str, years: Sequence[int]) -> Text:
    return {
        "fr": f"{id}, {_span(years)} : comparé à la somme des secteurs, qu'il confirme aux arrondis près ; non repris.",
        "en": f"{id}, {_span(years)}: compared with the sum of sectors, which agrees but for rounding; left out.",
    }


def _note_uncompared(id: str, years: Sequence[int]) -> Text:
    return {
        "fr": f"{id}, {_span(years)} : non repris ni vérifié, tous les secteurs n'étant pas donnés.",
        "en": f"{id}, {_span(years)}: left out and not checked, as some sectors are not given.",
    }


def _span(years: Sequence[int]) -> str:
    return str(years[0]) if len(years) == 1 else f"{min(years)}-{max(years)}"


def said(notes: Sequence[Text]) -> list[str]:
    """Notes in the language in force."""
    return [in_language(note) for note in notes]
