"""The figures of a whole territory that a study gives for each of its scenarios."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agglo.contract.indicators import Indicator, vocabulary
from agglo.runs.run import Run
from agglo.studies.results import StudyResult


@dataclass(frozen=True, slots=True)
class Headline:
    """One indicator of the territory, all sectors together: a value by scenario, None where there is none.

    ``sector`` is empty, or names what the indicator is given for where it has no total (the pathway of a probability).
    ``assumed`` says that one of the values rests on assumptions.
    """

    step: str
    name: str
    sector: str
    year: int
    since: int | None
    unit: str
    values: tuple[float | None, ...]
    assumed: bool

    @property
    def period(self) -> str:
        return f"{self.since}-{self.year}" if self.since else str(self.year)

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__} | {"values": list(self.values)}


def headlines(result: StudyResult) -> list[Headline]:
    """The territory's own indicators, step by step, in the vocabulary's order, then by year.

    Where a run does not speak of the territory as a whole, those of its only place stand for it. Where an indicator has
    no total over sectors, those of its sectors that are no parts of others stand for it.
    """
    found: dict[tuple[str, str, str, int, int | None, str], list[Indicator | None]] = {}
    for rank, scenario in enumerate(result.scenarios):
        for step in scenario.steps.values():
            for one in _whole(step.run, result.study.territory.siren):
                key = (step.step, one.name, one.sector, one.year, one.since, one.unit)
                found.setdefault(key, [None] * len(result.scenarios))[rank] = one
    words = {name: rank for rank, name in enumerate(vocabulary())}
    steps = {name: rank for rank, name in enumerate(result.study.steps)}
    order = sorted(found, key=lambda key: (steps.get(key[0], len(steps)), words.get(key[1], len(words)), *key[2:4]))
    return [_headline(key, found[key]) for key in order]


def _headline(key: tuple[str, str, str, int, int | None, str], given: Sequence[Indicator | None]) -> Headline:
    values = tuple(one.value if one else None for one in given)
    return Headline(*key, values=values, assumed=any(one.quality == "assumed" for one in given if one))


def _whole(run: Run | None, siren: str) -> Sequence[Indicator]:
    if run is None:
        return []
    places = {one.place for one in run.indicators}
    place = siren if siren in places or len(places) != 1 else next(iter(places))
    own = [one for one in run.indicators if one.place == place]
    with_total = {one.name for one in own if not one.sector}
    return [one for one in own if not one.sector or (one.name not in with_total and " " not in one.sector)]
