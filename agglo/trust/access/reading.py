"""What a person may read: every list and every look-up of the command line, the pages and the API passes here.

What a person may not read is told from what does not exist by nothing: same error, same words.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agglo.catalogue import datasets as catalogue
from agglo.catalogue.datasets import Dataset
from agglo.runs import run as kept
from agglo.runs.run import Run
from agglo.store.indexing import CLOSENESS
from agglo.store.sealed import Sealed
from agglo.store.workspace import Workspace
from agglo.studies import record
from agglo.studies.record import Kept
from agglo.trust.access import filters, visibility
from agglo.trust.access.filters import Reader
from agglo.trust.access.people import Person

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select, Table

MOST = 2**31
"""Largest limit or offset that is given to the index."""
TEXT_LENGTH = 200
"""Characters of a search or a reference that are looked at."""
_TOGETHER = 500


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a list: its rows (those of the index), and how many there are in all."""

    rows: Sequence[Mapping[str, Any]]
    matched: int


def runs(
    workspace: Workspace,
    person: Person,
    *,
    model: str | None = None,
    state: str | None = None,
    dataset: str | None = None,
    scenario: str | None = None,
    project: str | None = None,
    text: str = "",
    limit: int | None = 50,
    offset: int = 0,
) -> Found:
    """Runs a person may read, latest first; ``limit`` None gives all. ``dataset`` is ``NAME`` or ``NAME@VERSION``;
    ``text`` is looked for in the identifiers of run, model, scenario and project.

    ``visibility`` of a row is the one in force: that of the run, or of an input that is less visible.
    """
    from sqlalchemy import select

    from agglo.store.tables import runs as table

    asked = {table.c.model: model, table.c.state: state, table.c.scenario: scenario, table.c.project: project}
    where = [column == _plain(value) for column, value in asked.items() if value is not None]
    if dataset is not None:
        where.append(table.c.id.in_(_readers(dataset)))
    if text:
        where.append(_holds(text, table.c.id, table.c.model, table.c.scenario, table.c.project))
    reader = filters.reader(workspace, person)
    where.append(filters.runs(reader, inputs_read=filters.reads_every_input(workspace, reader)))
    rank = filters.effective(reader.default).label("visibility")
    columns = [column for column in table.c if column.name != "visibility"]
    listed = select(*columns, rank).where(*where).order_by(table.c.id.desc())
    rows = workspace.index.rows(_paged(listed, limit, offset))
    found = [{**row, "visibility": CLOSENESS[row["visibility"]]} for row in rows]
    return Found(found, _count(workspace, table, where))


def _readers(dataset: str) -> "Select[Any]":
    """The identifiers of the runs that read a dataset."""
    from sqlalchemy import select

    from agglo.store.tables import run_inputs

    name, _at, version = _plain(dataset).partition("@")
    return select(run_inputs.c.run).where(
        run_inputs.c.dataset == name, run_inputs.c.dataset_version.startswith(version, autoescape=True)
    )


def run(workspace: Workspace, person: Person, reference: str) -> Run:
    """The run of that identifier, as :func:`agglo.runs.run.load`.

    Raises
    ------
    NotFound
        There is none, or the person may not read it.
    """
    reader, sought = filters.reader(workspace, person), _plain(reference)
    if reader.reads_all:
        return kept.load(workspace, sought)
    return Run(Sealed(workspace.runs / kept.chosen(sought, _named(workspace, reader, sought))))


def _named(workspace: Workspace, reader: Reader, reference: str) -> list[str]:
    """Identifiers of the runs that somebody may read and that are, begin or end as a reference."""
    from sqlalchemy import func, or_, select

    from agglo.store.tables import runs as table

    if not reference.strip():
        return []
    size = len(reference)
    ends = (func.substr(table.c.id, 1, size) == reference, func.substr(table.c.id, -size) == reference)
    for matches in (table.c.id == reference, or_(*ends)):
        rows = workspace.index.rows(select(table.c.id).where(matches, filters.runs(reader)).limit(6))
        if rows:
            return [str(row["id"]) for row in rows]
    return []


def may_read_run(workspace: Workspace, person: Person, run: Run) -> bool:
    """Whether a person may read a run and each of its inputs."""
    return bool(readable_runs(workspace, person, [run.id]))


def readable_runs(workspace: Workspace, person: Person, ids: Iterable[str]) -> set[str]:
    """Those of some runs, given by their whole identifiers, that a person may read."""
    reader = filters.reader(workspace, person)
    return set(ids) if reader.reads_all else _among(workspace, filters.runs(reader), ids)


def reusable(workspace: Workspace, person: Person) -> Callable[[Run], bool]:
    """Whether the kept answer of a run may be given again to a person who asks the same question.

    So it is if the run is public or a draft, or they may read it, and if they may read every input.
    """

    def is_reusable(run: Run) -> bool:
        reader = filters.reader(workspace, person)
        return reader.reads_all or bool(_among(workspace, filters.runs(reader, reusable=True), [run.id]))

    return is_reusable


def _among(workspace: Workspace, condition: "ColumnElement[bool]", ids: Iterable[str]) -> set[str]:
    from sqlalchemy import select

    from agglo.store.tables import runs as table

    question = select(table.c.id).where(condition)
    wanted = list(dict.fromkeys(map(_plain, ids)))
    parts = (wanted[start : start + _TOGETHER] for start in range(0, len(wanted), _TOGETHER))
    return {str(row["id"]) for part in parts for row in workspace.index.rows(question.where(table.c.id.in_(part)))}


def datasets(
    workspace: Workspace,
    person: Person,
    *,
    name: str | None = None,
    schema: str | None = None,
    text: str = "",
    all_versions: bool = False,
    limit: int | None = 50,
    offset: int = 0,
) -> Found:
    """Datasets a person may read by name, the latest version of each unless ``all_versions`` (or ``name``) is asked;
    versions in the order they were added. ``limit`` None gives all. ``text`` is looked for in name, title, source,
    owner and schema."""
    from sqlalchemy import func, select

    from agglo.store.tables import datasets as table

    reader = filters.reader(workspace, person)
    where = [filters.datasets(reader)]
    if not all_versions and name is None:
        rank = func.row_number().over(
            partition_by=table.c.name, order_by=(table.c.added.desc(), table.c.version.desc())
        )  # fmt: skip
        ranked = select(table.c.name, table.c.version, rank.label("rank")).where(*where).subquery()
        latest = select(ranked.c.name, ranked.c.version).where(ranked.c.rank == 1)
        where = [_key(table).in_(latest)]
    asked = {table.c.name: name, table.c.schema: schema}
    where += [column == _plain(value) for column, value in asked.items() if value is not None]
    if text:
        where.append(_holds(text, table.c.name, table.c.title, table.c.source, table.c.owner, table.c.schema))
    listed = select(table).where(*where).order_by(table.c.name, table.c.added, table.c.version)
    rows = workspace.index.rows(_paged(listed, limit, offset))
    found = [{**row, "visibility": row["visibility"] or reader.default} for row in rows]
    return Found(found, _count(workspace, table, where))


def dataset(workspace: Workspace, person: Person, reference: str) -> Dataset:
    """The dataset ``NAME@VERSION`` or ``NAME``, among the versions the person may read.

    Raises
    ------
    NotFound
        There is none, or the person may not read it.
    """
    from sqlalchemy import select

    from agglo.store.tables import datasets as table

    reader, reference = filters.reader(workspace, person), _plain(reference)
    if reader.reads_all:
        return catalogue.find(workspace, reference)
    rows = workspace.index.rows(select(table.c.name, table.c.version).where(filters.datasets(reader)))
    return catalogue.find(workspace, reference, among={(row["name"], row["version"]) for row in rows})


def studies(workspace: Workspace, person: Person) -> list[Kept]:
    """The latest content of each study a person may read, by name."""
    return [record.history(workspace, name)[-1] for name in _study_names(workspace, person)]


def study(workspace: Workspace, person: Person, name: str) -> list[Kept]:
    """Every content of a study, oldest first. The runs of its steps are to be asked of :func:`readable_runs`.

    Raises
    ------
    NotFound
        There is none, or the person may not read it.
    """
    return record.held(workspace, _plain(name), among=_study_names(workspace, person))


def _study_names(workspace: Workspace, person: Person) -> list[str]:
    """The studies a person may read: public ones, drafts they ran, those opened by a right."""
    reader = filters.reader(workspace, person)
    return [name for name in record.names(workspace) if _may_read_study(workspace, reader, name)]


def _may_read_study(workspace: Workspace, reader: Reader, name: str) -> bool:
    contents = [one.sealed for one in record.history(workspace, name)]
    ran = (event["actor"] for one in contents for event in one.events(record.RAN))
    made = bool(reader.account) and reader.account in ran
    return reader.may_read("study", name, visibility.decided(contents), made=made)


def _key(table: "Table") -> Any:
    from sqlalchemy import tuple_

    return tuple_(table.c.name, table.c.version)


def _holds(text: str, *columns: "ColumnElement[Any]") -> "ColumnElement[bool]":
    """The condition that a text is in one of some columns, capital or not."""
    from sqlalchemy import or_

    sought = _plain(text)
    return or_(*(column.icontains(sought, autoescape=True) for column in columns))


def _plain(text: str) -> str:
    """A text from outside, such that the index can be asked for it whatever it is."""
    return text[:TEXT_LENGTH].replace("\0", "?").encode("utf-8", "replace").decode()


def _paged(question: "Select[Any]", limit: int | None, offset: int) -> "Select[Any]":
    most = MOST if limit is None else min(max(limit, 0), MOST)
    return question.limit(most).offset(min(max(offset, 0), MOST))


def _count(workspace: Workspace, table: "Table", where: "Iterable[ColumnElement[bool]]") -> int:
    from sqlalchemy import func, select

    return int(workspace.index.rows(select(func.count().label("count")).select_from(table).where(*where))[0]["count"])
