"""``agglo body``, ``agglo opinion``, ``agglo responsibility``: who decides, gives opinions, answers for what."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agglo.cli import show
from agglo.cli.options import Json, LanguageFolder, WorkspaceFolder
from agglo.cli.usage import Commands
from agglo.contract.language import _, in_language, ngettext
from agglo.contract.numerals import day as said_day
from agglo.store.workspace import open_workspace

if TYPE_CHECKING:
    from agglo.store.workspace import Workspace
    from agglo.trust.governance.bodies import Body
    from agglo.trust.governance.opinions import Kept

body_app = typer.Typer(cls=Commands, no_args_is_help=True, help=_("Bodies: who decides, steers, operates, advises."))
opinion_app = typer.Typer(cls=Commands, no_args_is_help=True, help=_("Opinions of bodies and residents, and replies."))
duty_app = typer.Typer(cls=Commands, no_args_is_help=True, help=_("Who answers for what, and what nobody answers for."))

BodyId = Annotated[str, typer.Argument(metavar="BODY", help=_("Identifier of a body (agglo body list)."))]
OpinionId = Annotated[str, typer.Argument(metavar="OPINION", help=_("Identifier of an opinion (agglo opinion list)."))]


def register(commands: typer.Typer) -> None:
    """Add to ``agglo``."""
    commands.add_typer(body_app, name="body")
    commands.add_typer(opinion_app, name="opinion")
    commands.add_typer(duty_app, name="responsibility")


@body_app.command("list", help=_("Every body, its level and its members."))
def list_bodies(workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    from agglo.trust.governance import bodies

    here = open_workspace(workspace)
    found = bodies.read(here)
    if as_json:
        show.as_json([_body(one) for one in found])
        return
    if not found:
        typer.echo(
            show.paragraph(_('No body is declared. "agglo responsibility template" writes the files to fill in.'))
        )
        return
    rows = [(one.id, _(bodies.LEVELS[one.level]), in_language(one.title), _members(here, one)) for one in found]
    typer.echo(show.table((_("identifier"), _("level"), _("title"), _("members")), rows, wrap=3))


@body_app.command("show", help=_("A body: its level, its members, what it decided, the opinions it gave."))
def show_body(body: BodyId, workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    from agglo.trust.access import people
    from agglo.trust.governance import bodies, opinions

    here = open_workspace(workspace)
    found = bodies.find(here, body)
    given = opinions.by(here, people.operator(here), body)
    if as_json:
        show.as_json({**_body(found), "opinions": [one.opinion.id for one in given]})
        return
    facts = {
        _("Level"): _(bodies.LEVELS[found.level]),
        _("Members"): _members(here, found),
        _("Meets"): in_language(found.meets),
        _("Task"): in_language(found.decides),
        _("Source"): in_language(found.source),
    }
    typer.echo(in_language(found.title))
    typer.echo(show.pairs({name: said for name, said in facts.items() if said}))
    decided = [f"{said_day(one.date)}{_(':')} {in_language(one.title)}" for one in found.decisions]
    nothing = _("None is kept here.")
    for head, lines in ((_("Decisions"), decided), (_("Opinions"), [_line(one) for one in given])):
        typer.echo(f"\n{head}\n{show.notes(lines) if lines else nothing}")


def _body(body: "Body") -> dict[str, object]:
    members = None if body.members is None else [one.id or dict(one.function) for one in body.members]
    decisions = [{"date": one.date, "title": dict(one.title), "text": dict(one.text)} for one in body.decisions]
    texts = {name: dict(getattr(body, name)) for name in ("title", "meets", "decides", "source")}
    return {"id": body.id, "level": body.level, **texts, "members": members, "decisions": decisions}


def _members(workspace: "Workspace", body: "Body") -> str:
    from agglo.trust.governance import responsibilities

    if body.members is None:
        return _("members not said")
    return ", ".join(
        responsibilities.holder_title(workspace, one.id) if one.id else in_language(one.function)
        for one in body.members
    )  # fmt: skip


def _line(kept: "Kept") -> str:
    from agglo.trust.governance.opinions import STANDINGS

    return f"{kept.opinion.id}{_(':')} {in_language(kept.opinion.title)} ({_(STANDINGS[kept.standing()])})"


@opinion_app.command("add", help=_("Keep an opinion for good, with what it is about; it is public from then on."))
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("YAML file of the opinion."))],
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from agglo.trust.access import people
    from agglo.trust.governance import opinion, opinions

    here = open_workspace(workspace)
    kept = opinions.add(here, people.operator(here), opinion.read(file))
    if as_json:
        show.as_json(kept.to_dict())
        return
    typer.echo(_("Kept: opinion {id}. {what}").format(id=kept.opinion.id, what=kept.target.words()))
    if kept.opinion.reply_due:
        late = kept.standing() == "overdue"
        said = _("The reply is overdue since {day}.") if late else _("A reply is owed by {day}.")
        typer.echo(said.format(day=said_day(kept.opinion.reply_due)))


@opinion_app.command("list", help=_("Every opinion; replies that are overdue or owed come first."))
def list_opinions(workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    from agglo.trust.access import people
    from agglo.trust.governance import opinions

    here = open_workspace(workspace)
    found = opinions.listing(here, people.operator(here))
    if as_json:
        show.as_json([one.to_dict() for one in found])
        return
    rows = [
        (one.opinion.id, said_day(one.opinion.given), opinions.giver(here, one.opinion), one.target.words(),
         _(opinions.STANDINGS[one.standing()]), said_day(one.opinion.reply_due) if one.opinion.reply_due else "-")
        for one in found
    ]  # fmt: skip
    header = (_("opinion"), _("given on"), _("given by"), _("about"), _("reply"), _("due on"))
    typer.echo(show.table(header, rows, wrap=2) if rows else _('No opinion yet. "agglo opinion add" keeps one.'))
    if lost := opinions.damaged(here):
        said = _("No longer what was kept, and left out: {names}").format(names=", ".join(lost))
        typer.echo(show.paragraph(said), err=True)


@opinion_app.command("show", help=_("An opinion: its points, what it is about, and the reply or when it is owed."))
def show_opinion(opinion: OpinionId, workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    from agglo.trust.access import people
    from agglo.trust.governance import opinions

    here = open_workspace(workspace)
    found = opinions.find(here, people.operator(here), opinion)
    if as_json:
        show.as_json(found.to_dict())
        return
    typer.echo(_opinion(here, found))


def _opinion(workspace: "Workspace", kept: "Kept") -> str:
    from agglo.trust.governance import opinions
    from agglo.trust.governance.opinion import WORDINGS

    said, days = kept.opinion, {name: getattr(kept.opinion, name) for name in ("given", "received", "reply_due")}
    told = {name: said_day(one) if one else _("not said") for name, one in days.items()}
    facts = {
        _("Given by"): opinions.giver(workspace, said),
        _("What it is about"): kept.target.words(),
        _("Given on"): told["given"],
        _("Received on"): told["received"],
        _("Reply due on"): told["reply_due"],
        _("Reply"): _(opinions.STANDINGS[kept.standing()]),
        _("Source"): in_language(said.source),
    }
    parts = [
        in_language(said.title),
        show.pairs(facts),
        "",
        _("Points, {wording}:").format(wording=_(WORDINGS[said.wording])),
    ]
    parts.append(show.notes(in_language(one) for one in said.points))
    for one in kept.replies:
        parts += ["", _("Reply of {day}, {function}:").format(day=said_day(one.day), function=one.by)]
        parts.append(show.paragraph(in_language(one.text)))
    return "\n".join(parts)


@opinion_app.command("reply", help=_("Reply to an opinion; the reply is kept for good and public."))
def reply(
    opinion: OpinionId,
    text: Annotated[str, typer.Option(metavar="TEXT", help=_("The reply, in French."))],
    by: Annotated[str, typer.Option(metavar="FUNCTION", help=_("Function of whoever replies; no name."))],
    text_en: Annotated[str, typer.Option(metavar="TEXT", help=_("The same in English."))] = "",
    day: Annotated[str, typer.Option(metavar="DAY", help=_("Day of the reply, YYYY-MM-DD (else today)."))] = "",
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from agglo.trust.access import people
    from agglo.trust.governance import opinions

    here = open_workspace(workspace)
    texts = {"fr": text, "en": text_en}
    kept = opinions.reply(here, people.operator(here), opinion, text=texts, by=by, day=day)
    if as_json:
        show.as_json(kept.to_dict())
    else:
        typer.echo(_("Reply kept: {standing}.").format(standing=_(opinions.STANDINGS[kept.standing()])))


@opinion_app.command("template", help=_("Print a file of an opinion to fill in, with comments."))
def opinion_template(
    workspace: LanguageFolder = None,  # noqa: ARG001, agglo.cli.language reads it
) -> None:
    from agglo.trust.governance import templates

    typer.echo(templates.opinion(), nl=False)


@duty_app.command("list", help=_("Who answers for what, line by line, and the rights that come from it."))
def list_duties(workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    from agglo.trust.access import people
    from agglo.trust.governance import assets, responsibilities

    here = open_workspace(workspace)
    found, roles = responsibilities.read(here), responsibilities.roles()
    if as_json:
        names = ("asset", "role", "raci", "holder", "account", "since")
        show.as_json([
            {**{name: getattr(one, name) for name in names},
             "rights": list(roles[one.role].rights) if one.account else []}
            for one in found
        ])  # fmt: skip
        return
    if not found:
        said = _('Nobody is said to answer for anything. "agglo responsibility template" writes the files to fill in.')
        typer.echo(show.paragraph(said))
        return
    known = assets.Readable(here, people.operator(here))
    rows = [
        (assets.in_words(one.asset, known.title(one.asset) or ""), in_language(roles[one.role].title),
         _(responsibilities.LETTERS[one.raci]),
         responsibilities.holder_title(here, one.holder), one.account or "-")
        for one in found
    ]  # fmt: skip
    typer.echo(show.table((_("asset"), _("role"), _("involvement"), _("holder"), _("account")), rows, wrap=0))


@duty_app.command(
    "gaps", help=_("Cards, models and datasets without owner or steward, or that none or several answer for.")
)
def gaps(workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    from agglo.trust.access import people
    from agglo.trust.governance import assets, responsibilities
    from agglo.trust.governance import gaps as lacking

    here = open_workspace(workspace)
    found = lacking.of(here, people.operator(here))
    if as_json:
        show.as_json([one.to_dict() for one in found])
        return
    if not found:
        typer.echo(_("Everything has an owner, a steward, and one who answers for it."))
        return
    roles = responsibilities.roles()
    rows = [
        (assets.in_words(one.asset, one.title), one.asset,
         ", ".join(in_language(roles[name].title) for name in one.missing) or "-", str(one.accountable))
        for one in found
    ]  # fmt: skip
    header = (_("asset"), _("identifier"), _("lacks"), _("accountable"))
    typer.echo(show.table(header, rows, figures=(3,), wrap=0))


@duty_app.command("template", help=_("Write the files of governance that are lacking, with comments, to be filled in."))
def template(workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    from agglo.trust.access import people
    from agglo.trust.governance import templates

    here = open_workspace(workspace)
    written, left = templates.write(here, people.operator(here))
    if as_json:
        show.as_json({"written": [str(one) for one in written], "left": [str(one) for one in left]})
        return
    for one in written:
        typer.echo(_("Written: {file}").format(file=one))
    if left:
        said = ngettext(
            "{count} file was there already, and is left.", "{count} files were there already, and are left.", len(left)
        )
        typer.echo(said.format(count=len(left)))
