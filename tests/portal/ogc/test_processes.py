"""OGC API Processes Part 1: models asked, synchronously or not, in every form of answer; jobs listed and withdrawn."""

import json
import time
from email import message_from_bytes, policy
from typing import Any

import pytest
from starlette.testclient import TestClient

from agglo.runs import asking, questions, requests
from agglo.runs.requests import Request
from agglo.trust.access.rights import Asset
from portal.ogc.abstract import PROCESSES, covers
from portal.ogc.conftest import decide
from portal.ogc.test_features import links_of, path_of

ECHO = "/ogc/processes/echo:1.0.0/execution"
ASYNC = {"Prefer": "respond-async"}
EXCEPTIONS = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"


def ask(client: TestClient, where: str = ECHO, prefer: str = "", **body: Any) -> Any:
    headers = {"Prefer": prefer} if prefer else {}
    return client.post(where, json=body, headers=headers)


def finished(client: TestClient, job: str) -> dict[str, Any]:
    """Where a job stands once it is over."""
    for _look in range(600):
        told = client.get(f"/ogc/jobs/{job}").json()
        if told["status"] not in ("accepted", "running"):
            return told
        time.sleep(0.05)
    raise AssertionError(told)


@covers(PROCESSES, "/conf/core/process-list", "/conf/core/process-list-success", "/conf/core/pl-limit-definition",
        "/conf/core/pl-limit-response", "/conf/core/pl-links")  # fmt: skip
def test_every_model_is_a_process(client) -> None:
    content = client.get("/ogc/processes").json()
    names = [one["id"] for one in content["processes"]]
    assert {"land.sinks:1.0.0", "echo:1.0.0", "test.shell:2.1.0"} <= set(names)
    for one in content["processes"]:
        assert {"sync-execute", "async-execute", "dismiss"} == set(one["jobControlOptions"])
        assert client.get(path_of(links_of(one, "self")[0])).json()["id"] == one["id"]
    where, seen = "/ogc/processes?limit=2", []
    while where:
        part = client.get(where).json()
        assert len(part["processes"]) <= 2
        seen += [one["id"] for one in part["processes"]]
        where = next(map(path_of, links_of(part, "next")), "")
    assert seen == names
    assert client.get("/ogc/processes?limit=0").status_code == 400


@covers(PROCESSES, "/conf/core/process", "/conf/core/process-success", "/conf/ogc-process-description/json-encoding",
        "/conf/ogc-process-description/inputs-def", "/conf/ogc-process-description/input-def",
        "/conf/ogc-process-description/outputs-def", "/conf/ogc-process-description/output-def",
        "/conf/ogc-process-description/input-mixed-type")  # fmt: skip
def test_a_process_says_what_it_takes_and_gives(client) -> None:
    own = client.get("/ogc/processes/land.sinks:1.0.0").json()
    assert own["inputs"]["land_cover"]["minOccurs"] == 1
    assert own["inputs"]["land_cover"]["keywords"] == ["dataset", "land-cover"]
    assert own["inputs"]["sealed_share"]["schema"] | {} == {
        "default": 0.8, "maximum": 1, "minimum": 0, "source": "ADEME, Aldo", "type": "number", "unit": "1",
        "title": "Share of new artificial land that is sealed",
    }  # fmt: skip
    assert own["inputs"]["sealed_share"]["minOccurs"] == 0
    assert set(own["outputs"]) >= {"indicators", "summary", "stocks", "fluxes"}
    alias = client.get("/ogc/processes/land.sinks").json()
    assert alias["version"] == "1.0.0"
    assert alias["inputs"] == own["inputs"]


@covers(PROCESSES, "/conf/core/process-exception-no-such-process")
@pytest.mark.parametrize("name", ["nothing", "echo:2.0.0", "echo:", ":1.0.0", "echo:1.0.0:x", "%00", "é", "'--"])
def test_an_unknown_process_is_told_by_its_type(client, program, name) -> None:
    for answer in (client.get(f"/ogc/processes/{name}"), ask(program(), f"/ogc/processes/{name}/execution")):
        assert answer.status_code == 404
        assert answer.json()["type"] == f"{EXCEPTIONS}/no-such-process"


@covers(PROCESSES, "/conf/core/job-creation-op", "/conf/core/job-creation-request",
        "/conf/core/job-creation-default-execution-mode", "/conf/core/job-creation-inputs",
        "/conf/core/job-creation-input-inline", "/conf/core/job-creation-input-array",
        "/conf/core/job-creation-input-inline-object", "/conf/core/job-creation-input-inline-mixed",
        "/conf/core/job-creation-input-inline-bbox", "/conf/core/job-creation-success-sync-document",
        "/conf/core/process-execute-sync", "/conf/json/definition", "/conf/json/content")  # fmt: skip
def test_echo_gives_back_what_it_is_given(program, working) -> None:
    given = {
        "text": "é 'quoted' <b>", "number": 2.5, "whole": 7, "flag": False, "choice": "red", "values": [1, 2.5],
        "table": {"a": 1, "b": 2}, "box": [1, 2, 3, 4], "remark": "later",
    }  # fmt: skip
    sent = {**given, "table": {"value": given["table"]}, "number": {"value": 2.5, "mediaType": "application/json"}}
    answer = ask(program(), inputs=sent, outputs={"echo": {}}, response="document")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()["echo"]
    assert told["mediaType"] == "application/json"
    assert {name: told["value"][name] for name in given} == given


@covers(PROCESSES, "/conf/core/job-creation-success-sync-raw-value-one", "/conf/core/job-creation-default-outputs",
        "/conf/core/job-creation-success-sync-raw-value-multi", "/conf/core/job-creation-success-sync-raw-ref",
        "/conf/core/job-creation-success-sync-raw-mixed-multi")  # fmt: skip
def test_an_answer_comes_raw_or_as_a_document(program, working) -> None:
    client = program()
    inputs = {"text": "once"}
    one = ask(client, inputs=inputs, outputs={"echo": {"transmissionMode": "value"}})
    assert one.headers["content-type"] == "application/json"
    assert one.json()["text"] == "once"
    by_reference = ask(client, inputs=inputs, outputs={"echo": {"transmissionMode": "reference"}})
    assert by_reference.status_code == 204
    assert 'rel="echo"' in by_reference.headers["link"]
    assert "/fichiers/echo.json" in by_reference.headers["link"]
    parts = _parts(ask(client, inputs=inputs))
    assert set(parts) == {"indicators", "echo"}
    assert json.loads(parts["indicators"][1]) == []
    mixed = _parts(ask(client, inputs=inputs, outputs={"echo": {"transmissionMode": "reference"}, "indicators": {}}))
    assert mixed["echo"][0]["content-location"].endswith("echo.json")
    assert mixed["echo"][1].strip() == b""


def _parts(answer: Any) -> dict[str, tuple[Any, bytes]]:
    """The parts of a message by name: headers and content."""
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("multipart/related")
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    message = message_from_bytes(head + answer.content, policy=policy.HTTP)
    return {part["content-id"][1:-1]: (part, part.get_payload(decode=True)) for part in message.iter_parts()}


@covers(PROCESSES, "/conf/core/job-creation-auto-execution-mode", "/conf/core/job-creation-success-async",
        "/conf/core/process-execute-async", "/conf/core/job-op", "/conf/core/job-success",
        "/conf/core/job-results-op", "/conf/core/job-results-success-async-document",
        "/conf/core/job-results-exception-results-not-ready")  # fmt: skip
def test_a_job_is_told_from_its_acceptance_to_its_answer(program, working) -> None:
    client = program()
    answer = ask(client, prefer="respond-async", inputs={"pause": 0.5}, response="document")
    assert answer.status_code == 201
    assert answer.headers["preference-applied"] == "respond-async"
    told = answer.json()
    assert told["status"] in ("accepted", "running")
    assert told["type"] == "process"
    assert told["processID"] == "echo:1.0.0"
    assert answer.headers["location"] == f"http://testserver/ogc/jobs/{told['jobID']}"
    results = f"/ogc/jobs/{told['jobID']}/results"
    early = client.get(results)
    assert early.status_code == 404
    assert early.json()["type"] == f"{EXCEPTIONS}/result-not-ready"
    done = finished(client, told["jobID"])
    assert done["status"] == "successful"
    assert done["progress"] == 100
    assert done["created"] <= done["started"] <= done["finished"]
    assert path_of(links_of(done, "http://www.opengis.net/def/rel/ogc/1.0/results")[0]) == results
    assert client.get(results).json()["echo"]["value"]["pause"] == 0.5


@covers(
    PROCESSES,
    "/conf/core/job-results-success-async-raw-value-one",
    "/conf/core/job-results-success-async-raw-ref",
    "/conf/core/job-results-success-async-raw-value-multi",
)
def test_an_answer_is_read_later_as_it_was_asked_for(program, working) -> None:
    client = program()
    job = ask(client, prefer="respond-async", inputs={"text": "later"}, outputs={"echo": {}}).json()["jobID"]
    assert finished(client, job)["status"] == "successful"
    results = f"/ogc/jobs/{job}/results"
    assert client.get(results).json()["text"] == "later"
    assert set(client.get(f"{results}?response=document").json()) == {"echo"}
    assert set(client.get(f"{results}?response=document&outputs=indicators").json()) == {"indicators"}
    assert client.get(f"{results}?outputs=nothing").status_code == 400
    assert client.get(f"{results}?response=x").status_code == 400
    ask(client, prefer="respond-async", inputs={"text": "later"}, outputs={"echo": {"transmissionMode": "reference"}})
    assert client.get(results).status_code == 204


@covers(PROCESSES, "/conf/core/job-exception-no-such-job", "/conf/core/job-results-exception-no-such-job")
@pytest.mark.parametrize("name", ["nothing", "00000000-0000-0000-0000-000000000000", "%00", "é", "'--"])
def test_an_unknown_job_is_told_by_its_type(client, program, name) -> None:
    for one in (client, program()):
        for answer in (
            one.get(f"/ogc/jobs/{name}"),
            one.get(f"/ogc/jobs/{name}/results"),
            one.delete(f"/ogc/jobs/{name}"),
        ):
            assert answer.status_code == 404
            assert answer.json()["type"] == f"{EXCEPTIONS}/no-such-job"


@covers(PROCESSES, "/conf/core/job-creation-input-validation")
def test_every_fault_of_a_question_is_told_at_once(program) -> None:
    answer = ask(
        program(), inputs={"number": 1e13, "choice": "purple", "whole": "x", "unknown": 1, "seed": -1},
        outputs={"nothing": {}, "echo": {"transmissionMode": "pigeon"}}, response="song", more=1,
    )  # fmt: skip
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    places = {fault["where"] for fault in answer.json()["faults"]}
    assert places == {"number", "choice", "whole", "unknown", "seed", "outputs.nothing",
                      "outputs.echo.transmissionMode", "response", "more"}  # fmt: skip


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 400), (b"[]", "application/json", 400), (b"null", "application/json", 400),
        (b"{", "application/json", 400), (b'{"inputs": NaN}', "application/json", 400),
        (b"\xff", "application/json", 400),
        (b'{"inputs": {"text": "\\ud800"}}', "application/json", 400), (b'{"inputs": []}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400), (b'{"a":' * 200 + b"1" + b"}" * 200, "application/json", 400),
        (b'{"inputs": {"number": 1e400}}', "application/json", 400),
        (b'{"inputs": {"whole": ' + b"9" * 5_000 + b"}}", "application/json", 400),
        (b"{}", "text/xml", 415), (b"a=1", "application/x-www-form-urlencoded", 415),
    ],
)  # fmt: skip
def test_what_is_no_question_is_refused(program, body, kind, status) -> None:
    answer = program().post(ECHO, content=body, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@covers(PROCESSES, "/conf/core/job-creation-input-ref")
def test_datasets_are_given_by_name_or_by_their_record(program, workspace, working) -> None:
    client = program()
    datasets = {
        one["properties"]["keywords"][0]: one
        for one in client.get("/ogc/collections/datasets/items").json()["features"]
    }
    cover, changes, communes = (datasets[name] for name in ("land-cover", "land-cover-changes", "land-communes"))
    inputs = {
        "land_cover": cover["id"],
        "changes": {"href": links_of(changes, "self")[0], "type": "application/geo+json"},
        "communes": {"value": communes["id"].partition("@")[0]},
        "land_take_factor": 0.7,
    }
    where = "/ogc/processes/land.sinks/execution"
    answer = ask(client, where, inputs=inputs, response="document",
                 outputs={"summary": {}, "stocks": {"transmissionMode": "reference"}, "indicators": {}})  # fmt: skip
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert len(told["summary"]) == 28
    assert {one["unit"] for one in told["indicators"]} >= {"tC"}
    assert told["stocks"]["type"] == "text/csv"
    assert client.get(path_of(told["stocks"]["href"])).status_code == 200
    elsewhere = "http://elsewhere.example/ogc/collections/datasets/items/communes"
    bad = {"land_cover": communes["id"], "changes": "nothing@0", "communes": {"href": elsewhere}}
    wrong = ask(client, where, inputs={**bad, "land_take_factor": {"href": "/x"}})
    assert {fault["where"] for fault in wrong.json()["faults"]} == {
        "land_cover",
        "changes",
        "communes",
        "land_take_factor",
    }


def test_a_layer_is_an_answer_by_value_and_by_reference(client, field_run) -> None:
    results = f"/ogc/jobs/{field_run.id}/results"
    told = client.get(results).json()
    assert told["plots"]["mediaType"] == "application/geo+json"
    assert len(told["plots"]["value"]["features"]) == 25
    assert told["report"] == {"value": "YSBnb29kIHllYXIK", "encoding": "base64", "mediaType": "text/plain"}
    assert client.get(f"{results}?outputs=report&response=raw").text == "a good year\n"
    assert [row["insee"] for row in told["yields"]] == ["91272", "91477", "75056"]


@covers(PROCESSES, "/conf/core/job-results-failed")
def test_a_question_without_an_answer_says_why(workspace, client) -> None:
    from lake import lake

    question = questions.pose(workspace, lake, inputs={}, parameters={"behaviour": "refuse"})
    run = asking.ask(workspace, question).run
    decide(workspace, Asset("run", run.id), "public")
    told = client.get(f"/ogc/jobs/{run.id}").json()
    assert told["status"] == "failed"
    answer = client.get(f"/ogc/jobs/{run.id}/results")
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["where"] == "lakes row 3"
    assert client.get(f"/ogc/collections/runs/items/{run.id}").status_code == 404


@covers(PROCESSES, "/conf/job-list/job-list-op", "/conf/job-list/job-list-success", "/conf/job-list/type-definition",
        "/conf/job-list/type-response", "/conf/job-list/processid-definition", "/conf/job-list/processid-response",
        "/conf/job-list/processid-mandatory", "/conf/job-list/status-definition", "/conf/job-list/status-response",
        "/conf/job-list/datetime-definition", "/conf/job-list/datetime-response",
        "/conf/job-list/duration-definition", "/conf/job-list/duration-response",
        "/conf/job-list/jl-limit-definition", "/conf/job-list/jl-limit-response", "/conf/job-list/links")  # fmt: skip
def test_jobs_are_listed_and_chosen(client) -> None:
    every = client.get("/ogc/jobs").json()
    assert every["numberMatched"] == len(every["jobs"]) >= 5

    def found(**query: Any) -> list[str]:
        answer = client.get("/ogc/jobs", params=query)
        assert answer.status_code == 200, answer.text
        return [one["jobID"] for one in answer.json()["jobs"]]

    ids = [one["jobID"] for one in every["jobs"]]
    assert ids == sorted(ids, reverse=True)
    assert found(status="successful") == found(type="process") == found(minDuration=0) == ids
    assert found(status="failed,dismissed") == found(minDuration=10_000) == found(datetime="../2001-01-01") == []
    sinks = [one["jobID"] for one in every["jobs"] if one["processID"] == "land.sinks:1.0.0"]
    assert found(processID="land.sinks") == found(processID="land.sinks:1.0.0") == sinks != ids
    assert set(found(processID="land.sinks,test.field")) > set(sinks)
    assert found(processID="' OR 1=1 --") == []
    assert found(datetime=f"{every['jobs'][0]['created']}/..") == ids[:1]
    assert found(maxDuration=100_000) == ids
    where, seen = "/ogc/jobs?limit=2", []
    while where:
        part = client.get(where).json()
        seen += [one["jobID"] for one in part["jobs"]]
        where = next(map(path_of, links_of(part, "next")), "")
    assert seen == ids
    for query in ("status=lost", "type=wps", "limit=0", "minDuration=x", "maxDuration=-1", "datetime=x", "more=1"):
        assert client.get(f"/ogc/jobs?{query}").status_code == 400
    own = client.get(f"/ogc/jobs/{ids[0]}").json()
    listed = every["jobs"][0]
    assert {key: own[key] for key in listed} == listed


@covers(PROCESSES, "/conf/dismiss/job-dismiss-op", "/conf/dismiss/job-dismiss-success")
def test_a_question_is_withdrawn_before_its_answer_alone(program, workspace) -> None:
    client, other = program(), program()
    job = ask(client, prefer="respond-async", inputs={"pause": 300}).json()["jobID"]
    assert client.get("/ogc/jobs").json()["jobs"][0]["jobID"] == job
    assert client.get("/ogc/jobs?status=accepted").json()["numberMatched"] == 1
    assert other.delete(f"/ogc/jobs/{job}").status_code == 404
    answer = client.delete(f"/ogc/jobs/{job}")
    assert answer.status_code == 200
    assert answer.json()["status"] == "dismissed"
    assert client.get(f"/ogc/jobs/{job}").json()["status"] == "dismissed"
    assert client.get(f"/ogc/jobs/{job}/results").status_code == 410
    assert client.delete(f"/ogc/jobs/{job}").status_code == 410
    assert [one["jobID"] for one in client.get("/ogc/jobs?status=dismissed").json()["jobs"]] == [job]
    kept = client.get("/ogc/jobs?status=successful").json()["jobs"][0]["jobID"]
    assert client.delete(f"/ogc/jobs/{kept}").status_code == 409
    assert client.get(f"/ogc/jobs/{kept}").json()["status"] == "successful"


@covers(PROCESSES, "/conf/dismiss/job-dismiss-success")
def test_a_running_question_is_withdrawn(program, working) -> None:
    client = program()
    job = ask(client, prefer="respond-async", inputs={"pause": 300}).json()["jobID"]
    for _look in range(600):
        if client.get(f"/ogc/jobs/{job}").json()["status"] == "running":
            break
        time.sleep(0.05)
    assert client.delete(f"/ogc/jobs/{job}").json()["status"] == "dismissed"
    assert finished(client, job)["status"] == "dismissed"


def test_nobody_asks_without_the_right(client, program, workspace) -> None:
    for one in (client, program("public")):
        answer = ask(one, inputs={})
        assert answer.status_code == 403
        assert answer.headers["content-type"] == "application/problem+json"
    assert requests.pending(workspace) == []
    wrong = client.get("/ogc", headers={"Authorization": "Bearer nothing"})
    assert wrong.status_code == 401


def test_the_same_question_is_one_job_for_all(program, workspace) -> None:
    first, second = program(), program()
    job = ask(first, prefer="respond-async", inputs={"text": "shared"}).json()["jobID"]
    assert ask(second, prefer="respond-async", inputs={"text": "shared"}).json()["jobID"] == job
    assert Request(workspace, job).actors() == {first.actor, second.actor}
    assert first.delete(f"/ogc/jobs/{job}").status_code == 403


def test_asking_too_often_says_when_to_come_back(program, monkeypatch) -> None:
    from agglo.portal.security import Limits, Rate

    monkeypatch.setattr("agglo.portal.questions.limits", Limits({"ask": (Rate(1, 0.1), Rate(1, 0.1))}))
    client = program()
    assert ask(client, prefer="respond-async", inputs={"text": "1"}).status_code == 201
    answer = ask(client, prefer="respond-async", inputs={"text": "2"})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1


def test_whoever_waits_is_told_where_to_look_in_the_end(program) -> None:
    """Nobody answers: there is no worker."""
    answer = ask(program(), prefer="wait=1", inputs={"text": "nobody"})
    assert answer.status_code == 201
    assert answer.headers["preference-applied"] == "wait=1"
    assert answer.json()["status"] == "accepted"


def test_only_a_few_wait_at_a_time(program, monkeypatch) -> None:
    import threading

    from agglo.portal.ogc import execution

    none_left = threading.BoundedSemaphore(1)
    none_left.acquire()
    monkeypatch.setattr(execution, "_WAITING", none_left)
    assert ask(program(), inputs={"text": "crowd"}).status_code == 201


def test_a_model_whose_card_stands_against_it_is_refused_with_the_article(program, workspace) -> None:
    (workspace.register / "echo.yaml").write_text("personal_data: ordinary\n", encoding="utf-8")
    answer = ask(program(), inputs={"text": "once"})
    assert answer.status_code == 400
    assert "GDPR, article 6(1)" in answer.text
    assert requests.pending(workspace) == []
