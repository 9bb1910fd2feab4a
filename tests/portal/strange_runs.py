"""Runs of a hostile model, asked and sealed as any other, for the pages that show runs."""

import sys
from pathlib import Path
from typing import Any

from agglo.runs import asking, questions
from agglo.runs.run import Run
from agglo.store.workspace import Workspace

sys.path.insert(0, str(Path(__file__).parents[1] / "samples"))

from strange import ATTACKS, PAGE, strange

__all__ = ["ATTACKS", "PAGE", "ask", "decide", "strange"]


def ask(workspace: Workspace, *, visibility: str = "public", **parameters: Any) -> Run:
    """Ask the hostile model, and let everybody read the answer."""
    question = questions.pose(workspace, strange, inputs={}, parameters=parameters, seed=0)
    run = asking.ask(workspace, question).run
    decide(workspace, run, visibility)
    return run


def decide(workspace: Workspace, run: Run, visibility: str) -> None:
    """Decide who may read a run, as an example of a demonstration: the model has no card."""
    from agglo.trust.access import people
    from agglo.trust.access import visibility as decisions
    from agglo.trust.access.rights import Asset

    decisions.set_(
        workspace, people.operator(workspace), Asset("run", run.id), visibility, example=visibility == "public"  # type: ignore[arg-type]
    )  # fmt: skip
