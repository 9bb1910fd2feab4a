"""Kept, or nothing: whatever dies, whenever."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agglo.runs import asking, requests
from runs.checks import assert_whole, runs_of, wait_until, working_in

NURSERY = """
import os, sys
from pathlib import Path
from agglo.contract.model import from_folder
from agglo.runs import asking, questions
from agglo.store.workspace import open_workspace

def ask(folder, seeds, said):
    workspace = open_workspace(folder)
    for seed in seeds:
        parameters = {"seconds": seed % 3 / 50}
        question = questions.pose(workspace, model, inputs={}, seed=seed, parameters=parameters)
        print(asking.ask(workspace, question).run.id, file=said, flush=True)

folder, model = Path(sys.argv[1]), from_folder(Path(sys.argv[2]))
ask(folder / "warm", [0], sys.stderr)
for line in sys.stdin:
    pid = os.fork()
    if not pid:
        with open(folder / "told", "a") as told:
            ask(folder / "workspace", range(1_000), told)
    print(pid, flush=True)
    os.waitpid(pid, 0)
"""


@pytest.fixture
def asker(tmp_path, pebble) -> Iterator[Callable[[], int]]:
    """Start a process that asks one question after another, those answered before included; the answer is its pid."""
    command = [sys.executable, "-c", NURSERY, str(tmp_path), str(pebble.code)]
    nursery = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )

    def start() -> int:
        nursery.stdin.write("\n")
        nursery.stdin.flush()
        return int(nursery.stdout.readline())

    yield start
    nursery.communicate(timeout=60)


def test_agglo_killed_at_any_moment_leaves_whole_runs_and_no_lost_question(workspace, tmp_path, asker) -> None:
    moments = random.Random(1)
    for kill in range(16):
        pid = asker()
        time.sleep(moments.uniform(0.02, 0.15) + kill / 40)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not Path(f"/proc/{pid}").exists() and not working_in(workspace))  # noqa: B023
        accepted = {request.id for request in requests.pending(workspace)}
        asking.recover(workspace)
        recovered = {run.id for run in runs_of(workspace)}
        asking.work(workspace)
        kept = {run.id: run.state for run in assert_whole(workspace)}
        told = set((tmp_path / "told").read_text().split())
        assert told | accepted <= set(kept)
        assert {kept[one] for one in set(kept) - recovered} <= {"finished"}
    assert len(kept) > 16
    assert "failed" in kept.values()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_agglo_interrupted_ends_the_model_and_keeps_a_failed_run(workspace, pebble, agglo, number) -> None:
    asker = agglo(workspace, "run", str(pebble.code), "--set", "seconds=60")
    wait_until(lambda: any(log.stat().st_size for log in workspace.staging.glob("*/log")))
    asker.send_signal(number)
    _out, errors = asker.communicate(timeout=60)
    assert asker.returncode == 128 + number
    assert "Traceback" not in errors
    wait_until(lambda: not working_in(workspace))
    [run] = assert_whole(workspace)
    assert (run.content["failure"]["reason"], run.log) == ("interrupted", "weighing\n")
    assert run.footprint.measurement.wall_s > 0


def test_a_model_killed_from_outside_is_a_failed_run(workspace, pebble, agglo) -> None:
    asker = agglo(workspace, "run", str(pebble.code), "--set", "seconds=60", "--json")
    wait_until(lambda: any(log.stat().st_size for log in workspace.staging.glob("*/log")))
    leader = next(pid for pid in working_in(workspace) if os.getpgid(pid) == pid)
    os.kill(leader, signal.SIGKILL)
    said, _errors = asker.communicate(timeout=60)
    assert asker.returncode == 1
    assert json.loads(said)["failure"]["reason"] == "killed"
    wait_until(lambda: not working_in(workspace))
    [run] = assert_whole(workspace)
    assert "SIGKILL" in run.content["failure"]["what"]
    assert run.log == "weighing\n"


def test_agglo_killed_while_a_model_runs_leaves_no_process_and_a_failed_run(workspace, lake_folder, agglo) -> None:
    words = ("--set", "behaviour=children", "--set", "seconds=60")
    asker = agglo(workspace, "run", str(lake_folder), *words)
    wait_until(lambda: len(working_in(workspace)) == 2)
    asker.kill()
    asker.communicate()
    [run] = asking.recover(workspace)
    assert run.content["failure"]["reason"] == "interrupted"
    assert "a print goes to the log" in run.log
    wait_until(lambda: not working_in(workspace))
    assert_whole(workspace)


def test_the_next_command_recovers_by_itself(workspace, pebble, agglo) -> None:
    asker = agglo(workspace, "run", str(pebble.code), "--set", "seconds=60")
    wait_until(lambda: working_in(workspace))
    asker.kill()
    asker.communicate()
    said, _errors = agglo(workspace, "runs", "--json").communicate(timeout=60)
    assert [(one["state"], one["failure"]) for one in json.loads(said)] == [("failed", "interrupted")]
    assert_whole(workspace)
