"""Every command, under one name."""

from typing import Annotated

import typer

from agglo import __version__
from agglo.cli import (
    access,
    account,
    climate,
    data,
    deal,
    declarations,
    demo,
    footprint,
    governance,
    models,
    register,
    runs,
    serve,
    study,
    territories,
    workspace,
)
from agglo.cli.usage import Commands
from agglo.contract.language import _

app = typer.Typer(
    name="agglo",
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
    help=_("A territory's own memory: its data, its models, every question put to them, and what each answer cost."),
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"agglo {__version__}")
        raise typer.Exit


@app.callback()
def _agglo(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help=_("Print the version and stop."))
    ] = False,
) -> None:
    """Hold every command together."""


for module in (demo, serve, runs, access, workspace, governance):
    module.register(app)
declarations.register(footprint.app)
app.add_typer(access.app, name="access")
app.add_typer(account.app, name="account")
app.add_typer(climate.app, name="climate")
app.add_typer(data.app, name="data")
app.add_typer(deal.app, name="deal")
app.add_typer(models.app, name="model")
app.add_typer(register.app, name="register")
app.add_typer(study.app, name="study")
app.add_typer(territories.app, name="territory")
app.add_typer(workspace.config_app, name="config")
app.add_typer(footprint.app, name="footprint")
