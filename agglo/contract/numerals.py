"""Numbers as people read them, in the language in force: ``1 234,5`` in French, ``1,234.5`` in English."""

import math

from agglo.contract.language import language

NARROW_NO_BREAK_SPACE = "\u202f"
MINUS_SIGN = "\u2212"


def number(value: float, decimals: int = 1) -> str:
    """``value`` with that many decimals, thousands apart, a true minus sign and no "-0".

    >>> import os; os.environ["AGGLO_LANGUAGE"] = "en"
    >>> number(-1234.56), number(-0.04), number(5, 0)
    ('\u22121,234.6', '0.0', '5')
    """
    return _written(f"{value:,.{decimals}f}")


def significant(value: float | None, digits: int = 3) -> str:
    """``value`` with that many significant digits; "-" where there is none.

    >>> significant(0.00012345), significant(123456.0), significant(None)
    ('0.000123', '123,456', '-')
    """
    if value is None:
        return "-"
    if value == 0 or not math.isfinite(value):
        return _written(f"{value:g}")
    return _written(f"{value:,.{max(digits - 1 - math.floor(math.log10(abs(value))), 0)}f}")


def _written(text: str) -> str:
    if text.startswith("-"):
        text = (MINUS_SIGN if text.strip("-0.,") else "") + text[1:]
    if language() == "fr":
        return text.replace(",", NARROW_NO_BREAK_SPACE).replace(".", ",")
    return text
