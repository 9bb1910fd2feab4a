"""What ``agglo register export`` says of its documents on standard error: who is left out, and what they lack."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from agglo.contract.card import ENTRIES, label
from agglo.contract.language import _, ngettext

if TYPE_CHECKING:
    from agglo.trust.register.exporting import Chosen, Document
    from agglo.trust.register.exports import Lack

MOST_LINES = 20
"""Lines that are told unless all are asked for."""
_MOST_NAMES = 6
UPDATED = "authority.updated"


def left_out(chosen: "Chosen", *, every: bool) -> Iterator[str]:
    """A line for each reason why cards of the register are not in the document."""
    from agglo.trust.register.exporting import NOT_PUBLISHED

    for why, names in chosen.left_out.items():
        said = ngettext("{count} card left out, {why}: {names}.", "{count} cards left out, {why}: {names}.", len(names))
        text = said.format(count=len(names), why=why, names=_names(names, every=every))
        more = _("--drafts takes them as they are in hand.")
        yield f"{text} {more}" if why == _(NOT_PUBLISHED) else text


def told(documents: "Sequence[Document]", *, every: bool, room: int = MOST_LINES) -> list[str]:
    """What documents lack and what is wrong with them: what is required first; what is optional is only counted unless
    everything is asked for. At most ``room`` lines then."""
    lacks = [found for one in documents for found in one.lacks]
    required = _grouped((name, lack) for name, lack in lacks if lack.required)
    optional = _grouped((name, lack) for name, lack in lacks if not lack.required)
    faults = dict.fromkeys(f"{name}: {fault}" if name else fault for one in documents for name, fault in one.faults)
    lines = _listed(_("Required and not said; the document is not valid without it:"), _lines(required, every=every))
    lines += _listed(_("Wrong under the rules of this document:"), faults)
    if every:
        return lines + _listed(_("Optional and not said:"), _lines(optional, every=True))
    lines = _cut(lines, room - bool(optional))
    if optional:
        said = ngettext("{count} optional entry is not said either (--all names it).",
                        "{count} optional entries are not said either (--all names them).", len(optional))  # fmt: skip
        lines.append(said.format(count=len(optional)))
    return lines


def _grouped(lacks: "Iterable[tuple[str, Lack]]") -> "dict[str, tuple[Lack, list[str]]]":
    """By entry, or by the document's own name where no entry says it: one lack, and the cards that it is asked of."""
    found: dict[str, tuple[Lack, list[str]]] = {}
    for name, lack in lacks:
        _lack, names = found.setdefault(lack.entry or f"{lack.target_field} {lack.why}", (lack, []))
        if name and name not in names:
            names.append(name)
    return found


def _lines(groups: "dict[str, tuple[Lack, list[str]]]", *, every: bool) -> Iterator[str]:
    for lack, names in groups.values():
        parts = [f"{label(lack.entry)} ({ENTRIES[lack.entry].place})" if lack.entry in ENTRIES else lack.target_field]
        if names:
            asked = ngettext("asked of {count} card: {names}", "asked of {count} cards: {names}", len(names))
            parts.append(asked.format(count=len(names), names=_names(names, every=every)))
        why = _("Publish the card: it is set then.") if lack.entry == UPDATED else lack.why
        text = ": ".join(parts)
        yield f"{text}. {why}" if why else text


def _names(names: Sequence[str], *, every: bool) -> str:
    if every or len(names) <= _MOST_NAMES:
        return ", ".join(names)
    more = len(names) - _MOST_NAMES
    return _("{names} and {count} more").format(names=", ".join(names[:_MOST_NAMES]), count=more)


def _listed(title: str, texts: Iterable[str]) -> list[str]:
    lines = [f"- {text}" for text in texts]
    return [title, *lines] if lines else []


def _cut(lines: list[str], room: int) -> list[str]:
    """The first lines, the last of which says how many are left out."""
    if len(lines) <= room:
        return lines
    more = len(lines) - room + 1
    said = ngettext("... and {count} more (--all names it)", "... and {count} more (--all names them)", more)
    return [*lines[: room - 1], said.format(count=more)]
