"""``agglo serve``: the portal, pages and API, on this machine."""

import ipaddress
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agglo.cli import demo, show
from agglo.cli.options import WorkspaceFolder
from agglo.contract.errors import MissingExtra
from agglo.contract.language import _

if TYPE_CHECKING:
    from agglo.store.workspace import Workspace

EXTRA = "portal"


def register(app: typer.Typer) -> None:
    """Add the command to ``agglo``."""
    app.command("serve", help=_("Serve the portal: pages, map and open API."))(serve)


def serve(
    port: Annotated[int, typer.Option(min=1, max=65_535, help=_("Port to listen at."))] = 8000,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help=_("Address to listen at; 0.0.0.0 is every network."))
    ] = "127.0.0.1",
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=256, help=_('Questions computed at once (else the setting "workers").')),
    ] = None,
    workspace: WorkspaceFolder = None,
) -> None:
    try:
        from agglo.portal import app, server

        app.routes()
    except ModuleNotFoundError as error:
        if (error.name or "agglo").partition(".")[0] == "agglo":
            raise
        raise MissingExtra(str(error.name), EXTRA) from None
    listening = server.listen(host, port)
    here = _workspace(workspace)
    if warning := _warning(here, host):
        typer.echo(show.paragraph(warning), err=True)

    def ready() -> None:
        typer.echo(_words(here, host, port, workspace))

    try:
        server.serve(here, listening, workers=workers or here.setting("workers"), ready=ready)
    except KeyboardInterrupt:
        typer.echo(_("Stopped."), err=True)


def _workspace(folder: Path | None) -> "Workspace":
    """The workspace to serve; where nobody names one and there is none, the one of the example study."""
    from agglo.store.workspace import DEFAULT_FOLDER, VARIABLE, open_workspace

    if folder is None and not os.environ.get(VARIABLE) and not Path(DEFAULT_FOLDER).exists():
        typer.echo(show.paragraph(_("No workspace here yet: the example study is computed first.")), err=True)
        demo.demo(Path(demo.REPORT), None)
        typer.echo("")
    return open_workspace(folder)


def _words(here: "Workspace", host: str, port: int, folder: Path | None) -> str:
    """Where the portal is, and what to do next."""
    shown = f"[{host}]" if ":" in host else host
    place = f"http://{shown}:{port}"
    lines = [_("The portal is at {address} (Ctrl-C stops it).").format(address=place)]
    if address := here.setting("address"):
        lines.append(_("Its public address: {address}").format(address=address))
    command = show.command("account", "add", "LOGIN", "--role", "administrator", workspace=folder)
    lines.append(_("To make an account: {command}").format(command=command))
    return "\n".join(lines)


def _warning(here: "Workspace", host: str) -> str:
    """What somebody must know who opens the portal to others without encryption; nothing where there is no risk."""
    if _is_own(host) or str(here.setting("address")).startswith("https://"):
        return ""
    return _(
        "Warning: others can reach this portal, and what they send, passwords included, is not encrypted. Put it "
        'behind a server that speaks https and write its address under "address" in agglo.toml.'
    )


def _is_own(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
