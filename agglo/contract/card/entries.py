"""What every entry of a card says of itself: its section, its label, a hint, and when it is asked."""

import datetime
import re
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field

from agglo.contract.language import N_, _

ALWAYS, OPTIONAL = "always", "optional"

SECTIONS = {
    "what": N_("What it is"),
    "maker": N_("Who makes it, and on what terms"),
    "life": N_("Where it stands"),
    "use": N_("What it is good for"),
    "decision": N_("What it decides, and who decides"),
    "people": N_("The people it meets"),
    "data": N_("The data it uses"),
    "law": N_("Law and risks"),
    "cost": N_("What it costs"),
    "registration": N_("Registration under the AI Act"),
}
"""Sections in the order people read them."""


def entry(section: str, label: str, hint: str = "", *, when: str = ALWAYS, default: Any = "") -> Any:
    """A field of a card. ``when`` names a condition of :data:`agglo.contract.card.relevance.CONDITIONS`."""
    told: Any = {"section": section, "when": when}
    if callable(default):
        return Field(default_factory=default, title=label, description=hint, json_schema_extra=told)
    return Field(default=default, title=label, description=hint, json_schema_extra=told)


def _yes_no(value: Any) -> Any:
    """YAML reads a bare ``yes`` as true."""
    return {True: "yes", False: "no", None: ""}[value] if value is None or isinstance(value, bool) else value


def _day(value: str) -> str:
    """Days are compared as texts: no other way of writing one is taken."""
    if value and not (re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) and _is_in_calendar(value)):
        raise ValueError(_("a day, such as 2026-01-31"))
    return value


def _is_in_calendar(day: str) -> bool:
    try:
        datetime.date.fromisoformat(day)
    except ValueError:
        return False
    return True


def _month(value: str) -> str:
    if value and not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])(-[0-9]{2})?", value):
        raise ValueError(_("a month, such as 2026-01"))
    return value[:7]


def _choice(value: Any) -> Any:
    return "" if value is None else value


def is_day(field: Any) -> bool:
    """Whether a field of a card holds a day."""
    return any(getattr(one, "func", None) is _day for one in field.metadata)


def is_month(field: Any) -> bool:
    """Whether a field of a card holds a month."""
    return any(getattr(one, "func", None) is _month for one in field.metadata)


YesNo = Annotated[Literal["", "yes", "no"], BeforeValidator(_yes_no)]
Day = Annotated[str, BeforeValidator(_choice), AfterValidator(_day)]
"""A day as YYYY-MM-DD, or nothing."""
Month = Annotated[str, BeforeValidator(_choice), AfterValidator(_month)]
"""A month as YYYY-MM, or nothing; of a day, its month."""
State = Annotated[Literal["", "idea", "project", "in-use", "retired"], BeforeValidator(_choice)]
Holding = Annotated[Literal["", "none", "in-house", "bought", "partner"], BeforeValidator(_choice)]
Automation = Annotated[Literal["", "none", "support", "partial", "full"], BeforeValidator(_choice)]
Reach = Annotated[Literal["", "internal", "external"], BeforeValidator(_choice)]
PersonalData = Annotated[Literal["", "none", "ordinary", "sensitive"], BeforeValidator(_choice)]
LawfulBasis = Annotated[
    Literal["", "consent", "contract", "legal-obligation", "vital-interests", "public-task", "legitimate-interests"],
    BeforeValidator(_choice),
]
"""The six cases of article 6(1) of the GDPR, in its order."""
AIActClass = Annotated[
    Literal["", "outside", "prohibited", "high-risk", "exempted", "transparency", "general-purpose", "minimal"],
    BeforeValidator(_choice),
]
"""``outside`` the regulation; ``exempted``: of annex III, and not high-risk under article 6(3)."""
AIActRole = Literal["provider", "deployer", "importer", "distributor", "product-manufacturer"]
Technique = Literal["rules", "statistics", "simulation", "optimisation", "learning", "generative"]
Theme = Annotated[
    Literal[
        "",
        "administration",
        "climate",
        "culture",
        "economy",
        "education",
        "energy",
        "health",
        "housing",
        "mobility",
        "planning",
        "residents",
        "safety",
        "social",
        "waste",
        "water",
    ],
    BeforeValidator(_choice),
]

_CHOICES = {
    "yes": N_("yes"),
    "no": N_("no"),
    "idea": N_("idea"),
    "project": N_("project"),
    "in-use": N_("in use"),
    "retired": N_("retired"),
    "none": N_("none"),
    "in-house": N_("made here"),
    "bought": N_("bought"),
    "partner": N_("run by a partner"),
    "holding.none": N_("no system held"),
    "automation.none": N_("decides nothing"),
    "personal_data.none": N_("no personal data"),
    "support": N_("informs whoever decides"),
    "partial": N_("decides a part"),
    "full": N_("decides alone"),
    "internal": N_("agents alone"),
    "external": N_("residents or businesses"),
    "ordinary": N_("personal data"),
    "sensitive": N_("personal data, sensitive ones among them"),
    "consent": N_("consent, article 6(1)(a)"),
    "contract": N_("contract, article 6(1)(b)"),
    "legal-obligation": N_("legal obligation, article 6(1)(c)"),
    "vital-interests": N_("vital interests, article 6(1)(d)"),
    "public-task": N_("task in the public interest, article 6(1)(e)"),
    "legitimate-interests": N_("legitimate interests, article 6(1)(f)"),
    "outside": N_("outside the AI Act"),
    "prohibited": N_("prohibited practice"),
    "high-risk": N_("high risk"),
    "exempted": N_("listed in annex III, not high risk"),
    "transparency": N_("transparency obligations"),
    "general-purpose": N_("general-purpose model"),
    "minimal": N_("minimal risk"),
    "provider": N_("provider"),
    "deployer": N_("deployer"),
    "importer": N_("importer"),
    "distributor": N_("distributor"),
    "product-manufacturer": N_("manufacturer of a product"),
    "rules": N_("rules written by people"),
    "statistics": N_("statistics"),
    "simulation": N_("simulation"),
    "optimisation": N_("optimisation"),
    "learning": N_("machine learning"),
    "generative": N_("generative model"),
    "administration": N_("administration"),
    "climate": N_("climate"),
    "culture": N_("culture and leisure"),
    "economy": N_("economy and jobs"),
    "education": N_("education and youth"),
    "energy": N_("energy"),
    "health": N_("health"),
    "housing": N_("housing"),
    "mobility": N_("mobility"),
    "planning": N_("planning"),
    "residents": N_("services to residents"),
    "safety": N_("safety"),
    "social": N_("social action"),
    "waste": N_("waste"),
    "water": N_("water"),
    "source": N_("source code held"),
    "binary": N_("program held, without its source"),
    "remote": N_("runs at its maker's"),
    "results": N_("results alone held"),
}


def choice_label(field: str, value: str) -> str:
    """A choice of a field as people read it.

    >>> import os; os.environ["AGGLO_LANGUAGE"] = "en"
    >>> choice_label("holding", "none")
    'no system held'
    """
    label = _CHOICES.get(f"{field}.{value}", _CHOICES.get(value))
    return _(label) if label else value


def choices(annotation: Any) -> tuple[str, ...]:
    """The values a field may take besides nothing; empty where any text may stand."""
    for one in (annotation, *get_args(annotation)):
        if getattr(one, "__origin__", None) is Literal:
            return tuple(value for value in get_args(one) if value)
        if get_args(one) and (found := choices(get_args(one)[0])):
            return found
    return ()
