"""``agglo init``, ``agglo config show`` and ``agglo reindex``."""

from pathlib import Path
from typing import Annotated

import typer

from agglo.cli import language, show
from agglo.cli.options import Json, WorkspaceFolder, refuse
from agglo.cli.usage import Commands
from agglo.contract.errors import Fault
from agglo.contract.language import _
from agglo.store.workspace import open_workspace

config_app = typer.Typer(cls=Commands, no_args_is_help=True, help=_("Settings of a workspace."))


@config_app.callback()
def _config() -> None:
    """Hold the commands of ``agglo config`` together."""


def register(app: typer.Typer) -> None:
    """Add the commands to ``agglo``."""
    app.command("init", help=_("Make a workspace: a folder where everything is kept."))(init)
    app.command("reindex", help=_("Make the index again from what is kept."))(reindex)


def init(
    folder: Annotated[Path | None, typer.Argument(metavar="[FOLDER]", help=_("Folder to make."))] = None,
    workspace: WorkspaceFolder = None,
) -> None:
    if folder and workspace and folder.absolute() != workspace.absolute():
        refuse([Fault("--workspace", str(workspace), str(folder), _("Give the folder once."))])
    made = open_workspace(folder or workspace)
    typer.echo(_("Workspace ready: {folder}").format(folder=made.root))


def reindex(workspace: WorkspaceFolder = None) -> None:
    counts = open_workspace(workspace).index.rebuild()
    typer.echo(
        _("Indexed: runs {runs}, datasets {datasets}, declarations {declarations}.").format(
            runs=counts["run"], datasets=counts["dataset"], declarations=counts["declaration"]
        )
    )


@config_app.command("show", help=_("Every setting in force, and where it comes from."))
def config_show(workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    from agglo.store import config

    here = open_workspace(workspace)
    settings = config.read(here.root, language.environment()).values()
    if as_json:
        show.as_json({one.name: {"value": one.value, "origin": one.origin} for one in settings})
        return
    rows = [(one.name, "-" if one.value is None else str(one.value), _origin(one.origin)) for one in settings]
    typer.echo(_("Workspace: {folder}").format(folder=here.root))
    typer.echo(show.table((_("setting"), _("value"), _("from")), rows))


def _origin(origin: str) -> str:
    """Where a value comes from: a file and a variable have names, a default is said."""
    return _("default") if origin == "default" else origin
