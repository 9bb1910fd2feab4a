"""What pages are made with: the templates' environment, and how values and sentences of models are written in them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.contract import numerals
from agglo.contract.indicators import Term
from agglo.contract.language import _, ngettext
from agglo.studies.report import wording

if TYPE_CHECKING:
    from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"
SHORT_DIGEST = 12
WEIGHT = "@@weight@@"
_KILOBYTE = 1000
_HYPHENATED = re.compile(r"((?<![\w-])[\w’']{1,12}(?:-[\w’']{1,12}){1,2}(?![\w-]))")


def value_of(value: Any, unit: str) -> str:
    """A parameter's value for a person."""
    if value is None or value in ({}, [], ""):
        return _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        decimals = len(repr(float(value)).partition(".")[2]) if value != int(value) else 0
        return numerals.quantity(value, unit, decimals)
    if isinstance(value, Mapping):
        return "; ".join(
            _("{place}: {value}").format(place=name, value=value_of(one, unit)) for name, one in value.items()
        )
    if isinstance(value, list | tuple):
        return ", ".join(value_of(one, unit) for one in value)
    return str(value)


def with_weight(text: str) -> str:
    """The page with its own weight written in it."""
    size = len(text.encode()) / _KILOBYTE
    return text.replace(WEIGHT, numerals.number(size), 1)


def environment() -> Any:
    """Jinja2 with the filters of the pages."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"_": _, "ngettext": ngettext}
    environment.filters |= {"number": numerals.number, "quantity": numerals.quantity, "whole": whole}
    return environment


def said(text: str) -> str:
    """A model's own sentence with its figures and formulas as people write them."""
    return re.sub(r"(CO|\bN)2(?![0-9])", r"\1₂", numerals.quantities(text))


def explained(term: Term) -> str:
    """What an indicator says, in plain words; the vocabulary's definition where we have none."""
    return wording.explanation(term.id) or said(term.definition)


def whole(text: str) -> "Markup":
    """``text`` whose words with hyphens (Paris-Saclay, 2012-2018) are not cut at the end of a line; escaped.

    >>> str(whole("Paris-Saclay & co"))
    '<span class="nb">Paris-Saclay</span> &amp; co'
    """
    from markupsafe import Markup, escape

    parts = _HYPHENATED.split(text)
    return Markup("").join(
        Markup('<span class="nb">{}</span>').format(part) if odd % 2 else escape(part) for odd, part in enumerate(parts)
    )
