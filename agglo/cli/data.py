"""``agglo data``: add datasets, list them, look at one, check one."""

import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agglo.cli import show
from agglo.cli.options import Json, LanguageFolder, WorkspaceFolder
from agglo.cli.usage import Commands
from agglo.contract.errors import Fault, InvalidInput, NotFound
from agglo.contract.language import _, in_language, ngettext
from agglo.contract.numerals import number
from agglo.store.workspace import open_workspace

if TYPE_CHECKING:
    from agglo.catalogue.datasets import Dataset
    from agglo.store.workspace import Workspace

DatasetReference = Annotated[
    str,
    typer.Argument(
        metavar="DATASET[@VERSION]", help=_("A dataset (agglo data list); its latest version if none is given.")
    ),
]

app = typer.Typer(
    cls=Commands, no_args_is_help=True, help=_("Datasets: tables and layers, checked, versioned and kept.")
)


@app.command(
    "add",
    help=_("Read, check and keep a file, or several as one: CSV, XLSX, ODS, Parquet, GeoJSON, GeoPackage or EPANET."),
)
def add(
    given: Annotated[list[Path], typer.Argument(metavar="FILE", help=_("File to add; several become one dataset."))],
    schema: Annotated[
        str,
        typer.Option(
            metavar="SCHEMA", help=_("Schema it must follow (agglo data schemas lists them), or a .json file.")
        ),
    ],
    title: Annotated[str, typer.Option(metavar="TEXT", help=_("What it is."))],
    licence: Annotated[str, typer.Option(metavar="TEXT", help=_("Under which licence it may be used."))],
    source: Annotated[str, typer.Option(metavar="TEXT", help=_("Where it comes from."))],
    owner: Annotated[str, typer.Option(metavar="TEXT", help=_("Who answers for it."))],
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help=_("Short name of the dataset (else that of the file)."))
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=_("YAML file that says how to read it: columns, units, signs, time zone...")),
    ] = None,
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from agglo.catalogue import datasets
    from agglo.trust.access import rights

    _check_files(*given, mapping)
    here = open_workspace(workspace)
    rights.of_operator(here, "add")
    added = datasets.add(
        here,
        given[0] if len(given) == 1 else given,
        name=_short_name(given) if name is None else name,
        schema=schema,
        title=title,
        licence=licence,
        source=source,
        owner=owner,
        mapping=mapping,
    )
    if as_json:
        show.as_json({"new": added.new, **added.dataset.description})
        return
    said = _("Kept: {reference}") if added.new else _("Already kept, the same content: {reference}")
    typer.echo(said.format(reference=added.dataset.reference))
    rows = int(added.dataset.description["rows"])
    typer.echo("  " + ngettext("{count} row", "{count} rows", rows).format(count=number(rows)))
    for note in added.report["notes"]:
        typer.echo(show.paragraph(str(note), lead="  "))


def _check_files(*files: Path | None) -> None:
    """Refuse a file that is not there before anything is read."""
    for file in files:
        if file and not file.is_file():
            got = _("{name} is a folder.") if file.is_dir() else _("No file {name}.")
            raise NotFound(got.format(name=file), repair=_("Give the name of a file."))


def _short_name(given: list[Path]) -> str:
    """The name of a file as that of a dataset.

    Raises
    ------
    InvalidInput
        There are several files, and no name.
    """
    if len(given) > 1:
        fault = Fault("--name", _("nothing"), _("a name for what {count} files become").format(count=len(given)))
        raise InvalidInput(_("This dataset is not described well enough to be kept."), [fault])
    plain = unicodedata.normalize("NFKD", given[0].stem).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


@app.command("list", help=_("Every dataset and version."))
def list_(workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    from agglo.trust.access import people, reading

    here = open_workspace(workspace)
    rows = reading.datasets(here, people.operator(here), all_versions=True, limit=None).rows
    if as_json:
        show.as_json(rows)
        return
    if not rows:
        typer.echo(_('No dataset yet. "agglo data add" keeps one.'))
        return
    cells = [(f"{one['name']}@{one['version']}", number(one["rows"]), one["schema"], one["title"]) for one in rows]
    typer.echo(show.table((_("dataset"), _("rows"), _("schema"), _("title")), cells, figures=(1,), wrap=3))


@app.command("show", help=_("What a dataset is: description, columns, quality."))
def show_(reference: DatasetReference, workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    dataset = _find(open_workspace(workspace), reference)
    if as_json:
        show.as_json({**dataset.description, "fields": dataset.schema["fields"]})
    else:
        typer.echo(_text(dataset))


def _find(workspace: "Workspace", reference: str) -> "Dataset":
    """The dataset of that name, if whoever uses the command line may read it."""
    from agglo.trust.access import people, reading

    return reading.dataset(workspace, people.operator(workspace), reference)


def _text(dataset: "Dataset") -> str:
    """A dataset as people read it."""
    described = dataset.description
    facts = {
        _("source"): described["source"],
        _("owner"): described["owner"],
        _("licence"): described["licence"],
        _("schema"): described["schema"],
        _("rows"): number(described["rows"]),
        _("digest"): described["digest"],
        _("added"): described["added"],
    }
    units = {field["name"]: field.get("unit", "") for field in dataset.schema["fields"]}
    rows = [_column(one, units.get(one["name"], "")) for one in described["report"]["columns"]]
    header = (_("column"), _("unit"), _("empty"), _("least"), _("most"), _("distinct"))
    parts = [
        show.paragraph(f"{dataset.reference}  {described['title']}"),
        show.pairs(facts),
        "\n" + show.table(header, rows, figures=(2, 3, 4, 5)),
    ]
    caveats = show.notes(in_language(caveat) for caveat in described["caveats"])
    return "\n".join([*parts, f"\n{caveats}"] if caveats else parts)


def _column(described: dict[str, Any], unit: str) -> tuple[str, ...]:
    figures = ("-" if described[key] is None else str(described[key]) for key in ("minimum", "maximum", "distinct"))
    return (described["name"], unit, str(described["nulls"]), *figures)


@app.command("check", help=_("Check that a kept dataset has not changed."))
def check(reference: DatasetReference, workspace: WorkspaceFolder = None) -> None:
    from agglo.catalogue import datasets

    here = open_workspace(workspace)
    dataset = datasets.check(here, _find(here, reference).reference)
    typer.echo(_("{reference} is as it was kept.").format(reference=dataset.reference))


@app.command("schemas", help=_("The schemas a file can be added under."))
def schemas(
    workspace: LanguageFolder = None,  # noqa: ARG001, agglo.cli.language reads it
    as_json: Json = False,
) -> None:
    from agglo.catalogue import known_schemas

    known = {name: known_schemas.find(name) for name in known_schemas.names()}
    if as_json:
        show.as_json({name: dict(one.descriptor) for name, one in known.items()})
        return
    rows = [(name, one.title, ", ".join(one.names)) for name, one in sorted(known.items())]
    typer.echo(show.table((_("schema"), _("title"), _("columns")), rows, wrap=2))
