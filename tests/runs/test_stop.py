"""Processes that threads run, ended at the word of another."""

import os
import signal
import threading
from pathlib import Path

import pytest

from agglo.runs import process
from agglo.runs.process import Stop
from runs.checks import wait_until


@pytest.fixture
def start(tmp_path):
    """Run a shell script in a thread that heeds a stop; the answer is a list that gets how it ended."""
    threads = []

    def started(stop: Stop, name: str, script: str) -> list:
        folder, ended = tmp_path / name, []
        folder.mkdir()

        def work() -> None:
            with stop.heeded():
                ended.append(process.run(["/bin/sh", "-c", script], folder=folder, log=tmp_path / f"{name}.log"))

        threads.append(threading.Thread(target=work))
        threads[-1].start()
        return ended

    yield started
    for thread in threads:
        thread.join(30)


def test_it_ends_every_process_and_each_comes_back_as_interrupted(start, tmp_path) -> None:
    stop, reason = Stop(), KeyboardInterrupt()
    gentle = start(stop, "gentle", "echo $$ > pid; exec sleep 60")
    deaf = start(stop, "deaf", "trap '' TERM; echo $$ > pid; while true; do sleep 0.05; done")
    pids = [tmp_path / name / "pid" for name in ("gentle", "deaf")]
    wait_until(lambda: all(pid.exists() and pid.read_text().strip() for pid in pids))
    stop.tell(reason)
    wait_until(lambda: gentle and deaf)
    assert gentle[0].interruption is reason
    assert deaf[0].interruption is reason
    assert (gentle[0].exit_code, deaf[0].exit_code) == (-signal.SIGTERM, -signal.SIGKILL)
    assert gentle[0].measurement.wall_s > 0
    assert not any(Path(f"/proc/{pid.read_text().strip()}").exists() for pid in pids)


def test_what_is_started_after_it_was_told_ends_at_once(start) -> None:
    stop = Stop()
    stop.tell(SystemExit(143))
    ended = start(stop, "late", "exec sleep 60")
    wait_until(lambda: ended)
    assert isinstance(ended[0].interruption, SystemExit)


def test_what_has_ended_by_itself_is_no_interruption(start) -> None:
    stop = Stop()
    ended = start(stop, "quick", "exit 3")
    wait_until(lambda: ended)
    stop.tell(KeyboardInterrupt())
    assert (ended[0].exit_code, ended[0].interruption) == (3, None)


def test_the_first_reason_is_the_one(start) -> None:
    stop, first = Stop(), KeyboardInterrupt()
    stop.tell(first)
    stop.tell(SystemExit(1))
    assert stop.reason is first


def test_other_threads_do_not_heed_it(tmp_path) -> None:
    Stop().tell(KeyboardInterrupt())
    ended = process.run(["/bin/true"], folder=tmp_path, log=tmp_path / "log")
    assert (ended.exit_code, ended.interruption) == (0, None)
    process.heed()


def test_a_waiting_thread_is_told(start) -> None:
    stop = Stop()
    with stop.heeded():
        process.heed()
        stop.tell(KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            process.heed()


def test_nothing_is_signalled_that_was_reaped(start, tmp_path, monkeypatch) -> None:
    stop, sent = Stop(), []
    ended = start(stop, "quick", "exit 0")
    wait_until(lambda: ended)
    monkeypatch.setattr(os, "killpg", lambda pid, number: sent.append(pid))
    stop.tell(KeyboardInterrupt())
    assert sent == []
