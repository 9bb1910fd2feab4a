"""What a card says, as exporters write it: nothing stands where it says nothing of substance."""

from collections.abc import Mapping
from typing import Any

from agglo.contract.card import Card
from agglo.contract.language import LANGUAGES


def said(card: Card, path: str) -> Any:
    """The value of an entry (``authority.need``), or an empty text where nothing of substance stands there."""
    return "" if path in card.lacking() else card.value(path)


def text(card: Card, path: str, language: str) -> str:
    """An entry as one text, in a language where it exists in several; of a list, its texts, one a line."""
    return one_text(said(card, path), language)


def one_text(value: Any, language: str) -> str:
    """A value of a card as one text: that of a language (else another it exists in), a list one a line."""
    if isinstance(value, list | tuple):
        return "\n".join(filter(None, (one_text(one, language) for one in value)))
    if isinstance(value, Mapping):
        wanted = (language, *LANGUAGES, *value)
        return next((str(value[one]).strip() for one in wanted if str(value.get(one) or "").strip()), "")
    return "" if value is None else str(value).strip()
