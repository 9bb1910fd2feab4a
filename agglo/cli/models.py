"""``agglo model``: the models that can be asked, and their cards."""

from typing import Annotated, Any

import typer

from agglo.cli import show
from agglo.cli.options import Json, WorkspaceFolder
from agglo.contract import card as cards
from agglo.contract.language import _, in_language
from agglo.contract.model import find, installed
from agglo.store.workspace import open_workspace

app = typer.Typer(no_args_is_help=True, help=_("Models: what can be asked, and on what terms."))


@app.command("list", help=_("Every installed model."))
def list_(as_json: Json = False) -> None:
    models = [load() for load in installed().values()]
    if as_json:
        show.as_json([model.interface() for model in models])
        return
    rows = [(model.name, in_language(model.title), in_language(model.headline)) for model in models]
    typer.echo(show.table((_("model"), _("title"), _("covers")), rows))


@app.command("show", help=_("What a model reads, takes and leaves out, and what its card does not declare yet."))
def show_(model: Annotated[str, typer.Argument()], workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    found = find(model)
    card = cards.of(found, open_workspace(workspace).register)
    if as_json:
        show.as_json({**found.interface(), "card": card.model_dump(), "missing": card.missing()})
        return
    typer.echo(f"{found.name}  {in_language(found.title)}")
    typer.echo(_("Covers: {headline}").format(headline=in_language(found.headline)))
    typer.echo("\n" + _("Inputs"))
    typer.echo(
        show.pairs({one.name: f"{one.schema}  {in_language(one.title)}" for one in found.inputs}) or "  " + _("none")
    )
    typer.echo("\n" + _("Parameters"))
    for name, described in found.parameters.json_schema.get("properties", {}).items():
        typer.echo(f"  {name} = {described.get('default')} {_range(described)}")
        typer.echo(f"      {described.get('title', '')} ({described.get('source', '')})")
    typer.echo("\n" + _("What it leaves out"))
    for limit in card.maker.limits:
        typer.echo(f"  - {in_language(limit)}")
    if card.is_draft:
        typer.echo("\n" + _("Draft: its card does not declare {names}.").format(names=", ".join(card.missing())))


def _range(described: dict[str, Any]) -> str:
    unit = described.get("unit", "1")
    bounds = [str(described[key]) for key in ("minimum", "maximum") if key in described]
    shown = " – ".join(bounds) if len(bounds) == 2 else ""
    return (
        f"[{' '.join(part for part in (shown, unit if unit != '1' else '') if part)}]" if shown or unit != "1" else ""
    )
