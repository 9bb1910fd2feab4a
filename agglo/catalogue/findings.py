"""Findings: everything wrong with a table, gathered before it is said once.

Each rule shows at most :data:`SHOWN` cells; the rest is counted.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _, ngettext

if TYPE_CHECKING:
    import numpy as np

SHOWN = 20
"""Cells shown for one rule on one column; the others are counted."""


def quoted(value: object, width: int = 60) -> str:
    """A value as it is shown in a fault: text between quotes, cut where it is long."""
    text = str(value)
    text = text if len(text) <= width else text[: width - 1] + "…"
    return f'"{text}"' if isinstance(value, str) else text


class Findings:
    """Faults in the order they were found; ``stop`` raises them all at once."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.total = 0
        self._misread: list[tuple[int, int]] = []

    def add(self, *faults: Fault) -> None:
        self.faults.extend(faults)
        self.total += len(faults)

    def cells(
        self,
        rows: "np.ndarray",
        *,
        where: Callable[[int], str],
        got: Callable[[int], str],
        expected: str,
        repair: str = "",
        rest: str = "",
        misread: bool = False,
    ) -> None:
        """One rule broken at ``rows`` (indices): the first are shown, the others are counted under ``rest``.

        Several ``misread`` cells on one row, of another type than their column, hint at cells that are shifted.
        """
        for row in rows[:SHOWN].tolist():
            if misread:
                self._misread.append((row, len(self.faults)))
            self.faults.append(Fault(where(row), got(row), expected, repair))
        self.total += len(rows)
        more = len(rows) - SHOWN
        if more > 0:
            text = ngettext("{count} more cell like these", "{count} more cells like these", more)
            self.faults.append(Fault(rest, text.format(count=more), expected))

    def stop(self, what: str) -> None:
        """Raise what was found, if anything was."""
        if self.faults:
            raise InvalidInput(what, self._with_shifts())

    def _with_shifts(self) -> Iterable[Fault]:
        wrong = Counter(row for row, _position in self._misread)
        shifted = {position for row, position in self._misread if wrong[row] > 1}
        hint = _("Several cells of this row are wrong: look for a separator that shifts them.")
        for position, fault in enumerate(self.faults):
            if position in shifted and hint not in fault.repair:
                yield Fault(fault.where, fault.got, fault.expected, f"{fault.repair} {hint}".strip())
            else:
                yield fault
