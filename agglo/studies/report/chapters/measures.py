"""What each action is: what is counted, when, what else it brings people, and where its figures come from."""

from typing import Any

from agglo.catalogue import datasets
from agglo.contract.errors import AggloError
from agglo.contract.language import _
from agglo.studies.report import wording
from agglo.studies.report.blocks import Column, Row, Table
from agglo.studies.report.chapters import words
from agglo.studies.report.findings import TRAJECTORY, Findings

_INPUT = "actions"


def described(findings: Findings) -> list[Table]:
    """Two tables for each dataset of actions that trajectories read; none where it is no longer held.

    Where figures come from takes pages: it is left to screens and workbooks.
    """
    read = (run.content["inputs"].get(_INPUT) for _scenario, _step, run in findings.finished(TRAJECTORY))
    references = dict.fromkeys(f"{one['dataset']}@{one['version']}" for one in read if one)
    return [
        table
        for rank, reference in enumerate(references)
        if (rows := _rows(findings, reference))
        for table in (_actions(f"measures-{rank}", reference, rows), _origins(f"origins-{rank}", reference, rows))
    ]


def _rows(findings: Findings, reference: str) -> list[dict[str, Any]]:
    try:
        rows: list[dict[str, Any]] = datasets.find(findings.workspace, reference).table().to_pylist()
    except AggloError:
        return []
    return rows


def _actions(id: str, reference: str, rows: list[dict[str, Any]]) -> Table:
    columns = (
        Column(_("Action")),
        Column(_("Counted in")),
        Column(_("Years")),
        Column(_("What else it brings")),
        Column(_("Obtained")),
    )
    made = tuple(
        Row(
            (
                words.title(row),
                row["unit_name"],
                _years(row),
                row.get("co_benefits") or "",
                wording.quality(row["quality"]),
            )
        )
        for row in rows
    )
    return Table(id, _("What each action is ({dataset})").format(dataset=reference), columns, made)


def _origins(id: str, reference: str, rows: list[dict[str, Any]]) -> Table:
    made = tuple(Row((words.title(row), row["source"]), printed=False) for row in rows)
    caption = _("Where the figures of each action come from ({dataset})").format(dataset=reference)
    return Table(id, caption, (Column(_("Action")), Column(_("Source"))), made)


def _years(row: dict[str, Any]) -> str:
    """From the first year of effect to that of the whole effect, where they are given."""
    years = dict.fromkeys(str(row[name]) for name in ("start_year", "full_year") if row.get(name) is not None)
    return "-".join(years)
