"""What a person may not read is in no representation: collections, items, records, jobs, answers, inputs."""

import json

import pytest

from agglo.catalogue import datasets
from agglo.portal import layers
from agglo.trust.access.people import PUBLIC
from agglo.trust.access.rights import Asset
from portal.ogc.conftest import add_ponds, decide, harvest
from portal.ogc.test_processes import ask

SECRET = "secret-marshes"


def addresses(run: str, dataset: str) -> list[str]:
    """Every address that could tell of a run and of a dataset."""
    layers = {f"run-{run}.plots": 1, f"run-{run}.yields": 1, f"run-{run}.indicators": 91272, f"dataset-{dataset}": 1}
    return [
        *(
            f"/ogc/collections/{one}{ending}"
            for one, item in layers.items()
            for ending in ("", "/items", f"/items/{item}", "/queryables")
        ),
        f"/ogc/collections/runs/items/{run}",
        f"/ogc/collections/datasets/items/{dataset}",
        f"/ogc/jobs/{run}",
        f"/ogc/jobs/{run}/results",
        f"/ogc/jobs/{run}/results?outputs=plots&response=raw",
    ]


LISTS = (
    "/ogc/collections?limit=10000", "/ogc/collections/runs/items?limit=1000",
    "/ogc/collections/datasets/items?limit=1000",
    f"/ogc/collections/datasets/items?q={SECRET}", "/ogc/collections/runs/items?bbox=-180,-90,180,90",
    "/ogc/jobs?limit=1000", "/ogc/jobs?status=successful", "/ogc/api", "/ogc/processes",
)  # fmt: skip


@pytest.mark.parametrize("level", ["draft", "restricted", "personal"])
def test_what_is_hidden_is_nowhere(workspace, client, program, tmp_path, level) -> None:
    dataset = add_ponds(workspace, tmp_path, name=SECRET, count=3)
    run = harvest(workspace, count=7).id
    for one in addresses(run, dataset):
        assert client.get(one).status_code == 200, one
    decide(workspace, Asset("run", run), level)
    decide(workspace, Asset("dataset", dataset), level)
    for reader in (client, program("contributor"), program("public")):
        for one in addresses(run, dataset):
            answer = reader.get(one)
            assert answer.status_code == 404, one
            assert answer.headers["content-type"] == "application/problem+json"
            elsewhere = one.replace(run, "0" * 8 + run[8:]).replace(SECRET, "secret-marchers")
            said, unknown = (reader.get(each).text for each in (one, elsewhere))
            assert said.replace(run, "") == unknown.replace("0" * 8 + run[8:], ""), one
        for one in LISTS:
            text = reader.get(one).text
            assert run not in text, one
            assert SECRET not in text.replace(f"q={SECRET}", ""), one
    assert not {one.id for one in layers.listing(workspace, PUBLIC)} & {f"dataset-{dataset}", f"run-{run}.plots"}


def test_what_is_hidden_is_for_whoever_has_the_right(workspace, program, tmp_path) -> None:
    dataset = add_ponds(workspace, tmp_path, name=SECRET, count=3)
    run = harvest(workspace, count=7).id
    decide(workspace, Asset("run", run), "restricted")
    decide(workspace, Asset("dataset", dataset), "restricted")
    steward = program("steward")
    for one in addresses(run, dataset):
        answer = steward.get(one)
        assert answer.status_code == 200, one
        assert answer.headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in answer.headers


def test_a_hidden_dataset_is_no_input(workspace, program, tmp_path) -> None:
    """The words are those for a dataset that does not exist."""
    known = datasets.find(workspace, "land-cover-2023")
    decide(workspace, Asset("dataset", known.reference), "restricted")
    client = program()
    where = "/ogc/processes/land.sinks/execution"
    hidden = ask(client, where, inputs={"land_cover": known.reference}).json()["faults"]
    absent = ask(client, where, inputs={"land_cover": "land-cover-2033@f76d61570b44"}).json()["faults"]
    assert json.dumps(hidden).replace(known.reference, "X") == json.dumps(absent).replace(
        "land-cover-2033@f76d61570b44", "X"
    )
    near = ask(client, where, inputs={"land_cover": "land-cover-202"})
    assert known.version not in near.text
    assert "land-cover-2023" not in near.text


def test_a_waiting_question_is_for_whoever_asked_it(program, client) -> None:
    mine = program()
    job = ask(mine, prefer="respond-async", inputs={"text": "mine"}).json()["jobID"]
    for other in (client, program()):
        assert other.get(f"/ogc/jobs/{job}").status_code == 404
        assert other.get(f"/ogc/jobs/{job}/results").status_code == 404
        assert other.delete(f"/ogc/jobs/{job}").status_code == 404
        assert job not in other.get("/ogc/jobs").text
    assert mine.get(f"/ogc/jobs/{job}").json()["status"] == "accepted"


TRICKS = [
    "' OR 1=1 --", '" OR ""="', "1; DROP TABLE features", "1 UNION SELECT geojson FROM features", "%", "_", "\\",
    "é\u0301", "\u202e", "\x00", "\U0001f600", "a" * 5_000, "<script>", "${7*7}", "../../etc/passwd", "1e309", "-0",
    "٣", "f0", "features.id", "null", "%ff", "\n",
]  # fmt: skip
PARAMETERS = (
    ("/ogc/collections/communes/items", ("limit", "offset", "bbox", "bbox-crs", "datetime", "insee", "name",
                                         "population", "area_ha", "f", "lang", "f0")),
    ("/ogc/collections/runs/items", ("q", "ids", "type", "bbox", "datetime", "limit")),
    ("/ogc/collections/datasets/items", ("q", "ids", "type", "bbox", "datetime", "offset")),
    ("/ogc/collections", ("limit", "offset", "q")),
    ("/ogc/processes", ("limit", "f")),
    ("/ogc/jobs", ("limit", "type", "status", "processID", "datetime", "minDuration", "maxDuration")),
)  # fmt: skip


@pytest.mark.parametrize("path", [path for path, _names in PARAMETERS])
def test_odd_texts_in_any_parameter_are_found_nothing_or_refused(client, path) -> None:
    names = dict(PARAMETERS)[path]
    whole = client.get(path).content
    for name in names:
        for text in TRICKS:
            answer = client.get(path, params={name: text})
            assert answer.status_code in (200, 400), (name, text, answer.text)
            if answer.status_code == 200 and name in ("insee", "name", "q", "ids", "processID"):
                content = answer.json()
                by_chance = name == "q" and all(text in json.dumps(one) for one in content.get("features", [None]))
                expected = by_chance or text in ("%", "_", "null", "-0", "\n")
                assert content.get("numberMatched") in (0, None) or expected, (name, text)
    assert client.get(path).content[:20] == whole[:20]


@pytest.mark.parametrize("raw", ["%ff", "%ed%a0%80", "%c0%80", "%00", "+", "%2B", "%25", "a%0d%0ab"])
def test_bytes_that_are_no_text_are_no_error(client, raw) -> None:
    for path in ("/ogc/collections/communes/items?name=", "/ogc/collections/runs/items?q=", "/ogc/jobs?processID=",
                 "/ogc/collections?limit=", "/ogc?", "/ogc/jobs/", "/ogc/collections/", "/ogc/processes/",
                 "/ogc/collections/communes/items/", "/ogc/collections/datasets/items/"):  # fmt: skip
        assert client.get(path + raw).status_code in (200, 400, 404), path
