"""The page of one card of the register: for residents first, then everything it says, costs and leads to."""

from collections.abc import Mapping, Set
from typing import Any

from starlette.responses import Response

from agglo.contract.card import ENTRIES, Card, label
from agglo.contract.errors import Damaged
from agglo.contract.language import _
from agglo.portal import card_fields, card_history, card_list, card_view, card_words, html
from agglo.portal.headings import heads
from agglo.portal.visits import Visit
from agglo.trust.access import rights
from agglo.trust.access.rights import Asset
from agglo.trust.register import completeness, lint, publishing, registered, unanswered
from agglo.trust.register.registered import Registered

FINDINGS = 30
"""Findings about the language of a card that its page tells."""


def show(visit: Visit) -> Response:
    """The card, as far as the visitor may read it."""
    one = registered.find(visit.workspace, visit.person, str(visit.path["id"]))
    held, asset = rights.held(visit.workspace, visit.person), Asset("card", one.id)
    restricted = held.may("read-restricted", asset)
    may = {right: restricted and held.may(right, asset) for right in ("add", "approve", "read-restricted")}
    return html.page(
        visit,
        "card.html.j2",
        one=one,
        card=one.card,
        heads=heads,
        may=may,
        kept=visit.query.get("garde", ""),
        **_top(visit, one),
        **_body(one, card_list.copies(visit).get(one.id, set())),
        **_around(visit, one, may),
        against=card_view.told(one.card, publishing.against(one.card, card_view.today(visit))) if restricted else [],
        doubts=card_view.doubts(visit, one.card) if may["read-restricted"] else [],
        findings=_findings(one.card) if may["add"] else [],
    )


def _top(visit: Visit, one: Registered) -> dict[str, Any]:
    """What a reader sees first."""
    today = card_view.today(visit).isoformat()
    return {
        "standing": card_view.standing(one),
        "state": card_words.state(one.card),
        "lead": card_view.lead(one.card),
        "brief": card_view.brief(one.card),
        "resident": card_view.resident(one.card),
        "review": card_words.review(one.card, today),
        "overdue": card_words.overdue(one.card, today),
        "outdated": card_view.outdated(visit, one),
    }


_APART = frozenset(("authority.ai_act_class", "authority.ai_act_roles", "authority.ai_act_checked"))
"""Entries of the law that the page shows under a title of their own; what residents look for is shown first."""


def _body(one: Registered, copied: Set[str]) -> dict[str, Any]:
    """Everything the card says, by section, what it costs apart; what a project without a system does not say is
    grouped."""
    card, score = one.card, completeness.of(one.card, frozenset(copied))
    above = {line.path for line in (*card_view.brief(card), *card_view.resident(card))} - {"authority.cost"}
    sections = card_words.sections(card, skip={*_APART, *above, card_words.purpose_path(card)})
    grouped = card.authority.holding == "none"
    shown = card_words.only_said(sections) if grouped else sections
    return {
        "sections": [section for section in shown if section.id != "cost"],
        "costs": [line for section in shown if section.id == "cost" for line in section.lines],
        "missing": card_words.labels(card.missing()) if grouped else [],
        "declared": _("{declared} of {asked} entries declared").format(declared=score.declared, asked=score.asked),
        "copied": card_words.labels(copied & set(card.asked())),
        "sources": card_view.sources(card),
        "asks_sources": "authority.sources" in card.asked(),
        "held": not grouped,
    }


def _around(visit: Visit, one: Registered, may: Mapping[str, bool]) -> dict[str, Any]:
    """What the register knows besides what the card says; for those who write it, where to go on."""
    writes = may["add"]
    moved = writes and visit.query.get("garde") == "etat"
    return {
        "runs_here": card_view.runs_here(visit, one.id),
        "also": card_fields.also(one.id, visit.query) if writes else [],
        "follow": [_asking(one.id, path) for path in one.card.missing() if _follows(path)] if moved else [],
        "unanswered": _unanswered(one) if writes else [],
        "declared_alike": card_view.declared_alike(visit, one.card),
        "found_alike": card_view.found_alike(visit, one),
        "spent": card_view.spent(visit, one) if one.card.authority.holding != "none" else None,
        "ai_act": card_view.ai_act(one.card),
        "models": card_view.models(visit, one),
        "opinions": card_view.opinions(visit, one.id),
        "documents": card_view.documents(visit, one, abroad=writes),
        "versions": _versions(visit, one),
    }


def _versions(visit: Visit, one: Registered) -> list[card_history.Version] | None:
    """What was published of it; none where that is no longer what was sealed."""
    try:
        return card_history.versions(visit, one.id)
    except Damaged:
        return None


def _follows(path: str) -> bool:
    """Whether the state of a card is what makes an entry asked."""
    return ENTRIES[path].when in ("started", "used", "retired")


def _asking(id: str, path: str) -> tuple[str, str]:
    """The address of the field that asks an entry, and what it is called."""
    return card_fields.address(id, path), label(path)


def _unanswered(one: Registered) -> list[tuple[str, str, str]]:
    """Entries under which something stands that does not count as an answer."""
    found = ((path, unanswered.sentence(one.card, path)) for path in ENTRIES if path not in card_fields.ELSEWHERE)
    return [(*_asking(one.id, path), said) for path, said in found if said]


def _findings(card: Card) -> list[tuple[str, lint.Finding]]:
    return [(label(one.path), one) for one in lint.of_card(card)][:FINDINGS]
