"""A study that dies at any moment goes on where it was."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from runs.checks import assert_whole, runs_of, wait_until, working_in

from agglo.runs import asking
from agglo.studies import record, results

from .conftest import CHAIN, pebbles

COMMAND = [sys.executable, "-c", "from agglo.cli import main; main()"]


@pytest.fixture
def agglo(workspace) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Start the real program on a study's file; what still runs at the end of the test is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(path, *words: str) -> "subprocess.Popen[str]":
        command = [*COMMAND, "study", "run", str(path), *words, "--workspace", str(workspace.root)]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def leads(pid: int) -> bool:
    """Whether a process leads its group, as the first of a model does."""
    try:
        return os.getpgid(pid) == pid
    except ProcessLookupError:
        return False


def finished(workspace) -> list[str]:
    """The fingerprint of each finished run."""
    return [run.content["fingerprint"] for run in runs_of(workspace) if run.state == "finished"]


def test_thirty_runs_killed_and_resumed_compute_only_what_is_unfinished(workspace, write, agglo) -> None:
    scenarios = {f"s{one}": {"parameters": {"rain": {"rain": one}}} for one in range(15)}
    path = write(steps=CHAIN, scenarios=scenarios)
    moments = random.Random(1)
    counts = []
    for goal in (4, 11, 20):
        study = agglo(path, "--jobs", "2")
        wait_until(lambda: len(list(workspace.runs.glob("*/manifest.json"))) >= goal)  # noqa: B023
        wait_until(lambda: moments.random() < 0.1)
        study.send_signal(signal.SIGKILL)
        study.wait()
        wait_until(lambda: not working_in(workspace))
        counts.append(len(finished(workspace)))
    study = agglo(path, "--jobs", "2")
    _out, errors = study.communicate(timeout=120)
    assert study.returncode == 0, errors
    assert counts == sorted(counts)
    assert 0 < counts[0] <= counts[-1] < 30
    once = Counter(finished(workspace))
    assert len(once) == 30
    assert set(once.values()) == {1}
    runs = assert_whole(workspace)
    failed = [run for run in runs if run.state == "failed"]
    assert {run.content["failure"]["reason"] for run in failed} <= {"interrupted"}
    assert len(failed) <= 2 * 3
    [last] = [event for kept in record.history(workspace, "weights") for event in kept.sealed.events(record.RAN)]
    reused = [step["reused"] for scenario in last["scenarios"].values() for step in scenario["steps"].values()]
    assert reused.count(True) == counts[-1]
    assert all(
        step.run and not step.failure
        for one in results.load(workspace, "weights").scenarios
        for step in one.steps.values()
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_ends_every_model_and_says_how_to_resume(workspace, write, agglo, number) -> None:
    steps = {**pebbles("one", seconds=60, weight=1), **pebbles("two", seconds=60, weight=2), **pebbles("three")}
    path = write(steps=steps)
    study = agglo(path, "--jobs", "2")
    wait_until(lambda: len([pid for pid in working_in(workspace) if leads(pid)]) == 2)
    study.send_signal(number)
    _out, errors = study.communicate(timeout=60)
    assert study.returncode == 128 + number
    assert "Traceback" not in errors
    assert "this computes only what is left" in errors
    assert f"study run {path}" in errors
    wait_until(lambda: not working_in(workspace))
    runs = assert_whole(workspace)
    assert [run.content["failure"]["reason"] for run in runs] == ["interrupted", "interrupted"]
    assert all(run.footprint.measurement.wall_s > 0 for run in runs)
    [kept] = record.history(workspace, "weights")
    [event] = kept.sealed.events(record.RAN)
    assert event["interrupted"]
    given = {name: one["failure"] for name, one in event["scenarios"]["reference"]["steps"].items()}
    assert given == {
        "one": "interrupted while it was computed",
        "two": "interrupted while it was computed",
        "three": "not asked: the study was interrupted",
    }


def test_nothing_of_a_killed_study_goes_on(workspace, write, agglo) -> None:
    study = agglo(write(steps={**pebbles("one", seconds=60), **pebbles("two", seconds=59)}), "--jobs", "2")
    wait_until(lambda: len([pid for pid in working_in(workspace) if leads(pid)]) == 2)
    study.kill()
    study.wait()
    assert len(asking.recover(workspace)) == 2
    wait_until(lambda: not working_in(workspace))
    assert_whole(workspace)
