"""The datasets that runs rest on, as the report states them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agglo.catalogue import datasets
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _, in_language
from agglo.store.workspace import Workspace
from agglo.studies.report.comparison import LabelledRun


@dataclass(frozen=True, slots=True)
class Source:
    """A dataset as a report states it."""

    reference: str
    title: str
    licence: str
    owner: str
    source: str
    attribution: str
    caveats: tuple[str, ...]


def descriptions(workspace: Workspace, runs: Sequence[LabelledRun]) -> list[dict[str, Any]]:
    """The ``dataset.json`` of every input of the runs, in the order they are first used.

    Raises
    ------
    NotFound
        The workspace no longer holds one of them.
    """
    return [datasets.find(workspace, reference).description for reference in references(runs)]


def references(runs: Sequence[LabelledRun]) -> list[str]:
    """``NAME@VERSION`` of every input of the runs, once."""
    inputs = [one for labelled in runs for one in labelled.run.content["inputs"].values()]
    return list(dict.fromkeys(f"{one['dataset']}@{one['version']}" for one in inputs))


def gather(runs: Sequence[LabelledRun], described: Sequence[Mapping[str, Any]]) -> list[Source]:
    """The sources of the runs, from descriptions shaped as ``dataset.json``.

    Raises
    ------
    InvalidInput
        An input of a run is not described; all are listed.
    """
    known = {f"{one['name']}@{one['version']}": one for one in described}
    wanted = references(runs)
    missing = [Fault(name, _("no description"), _("its dataset.json")) for name in wanted if name not in known]
    if missing:
        raise InvalidInput(_("A report states the source of every input."), missing)
    return [_source(name, known[name]) for name in wanted]


def _source(reference: str, described: Mapping[str, Any]) -> Source:
    return Source(
        reference=reference,
        title=_text(described["title"]),
        licence=_text(described["licence"]),
        owner=_text(described["owner"]),
        source=_text(described["source"]),
        attribution=_text(described.get("attribution", "")),
        caveats=tuple(_text(one) for one in described.get("caveats", ())),
    )


def _text(value: Any) -> str:
    return in_language(value) if isinstance(value, Mapping) else str(value)
