"""Find runs: by model, state, input, parameter or indicator, from the index."""

from typing import TYPE_CHECKING, Any

from agglo.store.workspace import Workspace

if TYPE_CHECKING:
    from sqlalchemy import Select


def listing(
    workspace: Workspace,
    *,
    model: str | None = None,
    state: str | None = None,
    dataset: str | None = None,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Kept runs, latest first: those of a model, in a state, or that read a dataset (``NAME`` or ``NAME@VERSION``)."""
    from sqlalchemy import select

    from agglo.store.tables import run_inputs, runs

    question: Select[Any] = select(runs).order_by(runs.c.id.desc())
    if model:
        question = question.where(runs.c.model == model)
    if state:
        question = question.where(runs.c.state == state)
    if dataset:
        name, _at, version = dataset.partition("@")
        readers = select(run_inputs.c.run).where(
            run_inputs.c.dataset == name, run_inputs.c.dataset_version.startswith(version, autoescape=True)
        )
        question = question.where(runs.c.id.in_(readers))
    if limit is not None:
        question = question.limit(limit)
    return [dict(row) for row in workspace.index.rows(question)]


def by_indicator(
    workspace: Workspace, name: str, *, place: str | None = None, at_least: float | None = None, limit: int = 100
) -> list[dict[str, Any]]:
    """Runs by the value of one indicator, highest first: run, place, year, value and unit."""
    from sqlalchemy import select

    from agglo.store.tables import run_indicators as values

    question: Select[Any] = select(values).where(values.c.name == name)
    if place:
        question = question.where(values.c.place == place)
    if at_least is not None:
        question = question.where(values.c.value >= at_least)
    return [
        dict(row)
        for row in workspace.index.rows(
            question.order_by(values.c.value.desc(), values.c.run, values.c.place, values.c.year).limit(limit)
        )
    ]
