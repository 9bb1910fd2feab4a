"""From parts of an inventory to lines of another account: tables of ``data/`` whose first fitting row decides."""

import csv
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from agglo.contract.language import Text, in_language
from agglo.studies.climate import counted
from agglo.studies.climate.counted import Details, Figure
from agglo.studies.climate.grid import LEFT_OUT, Change

ANY = "*"


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a part goes: ``line`` of the other account, ``done`` and ``why`` where that changes something."""

    sector: str
    subsector: str
    carrier: str
    line: str
    title_fr: str
    title_en: str
    scope: str
    done: str
    why_fr: str
    why_en: str

    def fits(self, figure: Figure) -> bool:
        return (
            self.sector == figure.sector
            and self.subsector in (ANY, figure.subsector)
            and self.carrier in (ANY, figure.kind)
        )

    @property
    def where(self) -> str:
        """What a person finds the line by: its reference, or its title where it has none."""
        return self.line if self.scope else in_language(self.title)

    @property
    def title(self) -> Text:
        return {"fr": self.title_fr, "en": self.title_en}

    @property
    def why(self) -> Text:
        return {"fr": self.why_fr, "en": self.why_en}


@cache
def rules(name: str) -> tuple[Rule, ...]:
    """The rules of a table of ``data/``, in their order."""
    text = (resources.files("agglo.studies.climate") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(Rule(**row) for row in csv.DictReader(text.splitlines()))


@cache
def subsectors(name: str) -> Details:
    """The subsectors that the rules tell apart, by sector."""
    found: dict[str, set[str]] = {}
    for rule in rules(name):
        if rule.subsector != ANY:
            found.setdefault(rule.sector, set()).add(rule.subsector)
    return found


def sorted_out(name: str, figures: Iterable[Figure]) -> dict[Rule, list[Figure]]:
    """Figures by the rule that decides of each, in the order of the rules."""
    found: defaultdict[Rule, list[Figure]] = defaultdict(list)
    for figure in figures:
        found[next(rule for rule in rules(name) if rule.fits(figure))].append(figure)
    return {rule: found[rule] for rule in rules(name) if rule in found}


def changes(decided: dict[Rule, list[Figure]], unit: str, included: Collection[str] = ()) -> Sequence[Change]:
    """What the rules changed: which rows, what was done, why, and how much by year.

    A sector of ``included`` is not left out after all.
    """
    found: dict[tuple[Rule, str], list[Figure]] = {}
    for rule, figures in decided.items():
        if rule.done and not (rule.done == LEFT_OUT and rule.line in included):
            for figure in figures:
                found.setdefault((rule, figure.said), []).append(figure)
    return [
        Change(said, rule.done, "-" if rule.done == LEFT_OUT else rule.where, rule.why, unit, counted.summed(figures))
        for (rule, said), figures in found.items()
    ]
