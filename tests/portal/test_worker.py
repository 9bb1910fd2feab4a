"""The process that answers questions for the portal, and those that keep it alive."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from runs.checks import assert_whole, wait_until, working_in

from agglo.contract.model import from_folder
from agglo.portal import workers
from agglo.portal.workers import Workers
from agglo.runs import asking, questions, requests
from agglo.runs.standing import PROGRESS_FILE
from agglo.store.workspace import Workspace, open_workspace
from portal.offered import SAMPLES

WHO = {"actor": "actor-1", "role": "contributor"}


@pytest.fixture
def place(tmp_path) -> Workspace:
    return open_workspace(tmp_path / "workspace")


@pytest.fixture
def ask(place) -> Callable[..., str]:
    """Have a question to the pebble accepted: ``ask(seconds=0, seed=0)``; the answer is its identifier."""

    def accepted(seconds: float = 0.0, seed: int = 0) -> str:
        pebble = from_folder(SAMPLES / "pebble")
        question = questions.pose(place, pebble, inputs={}, parameters={"seconds": seconds}, seed=seed)
        return asking.accept(place, question, **WHO).id

    return accepted


@pytest.fixture
def worker(place) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    """Start a worker; what still runs at the end of the test is killed."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "agglo.portal.worker", str(place.root)]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0))
        return started[-1]

    yield start
    for one in started:
        one.kill()
        with one:
            one.wait()


def begun(place: Workspace) -> bool:
    return bool(list(place.staging.glob(f"*/{PROGRESS_FILE}")))


def is_over(place: Workspace, *ids: str) -> bool:
    return all(asking.progress_of(place, one).is_over for one in ids)


def test_it_answers_what_waits_and_what_comes(place, ask, worker) -> None:
    first = ask()
    one = worker()
    wait_until(lambda: is_over(place, first))
    second = ask(seed=1)
    one.stdin.write(b"\n")
    wait_until(lambda: is_over(place, second))
    assert {run.state for run in assert_whole(place)} == {"finished"}
    assert {run.content["actor"] for run in assert_whole(place)} == {"actor-1"}


def test_it_looks_by_itself(place, ask, worker) -> None:
    first = ask()
    worker()
    wait_until(lambda: is_over(place, first))
    second = ask(seed=1)
    wait_until(lambda: is_over(place, second))


def test_several_never_answer_one_request_twice(place, ask, worker) -> None:
    asked = [ask(seconds=0.05, seed=seed) for seed in range(12)]
    for _rank in range(3):
        worker()
    wait_until(lambda: is_over(place, *asked), 60)
    wait_until(lambda: not requests.pending(place))
    runs = assert_whole(place)
    assert sorted(run.id for run in runs) == sorted(asked)
    assert {run.state for run in runs} == {"finished"}


def test_what_a_dead_one_began_is_kept_as_interrupted(place, ask, worker) -> None:
    asked = ask(seconds=60)
    one = worker()
    wait_until(lambda: begun(place))
    one.kill()
    one.wait()
    second = ask(seed=1)
    worker()
    wait_until(lambda: is_over(place, asked, second))
    reasons = {run.id: run.content["failure"] and run.content["failure"]["reason"] for run in assert_whole(place)}
    assert reasons == {asked: "interrupted", second: None}
    wait_until(lambda: not working_in(place))


@pytest.mark.parametrize("how", ["end of input", "SIGTERM"])
def test_told_to_end_it_ends_its_model_first(place, ask, worker, how) -> None:
    asked, waiting = ask(seconds=60), ask(seconds=60, seed=1)
    one = worker()
    wait_until(lambda: begun(place))
    if how == "SIGTERM":
        one.send_signal(signal.SIGTERM)
    else:
        one.stdin.close()
    assert one.wait(30) == 0
    wait_until(lambda: not working_in(place))
    now = asking.progress_of(place, asked)
    assert now.status == "failed"
    assert asking.progress_of(place, waiting).status == "queued"
    assert (place.runs / asked / "log.txt").read_text() == "weighing\n"


def test_ctrl_c_is_left_to_the_server(place, ask, worker) -> None:
    asked = ask(seconds=0.5)
    one = worker()
    wait_until(lambda: begun(place))
    one.send_signal(signal.SIGINT)
    wait_until(lambda: is_over(place, asked))
    assert one.poll() is None
    assert asking.progress_of(place, asked).status == "finished"


def test_a_dismissed_question_gives_way_to_the_next(place, ask, worker) -> None:
    first, second = ask(seconds=60), ask(seed=1)
    worker()
    wait_until(lambda: begun(place))
    asking.dismiss(place, first, actor="actor-1")
    wait_until(lambda: is_over(place, first, second))
    assert asking.progress_of(place, first).status == "dismissed"
    assert asking.progress_of(place, second).status == "finished"


def test_workers_that_die_are_started_again_and_all_end(place, ask, monkeypatch) -> None:
    monkeypatch.setattr(workers, "_LOOK_EVERY_S", 0.05)
    several = Workers(place.root, 2)
    several.start()
    try:
        first = [one.process.pid for one in several._places]
        os.kill(first[0], signal.SIGKILL)
        wait_until(lambda: several._places[0].process.pid != first[0])
        assert several._places[1].process.pid == first[1]
        asked = ask()
        several.wake()
        wait_until(lambda: is_over(place, asked))
    finally:
        several.stop()
    assert [one.process.poll() for one in several._places] == [0, 0]
    several.wake()


def test_a_worker_that_dies_at_once_is_started_less_and_less_often(place, monkeypatch) -> None:
    monkeypatch.setattr(workers, "_LOOK_EVERY_S", 0.01)
    spawned = []

    def dying(self) -> "subprocess.Popen[bytes]":
        spawned.append(time.monotonic())
        return subprocess.Popen(["/bin/false"], stdin=subprocess.PIPE, bufsize=0)

    monkeypatch.setattr(Workers, "_spawn", dying)
    one = Workers(place.root, 1)
    one.start()
    wait_until(lambda: one._places[0].pause_s == 3.0)
    one.stop()
    assert len(spawned) == 3
