"""The explicit mention: what a letter must tell whoever a decision was taken about with the help of an algorithm.

CRPA (code des relations entre le public et l'administration), articles L.311-3-1 and R.311-3-1-1: who is responsible,
what for, the right to be told the rules and the main features of how they were applied, and how to use it; one month
and two months are those of Etalab's model text (2020-10-02). The wording is our own. What is not known stands between
brackets, to be filled by hand, and is told as lacking.
"""

import datetime
from collections.abc import Mapping, Sequence

from agglo.contract.card import Card
from agglo.contract.language import N_, _, language
from agglo.trust.register.exports.fields import FieldList
from agglo.trust.register.exports.saying import said, text
from agglo.trust.register.exports.target import Exported, Subject, Target


def record(subject: Subject) -> dict[str, str]:
    """What the mention of a card is made of, in the language in force, by the names of ``fields/mention.yaml``."""
    card, authority, spoken = subject.card, subject.authority, language()
    return {
        "administration": authority.name,
        "finalité": text(card, "maker.purpose", spoken),
        "automatisation": str(said(card, "authority.automation")),
        "contact": authority.requests or text(card, "authority.contact", spoken) or authority.contact,
        "règles": subject.page,
        "recours": text(card, "authority.contest", spoken),
        "emplacement": text(card, "authority.mention", spoken),
    }


def letter(given: Mapping[str, str]) -> str:
    """The mention in full, as paragraphs to paste below a decision."""
    paragraphs = [
        _how(given["automatisation"], given["administration"]),
        _("What the algorithm is for: {purpose}").format(purpose=_sentence(given["finalité"], _("purpose"))),
        _(
            "You have the right to be told its rules, and the main features of how they were applied to your case. "
            "To use this right, write to: {contact}."
        ).format(contact=_or_blank(given["contact"], _("whom to write to"))),
        _(
            "Without an answer within one month, or if you are refused, you have two months to turn to the commission "
            "for access to administrative documents (CADA): www.cada.fr."
        ),
    ]
    if given["règles"]:
        paragraphs.append(_("The algorithm is described here: {page}").format(page=given["règles"]))
    if given["recours"]:
        paragraphs.append(_("To contest the decision itself: {how}").format(how=_sentence(given["recours"], "")))
    paragraphs.append(_articles())
    return "\n\n".join(paragraphs)


def short(given: Mapping[str, str]) -> str:
    """The mention in a few sentences, for a web page or a form."""
    said_short = [
        _how(given["automatisation"], given["administration"]),
        _("Its purpose: {purpose}").format(purpose=_sentence(given["finalité"], _("purpose"))),
        _("You may ask how its rules were applied to you: {contact}; then, if need be, CADA (www.cada.fr).")
        .format(contact=_or_blank(given["contact"], _("whom to write to"))),
    ]  # fmt: skip
    if given["règles"]:
        said_short.append(_("Find out more: {page}").format(page=given["règles"]))
    return " ".join(said_short)


def applies(card: Card) -> bool:
    """Whether decisions about persons, natural or legal, are taken with it."""
    return card.authority.holding != "none" and card.authority.individual_decisions == "yes"


def _how(automation: str, authority: str) -> str:
    name = _or_blank(authority, _("name of the authority"))
    if automation == "full":
        return _("{authority} took this decision by an algorithm alone, and is responsible for it.").format(
            authority=name
        )
    return _("{authority} took this decision with the help of an algorithm, and is responsible for it.").format(
        authority=name
    )


def _articles() -> str:
    return _(
        "Code of relations between the public and the administration, articles L.311-3-1, R.311-3-1-1 and R.311-3-1-2."
    )


def _or_blank(text: str, what: str) -> str:
    return text or _("[to fill: {what}]").format(what=what)


def _sentence(text: str, what: str) -> str:
    """A text that ends as a sentence does."""
    found = _or_blank(text, what)
    return found if found.endswith((".", "!", "?", "]")) else f"{found}."


def _document(subject: Subject, given: Mapping[str, str]) -> str:
    title = text(subject.card, "maker.title", language()) or subject.id
    parts = [
        "# " + _("Explicit mention: {title}").format(title=title),
        "## " + _("For a letter or a notice"),
        letter(given),
        "## " + _("For a web page or a form"),
        short(given),
    ]
    return "\n\n".join(parts) + "\n"


def _export(subjects: Sequence[Subject], *, today: datetime.date) -> Exported:  # noqa: ARG001
    fields = FieldList.read("mention")
    records = [record(one) for one in subjects]
    pages = [_document(one, given) for one, given in zip(subjects, records, strict=True)]
    lacks = dict.fromkeys(lack for given in records for lack in fields.lacks(given))
    faults = [
        _("{title}: it is used to decide about nobody, so that no mention is due.").format(title=one.id)
        for one in subjects
        if one.card.authority.individual_decisions == "no"
    ]
    return Exported("\n".join(pages).encode(), tuple(lacks), tuple(faults))


TARGETS = (
    Target(
        "mention",
        N_("Explicit mention"),
        N_("Text to paste below each decision taken with the algorithm, and a short one for web pages. A decision "
           "taken by an algorithm alone is void without it."),
        N_("CRPA (code of relations between the public and the administration), articles L.311-3-1 and R.311-3-1-1; "
           "contents as Etalab lists them, guides.etalab.gouv.fr/algorithmes/mention, 2020-10-02, read 2026-11-24."),
        "text/markdown",
        "md",
        _export,
        applies=applies,
    ),
)  # fmt: skip
