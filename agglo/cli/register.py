"""``agglo register``: one card for each algorithm of the authority."""

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from agglo.cli import EXIT_FAILED, register_ai_act, register_exchange, register_similar, register_watch, show
from agglo.cli.options import Json, WorkspaceFolder, entry_choice
from agglo.cli.usage import Commands
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _, ended, language, ngettext
from agglo.store.workspace import open_workspace

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Sequence

    from agglo.store.workspace import Workspace
    from agglo.trust.access.people import Person
    from agglo.trust.register.checking import Checked
    from agglo.trust.register.registered import Registered

app = typer.Typer(cls=Commands, no_args_is_help=True, help=_("Register of algorithms: one card for each."))

Id = Annotated[str, typer.Argument(metavar="ID", help=_("Identifier of the card (agglo register list)."))]
Why = Annotated[str, typer.Option(metavar="TEXT", help=_("Why: it is kept with the version."))]


@app.command("new", help=_("Write a card to fill: a file with every entry, and what each asks."))
def new(
    card: Annotated[str, typer.Argument(metavar="ID", help=_("Its identifier: a word such as leak-finder."))],
    title: Annotated[str, typer.Option(metavar="TEXT", help=_("Its title, in the language in force."))] = "",
    workspace: WorkspaceFolder = None,
) -> None:
    from agglo.trust.access import people
    from agglo.trust.register import writing

    here = open_workspace(workspace)
    person = people.operator(here)
    copied = _is_bundled(here, person, card)
    path = writing.new(here, person, card, title={language(): title} if title else None)
    typer.echo(_("Written: {file}").format(file=path))
    if copied:
        said = _(
            "It is a copy of the card that comes with agglo. Everybody else reads that one until this is published."
        )
        typer.echo(show.paragraph(said))
    typer.echo(_("Fill it in a text editor, then see what is missing:"))
    typer.echo(f"  {show.command('register', 'check', card, workspace=workspace)}")


def _is_bundled(workspace: "Workspace", person: "Person", id: str) -> bool:
    """Whether a card comes with agglo, and everybody reads it as it comes."""
    from agglo.contract.errors import NotFound
    from agglo.trust.register import registered

    try:
        found = registered.find(workspace, person, id)
    except NotFound:
        return False
    return found.origin == "programme" and not found.withdrawn


@app.command("list", help=_("Every card, or those that are sought, by identifier."))
def list_(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="WORD", help=_("Words of their title, purpose or need."))
    ] = None,
    state: Annotated[str | None, typer.Option(metavar="STATE", help=_("idea, project, in-use or retired."))] = None,
    theme: Annotated[str | None, typer.Option(metavar="THEME", help=_("Theme, such as water or mobility."))] = None,
    holding: Annotated[
        str | None, typer.Option(metavar="HOLDING", help=_("none, in-house, bought or partner."))
    ] = None,
    service: Annotated[str, typer.Option(metavar="TEXT", help=_("Words of the direction's name."))] = "",
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from agglo.cli import register_text
    from agglo.trust.access import people
    from agglo.trust.register import completeness, registered, seeking

    state, theme, holding = (
        entry_choice(f"--{name}", said, f"authority.{name}")
        for name, said in (("state", state), ("theme", theme), ("holding", holding))
    )
    here = open_workspace(workspace)
    every = registered.listing(here, people.operator(here))
    found = seeking.matching(
        every, words=" ".join(words or []), state=state or "", theme=theme or "", holding=holding or "", service=service
    )
    copied = completeness.copied({one.id: one.card for one in every})
    lines = [
        register_text.line(one, completeness.of(one.card, copied.get(one.id, set())), _today(here)) for one in found
    ]
    if as_json:
        show.as_json(lines)
    else:
        typer.echo(register_text.listing(lines, len(every)))


@app.command("show", help=_("A card as people read it: what it says, what it does not say yet, what is against it."))
def show_(card: Id, workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    from agglo.cli import register_text
    from agglo.trust.access import people
    from agglo.trust.register import checking, layout, registered, states, use

    here = open_workspace(workspace)
    person = people.operator(here)
    found = registered.find(here, person, card)
    checked = checking.check(here, person, found, today=_today(here))
    used = use.of(here, person, card, found.card)
    if as_json:
        moves = [{"at": one.at, "from": one.before, "to": one.after} for one in states.history(here, card)]
        content = {"card": layout.content(found.card), "use": register_text.use_as_json(used), "moves": moves}
        show.as_json({**register_text.checked_as_json(found, checked), **content})
    else:
        typer.echo(register_text.card(found, checked, used, _today(here)))


@app.command(
    "check", help=_("What cards do not say yet, what is not plain in them, and what is against publishing them.")
)
def check(
    cards: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID", help=_("Cards (agglo register list); else every card in hand.")),
    ] = None,
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from agglo.cli import register_text
    from agglo.trust.access import people
    from agglo.trust.register import checking

    here = open_workspace(workspace)
    person = people.operator(here)
    found = _chosen(here, person, cards or [])
    checked = [(one, checking.check(here, person, one, today=_today(here))) for one in found]
    if as_json:
        show.as_json([register_text.checked_as_json(one, said) for one, said in checked])
    elif not checked:
        typer.echo(_('No card in hand. "agglo register new ID" makes one to fill.'))
    else:
        typer.echo("\n\n".join([*(register_text.checked(one, said) for one, said in checked), *_count(checked)]))
    if any(said.blocks for _one, said in checked):
        raise typer.Exit(EXIT_FAILED)


@app.command("move", help=_("Move a card to another state; it leaves the state of idea through the usefulness gate."))
def move(
    card: Id,
    state: Annotated[str, typer.Argument(metavar="STATE", help=_("idea, project, in-use or retired."))],
    workspace: WorkspaceFolder = None,
) -> None:
    from agglo.cli import register_text
    from agglo.contract.card import choice_label
    from agglo.trust.access import people
    from agglo.trust.register import states

    state = entry_choice("STATE", state, "authority.state") or state
    here = open_workspace(workspace)
    with _labelled():
        moved = states.move(here, people.operator(here), card, state)
    typer.echo(register_text.pair(card, choice_label("state", state)))
    if missing := moved.missing():
        names = ", ".join(register_text.named(path) for path in missing)
        typer.echo(show.paragraph(ended(_("Not declared yet: {names}.").format(names=names))))


@app.command("publish", help=_("Publish a card as it is now: everybody may read it; --withdraw takes it back."))
def publish(
    card: Id,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help=_("Have it read by nobody from outside any more."))
    ] = False,
    why: Why = "",
    workspace: WorkspaceFolder = None,
) -> None:
    from agglo.trust.access import people
    from agglo.trust.register import publishing, registered

    here = open_workspace(workspace)
    person = people.operator(here)
    if withdraw:
        registered.find(here, person, card)
        _check_why(why)
        publishing.withdraw(here, person, card, why=why)
        typer.echo(_("Withdrawn: {card}. Its versions are kept.").format(card=card))
        return
    before = registered.find(here, person, card).latest
    with _labelled():
        number = publishing.publish(here, person, card, why=why)
    if number == before:
        typer.echo(_("Already published, the same text: {card}, version {number}").format(card=card, number=number))
        return
    typer.echo(_("Published: {card}, version {number}").format(card=card, number=number))
    for change in publishing.history(here, card)[-1].changes:
        typer.echo(show.paragraph(_changed(change.path), lead="  "))
    _tell_doubts(registered.find(here, person, card), _today(here))


def _tell_doubts(one: "Registered", today: "datetime.date") -> None:
    """Say what can hardly be right on a card that was just published, beside the output."""
    from agglo.cli import register_text
    from agglo.trust.register import doubts

    if found := doubts.of(one.card, today):
        typer.echo(register_text.doubts(found), err=True)


def _check_why(why: str) -> None:
    if not why.strip():
        fault = Fault("--why", _("nothing"), _("why it is withdrawn: it is kept with the card"))
        raise InvalidInput(_("This card cannot be withdrawn."), [fault])


@contextmanager
def _labelled() -> "Iterator[None]":
    """Have faults of entries say what people call them."""
    from agglo.cli.register_text import named, pair
    from agglo.contract.card import ENTRIES

    try:
        yield
    except InvalidInput as error:
        faults = [
            Fault(pair(named(one.where), one.got.rstrip(".")), "", one.expected, one.repair)
            if one.where in ENTRIES
            else one
            for one in error.faults
        ]
        raise type(error)(error.what, faults, repair=error.repair) from None


def _changed(path: str) -> str:
    from agglo.contract.card import label

    return _("changed: {entry}").format(entry=label(path))


def _chosen(workspace: "Workspace", person: "Person", names: "Sequence[str]") -> "list[Registered]":
    """The cards asked for; without any, those in hand."""
    from agglo.trust.register import registered

    if names:
        return [registered.find(workspace, person, name) for name in names]
    every = registered.listing(workspace, person)
    return [one for one in every if registered.path_of(workspace, one.id).is_file()]


def _count(checked: "Sequence[tuple[Registered, Checked]]") -> list[str]:
    if len(checked) < 2:
        return []
    ready = sum(not said.blocks for _one, said in checked)
    said = ngettext(
        "{ready} of {count} card can be published.", "{ready} of {count} cards can be published.", len(checked)
    )
    return [said.format(ready=ready, count=len(checked))]


def _today(workspace: "Workspace") -> "datetime.date":
    from agglo.trust.register import clock

    return clock.today(workspace)


for module in (register_similar, register_ai_act, register_exchange, register_watch):
    module.register(app)
