"""Cards sought in the register: by words, state, theme, holding, direction; and whether their review is overdue."""

import datetime
from collections.abc import Iterable

from agglo.contract.card import Card, choice_label
from agglo.contract.card.substance import plain, texts
from agglo.trust.register.registered import Registered


def matching(
    cards: Iterable[Registered],
    *,
    words: str = "",
    state: str = "",
    theme: str = "",
    holding: str = "",
    service: str = "",
) -> list[Registered]:
    """The cards that answer every criterion that is given, in the order given.

    ``words`` must all be found in what a card is called and is for, ``service`` in the name of its direction, whatever
    their accents and capitals. Signs alone, without a letter or a digit, find nothing.
    """
    sought, place = plain(words).split(), plain(service)
    if (words.strip() and not sought) or (service.strip() and not place):
        return []
    return [
        one
        for one in cards
        if (not state or one.card.authority.state == state)
        and (not theme or one.card.authority.theme == theme)
        and (not holding or one.card.authority.holding == holding)
        and place in plain(one.card.authority.service)
        and _holds(one, sought)
    ]


def is_overdue(card: Card, today: datetime.date) -> bool:
    """Whether the day by which a card was to be read again is past, and that still matters."""
    said = card.authority
    return said.state in ("project", "in-use") and bool(said.review_due) and said.review_due < today.isoformat()


def _holds(one: Registered, words: list[str]) -> bool:
    if not words:
        return True
    maker, authority = one.card.maker, one.card.authority
    said = [one.id, maker.maker, authority.service, authority.need, choice_label("theme", authority.theme)]
    held = plain(" ".join([*said, *texts(maker.title), *texts(maker.purpose), *authority.tags]))
    return all(word in held for word in words)
