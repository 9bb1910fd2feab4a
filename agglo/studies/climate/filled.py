"""The filled workbook, read: an inventory in tonnes and megawatt-hours, or everything wrong with it, cell by cell.

Where a factor is stated for a carrier, energy × factor gives a row of emissions, whose source names both.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.catalogue.spreadsheet import shown
from agglo.catalogue.workbook import Sheet, sheets
from agglo.contract.errors import Fault, InvalidInput, NotFound, nearest
from agglo.contract.language import LANGUAGES, Text, _, in_language
from agglo.contract.units import convert
from agglo.models.climate import uncertainty
from agglo.models.climate.nomenclature import ALL, CARRIERS, CO2E, ENERGY, POLLUTANTS, SECTORS
from agglo.studies.climate import layout, rows
from agglo.studies.climate.cells import FilledRow, Form
from agglo.studies.climate.layout import EMISSIONS, FACTORS, HEADS, READ_ME, SHEETS

if TYPE_CHECKING:
    import pyarrow as pa

_MARK = re.compile(rf"{layout.MARK} (\d+) ({'|'.join(LANGUAGES)})")
_QUALITIES = ("measured", "modelled", "declared", "assumed")
"""From the best known to the least."""

_BURNT = ("oil", "gas", "coal", "hydrogen")
"""Carriers whose energy depends on the heating value it is counted with."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled workbook: a table of schema ``climate-inventory``, what describes it, what a person must know of it."""

    table: "pa.Table"
    described: Mapping[str, str]
    notes: tuple[Text, ...]


def read_template(path: Path) -> "pa.Table":
    """The rows of schema ``climate-inventory`` of a filled workbook; errors as :func:`read`."""
    return read(path).table


def is_template(path: Path) -> bool:
    """Whether a file is a workbook that says it is our template, of whatever version."""
    from zipfile import is_zipfile

    if path.suffix.lower() not in (".xlsx", ".xlsm", ".ods") or not is_zipfile(path):
        return False
    return _marked(_sheets(path)) is not None


def read(path: Path) -> Filled:
    """What a filled workbook holds.

    Raises
    ------
    NotFound
        There is no such file.
    InvalidInput
        It is not our template or of another version; a sheet or a column was moved, renamed or removed; a cell is no
        number, negative, or names nothing known (the nearest is given); a figure is given twice; energy and factor are
        of two heating values; boundaries differ; nothing is filled in. All are listed, each with its cell.
    """
    if not path.is_file():
        raise NotFound(_("No file {name}.").format(name=path))
    found = _sheets(path)
    said = _language_of(path, found)
    forms, faults = _forms(found, said)
    _stop(path, faults)
    read_me = next(sheet for sheet in found if sheet.name == SHEETS[READ_ME][said])
    described = _described(read_me)
    held = {name: list(form.rows()) for name, form in forms.items()}
    whole = _Inventory(held, described.get("source", ""))
    faults = [fault for form in forms.values() for fault in form.faults] or whole.faults(forms, path)
    _stop(path, faults)
    return Filled(rows.table(whole.rows()), described, tuple(whole.notes()))


def missing_descriptions(described: Mapping[str, str], path: Path) -> list[Fault]:
    """What the first sheet does not say of the inventory, cell by cell."""
    said = _language_of(path, _sheets(path))
    sheet = SHEETS[READ_ME][said]
    return [
        Fault(f"{sheet}!B{rank} ({in_language(text)})", _("an empty cell"), _("a short text"))
        for rank, (name, text) in enumerate(layout.DESCRIBED.items(), layout.DESCRIBED_ROW)
        if not described.get(name)
    ]


def _sheets(path: Path) -> list[Sheet]:
    return sheets(path, "ods" if path.suffix.lower() == ".ods" else "xlsx")


def _stop(path: Path, faults: Sequence[Fault]) -> None:
    if faults:
        raise InvalidInput(_("{name} cannot be used as it is.").format(name=path.name), faults)


def _marked(found: Sequence[Sheet]) -> re.Match[str] | None:
    """What says that a workbook is our template."""
    for sheet in found:
        if match := _MARK.fullmatch(shown(sheet.cells.get(2, {}).get(2, "")).strip()):
            return match
    return None


def _language_of(path: Path, found: Sequence[Sheet]) -> str:
    match = _marked(found)
    again = _("Begin with a new one: agglo climate template FILE.xlsx")
    if match is None:
        where = f"{path.name}, {in_language(SHEETS[READ_ME])}!B2"
        fault = Fault(where, _("no mark of a template"), f'"{layout.MARK} {layout.VERSION}"', again)
        raise InvalidInput(_("This workbook is not the template of an inventory."), [fault])
    if int(match[1]) != layout.VERSION:
        where = f"{in_language(SHEETS[READ_ME])}!B2"
        fault = Fault(where, match[1], str(layout.VERSION), again)
        raise InvalidInput(_("This template is of another version."), [fault])
    return match[2]


def _forms(found: Sequence[Sheet], said: str) -> tuple[dict[str, Form], list[Fault]]:
    """The sheets to fill in, by name, and what is wrong with their shape."""
    by_name = {sheet.name: sheet for sheet in found}
    forms, faults = {}, []
    for name in (READ_ME, *HEADS):
        title = SHEETS[name][said]
        if title not in by_name:
            where = _('sheet "{name}"').format(name=title)
            faults.append(Fault(where, _("no such sheet"), _("this sheet"), nearest(title, list(by_name))))
        elif name in HEADS:
            form = Form(by_name[title], name, said)
            if form.check_header():
                form.check_cells()
            faults += form.faults
            form.faults = []
            forms[name] = form
    return forms, faults


def _described(sheet: Sheet) -> dict[str, str]:
    """What the first sheet says of the inventory: title, owner, licence, source."""
    cells = {
        rank: sheet.cells.get(rank, {}).get(2, "") for rank in range(layout.DESCRIBED_ROW, layout.DESCRIBED_ROW + 4)
    }
    return {name: shown(cells[rank]).strip() for rank, name in enumerate(layout.DESCRIBED, layout.DESCRIBED_ROW)}


class _Inventory:
    """Rows of energy, of emissions and of factors together."""

    def __init__(self, held: Mapping[str, Sequence[FilledRow]], source: str) -> None:
        self.energy, self.emissions, self.stated = held[layout.ENERGY], held[EMISSIONS], held[FACTORS]
        self.source = source
        self.factors = {(row["carrier"], row["sector"]): row for row in self.stated}
        self.pairs = [(row, factor) for row in self.energy if (factor := self._factor(row))]

    def _factor(self, row: FilledRow) -> FilledRow | None:
        """The factor of an energy: that of its sector, else that of all."""
        return self.factors.get((row["carrier"], row["sector"])) or self.factors.get((row["carrier"], None))

    # what is wrong

    def faults(self, forms: Mapping[str, Form], path: Path) -> list[Fault]:
        if not self.energy and not self.emissions:
            names = ", ".join(forms[name].sheet.name for name in (layout.ENERGY, EMISSIONS))
            return [Fault(f"{path.name}, {names}", _("no value"), _("one value at least"))]
        return [
            *self._twice(),
            *self._heating_values(),
            *self._boundaries(),
            *self._units(),
            *self._sources(),
        ]

    def _twice(self) -> Iterator[Fault]:
        """Figures and factors given twice, and emissions given that energy × factor gives too."""
        first: dict[tuple[Any, ...], str] = {}
        every = [
            *((("factor", row["carrier"], row["sector"]), row) for row in self.stated),
            *((("energy", *_cell(row), row["carrier"], ENERGY), row) for row in self.energy),
            *((("emissions", *_cell(row), row["carrier"], row["substance"]), row) for row in self.emissions),
        ]
        for key, row in every:
            where = row.places["value"]
            if key in first:
                yield Fault(where, _("given in {cell} too").format(cell=first[key]), _("given once"))
            first.setdefault(key, where)
        yield from self._double()

    def _double(self) -> Iterator[Fault]:
        repair = _("These emissions would be counted twice: keep this row, or the energy and its factor.")
        for row in self.emissions:
            if row["substance"] in POLLUTANTS or row["carrier"] == layout.NONE:
                continue
            for energy, factor in self.pairs:
                same = all(row[name] == energy[name] for name in ("place", "year", "sector"))
                same &= row["subsector"] == energy["subsector"] or None in (row["subsector"], energy["subsector"])
                if same and row["carrier"] in (ALL, energy["carrier"]):
                    got = f"{energy.places['value']} × {factor.places['value']}"
                    yield Fault(
                        row.places["value"], _("also given by {cells}").format(cells=got), _("given once"), repair
                    )
                    break

    def _heating_values(self) -> Iterator[Fault]:
        for row, factor in self.pairs:
            if row["carrier"] not in _BURNT:
                continue
            for one in (row, factor):
                if one["heating"] in (None, layout.NONE):
                    expected = _("{lower} or {higher}, as energy is multiplied by a factor").format(
                        **{name: in_language(layout.CHOICES["heating"][name]) for name in ("lower", "higher")}
                    )
                    yield Fault(one.places["heating"], _("nothing"), expected)
            pair = {row["heating"], factor["heating"]}
            if pair == {"lower", "higher"}:
                words = {name: in_language(text) for name, text in layout.CHOICES["heating"].items()}
                expected = _("{value}, that of the factor in {cell}").format(
                    value=words[factor["heating"]], cell=factor.places["heating"]
                )
                repair = _("Convert one of them to the heating value of the other.")
                yield Fault(row.places["heating"], words[row["heating"]], expected, repair)

    def _boundaries(self) -> Iterator[Fault]:
        first: dict[str, str] = {}
        for row in (*(factor for _row, factor in self.pairs), *self.emissions):
            first.setdefault(row["boundary"], row.places["boundary"])
        if len(first) > 1:
            words = layout.CHOICES["boundary"]
            got = ", ".join(f"{in_language(words[name])} ({place})" for name, place in first.items())
            repair = _("Figures of two boundaries cannot be added: make a workbook of each.")
            yield Fault(next(iter(first.values())), got, _("one boundary"), repair)

    def _units(self) -> Iterator[Fault]:
        for row in self.emissions:
            mass = row["unit"] in ("t", "kg")
            substance = row["substance"]
            if mass != (substance not in (CO2E, "HFC", "PFC")):
                expected = "t, kg" if not mass else "tCO2e, ktCO2e, kgCO2e"
                yield Fault(row.places["unit"], f"{row['unit']} ({substance})", expected)
            if not mass and row["gwp"] == "not-applicable":
                repair = _("Write “{word}” where the source does not say.").format(
                    word=in_language(layout.CHOICES["gwp"]["not-stated"])
                )
                yield Fault(
                    row.places["gwp"], in_language(layout.CHOICES["gwp"]["not-applicable"]), "AR4, AR5, AR6", repair
                )

    def _sources(self) -> Iterator[Fault]:
        """Rows without a source, where the first sheet gives none for all."""
        if not self.source:
            for row in (*self.energy, *self.emissions):
                if not row["source"]:
                    repair = _("Say it here, or for all rows on the first sheet.")
                    yield Fault(row.places["source"], _("an empty cell"), _("where the figure comes from"), repair)

    # what it gives

    @property
    def boundary(self) -> str:
        named = [row["boundary"] for row in (*(factor for _row, factor in self.pairs), *self.emissions)]
        return named[0] if named else "scope-1-2"

    def rows(self) -> Iterator[dict[str, Any]]:
        for row in self.energy:
            yield self._row(row, ENERGY, row["value"], "MWh", "not-applicable")
        for row, factor in self.pairs:
            yield self._computed(row, factor)
        for row in self.emissions:
            yield self._row(row, row["substance"], row["value"], row["unit"], row["gwp"])

    def _row(self, row: FilledRow, substance: str, value: float, unit: str, gwp: str) -> dict[str, Any]:
        return {
            "place": row["place"],
            "year": row["year"],
            "sector": row["sector"],
            "subsector": row["subsector"] or ALL,
            "carrier": row["carrier"],
            "substance": substance,
            "value": value,
            "unit": unit,
            "boundary": self.boundary,
            "gwp": gwp,
            "uncertainty": row["uncertainty"],
            "quality": row["quality"],
            "source": row["source"] or self.source,
        }

    def _computed(self, row: FilledRow, factor: FilledRow) -> dict[str, Any]:
        """Energy × factor [tCO2e]; the interval is that of the product, where both halves are stated."""
        value = rows.exact(row["value"]) * rows.exact(convert(factor["value"], factor["unit"], "tCO2e/MWh"))
        made = self._row(row, CO2E, float(value), "tCO2e", factor["gwp"])
        halves = [row["uncertainty"], factor["uncertainty"]]
        known = None not in halves
        made["uncertainty"] = uncertainty.of_product(*halves) if known else None
        made["quality"] = max(row["quality"], factor["quality"], key=_QUALITIES.index)
        heating = "" if factor["heating"] in (None, layout.NONE) else f", {_fr('heating', factor['heating'])}"
        said = f"{rows.written(factor['value'])} {factor['unit']}{heating}, {factor['vintage']}, {factor['source']}"
        made["source"] = f"{made['source']} × {said}"
        return made

    def notes(self) -> Iterator[Text]:
        """Energy that no emissions stand for, and factors that serve nothing."""
        used = {id(factor) for _row, factor in self.pairs}
        direct: defaultdict[tuple[Any, ...], set[str]] = defaultdict(set)
        for row in self.emissions:
            if row["substance"] not in POLLUTANTS:
                direct[row["place"], row["year"], row["sector"]].add(row["carrier"])
        without: defaultdict[str, set[str]] = defaultdict(set)
        for row in self.energy:
            known = direct[row["place"], row["year"], row["sector"]]
            if self._factor(row) is None and row["value"] and not known & {ALL, row["carrier"]}:
                without[row["carrier"]].add(row["sector"])
        for carrier, sectors in without.items():
            yield {
                "fr": _missing_factor(carrier, sectors, "fr"),
                "en": _missing_factor(carrier, sectors, "en"),
            }
        if idle := [row.places["value"] for row in self.stated if id(row) not in used]:
            yield {
                "fr": f"Facteurs sans énergie à multiplier : {', '.join(idle)}.",
                "en": f"Factors without an energy to multiply: {', '.join(idle)}.",
            }


def _missing_factor(carrier: str, sectors: set[str], said: str) -> str:
    what = CARRIERS[carrier][said]
    where = ", ".join(text[said] for name, text in SECTORS.items() if name in sectors)
    if said == "fr":
        return f"{what} : ni facteur ni émissions ({where}) ; ces émissions manquent au total."
    return f"{what}: neither a factor nor emissions ({where}); these emissions are missing from the total."


def _cell(row: FilledRow) -> tuple[Any, ...]:
    return row["place"], row["year"], row["sector"], row["subsector"]


def _fr(choices: str, name: str) -> str:
    """The French word of a choice, for texts kept with data."""
    return layout.CHOICES[choices][name]["fr"]
