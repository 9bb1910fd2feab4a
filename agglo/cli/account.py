"""``agglo account``: who may sign in to the portal."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from agglo.cli import show
from agglo.cli.options import Json, WorkspaceFolder, refuse
from agglo.cli.usage import Commands
from agglo.contract.errors import Fault
from agglo.contract.language import _
from agglo.store.workspace import open_workspace

app = typer.Typer(cls=Commands, no_args_is_help=True, help=_("Accounts of the portal: who may sign in, and as what."))

Login = Annotated[str, typer.Argument(metavar="LOGIN", help=_("Login of an account (agglo account list)."))]
PasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--password-file",
        metavar="FILE",
        help=_("File whose first line is the password, - for the standard input (else it is asked)."),
    ),
]


@app.command("add", help=_("Make an account; its password is asked twice, never given as a word of the command."))
def add(
    login: Annotated[str, typer.Argument(metavar="LOGIN", help=_("What the person types to sign in."))],
    role: Annotated[
        str, typer.Option(metavar="ROLE", help=_("Role: public, contributor, steward, administrator, or your own."))
    ] = "contributor",
    name: Annotated[str, typer.Option(metavar="TEXT", help=_("Name, shown to administrators only."))] = "",
    password_file: PasswordFile = None,
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from agglo.trust.accounts import accounts

    here = open_workspace(workspace)
    made = accounts.add(here, login, _password(password_file), role=role, name=name, by=here.actor)
    if as_json:
        show.as_json({"login": made.login, "role": made.role, "actor": made.id})
        return
    typer.echo(
        _("Account made: {login}, {role}, kept as {actor}").format(login=made.login, role=made.role, actor=made.id)
    )


@app.command("list", help=_("Every account: login, name, role, identifier."))
def list_(workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    from agglo.trust.accounts import accounts

    held = accounts.listing(open_workspace(workspace))
    if as_json:
        show.as_json([
            {"login": one.login or None, "name": one.name, "role": one.role, "actor": one.id, "made": one.created,
             "disabled": one.disabled or None}
            for one in held
        ])  # fmt: skip
        return
    if not held:
        typer.echo(_('No account yet. "agglo account add LOGIN" makes one.'))
        return
    cells = [
        (one.login or "-", one.name, one.role, one.id, _("disabled") if one.disabled else _("open")) for one in held
    ]
    typer.echo(show.table((_("login"), _("name"), _("role"), _("identifier"), _("state")), cells))


@app.command("role", help=_("Give an account another role; it counts at once."))
def role(
    login: Login,
    role: Annotated[str, typer.Argument(metavar="ROLE", help=_("The new role."))],
    workspace: WorkspaceFolder = None,
) -> None:
    from agglo.trust.accounts import accounts

    here = open_workspace(workspace)
    found = accounts.find(here, login)
    accounts.set_role(here, found.id, role, by=here.actor)
    typer.echo(_("{login} is now {role}.").format(login=found.login or found.name, role=role))


@app.command("disable", help=_("Close an account: its sessions end, its tokens are refused; or open it again."))
def disable(
    login: Login,
    undo: Annotated[bool, typer.Option("--undo", help=_("Open a disabled account again."))] = False,
    workspace: WorkspaceFolder = None,
) -> None:
    from agglo.trust.accounts import accounts

    here = open_workspace(workspace)
    found = accounts.find(here, login)
    if undo:
        accounts.enable(here, found.id, by=here.actor)
        typer.echo(_("Open again: {login}").format(login=found.login or found.name))
    else:
        accounts.disable(here, found.id, by=here.actor)
        typer.echo(_("Disabled: {login}").format(login=found.login or found.name))


@app.command("password", help=_("Give an account a new password; every session of it ends."))
def password(login: Login, password_file: PasswordFile = None, workspace: WorkspaceFolder = None) -> None:
    from agglo.trust.accounts import accounts

    here = open_workspace(workspace)
    found = accounts.find(here, login)
    accounts.set_password(here, found.id, _password(password_file), by=here.actor)
    typer.echo(_("New password of {login}; its sessions have ended.").format(login=found.login))


def _password(file: Path | None) -> str:
    """The password: the first line of a file or of the standard input, else typed twice."""
    if file is None:
        return _typed()
    try:
        text = sys.stdin.readline() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        found = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        refuse([Fault("--password-file", found, _("a text file"))])
    return text.partition("\n")[0].rstrip("\r")


def _typed() -> str:
    if not sys.stdin.isatty():
        repair = _("Give --password-file, or - as its FILE to send the password on the standard input.")
        refuse([Fault("--password-file", _("no terminal to ask at"), _("a file"), repair)])
    try:
        return str(
            typer.prompt(
                _("Password"),
                hide_input=True,
                confirmation_prompt=_("The same again"),
                prompt_suffix=f"{_(':')} ",
                err=True,
            )
        )
    except typer.Abort:
        raise KeyboardInterrupt from None
