"""Who may read what, as conditions on the index: the one definition that lists, look-ups and pages share.

A run may be read by whoever may read the run itself and each of its inputs; so it is never more visible than they are,
and what is decided of a dataset counts at once for the runs that read it. An input that is not in the index is closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agglo.store.indexing import CLOSENESS
from agglo.store.workspace import Workspace
from agglo.trust.access import rights
from agglo.trust.access.people import Person
from agglo.trust.access.rules import Grant, Kind

if TYPE_CHECKING:
    from sqlalchemy import Case, Column, ColumnElement, Select

READ = "read-restricted"


@dataclass(frozen=True)
class Reader:
    """What a person may read, of one workspace. ``account`` is empty for whoever has not signed in; ``default`` is the
    visibility of what nobody has decided about."""

    account: str
    default: str
    held: rights.Held

    @property
    def reads_all(self) -> bool:
        """Whether nothing is closed to this person."""
        return self.held.reads_personal and READ in self.held.everywhere

    def reads_kind(self, kind: Kind) -> bool:
        """Whether everything of a kind that is draft or restricted is open."""
        return self.held.may(READ, rights.Asset(kind))

    def grants(self, kind: Kind) -> list[Grant]:
        """The grants to read that are about some assets of a kind."""
        return [one for one in self.held.grants if one.right == READ and one.on.kind == kind and one.on.id]

    def named(self, kind: Kind) -> list[str]:
        """Identifiers of the assets that a grant to this very account names one by one: also where they are personal.

        A name without a version is not one of a dataset: it would open versions that are still to come. What a
        responsibility gives is no such grant: nobody decided to open personal data.
        """
        given = (one for one in self.grants(kind) if one.to.startswith("account:") and not one.source)
        own = [one.on.id for one in given if not one.on.id.endswith("*")]
        return [named for named in own if kind != "dataset" or "@" in named]

    def may_read(self, kind: Kind, id: str, visibility: str | None, *, made: bool) -> bool:
        """The rule, for one asset alone: ``made`` says whether this person asked, ran or added it."""
        level = visibility or self.default
        if self.reads_all or level == "public" or id in self.named(kind):
            return True
        opened = self.held.may(READ, rights.Asset(kind, id))
        return (level == "draft" and (made or opened)) or (level == "restricted" and opened)


def reader(workspace: Workspace, person: Person) -> Reader:
    """What a person may read now.

    Raises
    ------
    InvalidInput
        To the operator only: the files of rights cannot be read.
    """
    return Reader(person.id, workspace.setting("visibility"), rights.held(workspace, person))


def runs(one: Reader, *, reusable: bool = False, inputs_read: bool = False) -> "ColumnElement[bool]":
    """The condition that a run may be read; or, ``reusable``, that its answer may be given again to whoever asks the
    same question: then drafts are open too, since whoever asks may read what they asked.

    ``inputs_read`` says that :func:`reads_every_input` is known to be so, and need not be looked at run by run.
    """
    from sqlalchemy import and_, not_, select, true

    from agglo.store.tables import run_askers, run_inputs
    from agglo.store.tables import runs as table

    if one.reads_all:
        return true()
    asked = table.c.id.in_(select(run_askers.c.run).where(run_askers.c.actor == one.account))
    granted = [grant.on.id for grant in one.grants("run")]
    opened = [table.c.id.in_(granted)] if granted else []
    own = _own(one, "run", table.c.visibility, _Ways(asked, opened, table.c.id.in_(one.named("run"))))
    if reusable:
        own = own | _is(one, table.c.visibility, "draft")
    if inputs_read:
        return own
    closed = select(run_inputs.c.run).where(run_inputs.c.run == table.c.id, not_(_input_read(one)))
    return and_(own, not_(closed.exists()))


def reads_every_input(workspace: Workspace, one: Reader) -> bool:
    """Whether every dataset that a run reads may be read: looked at once, it makes long lists quick."""
    from sqlalchemy import select

    from agglo.store.tables import datasets as table
    from agglo.store.tables import run_inputs

    read = workspace.index.rows(select(run_inputs.c.dataset, run_inputs.c.dataset_version).distinct())
    opened = workspace.index.rows(select(table.c.name, table.c.version).where(datasets(one)))
    return {tuple(row.values()) for row in read} <= {tuple(row.values()) for row in opened}


def _input_read(one: Reader) -> "ColumnElement[bool]":
    """The condition that the dataset of an input is held and may be read."""
    from sqlalchemy import select

    from agglo.store.tables import datasets as table
    from agglo.store.tables import run_inputs

    same = (table.c.name == run_inputs.c.dataset) & (table.c.version == run_inputs.c.dataset_version)
    return select(table.c.name).where(same, datasets(one)).correlate(run_inputs).exists()


def datasets(one: Reader) -> "ColumnElement[bool]":
    """The condition that a dataset may be read."""
    from sqlalchemy import select, true, tuple_

    from agglo.store.tables import dataset_adders
    from agglo.store.tables import datasets as table

    if one.reads_all:
        return true()
    key = tuple_(table.c.name, table.c.version)
    added = select(dataset_adders.c.dataset, dataset_adders.c.dataset_version).where(
        dataset_adders.c.actor == one.account
    )
    opened = [_granted(grant.on.id) for grant in one.grants("dataset")]
    named = key.in_([tuple(reference.split("@", 1)) for reference in one.named("dataset")])
    return _own(one, "dataset", table.c.visibility, _Ways(key.in_(added), opened, named))


def _granted(id: str) -> "ColumnElement[bool]":
    """The condition that a dataset is one that a grant speaks of: ``NAME``, ``NAME@VERSION`` or ``BEGINNING*``."""
    from sqlalchemy import and_

    from agglo.store.tables import datasets as table

    if id.endswith("*"):
        return table.c.name.startswith(id[:-1], autoescape=True)
    name, _at, version = id.partition("@")
    return and_(table.c.name == name, table.c.version == version) if version else table.c.name == name


@dataclass(frozen=True)
class _Ways:
    """Conditions on a row of one kind: it was made by this person, opened by a grant, named by one to them alone."""

    made: "ColumnElement[bool]"
    opened: "Sequence[ColumnElement[bool]]"
    named: "ColumnElement[bool]"


def _own(one: Reader, kind: Kind, column: "Column[Any]", ways: _Ways) -> "ColumnElement[bool]":
    """:meth:`Reader.may_read` as a condition on the column that holds what was decided."""
    from sqlalchemy import func, or_

    named = [ways.named] if one.named(kind) else []
    if one.reads_kind(kind):
        return or_(func.coalesce(column, one.default).in_(CLOSENESS[:-1]), *named)
    public, draft, restricted = (_is(one, column, visibility) for visibility in CLOSENESS[:-1])
    opened = [(draft | restricted) & way for way in ways.opened]
    return or_(public, *named, *opened, *([draft & ways.made] if one.account else []))


def _is(one: Reader, column: "Column[Any]", visibility: str) -> "ColumnElement[bool]":
    """The condition that a visibility is in force, decided or by default."""
    return (column == visibility) | column.is_(None) if visibility == one.default else column == visibility


def effective(default: str) -> "ColumnElement[int]":
    """The rank in :data:`CLOSENESS` of a run's visibility: its own, or that of an input that is less visible."""
    from sqlalchemy import func, select

    from agglo.store.tables import datasets as table
    from agglo.store.tables import run_inputs, runs

    same = (table.c.name == run_inputs.c.dataset) & (table.c.version == run_inputs.c.dataset_version)
    inputs: Select[Any] = (
        select(func.max(func.coalesce(_rank(table.c.visibility, default, missing=table.c.name), 0)))
        .select_from(run_inputs.outerjoin(table, same))
        .where(run_inputs.c.run == runs.c.id)
        .correlate(runs)
    )
    return func.max(_rank(runs.c.visibility, default), func.coalesce(inputs.scalar_subquery(), 0))


def _rank(column: "Column[Any]", default: str, missing: "Column[Any] | None" = None) -> "Case[int]":
    """The rank of a visibility; ``missing`` is a column that is null where the asset itself is not held."""
    from sqlalchemy import case

    ranks = [(column == name, rank) for rank, name in enumerate(CLOSENESS)]
    absent = [] if missing is None else [(missing.is_(None), len(CLOSENESS) - 1)]
    return case(*absent, (column.is_(None), CLOSENESS.index(default)), *ranks, else_=len(CLOSENESS) - 1)
