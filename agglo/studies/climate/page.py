"""The printed page of an inventory: tonnes and their interval, energy, sectors, quality, sources, run and footprint."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.catalogue import datasets
from agglo.contract import numerals
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _, in_language
from agglo.models.climate.nomenclature import ALL, BOUNDARIES, SECTORS
from agglo.runs import asking, questions
from agglo.runs.asking import Asked
from agglo.runs.process import Progress
from agglo.runs.run import Run
from agglo.store.files import write_atomically
from agglo.store.workspace import Workspace
from agglo.studies.report.comparison import LabelledRun
from agglo.territory.bundled import BUNDLED, bundled

if TYPE_CHECKING:
    from agglo.studies.report.blocks import Block, Document, Section, Table

MODEL = "climate.inventory"
SUFFIXES = (".html", ".pdf")
MOST_SOURCES = 8
"""Sources that the page names; the run holds all."""

Row = dict[str, Any]


def check_place(path: Path) -> None:
    """Refuse a page that could not be written, before anything is computed.

    Raises
    ------
    InvalidInput
        No such folder, or neither HTML nor PDF.
    """
    found = []
    if path.suffix.lower() not in SUFFIXES:
        expected = _("a name that ends in {suffixes}").format(suffixes=", ".join(SUFFIXES))
        found.append(Fault(f"--output {path}", path.suffix or _("no extension"), expected))
    if path.is_dir() or not path.absolute().parent.is_dir():
        got = _("a folder") if path.is_dir() else _("no such folder: {folder}").format(folder=path.parent)
        found.append(Fault(f"--output {path}", got, _("the name of a file, in a folder that exists")))
    if found:
        raise InvalidInput(_("The report cannot be written there."), found)


def ask(
    workspace: Workspace,
    reference: str,
    *,
    gwp: str = "as-stated",
    territory: str = "",
    progress: Progress | None = None,
) -> Asked:
    """Ask ``climate.inventory`` of a kept inventory.

    Raises
    ------
    InvalidInput
        The inventory or a parameter cannot be used.
    """
    from agglo.contract.model import find

    parameters = {"gwp": gwp, **({"territory": territory} if territory else {})}
    posed = questions.pose(workspace, find(MODEL), inputs={"inventory": reference}, parameters=parameters)
    return asking.ask(workspace, posed, progress=progress)


def write(path: Path, workspace: Workspace, run: Run) -> Path:
    """Write the page of a finished run of ``climate.inventory``, as HTML or PDF by the name of the file.

    Raises
    ------
    InvalidInput
        As :func:`check_place`.
    MissingExtra
        A PDF is asked for and Typst is not installed.
    """
    from agglo.studies.report import printing, webpage

    check_place(path)
    whole = document(workspace, run)
    content = printing.render(whole) if path.suffix.lower() == ".pdf" else webpage.render(whole).encode()
    write_atomically(path, content)
    return path


def document(workspace: Workspace, run: Run) -> "Document":
    """Everything the page says."""
    from agglo.contract import card
    from agglo.contract.model import find
    from agglo.studies.report.blocks import Document

    one = run.content["inputs"]["inventory"]
    described = datasets.find(workspace, f"{one['dataset']}@{one['version']}").description
    found = Figures(run)
    about = [
        _("Territory: {place}.").format(place=found.said_place),
        _("Years: {years}.").format(years=found.said_years),
        _("Computed on {date}.").format(date=numerals.instant(run.content["finished"])),
    ]
    labelled = LabelledRun(_("Inventory"), run, card.of(find(MODEL), workspace.register))
    sections = [_summary(found), _sectors(found), _known(found), _sources(found, described, labelled)]
    return Document(
        title=described["title"],
        kind=_("Inventory of energy and emissions"),
        about=tuple(about),
        sections=tuple(sections),
        runs=(run.id,),
    )


class Figures:
    """What a run of ``climate.inventory`` answers: totals of the widest place, by year and sector."""

    def __init__(self, run: Run) -> None:
        self.run = run
        every = run.table("totals").to_pylist()
        places = list(dict.fromkeys(row["place"] for row in every))
        self.place = next((place for place in places if len(place) == 9), places[0])
        self.places = [place for place in places if place != self.place]
        self.totals = [row for row in every if row["place"] == self.place]
        self.lines = run.table("lines").to_pylist()
        self.years = sorted({row["year"] for row in self.totals})
        self.by = {(row["year"], row["sector"]): row for row in self.totals}

    @property
    def last(self) -> int:
        return int(self.years[-1])

    @property
    def said_place(self) -> str:
        """The name of the place where it comes with agglo, and its code."""
        return f"{bundled(self.place).name} ({self.place})" if self.place in BUNDLED else self.place

    @property
    def said_years(self) -> str:
        """The years, as a span where none is missing."""
        first, last = self.years[0], self.years[-1]
        whole = 1 < len(self.years) == last - first + 1
        return f"{first}-{last}" if whole else ", ".join(map(str, self.years))

    @property
    def whole(self) -> Row:
        """All sectors together, in the last year."""
        whole: Row = self.by[self.last, ALL]
        return whole

    def rows(self, year: int) -> list[Row]:
        """The sectors of a year, in the order of the order."""
        return [self.by[year, sector] for sector in SECTORS if (year, sector) in self.by]


def interval(low: float | None, high: float | None) -> str:
    """The 95 % interval of a figure, in words, three digits; empty where there is none.

    >>> interval(1211155.0, 1357445.0)
    '95 % interval: 1,210,000 to 1,360,000'
    """
    from agglo.studies.report.chapters import words

    if low is None or high is None:
        return ""
    return _("95 % interval: {low} to {high}").format(low=words.rounded(low), high=words.rounded(high))


def _summary(found: Figures) -> "Section":
    from agglo.studies.report.blocks import Box, Key, Keys, Paragraph, Section

    whole = found.whole
    keys = [
        Key(title.format(year=found.last), numerals.figure(whole[names[0]]), numerals.unit_label(unit), below)
        for title, unit, names in (
            (_("Greenhouse gases, {year}"), "tCO2e/yr", ("emissions_tco2e", "low_tco2e", "high_tco2e")),
            (_("Final energy, {year}"), "MWh/yr", ("energy_mwh", "energy_low_mwh", "energy_high_mwh")),
        )
        if (below := interval(whole[names[1]], whole[names[2]])) or whole[names[0]] is not None
    ]
    said = _("Counted: {boundary}.").format(boundary=in_language(BOUNDARIES[whole["boundary"]]))
    blocks: list[Block] = [Keys(tuple(keys)), Paragraph(said)]
    emissions = [sector for sector in SECTORS if not _held(found, sector, "emissions_tco2e")]
    if emissions:
        named = ", ".join(in_language(SECTORS[sector]) for sector in emissions)
        texts = _("No emissions are held for: {sectors}. They are not zero: they are not in the total.")
        blocks.append(Box(_("The total is not complete."), (texts.format(sectors=named),)))
    return Section("summary", _("In short"), _("In short"), tuple(blocks))


def _held(found: Figures, sector: str, column: str) -> bool:
    row = found.by.get((found.last, sector))
    return row is not None and row[column] is not None


def _sectors(found: Figures) -> "Section":
    from agglo.studies.report.blocks import Section

    blocks: list[Block] = [_by_sector(found)]
    if len(found.years) > 1:
        blocks.append(_by_year(found))
    return Section("sectors", _("By sector"), _("By sector"), tuple(blocks))


def _by_sector(found: Figures) -> "Table":
    from agglo.studies.report import blocks

    columns = (
        blocks.Column(_("Sector")),
        *(blocks.Column(title, "tCO2e/yr", True, 0) for title in (_("Emissions"), _("low"), _("high"))),
        blocks.Column(_("Share"), figures=True, share=True),
        *(blocks.Column(title, "MWh/yr", True, 0) for title in (_("Energy"), _("low"), _("high"))),
        blocks.Column(_("Least known")),
    )
    whole = found.whole["emissions_tco2e"]
    rows = [
        blocks.Row(_cells(row, whole), strong=row["sector"] == ALL) for row in (*found.rows(found.last), found.whole)
    ]
    caption = _("Emissions and energy by sector, {year}, with 95 % intervals").format(year=found.last)
    return blocks.Table("sectors-table", caption, columns, tuple(rows))


def _cells(row: Row, whole: float | None) -> tuple[str | float | None, ...]:
    from agglo.studies.report import wording

    value = row["emissions_tco2e"]
    sector = in_language(SECTORS[row["sector"]]) if row["sector"] != ALL else _("All sectors")
    share = value / whole if whole and value is not None else None
    energy = (row["energy_mwh"], row["energy_low_mwh"], row["energy_high_mwh"])
    return sector, value, row["low_tco2e"], row["high_tco2e"], share, *energy, wording.quality(row["quality"])


def _by_year(found: Figures) -> "Table":
    from agglo.studies.report import blocks

    columns = (
        blocks.Column(_("Year"), year=True),
        *(blocks.Column(title, "tCO2e/yr", True, 0) for title in (_("Emissions"), _("low"), _("high"))),
        *(blocks.Column(title, "MWh/yr", True, 0) for title in (_("Energy"), _("low"), _("high"))),
    )
    names = ("emissions_tco2e", "low_tco2e", "high_tco2e", "energy_mwh", "energy_low_mwh", "energy_high_mwh")
    rows = tuple(blocks.Row((year, *(found.by[year, ALL][name] for name in names))) for year in found.years)
    return blocks.Table("years-table", _("All sectors, by year"), columns, rows)


def _known(found: Figures) -> "Section":
    """How well the figures are known: what the run says beside them, shares by quality included."""
    from agglo.studies.report import blocks, pages

    notes = tuple(pages.said(note) for note in found.run.notes)
    return blocks.Section("known", _("How well it is known"), _("Quality"), (blocks.Items(notes),))


def _sources(found: Figures, described: dict[str, Any], labelled: LabelledRun) -> "Section":
    """Where the figures come from, the run that holds them, what it cost."""
    from agglo.studies.report import blocks, costs, sources

    run = found.run
    reference = f"{described['name']}@{described['version']}"
    source = sources.of(reference, described)
    pairs = (
        (_("Dataset and version"), reference),
        (_("Owner"), source.owner),
        (_("Source"), source.source),
        (_("Licence"), source.licence),
        (_("Model and version"), run.model),
        (_("Result (digest)"), str(run.content["outcome"]["digest"])[:12]),
        (_("To verify it"), f"agglo verify {run.id}"),
    )
    named = list(dict.fromkeys(row["source"] for row in found.lines if row["year"] == found.last))
    shown = named[:MOST_SOURCES]
    if len(named) > len(shown):
        shown.append(_("... and {count} more, in the run.").format(count=len(named) - len(shown)))
    kept: list[Block] = [
        blocks.Items(tuple(shown), _("Sources of the rows counted, {year}").format(year=found.last)),
        blocks.Facts(_("Dataset and run that are kept"), pairs, source.caveats),
    ]
    if said := costs.in_all([labelled]):
        kept.append(blocks.Paragraph(said))
    return blocks.Section("sources", _("Sources, run and cost"), _("Sources"), tuple(kept))


def text(found: Figures, table: Callable[..., str]) -> str:
    """The page's figures for a terminal; ``table`` lays out a header and rows."""
    whole = found.whole
    header = (_("sector"), "tCO₂e", _("low"), _("high"), "MWh", _("low"), _("high"))
    names = ("emissions_tco2e", "low_tco2e", "high_tco2e", "energy_mwh", "energy_low_mwh", "energy_high_mwh")
    rows: list[Sequence[str]] = [
        [in_language(SECTORS[row["sector"]]), *(_cell(row[name]) for name in names)] for row in found.rows(found.last)
    ]
    total = [_("All sectors"), *(_cell(whole[name]) for name in names)]
    lines = [f"{found.said_place}, {found.last}", table(header, [*rows, (), total], figures=range(1, 7))]
    lines.append(
        _("Low and high: 95 % interval. Counted: {boundary}.").format(
            boundary=in_language(BOUNDARIES[whole["boundary"]])
        )
    )
    return "\n".join(lines)


def _cell(value: float | None) -> str:
    return "-" if value is None else numerals.number(value)
