"""``agglo territory``: the communes of a territory."""

from typing import Annotated

import typer

from agglo.cli import show
from agglo.cli.options import Json, WorkspaceFolder
from agglo.contract.language import _
from agglo.store.workspace import open_workspace
from agglo.territory import perimeters

app = typer.Typer(no_args_is_help=True, help=_("Territories: communes, codes, populations, outlines."))


@app.callback()
def _territory() -> None:
    """Hold the commands of ``agglo territory`` together."""


@app.command("show", help=_("The communes of a territory: the bundled one, or any other from the State's service."))
def show_(
    territory: Annotated[str | None, typer.Argument(help=_("SIREN or name (else that of the workspace)."))] = None,
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    here = open_workspace(workspace)
    found = perimeters.load(territory or here.setting("territory"), cache=here.cache / "geography")
    communes = [
        {
            "insee": one.insee,
            "name": one.name,
            "population": one.population_municipale,
            "area_ha": round(one.area_ha, 2),
        }
        for one in found.communes
    ]
    if as_json:
        show.as_json({"siren": found.siren, "name": found.name, "source": found.source, "communes": communes})
        return
    typer.echo(f"{found.name} ({found.siren}), {found.vintage}")
    rows = [tuple("-" if value is None else str(value) for value in one.values()) for one in communes]
    rows.append(("", _("total"), str(found.population_municipale or "-"), str(round(found.area_ha, 2))))
    typer.echo(show.table((_("code"), _("commune"), _("inhabitants"), _("area [ha]")), rows, figures=[2, 3]))
    typer.echo(_("Source: {source}").format(source=found.source))
