"""The page of a question that was asked, and the events that follow it."""

import json
import re
import threading

import pytest
from runs.checks import assert_whole, wait_until

from agglo.portal.pages import requests as pages
from agglo.runs import asking, requests
from agglo.runs.requests import Request
from agglo.runs.standing import PROGRESS_FILE
from portal.conftest import post
from portal.offered import offer
from portal.test_models import shown


@pytest.fixture(autouse=True)
def _offered(tmp_path, monkeypatch) -> None:
    offer(tmp_path / "site", monkeypatch)


@pytest.fixture
def asked(workspace):
    """Ask the pebble as a client: ``asked(client, weight=1, seconds=0)``; the answer is the request's identifier."""

    def ask(client, **parameters: object) -> str:
        given = {f"p-{name}": str(value) for name, value in parameters.items()}
        address = post(client, "/modeles/test.pebble/demander", given).headers["location"]
        return address.removeprefix("/demandes/")

    return ask


@pytest.fixture
def working(workspace):
    """Answer what waits, in a thread that is over at the end of the test."""
    threads = []

    def start() -> None:
        threads.append(threading.Thread(target=asking.work, args=(workspace,)))
        threads[-1].start()

    yield start
    for request in requests.pending(workspace):
        request.record_dismissal("test")
    for thread in threads:
        thread.join(60)


def events(answer) -> list[dict]:
    return [json.loads(line.removeprefix("data: ")) for line in answer.text.split("\n") if line.startswith("data: ")]


class TestPage:
    def test_a_question_that_waits(self, signed_in, asked) -> None:
        held = signed_in()
        first, second = asked(held), asked(held, weight=2)
        words = shown(held.get(f"/demandes/{first}"))
        assert "It waits for its turn: it is next." in words
        assert "Pebble, the smallest model" in words
        assert "not yet" in words
        page = held.get(f"/demandes/{second}")
        assert "It waits for its turn, after 1 other." in shown(page)
        assert 'aria-live="polite"' in page.text
        assert "See where it stands" in page.text
        assert re.search(r'<script src="/static/[0-9a-f]+/progress.js" defer></script>', page.text)
        assert "style=" not in page.text
        assert page.text.count("<script") == 1

    def test_it_is_never_lost_while_its_run_takes_it_over(self, signed_in, asked, workspace, monkeypatch) -> None:
        held = signed_in()
        asked_id, answers = asked(held), []
        forget = Request.forget

        def looked_at_before(request: Request) -> None:
            answers.append((request.exists, request.actors(), held.get(f"/demandes/{asked_id}").status_code))
            forget(request)

        monkeypatch.setattr(Request, "forget", looked_at_before)
        asking.work(workspace)
        assert answers == [(True, set(), 200)]

    def test_a_question_that_is_being_computed(self, signed_in, asked, working, workspace) -> None:
        held = signed_in()
        asked_id = asked(held, seconds=60)
        working()
        wait_until((workspace.staging / asked_id / PROGRESS_FILE).exists)
        page = held.get(f"/demandes/{asked_id}")
        assert page.status_code == 200
        assert '<progress id="progress" max="1" value="0.5">50 %</progress>' in page.text
        assert "50 % done. weighing" in shown(page)

    def test_a_question_that_was_answered_leads_to_its_run(self, signed_in, asked, workspace) -> None:
        held = signed_in()
        asked_id = asked(held)
        asking.work(workspace)
        answer = held.get(f"/demandes/{asked_id}")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/reponses/{asked_id}")

    def test_a_question_that_failed_leads_to_its_run(self, signed_in, workspace) -> None:
        held = signed_in()
        address = post(held, "/modeles/test.ordered/demander", {"p-low": "1"}).headers["location"]
        [run] = asking.work(workspace)
        run.sealed.check()
        assert held.get(address).headers["location"] == f"/reponses/{run.id}"

    def test_only_its_asker_and_those_who_see_all_see_it(self, client, signed_in, asked, workspace) -> None:
        asked_id = asked(signed_in())
        unknown = client.get("/demandes/0198f3d2-0000-7000-8000-000000000000")
        hidden = client.get(f"/demandes/{asked_id}")
        assert (hidden.status_code, unknown.status_code) == (404, 404)
        assert hidden.text.replace(asked_id, "X") == unknown.text.replace("0198f3d2-0000-7000-8000-000000000000", "X")
        for other in (signed_in(), signed_in("public")):
            assert other.get(f"/demandes/{asked_id}").status_code == 404
            assert other.get(f"/demandes/{asked_id}/evenements").status_code == 404
        assert signed_in("steward").get(f"/demandes/{asked_id}").status_code == 200
        asking.work(workspace)
        for other in (client, signed_in()):
            assert other.get(f"/demandes/{asked_id}").status_code == 404
            assert other.get(f"/demandes/{asked_id}/evenements").status_code == 404

    def test_what_is_asked_of_personal_data_is_hidden_from_those_who_see_all(self, signed_in, workspace, asked):
        from agglo.trust.access import people, visibility
        from agglo.trust.access.rights import Asset

        held = signed_in()
        page = held.get("/modeles/land.sinks/demander").text
        names = ("in-land_cover", "in-changes", "in-communes")
        sent = {
            name: re.search(rf'<select id="f-{name}".*?<option value="([^"]+)"', page, re.DOTALL)[1] for name in names
        }
        address = post(held, "/modeles/land.sinks/demander", sent | {"p-sealed_share": "0,31"}).headers["location"]
        steward = signed_in("steward")
        assert steward.get(address).status_code == 200
        on = Asset("dataset", sent["in-changes"])
        visibility.set_(workspace, people.operator(workspace), on, "personal")
        assert steward.get(address).status_code == 404

    @pytest.mark.parametrize("id", ["x", "...", "%2e%2e%2fruns", "a.asked", "é"])
    def test_an_identifier_that_is_none(self, client, id) -> None:
        for address in (f"/demandes/{id}", f"/demandes/{id}/evenements"):
            assert client.get(address).status_code == 404


class TestWithdrawing:
    def test_whoever_asked_it_alone_withdraws_it(self, signed_in, asked, workspace) -> None:
        held = signed_in()
        asked_id = asked(held)
        assert "Withdraw this question" in held.get(f"/demandes/{asked_id}").text
        answer = post(held, f"/demandes/{asked_id}/retirer", page=f"/demandes/{asked_id}")
        assert answer.headers["location"] == f"/demandes/{asked_id}"
        [run] = runs_with(workspace, "test.pebble")
        assert (run.id, run.content["failure"]["reason"]) == (asked_id, "dismissed")
        assert run.sealed.events("dismissed")[0]["actor"] == held.actor
        assert held.get(f"/demandes/{asked_id}").headers["location"] == f"/reponses/{asked_id}"

    def test_one_of_several_who_wait_does_not(self, signed_in, asked, workspace) -> None:
        one, other = signed_in(), signed_in()
        asked_id = asked(one)
        assert asked(other) == asked_id
        page = one.get(f"/demandes/{asked_id}")
        assert "Withdraw this question" not in page.text
        token = re.search(r'name="token" value="([^"]+)"', one.get("/modeles/echo/demander").text)[1]
        assert one.post(f"/demandes/{asked_id}/retirer", data={"token": token}).status_code == 403
        assert not Request(workspace, asked_id).dismissed
        administrator = signed_in("administrator")
        assert post(administrator, f"/demandes/{asked_id}/retirer", page=f"/demandes/{asked_id}").status_code == 303
        assert asking.progress_of(workspace, asked_id).status == "dismissed"

    def test_others_do_not_and_learn_nothing(self, client, signed_in, asked, workspace) -> None:
        asked_id = asked(signed_in())
        other = signed_in()
        token = re.search(r'name="token" value="([^"]+)"', other.get("/modeles/echo/demander").text)[1]
        assert other.post(f"/demandes/{asked_id}/retirer", data={"token": token}).status_code == 404
        assert client.post(f"/demandes/{asked_id}/retirer").status_code == 403
        steward = signed_in("steward")
        token = re.search(r'name="token" value="([^"]+)"', steward.get("/modeles/echo/demander").text)[1]
        assert steward.post(f"/demandes/{asked_id}/retirer", data={"token": token}).status_code == 403
        assert asking.progress_of(workspace, asked_id).status == "queued"

    def test_without_the_token_nothing_happens(self, signed_in, asked, workspace) -> None:
        held = signed_in()
        asked_id = asked(held)
        assert held.post(f"/demandes/{asked_id}/retirer", data={"token": "x"}).status_code == 403
        assert held.get(f"/demandes/{asked_id}/retirer").status_code == 405
        assert asking.progress_of(workspace, asked_id).status == "queued"

    def test_a_question_that_was_answered_is_not_withdrawn(self, signed_in, asked, workspace) -> None:
        held = signed_in()
        asked_id = asked(held)
        token = re.search(r'name="token" value="([^"]+)"', held.get(f"/demandes/{asked_id}").text)[1]
        asking.work(workspace)
        answer = held.post(f"/demandes/{asked_id}/retirer", data={"token": token})
        assert answer.status_code == 422
        assert "already been answered" in answer.text

    def test_a_question_that_is_being_stopped_says_so(self, signed_in, asked, workspace) -> None:
        held = signed_in()
        asked_id = asked(held)
        Request(workspace, asked_id).record_dismissal(held.actor)
        page = held.get(f"/demandes/{asked_id}")
        assert "It was withdrawn, and is being stopped." in shown(page)
        assert "Withdraw this question" not in page.text


class TestEvents:
    def test_they_say_where_it_stands_until_its_end(self, signed_in, asked, working, workspace, monkeypatch) -> None:
        monkeypatch.setattr(pages, "_EVERY_S", 0.02)
        held = signed_in()
        asked_id = asked(held, seconds=0.6)
        timer = threading.Timer(0.2, working)
        timer.start()
        answer = held.get(f"/demandes/{asked_id}/evenements", headers={"Accept-Encoding": "gzip"})
        timer.join()
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
        said = events(answer)
        states = list(dict.fromkeys(one["status"] for one in said))
        assert states == ["queued", "running", "finished"]
        assert said == [one for rank, one in enumerate(said) if not rank or one != said[rank - 1]]
        assert {"status": "running", "fraction": 0.5, "text": "weighing", "over": False} in [
            {key: one[key] for key in ("status", "fraction", "text", "over")} for one in said
        ]
        assert said[-1] == {
            "status": "finished", "fraction": 1.0, "text": "", "said": "The answer is ready.", "over": True
        }  # fmt: skip
        assert answer.text.startswith("retry: ")

    def test_they_speak_the_language_of_who_follows(self, signed_in, asked, workspace) -> None:
        held = signed_in()
        asked_id = asked(held)
        asking.work(workspace)
        assert [one["over"] for one in events(held.get(f"/demandes/{asked_id}/evenements?lang=fr"))] == [True]

    def test_a_heartbeat_comes_where_nothing_changes(self, signed_in, asked, workspace, monkeypatch) -> None:
        monkeypatch.setattr(pages, "_EVERY_S", 0.01)
        monkeypatch.setattr(pages, "_HEARTBEAT_S", 0.02)
        monkeypatch.setattr(pages, "_LONGEST_S", 0.5)
        held = signed_in()
        answer = held.get(f"/demandes/{asked(held)}/evenements")
        assert len(events(answer)) == 1
        assert answer.text.count(": still here\n\n") >= 2

    def test_a_server_that_stops_ends_them(self, signed_in, asked) -> None:
        held = signed_in()
        asked_id = asked(held)
        held.app.state.stopping = True
        assert events(held.get(f"/demandes/{asked_id}/evenements")) == []

    def test_so_many_at_once_and_no_more(self, signed_in, asked, workspace) -> None:
        held = signed_in()
        asked_id = asked(held)
        held.app.state.streams = pages.MOST_STREAMS
        answer = held.get(f"/demandes/{asked_id}/evenements")
        assert answer.status_code == 429
        held.app.state.streams = 0
        asking.work(workspace)
        held.get(f"/demandes/{asked_id}/evenements")
        assert held.app.state.streams == 0

    def test_they_end_for_whoever_may_no_longer_see_it(self, signed_in, asked, workspace, monkeypatch) -> None:
        monkeypatch.setattr(pages, "_EVERY_S", 0.01)
        held = signed_in()
        asked_id = asked(held)

        def remove() -> None:
            for path in Request(workspace, asked_id).askings():
                path.unlink()

        timer = threading.Timer(0.2, remove)
        timer.start()
        answer = held.get(f"/demandes/{asked_id}/evenements")
        timer.join()
        assert [one["status"] for one in events(answer)] == ["queued"]


def runs_with(workspace, model: str):
    """Every run of a model, the workspace being whole."""
    return [run for run in assert_whole(workspace) if run.content["model"]["id"] == model]
