"""What is registered in the EU database of high-risk systems: Regulation (EU) 2024/1689, annex VIII, as JSON.

Section C: deployers that are public authorities (article 49(3)); A: providers of high-risk systems (article 49(1));
B: providers of systems of annex III that are not high-risk (articles 6(3) and 49(2)). The database has no file format
of its own that we know of: the document is what a person copies from. Systems of annex III, point 2, are registered
with the Member State instead (article 49(5)).
"""

import datetime
import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from agglo.contract.card import Card
from agglo.contract.language import N_, _, in_language, language
from agglo.trust.register.exports.fields import Field, FieldList, is_empty
from agglo.trust.register.exports.saying import one_text, said, text
from agglo.trust.register.exports.target import Exported, Lack, Subject, Target

_SOURCE = N_(
    "Regulation (EU) 2024/1689, annex VIII, original text, read 2026-11-24; amendments of 2026 were not checked."
)
_TRADE_NAME, _PURPOSE, _LOGIC = "4", "5", "6"
_AUTHORITY = {"1.name": "name", "1.address": "address", "1.contact": "contact"}


def record(section: str, subject: Subject) -> dict[str, object]:
    """The items of a section (``c``, ``a`` or ``b``) by number, in the language in force."""
    own = _is_own(section, subject)
    return {one.name: _value(section, one, subject, own) for one in FieldList.read(f"annex-viii-{section}").fields}


def _is_own(section: str, subject: Subject) -> bool:
    """Whether item 1 is about the authority itself: as deployer, or as provider."""
    return section == "c" or "provider" in subject.card.authority.ai_act_roles


def _value(section: str, item: Field, subject: Subject, own: bool) -> object:
    card, spoken = subject.card, language()
    if item.name in _AUTHORITY and own:
        return getattr(subject.authority, _AUTHORITY[item.name])
    if item.name == _TRADE_NAME and section != "c":
        return _trade_name(subject)
    if item.name == _PURPOSE and section == "a":
        return _lines(text(card, item.entry, spoken), text(card, "authority.context", spoken))
    if item.name == _LOGIC and section == "a":
        return _logic(card)
    if item.entry == "authority.member_states":
        return list(said(card, item.entry))
    return text(card, item.entry, spoken) if item.entry else ""


def _trade_name(subject: Subject) -> str:
    """Title, version and identifier; nothing without a title."""
    title = text(subject.card, "maker.title", language())
    version = text(subject.card, "maker.version", language())
    return ", ".join(filter(None, (title, version, subject.id))) if title else ""


def _logic(card: Card) -> str:
    """The data it uses, then how it works; nothing where either is not said."""
    data = [one_text(one.what, language()) for one in said(card, "authority.sources") or ()]
    method = text(card, "maker.method", language())
    if not any(data) or not method:
        return ""
    return _lines(_("Data: {data}.").format(data="; ".join(filter(None, data))), method)


def _lines(*texts: str) -> str:
    return "\n".join(filter(None, texts))


def _lacks(section: str, subject: Subject, given: Mapping[str, object]) -> list[Lack]:
    """What an item lacks: not those that only apply to other systems or other providers."""
    own = _is_own(section, subject)
    found = []
    for lack in FieldList.read(f"annex-viii-{section}").lacks(given):
        name = lack.target_field
        if section == "c" and name == "5" and subject.card.authority.personal_data == "none":
            continue
        if name == "9" and section == "a" and is_empty(given["8"]):
            continue
        entry, why = lack.entry, lack.why
        if name in _AUTHORITY and own:
            place = _("It is written in governance/authority.yaml.")
            entry, why = "", f"{why} {place}"
        elif name == _LOGIC and section == "a":
            entry = _logic_entry(subject.card)
        found.append(Lack(f"{section.upper()}.{name}", entry, why, lack.required))
    return found


def _logic_entry(card: Card) -> str:
    return "authority.sources" if text(card, "maker.method", language()) else "maker.method"


def _entry(section: str, subject: Subject) -> tuple[dict[str, Any], list[Lack]]:
    given = record(section, subject)
    items = [_item(one, given[one.name]) for one in FieldList.read(f"annex-viii-{section}").fields]
    lacks = _lacks(section, subject, given)
    title = text(subject.card, "maker.title", language())
    lacking = [one.target_field for one in lacks]
    return {"id": subject.id, "title": title, "items": items, "lacking": lacking}, lacks


def _item(asked: Field, value: object) -> dict[str, Any]:
    number, _dot, part = asked.name.partition(".")
    item: dict[str, Any] = {"item": int(number)} | ({"part": part} if part else {})
    item |= {"asks": in_language(asked.note), "required": asked.required}
    if asked.unreviewed:
        item["unreviewed"] = True
    return item | {"value": None if is_empty(value) else value}


def _export(section: str, subjects: Sequence[Subject], *, today: datetime.date) -> Exported:
    made = [_entry(section, one) for one in subjects]
    content = {
        "regulation": "Regulation (EU) 2024/1689",
        "annex": "VIII",
        "section": section.upper(),
        "source": FieldList.read(f"annex-viii-{section}").source,
        "language": language(),
        "made": today.isoformat(),
        "systems": [entry for entry, _lacking in made],
    }
    lacks = dict.fromkeys(lack for _made, lacking in made for lack in lacking)
    return Exported(json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n", tuple(lacks))


def _deployed(card: Card) -> bool:
    ours = card.authority
    return (
        _held(card) and ours.ai_act_class == "high-risk" and ("deployer" in ours.ai_act_roles or not ours.ai_act_roles)
    )


def _provided(card: Card) -> bool:
    return _held(card) and card.authority.ai_act_class == "high-risk" and "provider" in card.authority.ai_act_roles


def _exempted(card: Card) -> bool:
    return _held(card) and card.authority.ai_act_class == "exempted" and "provider" in card.authority.ai_act_roles


def _held(card: Card) -> bool:
    return card.authority.holding != "none"


def _target(section: str, title: str, about: str, applies: Any) -> Target:
    return Target(
        f"annex-viii-{section}", title, about, _SOURCE, "application/json", "json", partial(_export, section),
        applies=applies,
    )  # fmt: skip


TARGETS = (
    _target(
        "c",
        N_("EU database: public deployer"),
        N_("What a public authority registers before it uses a high-risk system (annex VIII, section C)."),
        _deployed,
    ),
    _target(
        "a",
        N_("EU database: provider"),
        N_("What a provider registers before a high-risk system is put on the market (annex VIII, section A)."),
        _provided,
    ),
    _target(
        "b",
        N_("EU database: provider, not high risk"),
        N_("What a provider registers when a system of annex III is not high-risk (annex VIII, section B)."),
        _exempted,
    ),
)
