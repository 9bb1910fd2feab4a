"""How much of what is asked of a card it says; what says nothing, or was copied from another card, does not count."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agglo.contract.card import ENTRIES, SECTIONS, Card
from agglo.contract.card.substance import plain, texts

LONG_WORDS = 12
"""A text of as many words that stands on two cards was copied; shorter ones may well be true of both. Our choice."""
_OWN_TO_A_PROCEDURE = frozenset(
    {
        "maker.licence",
        "maker.references",
        "maker.applicable_law",
        "authority.contact",
        "authority.legal_basis",
        "authority.contest",
        "authority.human_channel",
        "authority.human_hours",
        "authority.contract",
        "authority.provenance",
    }
)
"""Entries that are rightly the same on several cards of one authority: one contract, one counter, one law."""


@dataclass(frozen=True, slots=True)
class Score:
    """How many entries are declared of those asked, by section too (declared, asked; sections in order, those without
    anything asked left out), and the paths of those missing, in order."""

    declared: int
    asked: int
    by_section: dict[str, tuple[int, int]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """From 0 to 1; 1 where nothing is asked."""
        return self.declared / self.asked if self.asked else 1.0


def of(card: Card, copied: frozenset[str] | set[str] = frozenset()) -> Score:
    """The score of a card; ``copied`` are entries that :func:`copied` found to be another card's words."""
    asked = card.asked()
    missing = tuple(path for path in asked if path in card.lacking() or path in copied)
    counts = {section: [0, 0] for section in SECTIONS}
    for path in asked:
        counts[ENTRIES[path].section][0] += path not in missing
        counts[ENTRIES[path].section][1] += 1
    by_section = {section: (said, of_all) for section, (said, of_all) in counts.items() if of_all}
    return Score(len(asked) - len(missing), len(asked), by_section, missing)


def copied(cards: Mapping[str, Card]) -> dict[str, set[str]]:
    """For each card that has any, the entries whose long texts all stand word for word on another card.

    Neither card is taken for the one that was copied: what is said of two different systems in the same long words
    tells of neither.
    """
    said = {name: _long_texts(card) for name, card in cards.items()}
    holders: dict[str, set[str]] = {}
    for name, entries in said.items():
        for text in {text for several in entries.values() for text in several}:
            holders.setdefault(text, set()).add(name)
    found = {
        name: {path for path, several in entries.items() if all(len(holders[text]) > 1 for text in several)}
        for name, entries in said.items()
    }
    return {name: paths for name, paths in found.items() if paths}


def _long_texts(card: Card) -> dict[str, list[str]]:
    """The texts of entries that hold long ones alone, as they are compared."""
    found = {}
    for path in ENTRIES:
        if path in _OWN_TO_A_PROCEDURE or path in card.lacking():
            continue
        said = list(texts(card.value(path)))
        if said and all(len(one.split()) >= LONG_WORDS for one in said):
            found[path] = [plain(one) for one in said]
    return found
