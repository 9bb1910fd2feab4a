"""``agglo model``: the models that can be asked, and their cards."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from agglo.cli import show
from agglo.cli.options import Json, LanguageFolder, WorkspaceFolder
from agglo.cli.usage import Commands
from agglo.contract.language import _, in_language
from agglo.store.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agglo.contract.card import Card
    from agglo.contract.model import Model

app = typer.Typer(cls=Commands, no_args_is_help=True, help=_("Models: what can be asked, and on what terms."))


@app.command("list", help=_("Every installed model."))
def list_(
    workspace: LanguageFolder = None,  # noqa: ARG001, agglo.cli.language reads it
    as_json: Json = False,
) -> None:
    from agglo.contract.model import installed

    models = [load() for load in installed().values()]
    if as_json:
        show.as_json([model.interface() for model in models])
        return
    rows = [(model.id, model.version, in_language(model.title), in_language(model.headline)) for model in models]
    typer.echo(show.table((_("model"), _("version"), _("title"), _("covers")), rows, wrap=3))


@app.command("show", help=_("What a model reads, takes and leaves out, and what its card does not declare yet."))
def show_(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help=_("A model (agglo model list), or a folder with a model.json."))
    ],
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from agglo.contract import card as cards
    from agglo.contract.model import find

    found, here = find(model), open_workspace(workspace)
    card = cards.of(found, here.register)
    if as_json:
        show.as_json({**found.interface(), "card": card.model_dump(), "missing": card.missing()})
        return
    typer.echo("\n\n".join([_about(found, card), _inputs(found), _parameters(found), *_limits(card)]))
    if card.is_draft:
        place = f"register/{found.id}.yaml"
        typer.echo("\n" + _draft(card, place))


def _about(model: "Model", card: "Card") -> str:
    lines = [f"{model.name}  {in_language(model.title)}"]
    lines.append(show.paragraph(_("Covers: {headline}.").format(headline=in_language(model.headline))))
    return "\n".join([*lines, *filter(None, [show.paragraph(in_language(card.maker.purpose))])])


def _inputs(model: "Model") -> str:
    rows = [
        (one.name, one.schema, _("required") if one.required else _("optional"), in_language(one.title))
        for one in model.inputs
    ]
    header = (_("input"), _("schema"), "", _("what it is"))
    return show.table(header, rows, wrap=3) if rows else _("It reads no input.")


def _parameters(model: "Model") -> str:
    described = model.parameters.json_schema.get("properties", {})
    rows = [
        (
            name,
            _default(one),
            _range(one),
            "" if one.get("unit", "1") == "1" else one["unit"],
            _with_source(one),
        )
        for name, one in described.items()
    ]
    header = (_("parameter"), _("default"), _("from - to"), _("unit"), _("what it is (source)"))
    return show.table(header, rows, wrap=4) if rows else _("It takes no parameter.")


def _default(described: "Mapping[str, Any]") -> str:
    value = described.get("default", "-")
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _with_source(described: "Mapping[str, Any]") -> str:
    title, source = described.get("title", ""), described.get("source", "")
    return f"{_(title) if title else ''} ({_(source)})" if source else title


def _range(described: "Mapping[str, Any]") -> str:
    bounds = [str(described[key]) for key in ("minimum", "maximum") if key in described]
    return " - ".join(bounds) if len(bounds) == 2 else ", ".join(map(str, described.get("enum", [])))


def _limits(card: "Card") -> list[str]:
    limits = [in_language(limit) for limit in card.maker.limits]
    return [_("What it leaves out") + "\n" + show.notes(limits)] if limits else []


def _draft(card: "Card", place: str) -> str:
    """What the card does not declare, and where to declare it."""
    maker = [name.partition(".")[2] for name in card.missing() if name.startswith("maker.")]
    authority = [name.partition(".")[2] for name in card.missing() if name.startswith("authority.")]
    lines = []
    if maker:
        lines.append(_("Its maker does not declare: {names}.").format(names=", ".join(maker)))
    if authority:
        said = _("The authority does not declare, in {file} of the workspace: {names}.")
        lines.append(said.format(file=place, names=", ".join(authority)))
    return "\n".join([_("Draft: its card is not complete."), show.notes(lines)])
