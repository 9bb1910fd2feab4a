"""Accepting apart from answering, where a request stands, and giving it up."""

import json
import os
import signal
import threading
from pathlib import Path

import pytest

from agglo.contract.errors import InvalidInput, NotFound
from agglo.contract.scenario import Scenario
from agglo.runs import asking, execution, questions, requests
from agglo.runs.requests import Request
from agglo.runs.standing import PROGRESS_FILE, Reporter
from agglo.store import files, locks
from runs.checks import assert_whole, runs_of, wait_until, working_in

WHO = {"actor": "actor-1", "role": "contributor"}


@pytest.fixture
def question(workspace, pebble):
    """A question to the pebble: ``question(seed=0, seconds=0)``."""

    def posed(seed: int = 0, model=pebble, scenario=None, **parameters):
        return questions.pose(workspace, model, inputs={}, seed=seed, parameters=parameters, scenario=scenario)

    return posed


class TestAccepting:
    def test_it_is_durable_before_it_returns_and_nothing_is_computed(self, workspace, question, monkeypatch) -> None:
        synced = []
        whole = os.fsync
        monkeypatch.setattr(
            os, "fsync", lambda it: (synced.append(str(Path(f"/proc/self/fd/{it}").readlink())), whole(it))
        )
        accepted = asking.accept(workspace, question(), **WHO, project="p")
        assert accepted.run is None
        assert [Path(one).name for one in synced][-1:] == ["requests"]
        assert sum(".json" in one for one in synced) == 2
        assert list(workspace.runs.iterdir()) == []
        [asked] = Request(workspace, accepted.id).askings()
        said = json.loads(asked.read_bytes())
        assert (said["actor"], said["role"], said["project"], said["reused"]) == ("actor-1", "contributor", "p", False)

    def test_the_run_takes_its_identifier_and_its_asker(self, workspace, question) -> None:
        accepted = asking.accept(workspace, question(), **WHO, project="p")
        [run] = asking.work(workspace)
        assert (run.id, run.content["actor"], run.content["role"]) == (accepted.id, "actor-1", "contributor")
        assert run.content["project"] == "p"
        assert_whole(workspace)

    def test_two_people_who_ask_the_same_are_given_one_identifier(self, workspace, question) -> None:
        ids = {asking.accept(workspace, question(), actor=name, role="contributor").id for name in ("a", "b", "a")}
        assert len(ids) == 1
        assert Request(workspace, ids.pop()).actors() == {"a", "b"}
        [run] = asking.work(workspace)
        assert [(one["actor"], one["reused"]) for one in run.sealed.events("asked")] == [
            ("a", False),
            ("b", True),
            ("a", True),
        ]

    def test_a_kept_answer_is_given_where_it_is_reusable(self, workspace, question) -> None:
        first = asking.accept(workspace, question(), **WHO)
        asking.work(workspace)
        given = asking.accept(workspace, question(), **WHO, reusable=lambda run: run.id == first.id)
        assert (given.id, given.run.id) == (first.id, first.id)
        refused = asking.accept(workspace, question(), **WHO, reusable=lambda _run: False)
        assert refused.run is None
        assert refused.id != first.id

    def test_an_older_answer_is_given_where_the_latest_is_not_reusable(self, workspace, question) -> None:
        first, second = (asking.accept(workspace, question(), **WHO, again=True).id for _ in range(2))
        asking.work(workspace)
        assert asking.accept(workspace, question(), **WHO, reusable=lambda run: run.id != second).id == first

    def test_again_makes_another_request(self, workspace, question) -> None:
        first, second = (asking.accept(workspace, question(), **WHO, again=True).id for _ in range(2))
        assert first != second
        assert asking.accept(workspace, question(), **WHO).id == second
        assert {run.id for run in asking.work(workspace)} == {first, second}
        assert_whole(workspace)

    def test_a_scenario_that_changed_is_refused(self, workspace, question) -> None:
        wet = [Scenario("wet", parameters={"test.pebble": {"weight": weight}}) for weight in (2, 3)]
        asking.accept(workspace, question(scenario=wet[0]), **WHO)
        asking.work(workspace)
        with pytest.raises(InvalidInput, match="does not change"):
            asking.accept(workspace, question(scenario=wet[1]), **WHO)

    def test_ask_is_the_operator_of_the_workspace_unless_somebody_is_named(self, workspace, question) -> None:
        asking.ask(workspace, question())
        asking.ask(workspace, question(), actor="actor-2", role="steward")
        [run] = assert_whole(workspace)
        said = [(one["actor"], one["role"]) for one in run.sealed.events("asked")]
        assert said == [(workspace.actor, "operator"), ("actor-2", "steward")]


class TestManyWaiting:
    def test_accepting_reads_no_more_when_many_wait(self, workspace, question, monkeypatch) -> None:
        counted = {"read": 0, "listed": 0}
        read_json, scandir = files.read_json, os.scandir

        def read(path):
            counted["read"] += 1
            return read_json(path)

        def scan(path="."):
            counted["listed"] += 1
            return scandir(path)

        posed = [question(seed) for seed in range(120)]
        asking.accept(workspace, posed[0], **WHO)
        monkeypatch.setattr(files, "read_json", read)
        monkeypatch.setattr(os, "scandir", scan)
        costs = []
        for one in posed[1:]:
            counted |= {"read": 0, "listed": 0}
            asking.accept(workspace, one, **WHO)
            costs.append(dict(counted))
        assert costs == [{"read": 0, "listed": 0}] * 119
        counted |= {"read": 0, "listed": 0}
        joined = asking.accept(workspace, posed[60], **WHO)
        assert counted == {"read": 1, "listed": 0}
        assert Request(workspace, joined.id).content()["seed"] == 60

    def test_looking_for_the_dead_lists_the_requests_a_fixed_number_of_times(self, workspace, question, monkeypatch):
        for seed in range(30):
            asking.accept(workspace, question(seed), **WHO)
        listed, scandir = [], os.scandir
        monkeypatch.setattr(os, "scandir", lambda path=".": (listed.append(Path(path).name), scandir(path))[1])
        assert asking.recover(workspace) == []
        assert listed.count("requests") <= 4

    def test_requests_of_an_older_agglo_are_joined(self, workspace, question) -> None:
        waiting = [asking.accept(workspace, question(seed), **WHO).id for seed in range(3)]
        files.remove_tree(workspace.cache / "pending")
        assert [asking.accept(workspace, question(seed), **WHO).id for seed in range(3)] == waiting

    def test_a_lost_link_is_made_again(self, workspace, question) -> None:
        waiting = asking.accept(workspace, question(), **WHO).id
        (workspace.cache / "pending" / question().fingerprint).unlink()
        with locks.hold(workspace.lock("asking")):
            requests.point_again(workspace)
        assert asking.accept(workspace, question(), **WHO).id == waiting

    def test_a_link_to_another_question_or_to_nothing_is_not_followed(self, workspace, question) -> None:
        other = asking.accept(workspace, question(1), **WHO).id
        link = workspace.cache / "pending" / question().fingerprint
        link.symlink_to(other)
        first = asking.accept(workspace, question(), **WHO).id
        assert first != other
        asking.work(workspace)
        link.unlink(missing_ok=True)
        link.symlink_to("0198-gone")
        assert requests.waiting_for(workspace, question().fingerprint) is None

    def test_links_go_with_their_requests(self, workspace, question) -> None:
        for seed in range(3):
            asking.accept(workspace, question(seed), **WHO)
        asking.work(workspace)
        assert list((workspace.cache / "pending").iterdir()) == []

    def test_a_request_that_cannot_be_read_stops_none_after_it(self, workspace, question) -> None:
        broken, sound = (asking.accept(workspace, question(seed), **WHO).id for seed in range(2))
        Request(workspace, broken).path.write_bytes(b"{")
        with pytest.raises(ValueError):
            asking.work(workspace)
        assert [run.id for run in runs_of(workspace)] == [sound]


class TestStanding:
    def test_a_request_that_waits(self, workspace, question) -> None:
        accepted = asking.accept(workspace, question(), **WHO)
        now = asking.progress_of(workspace, accepted.id)
        assert (now.id, now.status, now.fraction, now.text) == (accepted.id, "queued", 0.0, "")
        assert (now.started, now.finished, now.is_over) == (None, None, False)
        assert (now.model, now.fingerprint) == ("test.pebble@1.0.0", question().fingerprint)
        assert now.created == Request(workspace, accepted.id).content()["asked"]

    def test_a_request_that_another_process_answers(self, workspace, pebble, agglo) -> None:
        agglo(workspace, "run", str(pebble.code), "--set", "seconds=60")
        wait_until(lambda: list(workspace.staging.glob(f"*/{PROGRESS_FILE}")))
        [request] = requests.pending(workspace)
        now = asking.progress_of(workspace, request.id)
        assert (now.status, now.fraction, now.text, now.finished) == ("running", 0.5, "weighing", None)
        assert now.created < now.started

    def test_a_request_that_was_answered(self, workspace, question) -> None:
        accepted = asking.accept(workspace, question(), **WHO)
        [run] = asking.work(workspace)
        now = asking.progress_of(workspace, accepted.id)
        assert (now.status, now.fraction, now.is_over) == ("finished", 1.0, True)
        assert (now.started, now.finished) == (run.content["started"], run.content["finished"])

    def test_a_request_that_failed(self, workspace, program, ask) -> None:
        run = ask(workspace, program("exit 3")).run
        now = asking.progress_of(workspace, run.id)
        assert (now.status, now.is_over) == ("failed", True)
        assert "code 3" in now.text

    def test_a_run_that_is_not_indexed_yet_is_not_over(self, workspace, question) -> None:
        accepted = asking.accept(workspace, question(), **WHO)
        execution.execute(Request(workspace, accepted.id))
        assert not asking.progress_of(workspace, accepted.id).is_over
        asking.recover(workspace)
        assert asking.progress_of(workspace, accepted.id).is_over

    @pytest.mark.parametrize("id", ["", "0198", "..", "../runs", "a/b", "x.asked", "é", "a" * 65])
    def test_what_is_not_there_is_not_found(self, workspace, id) -> None:
        with pytest.raises(NotFound, match="No question"):
            asking.progress_of(workspace, id)

    def test_progress_is_written_a_few_times_a_second_at_most(self, tmp_path, monkeypatch) -> None:
        clock = [100.0]
        monkeypatch.setattr("time.monotonic", lambda: clock[0])
        written = []
        report = Reporter(tmp_path, also=lambda fraction, text: written.append(fraction))
        seen = []
        for rank in range(1000):
            clock[0] += 0.001
            report(0.5 + rank / 1e6, "x" * 1000)
            seen.append((tmp_path / PROGRESS_FILE).read_text())
        assert len(written) == 1000
        assert 5 <= len(set(seen)) <= 7
        report(0.9, "a jump is written at once")
        assert json.loads((tmp_path / PROGRESS_FILE).read_text())["fraction"] == 0.9
        assert len(json.loads(seen[-1])["text"]) == 200
        assert [path.name for path in tmp_path.iterdir()] == [PROGRESS_FILE]

    def test_progress_that_cannot_be_written_stops_nothing(self, tmp_path) -> None:
        told = []
        Reporter(tmp_path / "gone", also=lambda *said: told.append(said))(0.5, "half")
        assert told == [(0.5, "half")]

    def test_it_leaves_nothing_in_the_run(self, workspace, question) -> None:
        asking.accept(workspace, question(), **WHO)
        [run] = asking.work(workspace)
        assert list(run.sealed.folder.rglob(f"*{PROGRESS_FILE}")) == []
        assert_whole(workspace)


class TestDismissing:
    def test_a_request_that_waits_is_kept_as_a_failed_run(self, workspace, question) -> None:
        accepted = asking.accept(workspace, question(), **WHO)
        asking.dismiss(workspace, accepted.id, actor="actor-1")
        [run] = assert_whole(workspace)
        assert (run.id, run.state, run.content["failure"]["reason"]) == (accepted.id, "failed", "dismissed")
        [event] = run.sealed.events("dismissed")
        assert event["actor"] == "actor-1"
        assert run.content["outcome"] is None
        assert run.footprint.status == "unknown"
        assert asking.progress_of(workspace, accepted.id).status == "dismissed"
        assert asking.work(workspace) == []

    def test_a_request_that_another_process_answers_is_ended_there(self, workspace, pebble, agglo) -> None:
        asker = agglo(workspace, "run", str(pebble.code), "--set", "seconds=60")
        wait_until(lambda: list(workspace.staging.glob(f"*/{PROGRESS_FILE}")))
        [request] = requests.pending(workspace)
        asking.dismiss(workspace, request.id, actor="actor-2")
        assert asking.progress_of(workspace, request.id).status == "dismissed"
        asker.communicate(timeout=60)
        assert asker.returncode == 1
        wait_until(lambda: not working_in(workspace))
        [run] = assert_whole(workspace)
        assert run.content["failure"]["reason"] == "dismissed"
        assert run.log == "weighing\n"
        assert run.footprint.measurement.wall_s > 0
        assert run.sealed.events("dismissed")[0]["actor"] == "actor-2"

    def test_dismissing_twice_is_dismissing_once(self, workspace, question) -> None:
        accepted = asking.accept(workspace, question(), **WHO)
        request = Request(workspace, accepted.id)
        with locks.hold(request.lock):
            asking.dismiss(workspace, accepted.id, actor="a")
            asking.dismiss(workspace, accepted.id, actor="b")
            assert request.exists
        [run] = asking.recover(workspace)
        assert [one["actor"] for one in run.sealed.events("dismissed")] == ["a"]
        assert_whole(workspace)

    def test_one_whose_process_died_is_kept_as_dismissed(self, workspace, question) -> None:
        accepted = asking.accept(workspace, question(), **WHO)
        request = Request(workspace, accepted.id)
        execution.Folders(request.staging).make()
        request.record_dismissal("a")
        [run] = asking.recover(workspace)
        assert run.content["failure"]["reason"] == "dismissed"
        assert_whole(workspace)

    def test_the_same_question_asked_after_that_is_another_request(self, workspace, question) -> None:
        accepted = asking.accept(workspace, question(), **WHO)
        request = Request(workspace, accepted.id)
        with locks.hold(request.lock):
            asking.dismiss(workspace, accepted.id, actor="a")
            other = asking.accept(workspace, question(), **WHO)
            assert other.id != accepted.id
        asking.work(workspace)
        states = {run.id: run.state for run in assert_whole(workspace)}
        assert states == {accepted.id: "failed", other.id: "finished"}

    def test_an_answer_is_not_dismissed(self, workspace, question) -> None:
        accepted = asking.accept(workspace, question(), **WHO)
        request = Request(workspace, accepted.id)
        execution.execute(request)
        with pytest.raises(InvalidInput, match="already been answered"):
            asking.dismiss(workspace, accepted.id, actor="a")
        asking.recover(workspace)
        with pytest.raises(InvalidInput, match="already been answered"):
            asking.dismiss(workspace, accepted.id, actor="a")
        with pytest.raises(NotFound):
            asking.dismiss(workspace, "0198-gone", actor="a")
        assert [one.state for one in assert_whole(workspace)] == ["finished"]

    def test_a_mark_that_came_too_late_is_an_event_of_a_finished_run(self, workspace, question) -> None:
        accepted = asking.accept(workspace, question(), **WHO)
        request = Request(workspace, accepted.id)
        execution.execute(request)
        request.record_dismissal("a")
        asking.recover(workspace)
        [run] = assert_whole(workspace)
        assert (run.state, len(run.sealed.events("dismissed"))) == ("finished", 1)

    def test_a_mark_left_without_its_question_is_removed(self, workspace, question) -> None:
        accepted = asking.accept(workspace, question(), **WHO)
        request = Request(workspace, accepted.id)
        request.record_dismissal("a")
        request.path.unlink()
        asking.recover(workspace)
        assert list(workspace.requests.iterdir()) == []

    def test_a_deaf_model_is_killed_with_its_children(self, workspace, program) -> None:
        deaf = program("trap '' TERM\nsleep 60 &\necho \"$$\" >&2\nwhile true; do sleep 0.05; done")
        question = questions.pose(workspace, deaf, inputs={})
        accepted = asking.accept(workspace, question, **WHO)
        worker = threading.Thread(target=asking.work, args=(workspace,))
        worker.start()
        wait_until(lambda: any(log.stat().st_size for log in workspace.staging.glob("*/log")))
        asking.dismiss(workspace, accepted.id, actor="a")
        worker.join(60)
        wait_until(lambda: not working_in(workspace))
        [run] = assert_whole(workspace)
        assert run.content["failure"]["reason"] == "dismissed"

    def test_a_kill_while_dismissing_loses_nothing(self, workspace, pebble, agglo) -> None:
        asker = agglo(workspace, "run", str(pebble.code), "--set", "seconds=60")
        wait_until(lambda: list(workspace.staging.glob(f"*/{PROGRESS_FILE}")))
        [request] = requests.pending(workspace)
        request.record_dismissal("a")
        asker.send_signal(signal.SIGKILL)
        asker.communicate()
        asking.recover(workspace)
        wait_until(lambda: not working_in(workspace))
        [run] = assert_whole(workspace)
        assert run.content["failure"]["reason"] == "dismissed"
