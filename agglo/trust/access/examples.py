"""Demonstrations: a study that was run, or runs, published with what they read as an example, which pages call it."""

from collections.abc import Iterable, Iterator, Sequence

from agglo.contract.language import N_
from agglo.runs.run import Run
from agglo.store.sealed import Sealed
from agglo.store.workspace import Workspace
from agglo.studies import record
from agglo.trust.access import reading, visibility
from agglo.trust.access.people import Person
from agglo.trust.access.rules import Asset

WHY = N_("demonstration")


def publish(workspace: Workspace, person: Person, study: str) -> list[Asset]:
    """Publish a study that was run, its runs and what they read, as an example; what somebody has decided about stays
    as it is. The answer is what was published.

    Raises
    ------
    NotFound, Forbidden
        There is no such study, or the person may not publish it.
    """
    return _publish(workspace, person, _parts(workspace, person, study))


def publish_runs(workspace: Workspace, person: Person, runs: Iterable[Run]) -> list[Asset]:
    """Publish runs and what they read, as an example; what somebody has decided about stays as it is. The answer is
    what was published.

    Raises
    ------
    Forbidden
        The person may not publish them.
    """
    return _publish(workspace, person, _parts_of_runs(list(runs)))


def _publish(workspace: Workspace, person: Person, parts: Iterable[Asset]) -> list[Asset]:
    published = []
    for asset in dict.fromkeys(parts):
        if not visibility.history(workspace, asset):
            visibility.set_(workspace, person, asset, "public", why=WHY, example=True)
            published.append(asset)
    return published


def _parts(workspace: Workspace, person: Person, study: str) -> Iterator[Asset]:
    """What a study is made of: what its runs read, then the runs, then itself."""
    held = reading.study(workspace, person, study)
    given = [record.last_ran(held, name, version) or {} for name, version in held[-1].versions.items()]
    ids = [one["run"] for steps in given for one in steps.values() if one["run"]]
    yield from _parts_of_runs([Run(Sealed(workspace.runs / id)) for id in dict.fromkeys(ids)])  # noqa: A001
    yield Asset("study", held[-1].study.name)


def _parts_of_runs(runs: Sequence[Run]) -> Iterator[Asset]:
    """What runs read, then the runs."""
    for run in runs:
        for one in run.content["inputs"].values():
            yield Asset("dataset", f"{one['dataset']}@{one['version']}")
    yield from (Asset("run", run.id) for run in runs)
