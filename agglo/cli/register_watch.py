"""``agglo register watch`` and ``guide``."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agglo.cli import show
from agglo.cli.options import Json, WorkspaceFolder, refuse
from agglo.contract.errors import Fault
from agglo.contract.language import _, ended, in_language, ngettext
from agglo.contract.numerals import day_in_words, number, scaled
from agglo.store.workspace import open_workspace

if TYPE_CHECKING:
    from agglo.trust.register.guide import Chapter, Guide, Measured
    from agglo.trust.register.registered import Registered
    from agglo.trust.register.watch import Change, Concerned, Entry

_SHOWN = 8
"""Cards that are named; the others are counted."""

Since = Annotated[
    str | None, typer.Option("--since", metavar="DAY", help=_("Changes from this day on alone: YYYY-MM-DD."))
]
Due = Annotated[bool, typer.Option("--due", help=_("What must be read again by today alone."))]


def register(commands: typer.Typer) -> None:
    """Add to ``agglo register``."""
    commands.command("watch", help=_("Rules and systems to keep an eye on, by date of change."))(watch)
    commands.command("guide", help=_("A plain guide to the kinds of AI in use here."))(guide)


def watch(since: Since = None, due: Due = False, workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    from agglo.trust.access import people
    from agglo.trust.register import registered
    from agglo.trust.register import watch as watching

    _check_day(since)
    here, today = open_workspace(workspace), _today()
    every = watching.entries(here)
    late = watching.due(every, today)
    shown = late if due else every
    changes = watching.changes(shown, since=since or "")
    if since:
        shown = [one for one in shown if any(entry is one for _change, entry in changes)]
    cards = registered.listing(here, people.operator(here))
    about = [(one, watching.concerned(one, cards)) for one in shown]
    if as_json:
        show.as_json([_entry_content(one, found, today) for one, found in about])
        return
    parts = [_timeline(changes, today), _again(late, today), _cards_of(about)]
    typer.echo("\n\n".join(one for one in ([_again(late, today)] if due else parts) if one))


def _check_day(since: str | None) -> None:
    """Refuse what is no day written as the days it is compared with."""
    try:
        known = since is None or datetime.date.fromisoformat(since).isoformat() == since
    except ValueError:
        known = False
    if not known:
        refuse([Fault("--since", f'"{since}"', _("a day: YYYY-MM-DD"))])


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


def _timeline(changes: "Sequence[tuple[Change, Entry]]", today: datetime.date) -> str:
    if not changes:
        return _("No date on the list.")
    rows: list[Sequence[str]] = []
    for change, entry in changes:
        if rows and change.day > today.isoformat() and show.RULE not in rows:
            rows.append(show.RULE)
        said = _("{title}. {what}").format(title=in_language(entry.title), what=in_language(change.what))
        rows.append((day_in_words(change.day), " ".join([said, *_doubt(entry)])))
    return show.table((_("day"), _("what changes (below the line: still to come)")), rows, wrap=1)


def _doubt(entry: "Entry") -> list[str]:
    """How sure an entry is, where its text was not read."""
    said = {"secondary": _("(reported by others)"), "memory": _("(from memory)")}
    return [said[entry.certainty]] if entry.certainty in said else []


def _again(late: "Sequence[Entry]", today: datetime.date) -> str:
    if not late:
        return show.paragraph(_("Nothing has to be read again by {day}.").format(day=day_in_words(today.isoformat())))
    lines = [_owed(one) for one in late]
    return "\n".join([_("To be read again"), show.notes(lines)])


def _owed(entry: "Entry") -> str:
    said = _("{title}: due since {day}, read on {consulted}. {source}")
    due, consulted = day_in_words(entry.next_look), day_in_words(entry.consulted)
    source = entry.address or in_language(entry.source)
    return said.format(title=in_language(entry.title), day=due, consulted=consulted, source=source)


def _cards_of(about: "Iterable[tuple[Entry, Concerned]]") -> str:
    """Which cards each entry is about, where it is about any."""
    lines = []
    for entry, found in about:
        parts = [_named(found.cards)] if found.cards else []
        if found.unsaid and entry.kind != "system":
            count = len(found.unsaid)
            said = ngettext("{count} card does not say", "{count} cards do not say", count)
            parts.append(said.format(count=number(count)))
        if parts:
            lines.append(_("{title}: {what}").format(title=in_language(entry.title), what="; ".join(parts)))
    return "\n".join([_("Cards that each concerns"), show.notes(lines)]) if lines else ""


def _named(cards: "Sequence[Registered]") -> str:
    names = "; ".join(one.title for one in cards[:_SHOWN])
    more = len(cards) - _SHOWN
    said = ngettext("and {count} other", "and {count} others", more).format(count=number(more))
    return f"{names}; {said}" if more > 0 else names


def _entry_content(entry: "Entry", found: "Concerned", today: datetime.date) -> dict[str, Any]:
    return {
        **asdict(entry),
        "due": entry.is_due(today),
        "cards_concerned": [one.id for one in found.cards],
        "cards_unsaid": [one.id for one in found.unsaid],
    }


def guide(workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    from agglo.trust.access import people
    from agglo.trust.register import guide as guiding

    here = open_workspace(workspace)
    found = guiding.of(here, people.operator(here))
    if as_json:
        show.as_json(_guide_content(found))
        return
    typer.echo("\n\n".join([*map(_chapter, found.chapters), *_unsaid(found)]))


def _chapter(chapter: "Chapter") -> str:
    one = chapter.technique
    here = _named(chapter.cards) if chapter.cards else _("none here")
    told = [
        (_("It is like"), in_language(one.like)),
        (_("What it is good for"), " ".join(map(in_language, one.good))),
        (_("How it goes wrong"), " ".join(map(in_language, one.wrong))),
        (_("What to ask"), " ".join(map(in_language, one.ask))),
        (_("Energy"), f"{in_language(one.energy)} {_cost(chapter.measured)}".strip()),
        (_("Cards here"), here),
    ]
    return "\n".join([in_language(one.title), show.paragraph(" ".join(map(in_language, one.what))), show.pairs(told)])


def _cost(measured: "Measured") -> str:
    """What the kept runs cost, as far as it is known."""
    energy = measured.energy_kwh
    if energy is None or energy.central is None:
        return ""
    said = ngettext(
        "Here: {energy} for {count} answer kept.", "Here: {energy} for {count} answers kept.", measured.known
    )
    return said.format(energy=scaled(energy.central, "kWh"), count=number(measured.known))


def _unsaid(found: "Guide") -> list[str]:
    if not found.unsaid:
        return []
    said = ngettext(
        "{count} card does not say which technique it uses: {names}.",
        "{count} cards do not say which technique they use: {names}.",
        len(found.unsaid),
    )
    return [show.paragraph(ended(said.format(count=number(len(found.unsaid)), names=_named(found.unsaid))))]


def _guide_content(found: "Guide") -> dict[str, Any]:
    return {
        "techniques": [
            {
                **asdict(one.technique),
                "cards": [card.id for card in one.cards],
                "measured": asdict(one.measured),
            }
            for one in found.chapters
        ],
        "unsaid": [one.id for one in found.unsaid],
    }
