"""What computations cost in all: runs kept here and estimates declared by partners, and how much of it is known."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _
from agglo.footprint.declarations import Declaration
from agglo.footprint.record import STATUSES
from agglo.store import files
from agglo.store.identifiers import new_id
from agglo.store.sealed import Sealed, keep
from agglo.store.workspace import Workspace

Group = Literal["model", "project", "month", "territory"]
GROUPS: tuple[str, ...] = get_args(Group)

DECLARATION_FILE = "declaration.json"


@dataclass(frozen=True, slots=True)
class Total:
    """The footprint of a group. Sums leave out what is unknown; ``coverage`` counts every entry by status.

    ``checks`` are verifications of runs; their cost is part of the sums. Embodied emissions are declared apart and are
    never added to emissions in use.
    """

    group: str
    entries: int
    checks: int
    energy_kwh: float | None
    carbon_g: float | None
    embodied_g: float | None
    coverage: Mapping[str, int]

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__} | {"coverage": dict(self.coverage)}


def declare(workspace: Workspace, declaration: Declaration) -> str:
    """Keep a partner's declaration for good; the answer is its identifier."""
    identifier = new_id()
    staging = workspace.staging / identifier
    staging.mkdir()
    try:
        (staging / DECLARATION_FILE).write_bytes(files.to_json(declaration.to_dict()))
        keep(workspace, staging, workspace.declarations / identifier, kind="declaration", id=identifier)
    finally:
        files.remove_tree(staging)
    return identifier


def load(workspace: Workspace, identifier: str) -> Declaration:
    """A kept declaration."""
    return Declaration.from_dict(Sealed(workspace.declarations / identifier).json(DECLARATION_FILE))


def report(workspace: Workspace, by: str = "model") -> list[Total]:
    """Totals by model, project, month or territory, then the total of all under the name ``""``.

    Raises
    ------
    InvalidInput
        No such grouping.
    """
    if by not in GROUPS:
        raise InvalidInput(_("No such grouping."), [Fault("--by", by, ", ".join(GROUPS))])
    entries = [*_runs(workspace), *_declarations(workspace)]
    groups: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        groups.setdefault(entry[by] or "-", []).append(entry)
    totals = [_total(name, groups[name]) for name in sorted(groups)]
    return [*totals, _total("", entries)]


def _runs(workspace: Workspace) -> Iterable[dict[str, Any]]:
    from sqlalchemy import select

    from agglo.store.tables import runs

    for row in workspace.index.rows(select(runs)):
        yield {**row, "month": row["finished"][:7], "status": row["footprint_status"], "embodied_g": None}


def _declarations(workspace: Workspace) -> Iterable[dict[str, Any]]:
    from sqlalchemy import select

    from agglo.store.tables import declarations

    for row in workspace.index.rows(select(declarations)):
        yield {**row, "status": "declared", "checks": 0, "checks_energy_kwh": None, "checks_carbon_g": None}


def _total(group: str, entries: list[dict[str, Any]]) -> Total:
    return Total(
        group=group,
        entries=len(entries),
        checks=sum(entry["checks"] for entry in entries),
        energy_kwh=_sum(entries, "energy_kwh", "checks_energy_kwh"),
        carbon_g=_sum(entries, "carbon_g", "checks_carbon_g"),
        embodied_g=_sum(entries, "embodied_g"),
        coverage={status: sum(entry["status"] == status for entry in entries) for status in STATUSES},
    )


def _sum(entries: list[dict[str, Any]], *columns: str) -> float | None:
    """The sum of what is known, None where nothing is: an unknown cost is never a cost of zero."""
    known = [entry[column] for entry in entries for column in columns if entry[column] is not None]
    return math.fsum(known) if known else None
