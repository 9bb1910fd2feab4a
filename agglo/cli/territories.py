"""``agglo territory``: the communes of a territory."""

from typing import Annotated, Any

import typer

from agglo.cli import show
from agglo.cli.options import Json, WorkspaceFolder
from agglo.cli.usage import Commands
from agglo.contract.language import _
from agglo.contract.numerals import number
from agglo.store.workspace import open_workspace

app = typer.Typer(cls=Commands, no_args_is_help=True, help=_("Territories: communes, codes, populations, outlines."))


@app.callback()
def _territory() -> None:
    """Hold the commands of ``agglo territory`` together."""


@app.command("show", help=_("The communes of a territory: the bundled one, or any other from the State's service."))
def show_(
    territory: Annotated[
        str | None, typer.Argument(metavar="[TERRITORY]", help=_("SIREN or name (else that of the workspace)."))
    ] = None,
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from agglo.territory import perimeters

    here = open_workspace(workspace)
    found = perimeters.load(territory or here.setting("territory"), cache=here.cache / "geography")
    communes = [
        {"insee": one.insee, "name": one.name, "population": one.population_municipale, "area_ha": one.area_ha}
        for one in found.communes
    ]
    if as_json:
        show.as_json({"siren": found.siren, "name": found.name, "source": found.source, "communes": communes})
        return
    rows = [*map(_row, communes), show.RULE]
    total = {"insee": "", "name": _("total"), "population": found.population_municipale, "area_ha": found.area_ha}
    header = (_("code"), _("commune"), _("inhabitants"), _("area [ha]"))
    typer.echo(f"{found.name} ({found.siren}), {found.vintage}")
    typer.echo(show.table(header, [*rows, _row(total)], figures=(2, 3)))
    typer.echo(show.paragraph(_("Source: {source}").format(source=found.source)))


def _row(commune: dict[str, Any]) -> tuple[str, ...]:
    population = "-" if commune["population"] is None else number(commune["population"])
    return commune["insee"], commune["name"], population, number(commune["area_ha"], 2)
