"""Verification: run the kept code on the kept inputs again, and say whether the answer is still the same.

The certificate is an event of the run: ``identical``, ``within tolerance``, ``differs`` (where, and which packages
changed) or ``cannot run`` (what is missing or damaged). What the check itself cost is part of it.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from agglo.contract.errors import AggloError, Damaged, Fault
from agglo.contract.language import _
from agglo.contract.outcome import Bitwise, Numerical, Statistical, comparison_from_dict
from agglo.footprint.meter import Measurement
from agglo.runs import aside, environment, execution, failures, outcomes, process, questions, redaction
from agglo.runs import code as kept_code
from agglo.runs.execution import Folders
from agglo.runs.questions import Question
from agglo.runs.run import Run
from agglo.store import blobs
from agglo.store.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

Verdict = Literal["identical", "within tolerance", "differs", "cannot run"]

_SHOWN_DIFFERENCES = 20


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a verification found; ``differences`` say where, ``packages`` what changed since in the environment."""

    verdict: Verdict
    what: str = ""
    differences: tuple[Fault, ...] = ()
    packages: tuple[str, ...] = ()
    footprint: Mapping[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict,
            "what": self.what,
            "differences": [fault.to_dict() for fault in self.differences],
            "packages": list(self.packages),
            "footprint": dict(self.footprint) if self.footprint else None,
        }


def verify(workspace: Workspace, run: Run, progress: process.Progress | None = None) -> Certificate:
    """Verify a run and keep the certificate with it.

    A run that failed has no answer to verify: its certificate says so.

    Raises
    ------
    AggloError
        The disk is full: nothing is certified.
    """
    identifier = run.sealed.folder.name
    with failures.full_disk_explained(), aside.folder(workspace, touching=identifier) as folder:
        certificate = _verified(workspace, run, Folders(folder / "again"), progress)
        run.sealed.add_event("certified", {"actor": workspace.actor, **certificate.to_dict()})
        with suppress(Damaged):
            workspace.index.add("run", run.sealed)
    return certificate


def _verified(workspace: Workspace, run: Run, folders: Folders, progress: process.Progress | None) -> Certificate:
    try:
        run.sealed.check()
        if run.state != "finished":
            return Certificate("cannot run", _("This run failed: it has no answer to verify."))
        if found := blobs_faults(workspace, run):
            return Certificate("cannot run", _("What it was computed with is no longer as it was kept."), found)
        question = questions.from_dict(workspace, run.content)
        for dataset in question.inputs.values():
            dataset.sealed.check()
    except AggloError as error:
        return Certificate("cannot run", error.what, error.faults)
    return _run_again(workspace, run, question, folders, progress)


def blobs_faults(workspace: Workspace, run: Run) -> tuple[Fault, ...]:
    """What is wrong with the files a run refers to: its code, its list of packages."""
    found: list[Fault] = []
    for digest in dict.fromkeys(run.sealed.manifest["blobs"]):
        try:
            blobs.check(workspace, digest)
        except AggloError as error:
            found += error.faults or (Fault(f"blobs/{digest[:12]}", _("nothing"), digest[:12]),)
    return tuple(found)


def _run_again(
    workspace: Workspace,
    run: Run,
    question: Question,
    folders: Folders,
    progress: process.Progress | None,
) -> Certificate:
    packages = tuple(environment.changed(workspace, run.content["environment"]))
    measurement = None
    folders.make()
    try:
        code = kept_code.check_out(workspace, question.code)
        ended = execution.ask_process(question, code, folders, progress)
        measurement = ended.measurement
        answer = execution.answer_of(ended, folders)
        again = outcomes.keep(question.model, answer, folders.kept)
    except Exception as error:
        if failures.is_full_disk(error):
            raise
        places = execution.places_of(workspace, run.content, folders)
        said = redaction.redacted_json(failures.of(error).to_dict(), places)
        faults = tuple(Fault(**fault) for fault in said["faults"])
        return Certificate("cannot run", said["what"], faults, packages, _cost(workspace, measurement))
    return _compared(run, again, folders.kept, packages, _cost(workspace, measurement))


def _cost(workspace: Workspace, measurement: Measurement | None) -> Mapping[str, Any]:
    return execution.footprint(workspace, measurement).to_dict()


def _compared(
    run: Run, again: Mapping[str, Any], folder: Path, packages: tuple[str, ...], footprint: Mapping[str, Any]
) -> Certificate:
    kept = run.content["outcome"]
    pairs = {"indicators": (kept["indicators"], again["indicators"])}
    pairs |= {name: (kept["outputs"][name], again["outputs"][name]) for name in kept["outputs"]}
    differences: list[Fault] = []
    changed = [name for name, (before, after) in pairs.items() if before["digest"] != after["digest"]]
    for name in changed:
        before, after = pairs[name]
        differences += _differences(name, before, run.sealed.folder / before["path"], folder / after["path"])
    if differences:
        return Certificate("differs", _("The answer is not the same."), tuple(differences), packages, footprint)
    if changed:
        what = _("Small differences, within what the model declares, in: {names}").format(names=", ".join(changed))
        return Certificate("within tolerance", what, (), packages, footprint)
    return Certificate("identical", "", (), packages, footprint)


def _differences(name: str, described: Mapping[str, Any], before: Path, after: Path) -> list[Fault]:
    """Where two outputs differ by more than the model declares; none where they agree."""
    comparison = comparison_from_dict(described["compare"])
    if isinstance(comparison, Bitwise) or described.get("kind") == "file":
        return [Fault(name, _("other content"), _("the same content"))]
    if isinstance(comparison, Statistical):
        return [Fault(name, _("other content"), _("a statistical comparison, which needs several runs"))]
    import pyarrow.parquet as pq

    return table_differences(name, pq.read_table(before), pq.read_table(after), comparison)


def table_differences(name: str, before: "pa.Table", after: "pa.Table", tolerance: Numerical) -> list[Fault]:
    """Where two tables differ: columns, number of rows, texts, or numbers by more than the tolerance."""
    if sorted(before.column_names) != sorted(after.column_names):
        return [Fault(name, ", ".join(after.column_names), ", ".join(before.column_names))]
    if before.num_rows != after.num_rows:
        rows = _("{count} rows")
        return [Fault(name, rows.format(count=after.num_rows), rows.format(count=before.num_rows))]
    found: list[Fault] = []
    for column in before.column_names:
        rows = _rows_that_differ(before[column], after[column], tolerance)
        found += [
            Fault(
                _("{table} row {row}, {column}").format(table=name, row=int(row) + 1, column=column),
                str(after[column][int(row)]),
                str(before[column][int(row)]),
            )
            for row in rows[:_SHOWN_DIFFERENCES]
        ]
    return found[:_SHOWN_DIFFERENCES]


def _rows_that_differ(before: Any, after: Any, tolerance: Numerical) -> Any:
    import numpy as np
    import pyarrow as pa
    import pyarrow.types as pt

    kinds = before.type, after.type
    if all(map(_is_number, kinds)) and any(map(pt.is_floating, kinds)):
        first, second = (column.cast(pa.float64(), safe=False).to_numpy() for column in (before, after))
        same = np.isclose(second, first, rtol=tolerance.relative, atol=tolerance.absolute, equal_nan=True)
        unset = np.asarray(before.is_null()) != np.asarray(after.is_null())
        return np.flatnonzero(~same | unset)
    same_values = [one == other for one, other in zip(before.to_pylist(), after.to_pylist(), strict=True)]
    return np.flatnonzero(~np.asarray(same_values, dtype=bool))


def _is_number(kind: Any) -> bool:
    import pyarrow.types as pt

    return bool(pt.is_floating(kind) or pt.is_integer(kind))
