"""What stands against publishing something, and what closing it closes with it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from agglo.contract.errors import Fault, InvalidInput, NotFound
from agglo.contract.language import _
from agglo.contract.model import from_interface
from agglo.runs import code
from agglo.runs.run import Run
from agglo.store.sealed import Sealed
from agglo.store.workspace import Workspace
from agglo.studies import states
from agglo.trust.access import reading, visibility
from agglo.trust.access.people import Person
from agglo.trust.access.rules import KINDS, Asset, asset

_RUN_SOURCE = re.compile(r"run ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
"""The source of a dataset that was made of a run's output."""


def readable(workspace: Workspace, person: Person, sought: Asset) -> Asset:
    """The asset under its whole identifier.

    Raises
    ------
    NotFound
        There is none, or the person may not read it.
    InvalidInput
        Visibility is not decided of assets of its kind, or of a dataset without its version.
    """
    if sought.kind == "run":
        return Asset("run", reading.run(workspace, person, sought.id).id)
    if sought.kind == "study":
        return Asset("study", reading.study(workspace, person, sought.id)[-1].study.name)
    found = reading.dataset(workspace, person, sought.id).reference if sought.kind == "dataset" else ""
    if not found or "@" not in sought.id:
        expected = found or _("run, dataset:NAME@VERSION or study:NAME")
        raise InvalidInput(_("What this is about is not clear."), [Fault(str(sought), expected=expected)])
    return Asset("dataset", found)


def named(text: str) -> Asset:
    """What a person names on a command line: ``study:NAME``, ``DATASET@VERSION``, or a run by its identifier.

    >>> named("communes@1a2b3c4d5e6f")
    Asset(kind='dataset', id='communes@1a2b3c4d5e6f')
    """
    kind, colon, _rest = text.partition(":")
    if colon and kind in KINDS:
        return asset(text)
    return Asset("dataset" if "@" in text else "run", text)


def check(workspace: Workspace, published: Asset) -> None:
    """Refuse to publish what rests on an incomplete card or on what is closed.

    Raises
    ------
    InvalidInput
        Lists every field that the card does not declare, and everything that is not public.
    """
    found = list(_against(workspace, published))
    if found:
        raise InvalidInput(_("This cannot be published yet."), found)


def _against(workspace: Workspace, published: Asset) -> Iterator[Fault]:
    if published.kind == "run":
        run = Run(Sealed(workspace.runs / published.id))
        described = run.content["model"]
        yield from states.undeclared(workspace, from_interface(described, code.check_out(workspace, described["code"])))
        used = {f"{one['dataset']}@{one['version']}" for one in run.content["inputs"].values()}
        yield from _closed(workspace, (Asset("dataset", reference) for reference in sorted(used)))
    elif published.kind == "dataset":
        name, _at, version = published.id.partition("@")
        source = Sealed(workspace.datasets / name / version).json("dataset.json")["source"]
        made = _RUN_SOURCE.fullmatch(source)
        if made and Sealed(workspace.runs / made[1]).exists:
            yield from _closed(workspace, [Asset("run", made[1])])


def _closed(workspace: Workspace, assets: Iterable[Asset]) -> Iterator[Fault]:
    """What is not public among what something was made of."""
    for one in assets:
        try:
            held: str = visibility.of(workspace, one)
        except NotFound:
            held = _("not kept here")
        if held != "public":
            yield Fault(str(one), held, "public", _("Publish this first."))


def close_outputs(workspace: Workspace, closed: Asset, decision: Mapping[str, Any]) -> None:
    """Have the datasets that were made of something be no more visible than it is now, and so on from run to run.

    Runs need nothing: they are never more visible than what they read.
    """
    wanted, default = visibility.rank(decision["visibility"]), workspace.setting("visibility")
    decision = {key: value for key, value in decision.items() if key != "example"}
    left = [closed] if closed.kind in ("run", "dataset") else []
    while left:
        one = left.pop()
        runs = [one.id] if one.kind == "run" else _readers(workspace, one)
        for made, held in _made_of(workspace, runs):
            if visibility.rank(held or default) < wanted:
                why = _("made of {asset}").format(asset=closed)
                visibility.record(workspace, made, {**decision, "why": why})
                left.append(made)


def _readers(workspace: Workspace, dataset: Asset) -> list[str]:
    from sqlalchemy import select

    from agglo.store.tables import run_inputs as table

    name, _at, version = dataset.id.partition("@")
    question = select(table.c.run).where(table.c.dataset == name, table.c.dataset_version == version)
    return [str(row["run"]) for row in workspace.index.rows(question)]


def _made_of(workspace: Workspace, runs: Iterable[str]) -> list[tuple[Asset, str | None]]:
    """The datasets that were made of the outputs of some runs, and what was decided of each."""
    from sqlalchemy import select

    from agglo.store.tables import datasets as table

    sources = [f"run {one}" for one in runs]
    columns = select(table.c.name, table.c.version, table.c.visibility)
    return [
        (Asset("dataset", f"{row['name']}@{row['version']}"), row["visibility"])
        for start in range(0, len(sources), 500)
        for row in workspace.index.rows(columns.where(table.c.source.in_(sources[start : start + 500])))
    ]
