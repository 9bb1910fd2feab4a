"""Verification: run the kept code on the kept inputs again, and say whether the answer is still the same.

The certificate is an event of the run: ``identical``, ``within tolerance``, ``differs`` (where, and which packages
changed) or ``cannot run`` (what is missing or damaged). What the check itself cost is part of it.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from agglo.contract.errors import AggloError, Damaged, Fault
from agglo.contract.language import _
from agglo.contract.outcome import Bitwise, Numerical, Statistical, comparison_from_dict
from agglo.footprint.meter import Measurement, together
from agglo.runs import aside, environment, execution, failures, outcomes, process, questions, redaction
from agglo.runs.distributions import kolmogorov_smirnov
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
    measured: list[Measurement] = []
    folders.make()
    try:
        again = _outcome(question, folders, measured, progress)
        replicates = [Folders(folders.root / f"replicate-{rank + 1}") for rank in range(_replicates(run, again))]
        for rank, replicate in enumerate(replicates, 1):
            replicate.make()
            _outcome(replace(question, seed=question.seed + rank), replicate, measured)
    except Exception as error:
        if failures.is_full_disk(error):
            raise
        places = execution.places_of(workspace, run.content, folders)
        said = redaction.redacted_json(failures.of(error).to_dict(), places)
        faults = tuple(Fault(**fault) for fault in said["faults"])
        return Certificate("cannot run", said["what"], faults, packages, _cost(workspace, measured))
    places_again = [one.kept for one in (folders, *replicates)]
    return _compared(run, again, places_again, packages, _cost(workspace, measured))


def _replicates(run: Run, again: Mapping[str, Any]) -> int:
    """How many more runs it takes to compare what changed with what a model declares of its distribution."""
    wanted = [0]
    for _name, before, after in _pairs(run, again):
        comparison = comparison_from_dict(before["compare"])
        if isinstance(comparison, Statistical) and before["digest"] != after["digest"]:
            wanted.append(comparison.replicates)
    return max(wanted)


def _outcome(
    question: Question,
    folders: Folders,
    measured: list[Measurement],
    progress: process.Progress | None = None,
) -> dict[str, Any]:
    """Run the kept code once; what it used is added to ``measured`` whatever came of it."""
    ended = execution.ask_process(question, folders, progress)
    measured.append(ended.measurement)
    return outcomes.keep(question.model, execution.answer_of(ended, folders), folders.kept)


def _pairs(run: Run, again: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Each part of the outcome by name, as kept and as computed again."""
    kept = run.content["outcome"]
    named = [(name, kept["outputs"][name], again["outputs"][name]) for name in kept["outputs"]]
    return [("indicators", kept["indicators"], again["indicators"]), *named]


def _cost(workspace: Workspace, measured: list[Measurement]) -> Mapping[str, Any]:
    return execution.footprint(workspace, together(measured) if measured else None).to_dict()


def _compared(
    run: Run, again: Mapping[str, Any], folders: list[Path], packages: tuple[str, ...], footprint: Mapping[str, Any]
) -> Certificate:
    """The certificate of what the first of ``folders`` holds; the others are replicates with other seeds."""
    differences: list[Fault] = []
    changed = []
    for name, before, after in _pairs(run, again):
        if before["digest"] != after["digest"]:
            changed.append(name)
            kept, found = run.sealed.folder / before["path"], [folder / after["path"] for folder in folders]
            differences += _differences(name, before, kept, found)
    if differences:
        return Certificate("differs", _("The answer is not the same."), tuple(differences), packages, footprint)
    if changed:
        what = _("Small differences, within what the model declares, in: {names}").format(names=", ".join(changed))
        return Certificate("within tolerance", what, (), packages, footprint)
    return Certificate("identical", "", (), packages, footprint)


def _differences(name: str, described: Mapping[str, Any], before: Path, after: list[Path]) -> list[Fault]:
    """Where an output differs from the kept one by more than the model declares; none where they agree."""
    comparison = comparison_from_dict(described["compare"])
    if isinstance(comparison, Bitwise) or described.get("kind") == "file":
        return [Fault(name, _("other content"), _("the same content"))]
    import pyarrow.parquet as pq

    kept, first = pq.read_table(before), pq.read_table(after[0])
    if isinstance(comparison, Numerical):
        return table_differences(name, kept, first, comparison)
    return distribution_differences(name, kept, [pq.read_table(path) for path in after[1:]], comparison)


def distribution_differences(
    name: str, kept: "pa.Table", replicates: "list[pa.Table]", declared: Statistical
) -> list[Fault]:
    """Number columns of the kept table that do not come from the distribution of the replicates, by the declared test.

    Columns that are not numbers tell what a row is about, and are not compared.
    """
    import numpy as np

    found = []
    for column in kept.column_names:
        if not _is_number(kept[column].type):
            continue
        values = [_floats(table[column]) for table in replicates if column in table.column_names]
        chance = kolmogorov_smirnov(_floats(kept[column]), np.concatenate(values or [np.empty(0)]))
        if chance < declared.threshold:
            expected = _("{threshold} or more").format(threshold=declared.threshold)
            found.append(Fault(f"{name}, {column}", _("p-value {value}").format(value=f"{chance:.3g}"), expected))
    return found


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
    import pyarrow.types as pt

    kinds = before.type, after.type
    if all(map(_is_number, kinds)) and any(map(pt.is_floating, kinds)):
        first, second = _floats(before), _floats(after)
        same = np.isclose(second, first, rtol=tolerance.relative, atol=tolerance.absolute, equal_nan=True)
        unset = np.asarray(before.is_null()) != np.asarray(after.is_null())
        return np.flatnonzero(~same | unset)
    same_values = [one == other for one, other in zip(before.to_pylist(), after.to_pylist(), strict=True)]
    return np.flatnonzero(~np.asarray(same_values, dtype=bool))


def _floats(column: Any) -> Any:
    import pyarrow as pa

    return column.cast(pa.float64(), safe=False).to_numpy()


def _is_number(kind: Any) -> bool:
    import pyarrow.types as pt

    return bool(pt.is_floating(kind) or pt.is_integer(kind))
