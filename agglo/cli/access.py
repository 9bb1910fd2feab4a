"""``agglo publish`` and ``agglo access``: who may see what is kept, and who may do what."""

from typing import Annotated

import typer

from agglo.cli import show
from agglo.cli.options import Json, WorkspaceFolder, choice
from agglo.cli.usage import Commands
from agglo.contract.language import _, in_language
from agglo.store.workspace import open_workspace

app = typer.Typer(cls=Commands, no_args_is_help=True, help=_("Rights: roles, and what was given to whom."))

_VISIBILITIES = ("public", "draft", "restricted", "personal")

Holder = Annotated[str, typer.Argument(metavar="TO", help=_("To whom: role:NAME, or account:IDENTIFIER."))]
RightName = Annotated[str, typer.Argument(metavar="RIGHT", help=_("read-restricted, add, run, approve or administer."))]
On = Annotated[
    str,
    typer.Argument(
        metavar="ON",
        help=_("On what: workspace, run:IDENTIFIER, dataset:NAME@VERSION, dataset:NAME, model:land.* or study:NAME."),
    ),
]
Why = Annotated[str, typer.Option(metavar="TEXT", help=_("Why: it is kept with the decision."))]


def register(commands: typer.Typer) -> None:
    """Add ``publish`` to ``agglo``."""
    commands.command("publish", help=_("Decide who may see a run, a dataset or a study."))(publish)


def publish(
    what: Annotated[str, typer.Argument(metavar="WHAT", help=_("A run (agglo runs), DATASET@VERSION, or study:NAME."))],
    as_: Annotated[
        str, typer.Option("--as", metavar="VISIBILITY", help=_("public, draft, restricted or personal."))
    ] = "public",
    why: Why = "",
    workspace: WorkspaceFolder = None,
) -> None:
    from agglo.trust.access import people, publication, visibility

    choice("--as", as_, _VISIBILITIES)
    here = open_workspace(workspace)
    person = people.operator(here)
    asset = publication.readable(here, person, publication.named(what))
    visibility.set_(here, person, asset, visibility.named(as_), why=why)
    in_force = visibility.of(here, asset)
    typer.echo(f"{asset}: {_said(in_force)}")
    if in_force != as_:
        said = _("It was decided: {decided}. One of its inputs is less visible, and counts.")
        typer.echo(show.paragraph(said.format(decided=_said(as_))))


def _said(visibility: str) -> str:
    return {
        "public": _("public: everybody may read it"),
        "draft": _("draft: whoever asked it may read it, and those who may read what is restricted"),
        "restricted": _("restricted: those may read it who may read what is restricted"),
        "personal": _("personal: only those may read it who were given it by name"),
    }[visibility]


@app.command("roles", help=_("Every role, and the rights it bundles."))
def roles(workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    from agglo.trust.access import rights, rules

    found = rights.roles(open_workspace(workspace))
    if as_json:
        show.as_json({name: {"title": dict(one.title), "rights": sorted(one.rights)} for name, one in found.items()})
        return
    order = (*rules.RIGHTS, rules.READ_PERSONAL)
    rows = [
        (name, in_language(one.title), ", ".join(right for right in order if right in one.rights) or "-")
        for name, one in found.items()
    ]
    typer.echo(show.table((_("role"), _("title"), _("rights")), rows, wrap=2))


@app.command("list", help=_("The rights that were given, and by whom."))
def list_(
    every: Annotated[bool, typer.Option("--all", help=_("Show also those that were taken back."))] = False,
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from agglo.trust.access import granting, people, rules
    from agglo.trust.governance import responsibilities

    here = open_workspace(workspace)
    found = [one for one in granting.listing(here, people.operator(here)) if every or not one.revoked]
    if ignored := rules.read(here).ignored:
        said = _("The rights that come from {file} are not in force: it cannot be read.")
        typer.echo(show.paragraph(said.format(file=rules.RESPONSIBILITIES_FILE)), err=True)
        typer.echo("\n".join(f"  - {one}" for one in show.faults(ignored)), err=True)
    if as_json:
        show.as_json([one.to_dict() for one in found])
        return
    if not found:
        typer.echo(_('No right was given beyond those of roles. "agglo access roles" lists them.'))
        return
    rows = [
        (one.to, one.right, str(one.on), one.at[:10], one.by or one.source, _("taken back") if one.revoked else "",
         responsibilities.why(one.why))
        for one in found
    ]  # fmt: skip
    header = (_("to"), _("right"), _("on"), _("since"), _("by"), "", _("why"))
    typer.echo(show.table(header, rows, wrap=6))


@app.command("grant", help=_("Give a right to a role or to an account."))
def grant(to: Holder, right: RightName, on: On, why: Why = "", workspace: WorkspaceFolder = None) -> None:
    from agglo.trust.access import granting, people

    here = open_workspace(workspace)
    made = granting.grant(here, people.operator(here), to=to, right=right, on=on, why=why)
    typer.echo(_("Given to {to}: {right}, on {asset}.").format(to=made.to, right=made.right, asset=made.on))


@app.command("revoke", help=_("Take a right back from a role or an account; that it was given is kept."))
def revoke(to: Holder, right: RightName, on: On, workspace: WorkspaceFolder = None) -> None:
    from agglo.trust.access import granting, people

    here = open_workspace(workspace)
    made = granting.revoke(here, people.operator(here), to=to, right=right, on=on)
    typer.echo(_("Taken back from {to}: {right}, on {asset}.").format(to=made.to, right=made.right, asset=made.on))
