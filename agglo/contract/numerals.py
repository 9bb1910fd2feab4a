"""Numbers as people read them, in the language in force: ``1 234,5`` in French, ``1,234.5`` in English.

A number that is not zero is never shown as zero: where it rounds to zero it reads ``≈ 0``. The minus sign is U+2212; a
figure and its unit are joined by a no-break space.
"""

import math
import re
from collections.abc import Iterable
from functools import lru_cache

from agglo.contract.language import _, language
from agglo.contract.units import UNITS

NARROW_NO_BREAK_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"
MINUS_SIGN = "\u2212"
NEARLY_ZERO = f"≈{NO_BREAK_SPACE}0"

SIGNIFICANT_DIGITS = 3
"""Digits the largest figure of a column keeps at least; a column has one number of decimals."""

_FRENCH_UNITS = {"d": "j", "GB": "Go", "inhabitant": "hab.", "EUR": "€", "kEUR": "k€"}
_ENGLISH_UNITS = {"inhabitant": "inhab.", "EUR": "€", "kEUR": "k€"}
_WITHOUT_LABEL = ("1", "count")
_MOST_DECIMALS = 6

_SCALES = {
    # unit: the units it is read in, largest first, and how many of the first unit each is
    "kWh": (("MWh", 1e3), ("kWh", 1.0), ("Wh", 1e-3), ("mWh", 1e-6), ("µWh", 1e-9)),
    "gCO2e": (("tCO2e", 1e6), ("kgCO2e", 1e3), ("gCO2e", 1.0), ("mgCO2e", 1e-3), ("µgCO2e", 1e-6)),
    "GB": (("GB", 1.0), ("MB", 1e-3), ("kB", 1e-6)),
    "s": (("h", 3600.0), ("min", 60.0), ("s", 1.0), ("ms", 1e-3)),
}


def number(value: float, decimals: int = 0, *, signed: bool = False) -> str:
    """``value`` with so many decimals, thousands apart; ``signed`` puts a plus before what is above zero.

    >>> import os; os.environ["AGGLO_LANGUAGE"] = "en"
    >>> number(-1234.56, 1), number(0.04, 1), number(0.0, 1), number(3, signed=True)
    ('\u22121,234.6', '≈\\xa00', '0.0', '+3')
    """
    if value and not round(value, decimals):
        return NEARLY_ZERO
    return ("+" if signed and value > 0 else "") + _written(f"{value + 0.0:,.{decimals}f}")


def figure(value: float | None, decimals: int = 0, *, signed: bool = False) -> str:
    """:func:`number`, or the words that say that there is none."""
    return _("no data") if value is None else number(value, decimals, signed=signed)


def quantity(value: float | None, unit: str, decimals: int = 0, *, signed: bool = False) -> str:
    """A figure and its unit [symbol of :mod:`agglo.contract.units`].

    >>> quantity(-12.5, "tCO2/yr", 1)
    '\u221212.5\\xa0tCO₂/yr'
    """
    label = unit_label(unit)
    text = figure(value, decimals, signed=signed)
    if value is None or not label:
        return text
    return text + (NO_BREAK_SPACE if label != "%" or language() == "fr" else "") + label


def significant(value: float | None, digits: int = 3) -> str:
    """``value`` written out in full to so many significant digits, without closing zeros; "-" where there is none.

    >>> significant(0.00012345), significant(123456.0), significant(12.0, 4), significant(None)
    ('0.000123', '123,456', '12', '-')
    """
    if value is None:
        return "-"
    if not value or not math.isfinite(value):
        return _written(f"{value + 0.0:g}")
    text = f"{value:,.{_decimals(abs(value), digits)}f}"
    return _written(text.rstrip("0").rstrip(".") if "." in text else text)


def scaled(value: float | None, unit: str, *, like: float | None = None, digits: int = 2) -> str:
    """A quantity in the multiple of ``unit`` that suits it (or suits ``like``), with so many significant digits.

    >>> scaled(5.68e-06, "kWh"), scaled(97.3, "s"), scaled(0.126, "GB"), scaled(None, "kWh")
    ('5.7\\xa0mWh', '1.6\\xa0min', '130\\xa0MB', 'no data')
    """
    if value is None:
        return _("no data")
    steps = _SCALES[unit]
    size = abs(value if like is None else like)
    symbol, factor = next((step for step in steps if size >= step[1]), steps[-1])
    amount = value / factor
    decimals = min(_MOST_DECIMALS, _decimals(abs(amount), digits))
    return f"{number(_rounded(amount, digits), decimals)}{NO_BREAK_SPACE}{unit_label(symbol)}"


def plain(value: float, digits: int = 2) -> str:
    """``value`` written out in full to so many significant digits, decimals in groups of three.

    >>> plain(0.0000113), plain(1234)
    ('0.000\\u202f011', '1,200')
    """
    decimals = _decimals(abs(value), digits)
    text = number(_rounded(value, digits), decimals)
    whole, point, rest = text.partition("," if language() == "fr" else ".") if decimals else (text, "", "")
    return whole + point + NARROW_NO_BREAK_SPACE.join(rest[start : start + 3] for start in range(0, len(rest), 3))


def unit_label(symbol: str) -> str:
    """A unit as people write it: ``tCO₂/an``, ``m²``, ``°C``; nothing for a plain number."""
    if symbol in _WITHOUT_LABEL:
        return ""
    french = language() == "fr"
    named = (_FRENCH_UNITS if french else _ENGLISH_UNITS).get(symbol)
    if named:
        return named
    label = symbol.replace("CO2", "CO₂").replace("H2O", "H₂O").replace("Cel", "°C")
    label = re.sub(r"\bm([23])\b", lambda match: "m" + "²³"[int(match[1]) - 2], label)
    label = label.replace("EUR", "€")
    if french:
        label = re.sub(r"([kM]?)B$", r"\1o", label)
        label = label.replace("/yr", "/an").replace("/d", "/j")
        label = "an" if label == "yr" else label
    return label


def decimals_for(values: Iterable[float | None]) -> int:
    """Decimals for a column of figures, so that its largest keeps three digits or more.

    >>> decimals_for([1483388.1, 19556.5]), decimals_for([34.4, 0.03]), decimals_for([1.25]), decimals_for([])
    (0, 1, 2, 0)
    """
    return _decimals(max((abs(value) for value in values if value is not None), default=0.0), SIGNIFICANT_DIGITS)


def instant(text: str) -> str:
    """An instant kept in UTC (``2026-11-23T12:27:51Z``) as a date and a time for people.

    >>> instant("2026-11-23T12:27:51Z")
    '2026-11-23 12:27 UTC'
    """
    year, month, day, clock = text[:4], text[5:7], text[8:10], text[11:16]
    if language() == "fr":
        return f"{day}/{month}/{year} à {clock.replace(':', f'{NO_BREAK_SPACE}h{NO_BREAK_SPACE}')} UTC"
    return f"{year}-{month}-{day} {clock} UTC"


def day(text: str) -> str:
    """A day or an instant kept as text, as a day for people.

    >>> import os; os.environ["AGGLO_LANGUAGE"] = "en"
    >>> day("2026-11-24T10:00:00Z")
    '2026-11-24'
    """
    year, month, date = text[:10].split("-")
    return f"{date}/{month}/{year}" if language() == "fr" else f"{year}-{month}-{date}"


_MONTHS_FR = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
              "novembre", "décembre")  # fmt: skip
_MONTHS_EN = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
              "November", "December")  # fmt: skip


def day_in_words(text: str) -> str:
    """A day kept as text with its month in words, a month without its day, a year as it is.

    >>> day_in_words("2026-11-24"), day_in_words("2026-11"), day_in_words("2026")
    ('24 November 2026', 'November 2026', '2026')
    """
    year, month, date = (*text[:10].split("-"), "", "")[:3]
    french = language() == "fr"
    rank = "1er" if french and date == "01" else date.lstrip("0")
    name = (_MONTHS_FR if french else _MONTHS_EN)[int(month) - 1] if month else ""
    return " ".join(filter(None, (rank, name, year)))


def quantities(text: str) -> str:
    """``text`` in which every plain number followed by a known unit is written as people of the language write it.

    A model's notes are sentences with figures as Python prints them. Numbers without a unit are left alone: they may be
    codes, years or versions. Digits are neither added nor taken away.

    >>> quantities("653.25 ha change the stock by +7864 tC, says doi:10.1002 (2012-2018)")
    '653.25\\xa0ha change the stock by +7,864\\xa0tC, says doi:10.1002 (2012-2018)'
    """
    return _unit_pattern().sub(_requoted, text)


@lru_cache(maxsize=1)
def _unit_pattern() -> re.Pattern[str]:
    symbols = sorted((symbol for symbol in UNITS if symbol not in _WITHOUT_LABEL), key=len, reverse=True)
    return re.compile(
        r"(?<![\w.,/\u2212-])(?P<sign>[-+]?)(?P<figure>\d+(?:\.\d+)?) (?P<unit>"
        + "|".join(map(re.escape, symbols))
        + r")(?![\w/])"
    )


def _requoted(match: re.Match[str]) -> str:
    value, decimals = float(match["figure"]), len(match["figure"].partition(".")[2])
    sign = {"-": MINUS_SIGN, "+": "+"}.get(match["sign"], "")
    written = number(value, decimals) if value else match["figure"]
    return f"{sign}{written}{NO_BREAK_SPACE}{unit_label(match['unit'])}"


def _written(text: str) -> str:
    """A number as Python formats it (``-1,234.5``), as people of the language write it."""
    text = text.replace("-", MINUS_SIGN)
    if language() == "fr":
        return text.replace(",", NARROW_NO_BREAK_SPACE).replace(".", ",")
    return text


def _decimals(size: float, digits: int) -> int:
    """Decimals that show a number of that ``size`` with so many significant digits."""
    if not size:
        return 0
    return max(0, digits - 1 - math.floor(math.log10(_rounded(size, digits))))


def _rounded(value: float, digits: int) -> float:
    return float(f"{value:.{digits - 1}e}")
