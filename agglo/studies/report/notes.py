"""Notes of the runs, numbered, and the communes each of them names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agglo.studies.report.comparison import LabelledRun
from agglo.territory.communes import Territory


@dataclass(frozen=True, slots=True)
class Note:
    """A note and its number; ``labels`` names the runs it belongs to where it is not all of them."""

    number: int
    text: str
    labels: tuple[str, ...]
    communes: tuple[str, ...]


def gather(runs: Sequence[LabelledRun], territory: Territory) -> list[Note]:
    """Every note of the runs once, in their order."""
    holders: dict[str, list[str]] = {}
    for one in runs:
        for text in one.run.notes:
            holders.setdefault(text, []).append(one.label)
    return [
        Note(rank, text, () if len(labels) == len(runs) else tuple(labels), named(text, territory))
        for rank, (text, labels) in enumerate(holders.items(), 1)
    ]


def named(text: str, territory: Territory) -> tuple[str, ...]:
    """INSEE codes of the communes that ``text`` names, in its order; "Paris-Saclay" does not name Saclay.

    >>> from agglo.territory.perimeters import load
    >>> named("In Saclay and Les Ulis, of Paris-Saclay", load())
    ('91534', '91692')
    """
    codes = {commune.name: commune.insee for commune in territory.communes}
    longest_first = sorted(codes, key=len, reverse=True)
    pattern = r"(?<![\w-])(?:" + "|".join(map(re.escape, longest_first)) + r")(?![\w-])"
    return tuple(dict.fromkeys(codes[match] for match in re.findall(pattern, text)))


def marks(notes: Sequence[Note]) -> dict[str, list[int]]:
    """Numbers of the notes that name each commune, by INSEE code."""
    found: dict[str, list[int]] = {}
    for note in notes:
        for code in note.communes:
            found.setdefault(code, []).append(note.number)
    return found
