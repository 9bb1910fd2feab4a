"""OGC API Records Part 1: datasets, models and runs searched and read."""

import pytest

from portal.ogc.abstract import RECORDS, covers
from portal.ogc.test_features import links_of, path_of


@covers(RECORDS, "/conf/record-collection", "/conf/searchable-catalog")
def test_catalogues_are_collections_of_records(client) -> None:
    found = {one["id"]: one for one in client.get("/ogc/collections").json()["collections"]}
    for name in ("datasets", "models", "runs"):
        assert found[name]["itemType"] == "record"
        assert found[name]["type"] == "Collection"


@covers(RECORDS, "/conf/record-core", "/conf/json", "/conf/record-api")
@pytest.mark.parametrize("name", ["datasets", "models", "runs"])
def test_records_describe_and_lead_to_what_they_are_of(client, name) -> None:
    content = client.get(f"/ogc/collections/{name}/items").json()
    assert content["numberMatched"] == content["numberReturned"] == len(content["features"]) > 0
    for one in content["features"]:
        properties = one["properties"]
        assert properties["type"] == name[:-1]
        assert properties["title"]
        assert properties["language"]["code"] == "en"
        assert one["type"] == "Feature"
        assert links_of(one, "collection") == [f"http://testserver/ogc/collections/{name}"]
        own = client.get(path_of(links_of(one, "self")[0]))
        assert own.headers["content-type"] == "application/geo+json"
        assert {key: own.json()[key] for key in ("id", "geometry", "time", "properties")} == {
            key: one[key] for key in ("id", "geometry", "time", "properties")
        }


def test_files_of_a_dataset_are_where_its_record_says(client, ponds) -> None:
    record = client.get(f"/ogc/collections/datasets/items/{ponds}").json()
    assert record["properties"]["license"] == "Licence Ouverte 2.0"
    assert record["geometry"]["type"] == "Polygon"
    assert record["properties"]["created"] == record["time"]["timestamp"]
    files = links_of(record, "enclosure")
    assert len(files) == 4
    for address in files:
        assert client.get(path_of(address)).status_code == 200, address


def test_a_run_leads_to_its_inputs_and_its_answer(client) -> None:
    runs = client.get("/ogc/collections/runs/items?q=land.sinks").json()["features"]
    assert runs
    for one in runs:
        assert (
            client.get(path_of(links_of(one, "http://www.opengis.net/def/rel/ogc/1.0/results")[0])).status_code == 200
        )
        inputs = links_of(one, "via")
        assert len(inputs) == 3
        assert all(client.get(path_of(address)).status_code == 200 for address in inputs)
        assert one["geometry"]
        assert one["time"]["interval"] == [one["properties"]["created"], one["properties"]["updated"]]


@covers(RECORDS, "/conf/record-core-query-parameters")
def test_records_are_searched(client, ponds, field_run) -> None:
    def found(name: str, **query: object) -> list[str]:
        answer = client.get(f"/ogc/collections/{name}/items", params=query)
        assert answer.status_code == 200, answer.text
        content = answer.json()
        assert content["numberMatched"] >= content["numberReturned"] == len(content["features"])
        return [one["id"] for one in content["features"]]

    assert found("datasets", q="PONDS") == found("datasets", ids=ponds) == [ponds]
    assert found("datasets", q="nothing,ponds") == [ponds]
    assert found("datasets", q="no such words") == []
    assert found("datasets", type="run") == []
    assert found("datasets", bbox="2,48,3,49") == [ponds]
    assert found("datasets", bbox="10,10,11,11") == []
    assert found("runs", bbox="2,48,3,49") == found("runs")
    assert found("runs", ids=f"{field_run.id},nothing") == found("runs", q="test.field") == [field_run.id]
    assert found("runs", datetime="2020-01-01/2020-12-31") == []
    assert found("runs", datetime="2020-01-01/..") == found("runs")
    assert "land.sinks:1.0.0" in found("models", q="puits")
    assert found("models", datetime="2020-01-01") == found("models")
    assert len(found("datasets", limit=2)) == 2
    assert len(found("datasets", limit=2, q="e")) == 2
    assert found("datasets", limit=2, offset=2) == found("datasets")[2:4]
    assert found("datasets", q="' OR 1=1 --") == []
    for query in ("more=1", "bbox=1", "limit=0", "datetime=x", "f=html"):
        assert client.get(f"/ogc/collections/datasets/items?{query}").status_code == 400


@pytest.mark.parametrize("key", ["nothing", "ponds", "ponds@", "%00", "é", "..%2F..", "land.sinks", "' OR 1=1 --"])
@pytest.mark.parametrize("name", ["datasets", "models", "runs"])
def test_an_unknown_record_is_not_found(client, name, key) -> None:
    answer = client.get(f"/ogc/collections/{name}/items/{key}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
