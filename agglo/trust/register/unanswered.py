"""What stands under an entry and says nothing of substance: whoever wrote it is told that it does not count."""

from dataclasses import replace

from agglo.contract.card import ENTRIES, Card
from agglo.contract.card.gate import Refusal
from agglo.contract.card.substance import texts
from agglo.contract.language import _

_LONGEST = 60
"""Signs of a text that are quoted."""


def written(card: Card, path: str) -> str:
    """The first text that stands under an entry without declaring it; nothing where it is declared, or empty."""
    if path not in card.lacking():
        return ""
    text = " ".join(next(texts(card.value(path)), "").split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def sentence(card: Card, path: str) -> str:
    """That what is written under an entry does not count; nothing where nothing is written there."""
    said = written(card, path)
    return _('What is written there ("{text}") does not count as an answer.').format(text=said) if said else ""


def quoted(card: Card, refusal: Refusal) -> Refusal:
    """A refusal that tells of what is written under its entry and does not count."""
    told = sentence(card, refusal.field) if refusal.field in ENTRIES else ""
    return replace(refusal, reason=f"{refusal.reason} {told}") if told else refusal
