"""``agglo init``, ``agglo config show`` and ``agglo reindex``."""

from pathlib import Path
from typing import Annotated

import typer

from agglo.cli import show
from agglo.cli.options import Json, WorkspaceFolder
from agglo.contract.language import _
from agglo.store.workspace import open_workspace

config_app = typer.Typer(no_args_is_help=True, help=_("Settings of a workspace."))


@config_app.callback()
def _config() -> None:
    """Hold the commands of ``agglo config`` together."""


def register(app: typer.Typer) -> None:
    app.command("init", help=_("Make a workspace: a folder where everything is kept."))(init)
    app.command("reindex", help=_("Make the index again from what is kept."))(reindex)


def init(
    folder: Annotated[Path | None, typer.Argument(help=_("Folder to make."))] = None, workspace: WorkspaceFolder = None
) -> None:
    made = open_workspace(folder or workspace)
    typer.echo(_("Workspace ready: {folder}").format(folder=made.root))


def reindex(workspace: WorkspaceFolder = None) -> None:
    counts = open_workspace(workspace).index.rebuild()
    typer.echo(
        _("Indexed: {runs} runs, {datasets} datasets, {declarations} declarations.").format(
            runs=counts["run"], datasets=counts["dataset"], declarations=counts["declaration"]
        )
    )


@config_app.command("show", help=_("Every setting in force, and where it comes from."))
def config_show(workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    settings = open_workspace(workspace).settings
    if as_json:
        show.as_json({one.name: {"value": one.value, "origin": one.origin} for one in settings.values()})
        return
    rows = [(one.name, "-" if one.value is None else str(one.value), one.origin) for one in settings.values()]
    typer.echo(show.table((_("setting"), _("value"), _("from")), rows))
