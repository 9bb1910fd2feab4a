"""Fields of forms: what was typed, and what is wrong with it said beside the field and at the top of the page."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from agglo.contract.errors import Fault
from agglo.contract.language import _


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something wrong with a field; ``field`` is empty where no field of the form is to blame."""

    field: str
    label: str
    said: str


def wrongs(faults: Iterable[Fault], labels: Mapping[str, str], renamed: Mapping[str, str] | None = None) -> list[Wrong]:
    """Faults as a form tells them; ``renamed`` gives the field for places that are called otherwise elsewhere."""
    found = []
    for fault in faults:
        name = (renamed or {}).get(fault.where, fault.where)
        field = name if name in labels else ""
        found.append(Wrong(field, labels.get(name, fault.where), told(fault)))
    return found


def told(fault: Fault) -> str:
    """What was found, what was expected and how to repair it, as one text."""
    parts = []
    if fault.got:
        parts.append(_("found {got}").format(got=fault.got))
    if fault.expected:
        parts.append(_("expected {expected}").format(expected=fault.expected))
    text = ", ".join(parts)
    text = text[:1].upper() + text[1:]
    return " ".join(one for one in (f"{text}." if text else "", fault.repair) if one)


def by_field(found: Sequence[Wrong]) -> dict[str, list[str]]:
    """What is wrong, by field."""
    grouped: dict[str, list[str]] = {}
    for one in found:
        grouped.setdefault(one.field, []).append(one.said)
    return grouped


def figure(typed: Mapping[str, str], name: str, faults: list[Fault], default: float | None = None) -> float | None:
    """The number typed in a field, with a comma or a point; the default where nothing is typed.

    >>> figure({"hours": "1 234,5"}, "hours", [])
    1234.5
    """
    text = typed.get(name, "").strip()
    if not text:
        return default
    try:
        value = float(text.replace("\u202f", "").replace("\u00a0", "").replace(" ", "").replace(",", "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        faults.append(Fault(name, f'"{text[:40]}"', _("a number")))
        return default
    return value
