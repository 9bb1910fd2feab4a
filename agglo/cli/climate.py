"""``agglo climate``: inventories of energy and emissions: a workbook to fill in, imports, exports, a page to print."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agglo.cli import EXIT_FAILED, answers, cost, show
from agglo.cli.data import DatasetReference
from agglo.cli.options import Json, LanguageFolder, WorkspaceFolder, choice
from agglo.cli.usage import Commands
from agglo.contract.errors import NotFound
from agglo.contract.language import _, in_language, ngettext
from agglo.contract.numerals import number
from agglo.store.workspace import open_workspace

if TYPE_CHECKING:
    from agglo.studies.climate.exchange import Imported
    from agglo.studies.climate.grid import Grid

GWPS = ("as-stated", "AR4", "AR5", "AR6")
FORMATS = ("auto", "template", "cae")
EXPORTS = ("pcaet", "gpc", "com", "cae")
TEMPLATE = {"fr": "inventaire-climat.xlsx", "en": "climate-inventory.xlsx"}

app = typer.Typer(
    cls=Commands, no_args_is_help=True, help=_("Inventories of energy and emissions: in, out, on a page.")
)

Gwp = Annotated[
    str,
    typer.Option(metavar="REPORT", help=_("IPCC report to convert masses of gases with: AR4, AR5, AR6, or as-stated.")),
]
Place = Annotated[str | None, typer.Option(metavar="CODE", help=_("INSEE code of a commune, or SIREN of a territory."))]
Name = Annotated[str | None, typer.Option(metavar="NAME", help=_("Short name of the dataset (else that of the file)."))]
Title = Annotated[str, typer.Option(metavar="TEXT", help=_("What it is (else as the workbook says)."))]
Licence = Annotated[
    str, typer.Option(metavar="TEXT", help=_("Under which licence it may be used (else as the workbook says)."))
]
Source = Annotated[str, typer.Option(metavar="TEXT", help=_("Where it comes from (else as the workbook says)."))]
Owner = Annotated[str, typer.Option(metavar="TEXT", help=_("Who answers for it (else as the workbook says)."))]


@app.command("template", help=_("Write the workbook (XLSX) to fill in."))
def template(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help=_("File to write (else climate-inventory.xlsx here)."))
    ] = None,
    place: Place = None,
    year: Annotated[
        int | None, typer.Option(min=1900, max=2200, metavar="YEAR", help=_("Year to write on every row."))
    ] = None,
    workspace: LanguageFolder = None,  # noqa: ARG001, agglo.cli.language reads it
) -> None:
    from agglo.studies.climate import template as workbook

    path = workbook.write(file or Path(in_language(TEMPLATE)), place=place or "", year=year)
    typer.echo(_("Written: {file}").format(file=path))
    following = show.command("climate", "report", str(path))
    typer.echo(_("Filled in, it gives tonnes and a page: {command}").format(command=following))


@app.command("import", help=_("Keep an inventory: a filled workbook, or the State's series."))
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("File to import: XLSX, ODS or CSV."))],
    name: Name = None,
    title: Title = "",
    licence: Licence = "",
    source: Source = "",
    owner: Owner = "",
    format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help=_("template, cae (cae_1.c...), or auto: as it looks."))
    ] = "auto",
    place: Place = None,
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    choice("--format", format, FORMATS)
    given = {"title": title, "licence": licence, "source": source, "owner": owner}
    kept = _kept(file, name, given, format, place, workspace)
    if as_json:
        show.as_json({"new": kept.new, **kept.dataset.description})
    else:
        typer.echo(_said(kept))


def _kept(
    file: Path, name: str | None, given: dict[str, str], format: str, place: str | None, workspace: Path | None
) -> "Imported":
    """The inventory of a file, kept in the workspace."""
    from agglo.studies.climate import exchange

    found = exchange.read(file, form=format, place=place, given=given)
    return exchange.add(
        open_workspace(workspace), exchange.name_of(file) if name is None else name, found, file=file.name
    )


def _said(kept: "Imported") -> str:
    said = _("Kept: {reference}") if kept.new else _("Already kept, the same content: {reference}")
    rows = int(kept.dataset.description["rows"])
    lines = [said.format(reference=kept.dataset.reference)]
    lines.append("  " + ngettext("{count} row", "{count} rows", rows).format(count=number(rows)))
    return "\n".join([*lines, *(show.paragraph(in_language(note), lead="  - ") for note in kept.notes)])


@app.command("export", help=_("Write an inventory as others ask, and what that changes."))
def export(
    dataset: DatasetReference,
    format: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help=_("pcaet (grid of the plan), gpc (GPC 1.1 BASIC), com (Covenant of Mayors), cae (State's series)."),
        ),
    ],
    output: Annotated[Path, typer.Option(metavar="FILE", help=_("File to write: .csv (and a second one) or .xlsx."))],
    place: Place = None,
    gwp: Gwp = "as-stated",
    measures: Annotated[
        list[str] | None,
        typer.Option(metavar="SECTOR", help=_("With com: an optional sector that has measures. Once for each.")),
    ] = None,
    workspace: WorkspaceFolder = None,
) -> None:
    from agglo.studies.climate import exchange, grid

    choice("--format", format, EXPORTS)
    choice("--gwp", gwp, GWPS)
    grid.check_place(output)
    here = open_workspace(workspace)
    found = exchange.export(here, dataset, format, place=place, gwp=gwp, measures=measures or ())
    files = grid.write(found, output)
    typer.echo(_told(found))
    typer.echo(_("Written: {file}").format(file=", ".join(map(str, files))))


def _told(found: "Grid") -> str:
    """What an export holds and what it changed, in a few lines."""
    count = len(found.lines)
    lines = [found.title, "  " + ngettext("{count} line", "{count} lines", count).format(count=number(count))]
    told: dict[tuple[str, str], list[str]] = {}
    for one in found.changes:
        told.setdefault((_(one.done), in_language(one.why)), []).append(one.where if one.what == "-" else one.what)
    if told:
        lines.append(_("What changed:"))
        lines += [
            show.paragraph(f"{done} ({', '.join(dict.fromkeys(what))}): {why}", lead="  - ")
            for (done, why), what in told.items()
        ]
    return "\n".join(lines)


@app.command("report", help=_("From a filled workbook: tonnes, interval, a page to print."))
def report(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("Filled workbook (agglo climate template)."))],
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help=_("Page to write: .html or .pdf (else FILE.html here)."))
    ] = None,
    name: Name = None,
    title: Title = "",
    licence: Licence = "",
    source: Source = "",
    owner: Owner = "",
    place: Place = None,
    gwp: Gwp = "as-stated",
    territory: Annotated[
        str, typer.Option(metavar="SIREN", help=_("Territory that the communes add up to, where the rows name none."))
    ] = "",
    workspace: WorkspaceFolder = None,
) -> None:
    from agglo.studies.climate import page

    choice("--gwp", gwp, GWPS)
    if not file.is_file():
        raise NotFound(_("No file {name}.").format(name=file), repair=_("Give the name of a file."))
    path = output or Path(f"{file.stem}.html")
    page.check_place(path)
    given = {"title": title, "licence": licence, "source": source, "owner": owner}
    kept = _kept(file, name, given, "auto", place, workspace)
    here = open_workspace(workspace)
    with show.progress(page.MODEL) as progress:
        asked = page.ask(here, kept.dataset.reference, gwp=gwp, territory=territory, progress=progress)
    if asked.run.state == "failed":
        typer.echo(answers.run_text(here, asked.run, workspace), err=True)
        raise typer.Exit(EXIT_FAILED)
    page.write(path, here, asked.run)
    typer.echo(_said(kept))
    typer.echo("\n" + page.text(page.Figures(asked.run), show.table))
    typer.echo("\n" + cost.text([asked.run.footprint], _("cost")))
    typer.echo("\n" + _("Page: {file}").format(file=path))
    typer.echo(
        _("Next: {command}").format(command=show.command("verify", answers.short(asked.run.id), workspace=workspace))
    )
