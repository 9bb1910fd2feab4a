"""What a card stands against: its publication, and runs that are more than drafts. Pure functions of card and day."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from agglo.contract.card.card import Card
from agglo.contract.errors import Fault
from agglo.contract.language import N_, _

OVERSIGHT = N_("Regulation (EU) 2024/1689, article 26(2)")
RIGHTS_ASSESSMENT = N_("Regulation (EU) 2024/1689, article 27")
PROHIBITED = N_("Regulation (EU) 2024/1689, article 5")
LAWFUL_BASIS = N_("GDPR, article 6(1)")
MENTION = N_("CRPA, articles L.311-3-1, R.311-3-1-1; law 78-17, article 47")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason, the entry of the card that must change (``authority.mention``), and the article; empty where the rule
    is this register's own. ``runs``: no run either, unless as a draft."""

    field: str
    reason: str
    article: str = ""
    runs: bool = True

    def fault(self) -> Fault:
        """As a fault of the card."""
        return Fault(self.field, self.reason, repair=self.article)


def refusals(card: Card, today: datetime.date) -> tuple[Refusal, ...]:
    """Everything against publishing a card, and against running what it is about outside drafts.

    What is not declared at all is not refused here: such a card is a draft (:attr:`Card.is_draft`), which binds more.
    """
    return tuple(_refusals(card, today))


def against_running(card: Card, today: datetime.date) -> tuple[Refusal, ...]:
    """Everything against a run that is more than a draft."""
    return tuple(one for one in _refusals(card, today) if one.runs)


def _refusals(card: Card, today: datetime.date) -> Iterator[Refusal]:
    said, lacking = card.authority, card.lacking()
    if said.holding == "none":
        return
    if said.ai_act_class == "prohibited":
        yield Refusal("authority.ai_act_class", _("Its practice is prohibited."), _(PROHIBITED))
    if said.automation == "full" and said.individual_decisions == "yes" and "authority.mention" in lacking:
        yield Refusal(
            "authority.mention", _("It decides alone about people, without its explicit mention."), _(MENTION)
        )
    if said.ai_act_class == "high-risk" and "authority.human_oversight" in lacking:
        yield Refusal("authority.human_oversight", _("High risk, without human oversight."), _(OVERSIGHT))
    if said.ai_act_class == "high-risk" and "authority.impact_assessment" in lacking:
        reason = _("High risk, without an assessment of its impact on fundamental rights.")
        yield Refusal("authority.impact_assessment", reason, _(RIGHTS_ASSESSMENT))
    if said.personal_data in ("ordinary", "sensitive") and not said.personal_data_basis:
        yield Refusal("authority.personal_data_basis", _("Personal data without a lawful basis."), _(LAWFUL_BASIS))
    if said.state not in ("idea", "retired") and said.review_due and said.review_due < today.isoformat():
        reason = _("Its review was due on {day}.").format(day=said.review_due)
        yield Refusal("authority.review_due", reason)
    yield from _human_side(card)


_SOVEREIGNTY = ("hosting_country", "applicable_law", "subcontractors", "reversibility")
_HUMAN_SIDE = ("left_out", "human_channel", "human_hours", "human_telephone", "plain_text", "minors",
               "synthetic_content", "contest")  # fmt: skip


def _human_side(card: Card) -> Iterator[Refusal]:
    """What residents must find on the card of something they meet."""
    if card.authority.public_facing != "yes":
        return
    asked = (*(f"authority.{name}" for name in _HUMAN_SIDE), *(f"maker.{name}" for name in _SOVEREIGNTY))
    missing = card.missing()
    for name in asked:
        if name in missing:
            yield Refusal(name, _("Residents meet it, and this is not answered."), runs=False)
