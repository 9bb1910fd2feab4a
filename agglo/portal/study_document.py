"""The report of a study for one reader, made in a process of its own and kept by what it was made from.

``python -m agglo.portal.study_document`` writes one form of it: ``json`` for a page, ``html``, ``pdf`` or ``xlsx`` to
download. Steps whose answers the reader may not read are in none of them.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo import __version__
from agglo.contract.errors import AggloError, NotFound
from agglo.contract.language import LANGUAGES, _, language, speaking
from agglo.portal import apart
from agglo.store import digest, files, locks
from agglo.store.workspace import Workspace
from agglo.studies.record import Kept

if TYPE_CHECKING:
    from agglo.studies.report.blocks import Block, Document, Table
    from agglo.studies.results import StepResult, StudyResult

FOLDER = "study-reports"
FORMS = {"html": "text/html; charset=utf-8", "pdf": "application/pdf",
         "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}  # fmt: skip
"""Reports that can be downloaded, and their media types."""
PAGE = "json"
LONGEST_S = 180.0
_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)
_ACTIVE = re.compile(rb"<script|<[a-z][^>]*\s(?:style|on[a-z]+)\s*=|=\s*[\"']?\s*javascript:", re.IGNORECASE)


class NotMade(AggloError, RuntimeError):
    """The report could not be made."""


def made(workspace: Workspace, held: Sequence[Kept], readable: Iterable[str], form: str) -> Path:
    """The file of a study's report in the language in force; made once for the same content and the same readers.

    Parameters
    ----------
    held
        Every content of the study (:func:`agglo.trust.access.reading.study`).
    readable
        Identifiers of the runs that the reader may read.
    form
        ``json`` or one of :data:`FORMS`.

    Raises
    ------
    NotMade
        The process that makes it failed or took too long.
    """
    runs = sorted(readable)
    path = workspace.cache / FOLDER / f"{_key(workspace, held, runs)}.{form}"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        with locks.hold(workspace.lock(FOLDER)):
            if not path.is_file():
                _make(workspace, held[-1].study.name, runs, path)
    return path


def _key(workspace: Workspace, held: Sequence[Kept], runs: Sequence[str]) -> str:
    """A digest of all that a report rests on: contents, events, readers, cards, language and program."""
    events = [path.name for one in held for path in sorted((one.sealed.folder / "events").glob("*"))]
    certified = [path.name for run in runs for path in sorted((workspace.runs / run / "events").glob("*"))]
    cards = [(path.name, path.stat().st_mtime_ns) for path in sorted(workspace.register.glob("*.yaml"))]
    contents = [one.id for one in held]
    return digest.of_json([__version__, language(), contents, events, list(runs), certified, *map(list, cards)])[:40]


def _make(workspace: Workspace, name: str, runs: Sequence[str], path: Path) -> None:
    asked = {"workspace": str(workspace.root), "study": name, "runs": list(runs), "path": str(path)}
    try:
        done = apart.run("agglo.portal.study_document", asked, timeout_s=LONGEST_S)
    except subprocess.TimeoutExpired:
        raise NotMade(_("This report takes too long to make."), repair=_("Ask for it from the command line.")) from None
    if done.returncode or not path.is_file():
        raise NotMade(_("This report could not be made."), repair=_("Its answers can still be read one by one."))


def csp_of(page: bytes) -> str:
    """The directive that lets a report's own style sheet, and nothing else, be applied.

    Raises
    ------
    NotMade
        The page holds a script, or a style outside its style sheet.
    """
    if _ACTIVE.search(page):
        raise NotMade(_("This report could not be made."), repair=_("Its answers can still be read one by one."))
    import base64

    hashes = [base64.b64encode(hashlib.sha256(one).digest()).decode() for one in _STYLE.findall(page)]
    return "style-src " + " ".join(f"'sha256-{one}'" for one in hashes)


def write(workspace: Workspace, name: str, runs: Iterable[str], path: Path) -> None:
    """Make a study's report and write it where it is looked for; the suffix of ``path`` says in which form."""
    from agglo.studies import results
    from agglo.studies.report import study as report
    from agglo.studies.report.findings import Findings

    result = readable(results.load(workspace, name), frozenset(runs))
    findings = Findings(result, workspace)
    form: Any = path.suffix[1:]
    content = files.to_json(to_dict(report.document(findings))) if form == PAGE else report.rendered(findings, form)
    files.write_atomically(path, content)


def readable(result: "StudyResult", runs: frozenset[str]) -> "StudyResult":
    """A study's result without the answers that are not among ``runs``."""
    scenarios = [
        replace(one, steps={name: _readable(step, runs) for name, step in one.steps.items()})
        for one in result.scenarios
    ]
    return replace(result, scenarios=scenarios)


def _readable(step: "StepResult", runs: frozenset[str]) -> "StepResult":
    if step.run is None or step.run.id in runs:
        return step
    return replace(step, run=None, reused=False, saved_carbon_g=None, failure=_("not public"))


def to_dict(document: "Document") -> dict[str, Any]:
    """A report as JSON: sections of blocks, each with its ``kind``; tables as people read them."""
    return {
        "boxes": [_block(one) for one in document.boxes],
        "sections": [
            {"id": one.id, "title": one.title, "blocks": [_block(block) for block in one.blocks]}
            for one in document.sections
        ],
    }


def _block(block: "Block") -> dict[str, Any]:
    from agglo.studies.report.blocks import Chart, Facts, Items, Keys, Maps, Table

    kind = {"kind": type(block).__name__.lower()}
    if isinstance(block, Table):
        return {**kind, "table": _table(block)}
    if isinstance(block, Chart):
        return {**kind, "title": block.title, "table": _table(block.table), **_drawn(block.make)}
    if isinstance(block, Maps):
        more = {"reading": list(block.reading), "values": _values(block.table)}
        return {**kind, "title": block.maps[0].title, "table": _table(block.table), **more}
    if isinstance(block, Facts):
        return {**kind, "title": block.title, "pairs": [list(one) for one in block.pairs], "texts": list(block.texts)}
    if isinstance(block, Items):
        return {**kind, "title": block.title, "texts": list(block.texts)}
    if isinstance(block, Keys):
        return {**kind, "figures": [asdict(one) for one in block.keys]}
    return {**kind, **asdict(block)}


def _table(table: "Table") -> dict[str, Any]:
    return {
        "id": table.id,
        "caption": table.caption,
        "columns": [{"label": one.header, "number": one.figures} for one in table.columns],
        "heads": table.heads,
        "rows": [{"cells": table.said(row), "strong": row.strong} for row in table.shown],
        "note": table.note,
        "hidden": table.hidden,
    }


def _values(table: "Table") -> dict[str, Any]:
    """The first figures of a table of communes, by name: what a map of it shows."""
    place = table.heads
    column = table.columns[place]
    rows = [row for row in table.rows if not row.strong]
    return {
        "label": column.title,
        "unit": column.unit,
        "by_name": {str(row.cells[place - 1]): row.cells[place] for row in rows},
    }


def _drawn(make: Any) -> dict[str, Any]:
    """The series of a chart of lines or of bars, for the portal's own drawings; nothing for another chart."""
    from agglo.studies.report import barchart, linechart

    if isinstance(make, linechart.Lines):
        series = [{"label": one.title, "points": list(zip(one.years, one.values, strict=True))} for one in make.series]
        return {"unit": make.label, "lines": series}
    if isinstance(make, barchart.Bars):
        rows = [{"label": one.title, "value": one.value, "low": one.low, "high": one.high} for one in make.rows]
        return {"unit": make.label, "bars": rows}
    return {}


def main(asked: Mapping[str, Any]) -> int:
    """Write the report that a server asked for; the answer is an exit code."""
    from agglo.store.workspace import open_workspace

    wanted = os.environ.get("AGGLO_LANGUAGE", LANGUAGES[0])
    try:
        with speaking(wanted):
            write(open_workspace(Path(asked["workspace"])), asked["study"], asked["runs"], Path(asked["path"]))
    except NotFound:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(json.load(sys.stdin)))
