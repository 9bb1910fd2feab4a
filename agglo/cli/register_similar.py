"""``agglo register similar``."""

import difflib
import re
from typing import TYPE_CHECKING, Annotated

import typer

from agglo.cli import show
from agglo.cli.options import Json, WorkspaceFolder, refuse
from agglo.contract.errors import Fault
from agglo.contract.language import _, in_language
from agglo.store.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agglo.contract.card import Card
    from agglo.trust.register.similar import Like


_TYPO = 0.8
"""How near to an identifier (ratio of :mod:`difflib`) one word is that was meant as one."""


def register(commands: typer.Typer) -> None:
    """Add to ``agglo register``."""
    commands.command("similar", help=_("The cards and models nearest in purpose to a card, or to a need in words."))(
        similar
    )


def similar(
    asked: Annotated[
        str,
        typer.Argument(metavar="ID_OR_TEXT", help=_("A card (agglo register list), or a need in words, in quotes.")),
    ],
    count: Annotated[int, typer.Option(min=1, max=20, metavar="NUMBER", help=_("How many at most."))] = 3,
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from agglo.trust.access import people
    from agglo.trust.register import similar as library

    here = open_workspace(workspace)
    known = library.known(here, people.operator(here))
    card = known.get(asked) or library.card_of(_as_text(asked, known))
    found = library.nearest(card, {name: one for name, one in known.items() if name != asked}, count=count)
    if as_json:
        show.as_json({"asked": asked, "compared": len(known) - (asked in known), "nearest": _content(found, known)})
    else:
        typer.echo(_text(found, known))


def _as_text(asked: str, known: "Mapping[str, Card]") -> str:
    """What was typed, if it is a need in words and not the identifier of a card that there is none of: one word that
    is near a known identifier, or is joined as identifiers are."""
    from agglo.contract.errors import NotFound, nearest

    if not asked.strip():
        refuse([Fault("ID_OR_TEXT", _("nothing"), _("a card, or a need in words"))])
    typo = difflib.get_close_matches(asked, list(known), 1, _TYPO)
    if re.fullmatch(r"[a-z0-9.-]+", asked.strip()) and (typo or re.search(r"[.\d-]", asked)):
        need = _("A need is written in several words, in quotes.")
        repair = f"{nearest(asked, list(known))} {need}".strip()
        raise NotFound(_('No card "{id}" in the register.').format(id=asked), repair=repair)
    return asked


def _content(found: "Sequence[Like]", known: "Mapping[str, Card]") -> list[dict[str, object]]:
    return [
        {
            "id": one.id,
            "title": dict(known[one.id].maker.title),
            "state": known[one.id].authority.state or None,
            "holding": known[one.id].authority.holding or None,
            "score": round(one.score, 4),
            "why": one.why,
        }
        for one in found
    ]


def _text(found: "Sequence[Like]", known: "Mapping[str, Card]") -> str:
    if not found:
        return show.paragraph(
            _(
                "Nothing that may be read here shares a word or a subject with it. Ask the directions too: what has no "
                "card is not found."
            )
        )
    from agglo.cli.register_text import pair

    lines = []
    for one in found:
        card = known[one.id]
        title = in_language(card.maker.title) or _("no title")
        lines += [pair(one.id, title), *_facts(card, one), ""]
    why = _(
        "Read these before buying or building: one may already do. Each goes into the card under "
        '"similar", with why it does not do.'
    )
    return "\n".join([*lines, show.paragraph(why)])


def _facts(card: "Card", like: "Like") -> list[str]:
    from agglo.contract.card import choice_label

    said = card.authority
    held = [choice_label(name, getattr(said, name)) for name in ("state", "holding") if getattr(said, name)]
    purpose = in_language(card.maker.purpose) or said.need
    facts = {_("where it stands"): ", ".join(held), _("purpose"): purpose, _("shared"): ", ".join(like.why)}
    return [show.pairs({name: value for name, value in facts.items() if value})]
