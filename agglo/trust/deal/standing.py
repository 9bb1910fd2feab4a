"""How far each commitment is: the latest figure of a run and the latest declared one, side by side, never added."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _
from agglo.store.workspace import Workspace
from agglo.trust.deal import keeping, progress
from agglo.trust.deal.keeping import Kept
from agglo.trust.deal.progress import DECLARED, FROM_RUN, Entry, Evidence
from agglo.trust.deal.text import Commitment


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one commitment.

    ``modelled`` is the latest figure that a run gives for a year gone by, ``declared`` the latest observation,
    ``projected`` the latest figure of a run for a year to come. ``since`` is the day from which there is nothing: that
    of the last evidence, else that of the first text with this commitment. ``set_aside`` counts figures entered for
    another indicator, under a text that has been amended since.
    """

    commitment: Commitment
    modelled: Entry | None
    declared: Entry | None
    projected: Entry | None
    evidence: Sequence[Evidence]
    since: str
    set_aside: int = 0

    @property
    def has_evidence(self) -> bool:
        """Whether anything at all was kept for it."""
        return bool(self.modelled or self.declared or self.projected or self.evidence)

    def share(self, entry: Entry) -> float | None:
        """Share of the way [1] that a figure is at; None where there is no baseline or no target."""
        start, end = self.commitment.baseline, self.commitment.target
        return share_of_way(start.value, end.value, entry.value) if start and end else None


def share_of_way(baseline: float, target: float, value: float) -> float:
    """(value - baseline) / (target - baseline) [1]: 0 at the baseline, 1 at the target, below 0 away from it.

    >>> share_of_way(100.0, 66.0, 83.0)
    0.5

    Raises
    ------
    InvalidInput
        Target and baseline are equal: there is no way to go.
    """
    if target == baseline:
        raise InvalidInput(
            _("There is no share of the way."),
            [Fault("target", f"{target:g}", _("another value than the baseline's"))],
        )
    return (value - baseline) / (target - baseline)


def standings(workspace: Workspace, kept: Kept) -> list[Standing]:
    """How far each commitment of a version is, from what was entered under it and under those before it."""
    held = [one for one in keeping.history(workspace, kept.deal.name) if one.version <= kept.version] or [kept]
    return [_standing(one, held) for one in kept.deal.commitments]


def unkept(kept: Kept) -> list[Standing]:
    """The standings of a bundled text, of which nothing is known."""
    return [_standing(one, [kept]) for one in kept.deal.commitments]


def _standing(commitment: Commitment, held: Sequence[Kept]) -> Standing:
    entered = [entry for one in held for entry in progress.entries(one, commitment)]
    own = [entry for entry in entered if entry.gauge == progress.gauge_name(commitment)]
    evidence = [file for one in held for file in progress.evidence_of(one, commitment)]
    days = [one.deal.date for one in held if any(other.id == commitment.id for other in one.deal.commitments)]
    return Standing(
        commitment=commitment,
        modelled=_latest(entry for entry in own if entry.basis == FROM_RUN and not entry.projected),
        declared=_latest(entry for entry in own if entry.basis == DECLARED),
        projected=_latest(entry for entry in own if entry.basis == FROM_RUN and entry.projected),
        evidence=evidence,
        since=max([*(entry.at[:10] for entry in own), *(file.date for file in evidence)], default=min(days)),
        set_aside=len(entered) - len(own),
    )


def _latest(entries: Iterable[Entry]) -> Entry | None:
    """The figure of the latest year; of that year, the one entered last."""
    return max(entries, key=lambda entry: (entry.year, entry.at), default=None)
