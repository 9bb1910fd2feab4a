"""Running a study: a graph of questions, side by side, each asked once, kept answers given again.

Each answer is kept as soon as it is there, so that a study stopped at any moment goes on where it was: asking it again
computes only what has no answer yet.
"""

import os
import threading
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from agglo.contract.errors import AggloError, InvalidInput
from agglo.contract.language import _
from agglo.runs import asking
from agglo.runs.asking import Asked
from agglo.runs.process import Interruptions, Progress, Stop
from agglo.runs.questions import Question
from agglo.runs.run import Run
from agglo.store.workspace import Workspace
from agglo.studies import graph, record, results, states
from agglo.studies.plan import Plan, prepare
from agglo.studies.record import Kept, NewVersion
from agglo.studies.results import StepResult, StudyResult
from agglo.studies.study import Scenario, Study

Node = tuple[str, str]
"""A scenario and a step."""

_SIGNALS_S = 0.2
"""Time after which a wait is begun again [s]: a signal that comes just before it would only be heard at its end."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What running a study gave. ``new`` are scenarios that got a new version, ``closed`` those that were not asked
    since they are closed."""

    result: StudyResult
    new: tuple[NewVersion, ...] = ()
    closed: tuple[str, ...] = ()


def run(
    workspace: Workspace,
    study: Study,
    *,
    only: Collection[str] = (),
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Ran:
    """Ask every step of every scenario, or of ``only`` some, at most ``jobs`` at once (one for each processor).

    A step that fails stops only those that read its outputs. ``progress`` gets the fraction of the whole. What
    interrupts this (Ctrl-C, SIGTERM, SIGHUP) ends every model; each is kept as a failed run, then it goes on.

    Raises
    ------
    InvalidInput, NotFound
        A dataset or a scenario is not there; an approved scenario rests on a model whose card is not complete.
    """
    workspace.index  # noqa: B018, threads share it
    with Interruptions() as interruptions, interruptions.heard():
        plan = prepare(workspace, study, only)
        kept, new = record.keep(workspace, plan)
        to_ask, closed, approved = _to_ask(workspace, plan, kept)
        _Running(plan, kept, to_ask, approved=approved, jobs=jobs or os.cpu_count() or 1, progress=progress).run()
    result = results.load(workspace, study.name, [f"{name}@{version}" for name, version in kept.versions.items()])
    return Ran(result, tuple(new), tuple(closed))


def _to_ask(workspace: Workspace, plan: Plan, kept: Kept) -> tuple[list[Scenario], list[str], list[str]]:
    """The scenarios to ask, those that are closed, and those that are approved, which drafts do not feed."""
    held = record.history(workspace, plan.study.name)
    at = {one.name: record.state_of(held, one.name, kept.versions[one.name]) for one in plan.scenarios}
    approved = [name for name, state in at.items() if state == "approved"]
    found = [fault for model in plan.models.values() for fault in states.undeclared(workspace, model)]
    if approved and found:
        what = _("Drafts feed no approved scenario ({names}).").format(names=", ".join(approved))
        raise InvalidInput(what, dict.fromkeys(found))
    closed = [name for name, state in at.items() if state == "closed"]
    return [one for one in plan.scenarios if at[one.name] != "closed"], closed, approved


class _Running:
    """A study being run. Everything here happens in one thread but the asking itself."""

    def __init__(
        self,
        plan: Plan,
        kept: Kept,
        scenarios: Collection[Scenario],
        *,
        approved: Collection[str],
        jobs: int,
        progress: Progress | None,
    ) -> None:
        self.plan, self.kept, self.approved, self.jobs = plan, kept, approved, jobs
        self.scenarios = {one.name: one for one in scenarios}
        steps = graph.order(plan.study.needs)
        self.left: list[Node] = [(scenario, step) for scenario in self.scenarios for step in steps]
        self.given: dict[Node, StepResult] = {}
        self.asked: dict[str, Future[Asked]] = {}
        self.waiting: dict[Future[Asked], list[Node]] = {}
        self.stop = Stop()
        self.overall = _Overall(len(self.left), progress)

    def run(self) -> None:
        """Ask all there is to ask, then record what came of it, whatever interrupts this."""
        interrupted = True
        with ThreadPoolExecutor(self.jobs, "agglo-study") as threads:
            try:
                self._ask_all(threads)
                interrupted = False
            except BaseException as error:
                threads.shutdown(wait=False, cancel_futures=True)
                self.stop.tell(error)
                raise
            finally:
                threads.shutdown(wait=True)
                if self.scenarios:
                    self._record(interrupted=interrupted)

    def _ask_all(self, threads: ThreadPoolExecutor) -> None:
        while self.left or self.waiting:
            for node in [one for one in self.left if self._is_ready(one)]:
                self.left.remove(node)
                self._ask(node, threads)
            if self.waiting:
                done, _others = wait(self.waiting, _SIGNALS_S, FIRST_COMPLETED)
                for future in done:
                    self._take(future)

    def _is_ready(self, node: Node) -> bool:
        scenario, step = node
        return all((scenario, one) in self.given for one in self.plan.study.needs[step])

    def _ask(self, node: Node, threads: ThreadPoolExecutor) -> None:
        """Have a step asked, unless the same question is already, or a step before it has no answer."""
        scenario, step = self.scenarios[node[0]], self.plan.study.steps[node[1]]
        needs = self.plan.study.needs[step.name]
        answers = {one: self.given[scenario.name, one].run for one in needs}
        failed = [one for one in step_order(self.plan.study, needs) if not self._answered((scenario.name, one))]
        if failed:
            self._give(node, failure=_("not asked, because {step} failed").format(step=failed[0]))
            return
        try:
            runs = {one: run for one, run in answers.items() if run is not None}
            question = self.plan.pose(scenario, step, runs, self.kept.version_text(scenario.name))
        except AggloError as error:
            self._give(node, failure=_said(error))
            return
        self._submit(node, question, threads)

    def _submit(self, node: Node, question: Question, threads: ThreadPoolExecutor) -> None:
        future = self.asked.get(question.fingerprint)
        if future is None:
            draft = node[0] not in self.approved
            future = threads.submit(self._asking, question, self.overall.part(node), draft=draft)
            self.asked[question.fingerprint] = future
            self.waiting[future] = [node]
        elif future in self.waiting:
            self.waiting[future].append(node)
        else:
            self._give_answer(node, future, shared=True)

    def _asking(self, question: Question, progress: Progress, *, draft: bool) -> Asked:
        """In a thread of its own: the answer to one question."""
        with self.stop.heeded():
            self.stop.check()
            workspace = self.plan.workspace
            return asking.ask(workspace, question, draft=draft, project=self.plan.study.name, progress=progress)

    def _take(self, future: "Future[Asked]") -> None:
        for rank, node in enumerate(self.waiting.pop(future)):
            self._give_answer(node, future, shared=rank > 0)

    def _give_answer(self, node: Node, future: "Future[Asked]", *, shared: bool) -> None:
        try:
            asked = future.result()
        except AggloError as error:
            self._give(node, failure=_said(error))
            return
        if asked.run.state == "failed":
            self._give(node, run=asked.run, failure=asked.run.content["failure"]["what"])
        else:
            self._give(node, run=asked.run, reused=shared or asked.reused)

    def _give(self, node: Node, *, run: Run | None = None, reused: bool = False, failure: str = "") -> None:
        model = self.plan.models[node[1]].name
        saved = results.carbon_of(run) if run and reused else None
        self.given[node] = StepResult(node[1], model, run, reused, saved, failure)
        self.overall.end(node)

    def _answered(self, node: Node) -> bool:
        return not self.given[node].failure

    def _record(self, *, interrupted: bool) -> None:
        """Keep what each step of each scenario gave, those that were not come to included."""
        for future, nodes in self.waiting.items():
            if future.cancelled():
                continue
            for rank, node in enumerate(nodes):
                if future.exception() is None:
                    self._give_answer(node, future, shared=rank > 0)
                else:
                    self._give(node, failure=_("interrupted while it was computed"))
        missing = _("not asked: the study was interrupted")
        content: dict[str, Any] = {}
        for scenario in self.scenarios:
            steps = {}
            for step in self.plan.study.steps:
                given = self.given.get((scenario, step)) or StepResult(
                    step, self.plan.models[step].name, None, False, None, missing
                )
                steps[step] = given.to_dict()
            content[scenario] = {"version": self.kept.versions[scenario], "steps": steps}
        actor = self.plan.workspace.actor
        self.kept.sealed.add_event(record.RAN, {"actor": actor, "interrupted": interrupted, "scenarios": content})


def step_order(study: Study, names: Collection[str]) -> Iterator[str]:
    """Some of a study's steps, in the order they are written in."""
    return (name for name in study.steps if name in names)


def _said(error: AggloError) -> str:
    return "; ".join([error.what, *map(str, error.faults[:3])])


class _Overall:
    """How much of a study is done, from what its steps report from their threads."""

    def __init__(self, count: int, progress: Progress | None) -> None:
        self._count, self._progress = max(count, 1), progress
        self._lock = threading.Lock()
        self._fractions: dict[Node, float] = {}

    def part(self, node: Node) -> Callable[[float, str], None]:
        """What one step reports to."""

        def report(fraction: float, _text: str) -> None:
            self._say(node, fraction)

        return report

    def end(self, node: Node) -> None:
        self._say(node, 1.0)

    def _say(self, node: Node, fraction: float) -> None:
        with self._lock:
            self._fractions[node] = max(fraction, self._fractions.get(node, 0.0))
            if self._progress:
                self._progress(min(sum(self._fractions.values()) / self._count, 1.0), " ".join(node))
