"""What the portal says of itself: how frugal it is, criterion by criterion."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agglo.contract.documents import read_yaml
from agglo.contract.language import N_, Text, _, in_language

STATES: Mapping[str, str] = {
    "met": N_("met"),
    "partly": N_("met in part"),
    "not-met": N_("not met"),
    "not-applicable": N_("does not apply"),
    "not-assessed": N_("not assessed"),
}
THEMES: Mapping[str, str] = {
    "1": N_("Strategy"),
    "2": N_("Specifications"),
    "3": N_("Architecture"),
    "4": N_("Interface"),
    "5": N_("Contents"),
    "6": N_("What the browser loads"),
    "7": N_("What the server does"),
    "8": N_("Hosting"),
    "9": N_("Algorithms"),
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion of the framework: its number, our short wording, its state, and why, in two languages."""

    id: str
    title: Text
    state: str
    why: Text

    @property
    def theme(self) -> str:
        return self.id.partition(".")[0]

    def row(self) -> list[str]:
        """What a table says of it, in the language in force."""
        return [self.id, in_language(self.title), _(STATES[self.state]), in_language(self.why)]


@cache
def criteria() -> tuple[Criterion, ...]:
    """Every criterion of the framework, in its order."""
    content = read_yaml(Path(__file__).parent / "rgesn.yaml", "")
    return tuple(
        Criterion(one["id"], {"fr": one["fr"], "en": one["en"]}, one["state"], dict(one["why"])) for one in content
    )


def counts() -> dict[str, int]:
    """How many criteria are in each state."""
    found = Counter(one.state for one in criteria())
    return {state: found[state] for state in STATES}
