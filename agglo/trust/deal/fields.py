"""Reading a mapping that somebody wrote, field by field, gathering all that is wrong with it."""

import math
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from agglo.contract.errors import Fault, nearest
from agglo.contract.language import LANGUAGES, Text, _

SHORT_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
EARLIEST_YEAR, LATEST_YEAR = 1900, 2200
LONGEST_SHOWN = 80


class Fields:
    """The fields of one mapping at ``where``. What cannot be read is a fault and an empty value."""

    def __init__(self, content: Any, where: str, keys: Sequence[str], faults: list[Fault]) -> None:
        self.where, self.faults = where, faults
        self.content: Mapping[Any, Any] = content if isinstance(content, Mapping) else {}
        self.readable = isinstance(content, Mapping)
        if not self.readable:
            self._fault("", content, _("a mapping with: {keys}").format(keys=", ".join(keys)))
        for key in self.content:
            if key not in keys:
                self.fault(str(key), _("an unknown key"), _("a key of this part"), nearest(str(key), keys))

    def place(self, key: str) -> str:
        """Where a field is, as an error names it."""
        if not key or not self.where:
            return self.where or key
        return f"{self.where}.{key}" if self.where.rpartition(": ")[1] else f"{self.where}: {key}"

    def fault(self, key: str, got: str, expected: str, repair: str = "") -> None:
        """Something is wrong with one field."""
        self.faults.append(Fault(self.place(key), got, expected, repair))

    def _fault(self, key: str, got: Any, expected: str, repair: str = "") -> None:
        shown = _("nothing") if got is None or got == "" else repr(got)[:LONGEST_SHOWN]
        self.fault(key, shown, expected, repair)

    def given(self, key: str) -> Any:
        """What was written, or None."""
        return self.content.get(key)

    def text(self, key: str, *, required: bool = True) -> str:
        """A text of one language or none."""
        value = self.given(key)
        if value is None and (not required or not self.readable):
            return ""
        if not isinstance(value, str) or (required and not value.strip()):
            quoted = isinstance(value, int | float) and not isinstance(value, bool)
            self._fault(key, value, _("a text"), _("Put it between quotes.") if quoted else "")
            return ""
        return value.strip()

    def short_name(self, key: str) -> str:
        """A name that can stand in a command: small letters, digits, hyphens."""
        value = self.text(key)
        if value and not SHORT_NAME.fullmatch(value):
            self._fault(key, value, _("lower-case letters, digits and hyphens"))
            return ""
        return value

    def choice(self, key: str, known: Sequence[str]) -> str:
        """One of a closed set."""
        value = self.text(key)
        if value and value not in known:
            close = get_close_matches(value, known, n=1, cutoff=0.4)
            repair = _('Did you mean "{name}"?').format(name=close[0]) if close else ""
            self._fault(key, value, _("one of {values}").format(values=", ".join(known)), repair)
            return ""
        return value

    def texts(self, key: str, *, required: bool = True) -> Text:
        """A text by language, of which French is one."""
        value = self.given(key)
        if value is None and (not required or not self.readable):
            return {}
        if not isinstance(value, Mapping):
            self._fault(
                key, value, _("a text by language"), _("Write it as {example}.").format(example="{fr: ..., en: ...}")
            )
            return {}
        inner = Fields(value, self.place(key), LANGUAGES, self.faults)
        read = {one: inner.text(one, required=one == "fr") for one in LANGUAGES}
        return {one: text for one, text in read.items() if text}

    def number(self, key: str) -> float:
        """A finite number."""
        value = self.given(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            if self.readable:
                self._fault(key, value, _("a number"))
            return math.nan
        return value

    def year(self, key: str) -> int:
        """A year, or 0 where it cannot be read."""
        value = self.given(key)
        if isinstance(value, bool) or not isinstance(value, int) or not EARLIEST_YEAR <= value <= LATEST_YEAR:
            if self.readable:
                self._fault(key, value, _("a year"))
            return 0
        return value

    def items(self, key: str, *, required: bool = True) -> list[Any]:
        """A list."""
        value = self.given(key)
        if value is None and (not required or not self.readable):
            return []
        if not isinstance(value, list) or (required and not value):
            self._fault(key, value, _("a list"))
            return []
        return value
