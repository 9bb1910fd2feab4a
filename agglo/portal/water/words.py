"""Figures and identifiers of the water models in words, with their intervals."""

import datetime

from agglo.contract import numerals
from agglo.contract.language import N_, _, ngettext

OLD_DAYS = 2
"""Days after which readings no longer tell of this morning."""

STATES = {
    "open": N_("open"),
    "confirmed": N_("confirmed"),
    "repaired": N_("repaired"),
    "false": N_("false alarm"),
    "ended": N_("back to normal by itself"),
    "not-back": N_("repaired, but not back to normal"),
}
OVER = ("repaired", "false", "ended")
"""States in which no water is lost any more."""

FLAGS = {
    "gap": N_("missing readings"),
    "flat": N_("flat line"),
    "outlier": N_("outlier"),
    "duplicate": N_("duplicate"),
    "rollover": N_("counter roll-over"),
    "replacement": N_("meter replaced"),
    "backwards": N_("index going backwards"),
    "clock": N_("clock that jumped"),
    "negative": N_("negative value"),
    "unit": N_("doubtful unit"),
}
VERDICTS = {
    "reached": N_("reached"),
    "not-reached": N_("not reached"),
    "acceptable": N_("losses said acceptable"),
    "not-acceptable": N_("losses said not acceptable"),
    "rural": N_("rural network"),
    "intermediate": N_("network of intermediate density"),
    "urban": N_("urban network"),
    "in-domain": N_("the formula holds here"),
    "extended-domain": N_("the formula holds here in its wider limits"),
}
REASONS = {
    "no-network-km": N_("not given: the length of the network is missing"),
    "no-subscribers": N_("not given: the number of subscribers is missing"),
    "no-build": N_("not given: length, connections or mean pressure are missing"),
    "no-cost": N_("not given: the cost of a cubic metre is missing"),
    "outside-domain": N_("not given: the formula does not hold for such a network"),
}
QUALITIES = {
    "measured": N_("measured"),
    "modelled": N_("modelled"),
    "declared": N_("declared"),
    "assumed": N_("assumed"),
}


def word(words: dict[str, str], identifier: str | None) -> str:
    """An identifier in words; one that is not known stays as it is."""
    return _(words[identifier]) if identifier in words else identifier or ""


def amount(value: float | None, unit: str) -> str:
    """A figure with three digits or so and its unit."""
    return numerals.quantity(value, unit, numerals.decimals_for([value]) if value else 0)


def euros(value: float) -> str:
    """Whole euros, cents under ten."""
    return numerals.quantity(value, "EUR", 0 if abs(value) >= 10 or not value else 2)


def about_euros(value: float) -> str:
    """Euros of which two digits are worth telling."""
    return euros(float(f"{value:.2g}"))


def between(low: float | None, high: float | None, decimals: int) -> str:
    """The two ends of an interval; empty where they are not known."""
    if low is None or high is None:
        return ""
    ends = {name: numerals.number(value, decimals if value else 0) for name, value in (("low", low), ("high", high))}
    return _("between {low} and {high}").format(**ends)


def bounded(value: float | None, low: float | None, high: float | None, unit: str) -> str:
    """A figure with its interval behind it."""
    if value is None:
        return _("not known")
    decimals = numerals.decimals_for([value])
    said = numerals.quantity(value, unit, decimals if value else 0)
    ends = between(low, high, decimals) if (low, high) != (value, value) else ""
    return f"{said} ({ends})" if ends else said


def day(text: str | datetime.date | datetime.datetime | None) -> str:
    """A day of a table, which may be a text, a day or an instant, with its month in words."""
    if text is None:
        return _("not known")
    said = text if isinstance(text, str) else text.isoformat()
    return numerals.day_in_words(said[:10])


def date_of(value: str | datetime.date | datetime.datetime | None) -> datetime.date | None:
    """The day of a cell of a table."""
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, str):
        return datetime.date.fromisoformat(value[:10]) if value else None
    return value


def age(until: datetime.date, today: datetime.date) -> str:
    """What to say of readings that are too old to tell of this morning; empty while they are fresh."""
    days = (today - until).days
    if days <= OLD_DAYS:
        return ""
    return ngettext(
        "These readings stop {count} day ago: what has happened since is not known.",
        "These readings stopped {count} days ago: what has happened since is not known.",
        days,
    ).format(count=numerals.number(days))
