"""The datasets that runs rest on, as the report states them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agglo.contract.language import in_language
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


def references(runs: Sequence[LabelledRun]) -> list[str]:
    """``NAME@VERSION`` of every input of the runs, once."""
    inputs = [one for labelled in runs for one in labelled.run.content["inputs"].values()]
    return list(dict.fromkeys(f"{one['dataset']}@{one['version']}" for one in inputs))


def of(reference: str, described: Mapping[str, Any]) -> Source:
    """A dataset as a report states it, from its ``dataset.json``."""
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
