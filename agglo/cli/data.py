"""``agglo data``: add datasets, list them, look at one, check one."""

import re
import unicodedata
from pathlib import Path
from typing import Annotated

import typer

from agglo.catalogue import datasets, known_schemas
from agglo.cli import show
from agglo.cli.options import Json, WorkspaceFolder
from agglo.contract.language import _, in_language
from agglo.store.workspace import open_workspace

app = typer.Typer(no_args_is_help=True, help=_("Datasets: tables and layers, checked, versioned and kept."))


@app.command("add", help=_("Read, check and keep a file: CSV, XLSX, ODS, Parquet, GeoJSON or GeoPackage."))
def add(
    file: Annotated[Path, typer.Argument(help=_("File to add."))],
    schema: Annotated[str, typer.Option(help=_("Schema it must follow; see: agglo data schemas."))],
    title: Annotated[str, typer.Option(help=_("What it is."))],
    licence: Annotated[str, typer.Option(help=_("Under which licence it may be used."))],
    source: Annotated[str, typer.Option(help=_("Where it comes from."))],
    owner: Annotated[str, typer.Option(help=_("Who answers for it."))],
    name: Annotated[str | None, typer.Option(help=_("Short name (else that of the file)."))] = None,
    mapping: Annotated[
        Path | None, typer.Option(help=_("YAML file that says how to read it: columns, units, signs, time zone..."))
    ] = None,
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    added = datasets.add(
        open_workspace(workspace),
        file,
        name=name or _short_name(file),
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
    typer.echo(_("  {rows} rows").format(rows=added.dataset.description["rows"]))
    for note in added.report["notes"]:
        typer.echo(f"  {note}")


def _short_name(file: Path) -> str:
    plain = unicodedata.normalize("NFKD", file.stem).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


@app.command("list", help=_("Every dataset and version."))
def list_(workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    rows = datasets.listing(open_workspace(workspace))
    if as_json:
        show.as_json(rows)
        return
    if not rows:
        typer.echo(_('No dataset yet. "agglo data add" keeps one.'))
        return
    cells = [(f"{one['name']}@{one['version']}", str(one["rows"]), one["schema"], one["title"]) for one in rows]
    typer.echo(show.table((_("dataset"), _("rows"), _("schema"), _("title")), cells, figures=[1]))


@app.command("show", help=_("What a dataset is: description, columns, quality."))
def show_(
    reference: Annotated[str, typer.Argument(metavar="DATASET[@VERSION]")],
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    dataset = datasets.find(open_workspace(workspace), reference)
    if as_json:
        show.as_json({**dataset.description, "fields": dataset.schema["fields"]})
        return
    described = dataset.description
    typer.echo(f"{dataset.reference}  {described['title']}")
    facts = {
        _("source"): described["source"],
        _("owner"): described["owner"],
        _("licence"): described["licence"],
        _("schema"): described["schema"],
        _("rows"): str(described["rows"]),
        _("digest"): described["digest"],
        _("added"): described["added"],
    }
    typer.echo(show.pairs(facts))
    units = {field["name"]: field.get("unit", "") for field in dataset.schema["fields"]}
    rows = [
        (
            one["name"],
            units.get(one["name"], ""),
            str(one["nulls"]),
            *("-" if one[key] is None else str(one[key]) for key in ("minimum", "maximum", "distinct")),
        )
        for one in described["report"]["columns"]
    ]
    header = (_("column"), _("unit"), _("empty"), _("least"), _("most"), _("distinct"))
    typer.echo(show.table(header, rows, figures=[2, 3, 4, 5]))
    for caveat in described["caveats"]:
        typer.echo(f"- {in_language(caveat)}")


@app.command("check", help=_("Check that a kept dataset has not changed."))
def check(
    reference: Annotated[str, typer.Argument(metavar="DATASET[@VERSION]")], workspace: WorkspaceFolder = None
) -> None:
    dataset = datasets.check(open_workspace(workspace), reference)
    typer.echo(_("{reference} is as it was kept.").format(reference=dataset.reference))


@app.command("schemas", help=_("The schemas a file can be added under."))
def schemas(as_json: Json = False) -> None:
    known = {name: known_schemas.find(name) for name in known_schemas.names()}
    if as_json:
        show.as_json({name: dict(one.descriptor) for name, one in known.items()})
        return
    typer.echo(
        show.table(
            (_("schema"), _("title"), _("columns")), [(n, s.title, ", ".join(s.names)) for n, s in known.items()]
        )
    )
