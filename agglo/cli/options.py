"""Options that several commands share."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _

WorkspaceFolder = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        metavar="FOLDER",
        help=_("Folder of the workspace (else AGGLO_WORKSPACE, else ./agglo-workspace)."),
    ),
]
LanguageFolder = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        metavar="FOLDER",
        help=_("Folder of a workspace; this command only takes its language from there."),
    ),
]
Json = Annotated[bool, typer.Option("--json", help=_("Print JSON, figures in full."))]


def named(words: Sequence[str], option: str) -> tuple[dict[str, str], list[Fault]]:
    """``["a=1", "b=2"]`` as a mapping, and what cannot be read: a word without ``=``, a name that comes twice."""
    found: dict[str, str] = {}
    faults = []
    for word in words:
        name, equals, value = (part.strip() for part in word.partition("="))
        if not equals or not name or not value:
            faults.append(Fault(option, f'"{word}"', _("NAME=VALUE"), _("Leave no space around the sign =.")))
        elif name in found:
            faults.append(Fault(option, _("{name} twice").format(name=name), _("each name once")))
        else:
            found[name] = value
    return found, faults


def refuse(faults: Sequence[Fault]) -> None:
    """Raise what was found wrong with options, if anything was."""
    if faults:
        raise InvalidInput(_("These options cannot be read."), faults)


def choice(option: str, value: str | None, known: Sequence[str]) -> None:
    """Refuse a value that is none of those an option takes; the nearest is named."""
    if value is not None and value not in known:
        close = get_close_matches(value, known, n=1)
        repair = _('Did you mean "{name}"?').format(name=close[0]) if close else ""
        refuse([Fault(option, f'"{value}"', _("one of {values}").format(values=", ".join(known)), repair)])


def entry_choice(option: str, value: str | None, path: str) -> str | None:
    """The value of an entry of a card that an option names, in the words that a file takes; others are refused, the
    values told with what people call them."""
    from agglo.contract.card import ENTRIES
    from agglo.contract.card.spelling import words
    from agglo.contract.card.substance import plain

    if value is None:
        return None
    known = words(path)
    if plain(value) in known:
        return known[plain(value)]
    close = get_close_matches(plain(value), list(known), n=1)
    repair = _('Did you mean "{name}"?').format(name=known[close[0]]) if close else ""
    expected = _("one of {values}").format(values=", ".join(ENTRIES[path].said_choices()))
    raise InvalidInput(_("These options cannot be read."), [Fault(option, f'"{value}"', expected, repair)])
