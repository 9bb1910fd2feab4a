import json
import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from agglo.contract.errors import InvalidInput
from agglo.contract.scenario import Scenario
from agglo.runs import asking, execution, questions, requests
from agglo.runs.listing import listing
from agglo.runs.requests import Request
from agglo.store import blobs, locks
from agglo.store.workspace import Workspace
from runs.checks import assert_whole, runs_of, wait_until, working_in

ASKING = {"actor": "actor-1", "role": "operator", "scenario": None, "project": None, "reused": False}


def accepted(workspace: Workspace, model, **parameters) -> Request:
    """A request as a process leaves it that dies just after accepting it."""
    return requests.accept(workspace, questions.pose(workspace, model, inputs={}, parameters=parameters), ASKING)


def test_a_kept_answer_is_given_again_and_the_asking_recorded(workspace, pebble, ask) -> None:
    first, second = ask(workspace, pebble), ask(workspace, pebble)
    assert (first.reused, second.reused) == (False, True)
    assert second.run.id == first.run.id
    [run] = assert_whole(workspace)
    askings = run.sealed.events("asked")
    assert [one["reused"] for one in askings] == [False, True]
    assert {one["actor"] for one in askings} == {workspace.actor}


def test_the_scenario_and_the_project_of_each_asking_are_recorded(workspace, pebble) -> None:
    for name in ("wet", "dry"):
        scenario = Scenario(name, parameters={"test.pebble": {"weight": 2}})
        question = questions.pose(workspace, pebble, inputs={}, scenario=scenario)
        asking.ask(workspace, question, project=f"project {name}")
    [run] = assert_whole(workspace)
    assert [(one["scenario"], one["project"]) for one in run.sealed.events("asked")] == [
        ("wet", "project wet"),
        ("dry", "project dry"),
    ]
    assert (run.content["scenario"]["name"], run.content["project"]) == ("wet", "project wet")


def test_again_runs_it_again(workspace, pebble, ask) -> None:
    first, second = ask(workspace, pebble), ask(workspace, pebble, again=True)
    assert not second.reused
    assert second.run.id != first.run.id
    assert second.run.content["fingerprint"] == first.run.content["fingerprint"]
    assert ask(workspace, pebble).run.id == second.run.id


def test_a_failed_run_is_not_an_answer(workspace, program, ask) -> None:
    first, second = (ask(workspace, program("exit 1")) for _ in range(2))
    assert (first.run.state, second.run.state) == ("failed", "failed")
    assert first.run.id != second.run.id


@pytest.mark.parametrize(
    ("verdicts", "reused"),
    [
        (["identical"], True),
        (["within tolerance"], True),
        (["cannot run"], True),
        (["differs"], False),
        (["identical", "differs"], False),
        (["differs", "identical"], True),
    ],
)
def test_the_last_certificate_says_whether_an_answer_is_given_again(workspace, pebble, ask, verdicts, reused) -> None:
    run = ask(workspace, pebble).run
    for verdict in verdicts:
        run.sealed.add_event("certified", {"actor": "a", "verdict": verdict, "footprint": None})
    workspace.index.add("run", run.sealed)
    assert ask(workspace, pebble).reused is reused


def test_a_damaged_answer_is_not_given_again(workspace, pebble, ask) -> None:
    sound, damaged = ask(workspace, pebble).run, ask(workspace, pebble, again=True).run
    path = damaged.path_of("pebbles")
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1])
    assert ask(workspace, pebble).run.id == sound.id


def test_an_answer_whose_folder_is_gone_is_not_given_again(workspace, pebble, ask) -> None:
    sound, gone = ask(workspace, pebble).run, ask(workspace, pebble, again=True).run
    gone.sealed.folder.rename(workspace.root.parent / "elsewhere")
    assert ask(workspace, pebble).run.id == sound.id


def test_two_commands_asking_the_same_question_at_once_give_one_run(workspace, pebble, agglo) -> None:
    words = ("run", str(pebble.code), "--set", "seconds=0.5", "--json")
    askers = [agglo(workspace, *words) for _ in range(2)]
    answers = [json.loads(one.communicate(timeout=60)[0]) for one in askers]
    [run] = assert_whole(workspace)
    assert [one["id"] for one in answers] == [run.id, run.id]
    assert sorted(one["reused"] for one in run.sealed.events("asked")) == [False, True]


ASKERS = """
import os, sys
from pathlib import Path
from agglo.contract.model import from_folder
from agglo.runs import asking, questions
from agglo.store.workspace import open_workspace

def ask(folder, seed):
    workspace, model = open_workspace(Path(folder)), from_folder(Path(sys.argv[2]))
    question = questions.pose(workspace, model, inputs={}, seed=seed, parameters={"seconds": seed / 100})
    return asking.ask(workspace, question).run.state

ask(sys.argv[1] + "-warm", 0)
for seed in range(int(sys.argv[3])):
    children = []
    for _ in range(3):
        children.append(os.fork())
        if not children[-1]:
            os._exit(ask(sys.argv[1], seed) != "finished")
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0, 0, 0]
"""


def test_three_processes_asking_at_the_same_moment_give_one_run_time_after_time(workspace, pebble) -> None:
    rounds = 10
    subprocess.run(
        [sys.executable, "-c", ASKERS, str(workspace.root), str(pebble.code), str(rounds)], check=True, timeout=120
    )
    runs = assert_whole(workspace)
    assert sorted(run.content["seed"] for run in runs) == list(range(rounds))
    for run in runs:
        assert sorted(one["reused"] for one in run.sealed.events("asked")) == [False, True, True]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_who_waits_for_an_asker_that_dies_is_answered_with_its_failed_run(workspace, pebble, agglo, number) -> None:
    words = ("run", str(pebble.code), "--set", "seconds=60", "--json")
    first = agglo(workspace, *words)
    wait_until(lambda: working_in(workspace))
    second = agglo(workspace, *words)
    wait_until(lambda: len(list(workspace.requests.glob("*.asked.json"))) == 2)
    first.send_signal(number)
    said, _errors = second.communicate(timeout=60)
    first.communicate(timeout=60)
    [run] = assert_whole(workspace)
    assert json.loads(said)["id"] == run.id
    assert second.returncode == 1
    assert run.content["failure"]["reason"] == "interrupted"
    assert len(run.sealed.events("asked")) == 2
    assert working_in(workspace) == []


def test_an_asker_that_died_before_it_began_is_taken_over(workspace, pebble, ask) -> None:
    request = accepted(workspace, pebble)
    answer = ask(workspace, pebble)
    assert (answer.run.id, answer.run.state) == (request.id, "finished")
    [run] = assert_whole(workspace)
    assert [one["reused"] for one in run.sealed.events("asked")] == [False, True]


def test_work_answers_what_was_accepted_and_not_begun(workspace, pebble) -> None:
    accepted_ones = [accepted(workspace, pebble, weight=weight) for weight in (1, 2)]
    done = asking.work(workspace)
    assert [(run.id, run.state) for run in done] == [(one.id, "finished") for one in accepted_ones]
    assert [run.id for run in assert_whole(workspace)] == [one.id for one in accepted_ones]
    assert asking.work(workspace) == []


def test_work_leaves_what_another_process_is_executing(workspace, pebble) -> None:
    request = accepted(workspace, pebble)
    with locks.hold(request.lock):
        assert asking.work(workspace) == []
    assert len(asking.work(workspace)) == 1


def test_recover_keeps_what_was_begun_as_a_failed_run_with_its_log(workspace, pebble) -> None:
    request = accepted(workspace, pebble)
    folders = execution.Folders(request.staging)
    folders.make()
    folders.log.write_text("half way\n")
    (folders.outgoing / "pebbles.csv").write_text("insee")
    [kept] = asking.recover(workspace)
    assert (kept.id, kept.state, kept.content["failure"]["reason"]) == (request.id, "failed", "interrupted")
    assert kept.log == "half way\n"
    assert kept.footprint.status == "unknown"
    assert_whole(workspace)
    assert asking.recover(workspace) == []


@pytest.mark.parametrize("step", ["sealed", "asking given", "indexed", "asking forgotten"])
def test_a_death_after_sealing_leaves_a_whole_run(workspace, pebble, step) -> None:
    request = accepted(workspace, pebble)
    run = execution.execute(request)
    [asked] = request.askings()
    content = asked.read_bytes()
    if step != "sealed":
        request.give_events_to(run.sealed)
        if step != "asking forgotten":
            asked.write_bytes(content)
        if step == "asking given":
            with workspace.index.writing() as connection:
                connection.exec_driver_sql("DELETE FROM runs")
    assert asking.recover(workspace) == []
    assert [one.id for one in assert_whole(workspace)] == [run.id]
    assert [row["askings"] for row in listing(workspace)] == [1]


def test_an_asking_of_a_kept_answer_whose_process_died_is_counted(workspace, pebble, ask) -> None:
    run = ask(workspace, pebble).run
    Request(workspace, run.id).record_asking({**ASKING, "reused": True})
    asking.recover(workspace)
    assert [row["askings"] for row in listing(workspace)] == [2]
    assert_whole(workspace)


def test_what_a_death_while_accepting_leaves_is_removed(workspace, pebble) -> None:
    request = accepted(workspace, pebble)
    request.path.unlink()
    asking.recover(workspace)
    assert list(workspace.requests.iterdir()) == []


def test_a_question_that_a_power_cut_left_without_an_asking_was_never_accepted(workspace, pebble) -> None:
    request = accepted(workspace, pebble)
    for path in request.askings():
        path.unlink()
    assert asking.work(workspace) == []
    assert list(workspace.requests.iterdir()) == []
    assert_whole(workspace)


def test_a_run_is_sealed_with_its_asking(workspace, pebble) -> None:
    request = accepted(workspace, pebble)
    run = execution.execute(request)
    [asked] = request.askings()
    assert run.sealed.events("asked") == [json.loads(asked.read_bytes())]
    asking.recover(workspace)
    assert len(run.sealed.events("asked")) == 1


def test_what_is_aside_is_removed_once_its_process_is_dead(workspace) -> None:
    from agglo.runs import aside

    left = workspace.staging / "aside-0"
    left.mkdir()
    with aside.folder(workspace) as mine:
        asking.recover(workspace)
        assert mine.is_dir()
        assert not left.exists()
    assert not mine.exists()


def test_files_half_written_are_removed_once_they_are_old(workspace) -> None:
    names = [
        workspace.staging / "blob-1-ab",
        workspace.staging / ".x.sealing.1.ab",
        workspace.requests / ".x.json.1.ab",
    ]
    for path in names:
        path.write_bytes(b"0")
    asking.recover(workspace)
    assert all(path.exists() for path in names)
    for path in names:
        os.utime(path, (0, 0))
    asking.recover(workspace)
    assert not any(path.exists() for path in names)


def test_code_that_can_no_longer_be_read_gives_a_failed_run_and_blocks_nothing(workspace, pebble, ask) -> None:
    request = accepted(workspace, pebble)
    tree = blobs.path_of(workspace, request.content()["model"]["code"])
    tree.chmod(0o644)
    tree.write_bytes(b"{}")
    [run] = asking.work(workspace)
    assert (run.state, run.content["failure"]["reason"]) == ("failed", "invalid")
    assert "has changed" in run.content["failure"]["what"]
    assert_whole(workspace)


def test_the_request_is_on_the_disk_before_the_model_starts(workspace, pebble, monkeypatch) -> None:
    seen = []
    question = questions.pose(workspace, pebble, inputs={})

    def execute(request, progress):
        seen.extend([request.content()["fingerprint"], len(request.askings())])
        raise KeyboardInterrupt

    monkeypatch.setattr(execution, "execute", execute)
    with pytest.raises(KeyboardInterrupt):
        asking.ask(workspace, question)
    assert seen == [question.fingerprint, 1]
    assert [one.content()["fingerprint"] for one in requests.pending(workspace)] == [question.fingerprint]
    monkeypatch.undo()
    [run] = asking.work(workspace)
    assert run.state == "finished"


def test_questions_that_differ_are_not_joined(workspace, pebble, ask) -> None:
    heavier = replace(pebble, version="1.0.1")
    accepted(workspace, heavier)
    assert ask(workspace, pebble).run.content["model"]["version"] == "1.0.0"
    assert len(runs_of(workspace)) == 1
    assert len(requests.pending(workspace)) == 1


def test_a_scenario_does_not_change_once_it_has_been_run(workspace, pebble) -> None:
    def asked(weight: float, version: str = "1"):
        scenario = Scenario("wet", version=version, parameters={"test.pebble": {"weight": weight}})
        return asking.ask(workspace, questions.pose(workspace, pebble, inputs={}, scenario=scenario))

    first = asked(2)
    assert asked(2).run.id == first.run.id
    with pytest.raises(InvalidInput, match=r"(?s)does not change.*wet, version 1: parameters.*new version"):
        asked(3)
    assert asked(3, version="2").run.id != first.run.id
    with pytest.raises(InvalidInput, match="does not change"):
        asked(4, version="2")
    assert asked(2).run.id == first.run.id
