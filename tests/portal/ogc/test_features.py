"""OGC API Features Part 1: every layer by page, box, property and identifier."""

import json
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from field import CORNER, ODD, SIDE_M
from pyproj import Transformer

from agglo.portal import layers
from agglo.trust.access.people import PUBLIC
from portal.ogc.abstract import FEATURES, covers

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def links_of(content, rel: str) -> list[str]:
    return [one["href"] for one in content["links"] if one["rel"] == rel]


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


@covers(FEATURES, "/conf/core/root-op", "/conf/core/root-success", "/conf/core/api-definition-op")
def test_the_landing_page_leads_to_everything(client) -> None:
    answer = client.get("/ogc")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    relations = {one["rel"] for one in answer.json()["links"]}
    assert relations >= {"self", "alternate", "service-desc", "service-doc", "conformance", "data"}
    assert relations >= {"http://www.opengis.net/def/rel/ogc/1.0/processes",
                         "http://www.opengis.net/def/rel/ogc/1.0/job-list"}  # fmt: skip
    for link in answer.json()["links"]:
        if path_of(link["href"]).startswith("/ogc"):
            assert client.get(path_of(link["href"])).status_code in (200, 303), link
    assert client.get("/ogc/").json()["title"] == answer.json()["title"]


@covers(FEATURES, "/conf/core/conformance-op", "/conf/core/conformance-success")
def test_conformance_names_the_classes(client) -> None:
    declared = client.get("/ogc/conformance").json()["conformsTo"]
    for name in ("core", "geojson", "oas30"):
        assert f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" in declared
    assert len(declared) == len(set(declared))


@covers(FEATURES, "/conf/core/fc-md-op", "/conf/core/fc-md-success", "/conf/core/fc-md-links",
        "/conf/core/fc-md-items", "/conf/core/fc-md-extent")  # fmt: skip
def test_every_layer_is_a_collection(client, workspace, field_run, ponds) -> None:
    content = client.get("/ogc/collections").json()
    found = {one["id"]: one for one in content["collections"]}
    assert {"communes", f"run-{field_run.id}.plots", f"run-{field_run.id}.yields", f"run-{field_run.id}.indicators",
            f"dataset-{ponds}"} <= set(found)  # fmt: skip
    assert {one.id for one in layers.listing(workspace, PUBLIC)} == {
        name for name, one in found.items() if one["itemType"] == "feature"
    }
    for one in found.values():
        assert links_of(one, "items") == [f"http://testserver/ogc/collections/{one['id']}/items"]
        assert one["title"]
        assert one["description"]


@covers(FEATURES, "/conf/core/sfc-md-op", "/conf/core/sfc-md-success")
def test_a_collection_describes_itself_as_the_list_does(client, field_run, ponds) -> None:
    listed = {one["id"]: one for one in client.get("/ogc/collections").json()["collections"]}
    for name in ("communes", f"run-{field_run.id}.plots", f"dataset-{ponds}", "datasets"):
        own = client.get(f"/ogc/collections/{name}").json()
        for key in ("id", "title", "description", "itemType", "crs"):
            assert own[key] == listed[name][key]
        assert own["extent"]["spatial"]["crs"] == CRS84
        ((west, south, east, north),) = own["extent"]["spatial"]["bbox"]
        assert west < east
        assert south < north


@covers(FEATURES, "/conf/core/fc-op", "/conf/core/fc-response", "/conf/core/fc-links", "/conf/core/fc-timeStamp",
        "/conf/core/fc-numberMatched", "/conf/core/fc-numberReturned", "/conf/geojson/content",
        "/conf/geojson/definition")  # fmt: skip
def test_features_come_as_geojson(client) -> None:
    answer = client.get("/ogc/collections/communes/items")
    assert answer.headers["content-type"] == "application/geo+json"
    content = answer.json()
    assert content["type"] == "FeatureCollection"
    assert content["numberMatched"] == content["numberReturned"] == len(content["features"]) == 27
    assert content["timeStamp"].endswith("Z")
    assert links_of(content, "self") == ["http://testserver/ogc/collections/communes/items"]
    one = content["features"][0]
    assert one["type"] == "Feature"
    assert one["geometry"]["type"] == "MultiPolygon"
    assert one["properties"]["insee"] == one["id"]


@covers(FEATURES, "/conf/core/fc-limit-definition", "/conf/core/fc-limit-response")
def test_pages_give_every_feature_once(client, ponds) -> None:
    where, seen, turned = f"/ogc/collections/dataset-{ponds}/items?limit=40", [], 0
    while where:
        content = client.get(where).json()
        assert content["numberMatched"] == 150
        assert content["numberReturned"] == len(content["features"]) <= 40
        seen += [one["id"] for one in content["features"]]
        turned += 1
        where = next(map(path_of, links_of(content, "next")), "")
    assert turned == 4
    assert seen == list(range(1, 151))
    back = client.get(f"/ogc/collections/dataset-{ponds}/items?limit=40&offset=120").json()
    assert [path_of(one) for one in links_of(back, "prev")] == [
        f"/ogc/collections/dataset-{ponds}/items?offset=80&limit=40"
    ]
    assert client.get(f"/ogc/collections/dataset-{ponds}/items?limit=99999999").json()["numberReturned"] == 150
    assert client.get(f"/ogc/collections/dataset-{ponds}/items").json()["numberReturned"] == 100
    assert client.get(f"/ogc/collections/dataset-{ponds}/items?offset=150").json()["features"] == []


@covers(FEATURES, "/conf/core/fc-limit-response", "/conf/core/query-param-unknown", "/conf/core/query-param-invalid")
@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("limit=0", "limit"), ("limit=-1", "limit"), ("limit=1.5", "limit"), ("limit=many", "limit"),
        ("limit=", "limit"), ("limit=1&limit=2", "limit"), ("offset=-1", "offset"), ("limit=%D9%A1", "limit"),
        ("bbox=1,2,3", "bbox"), ("bbox=1,2,3,x", "bbox"), ("bbox=1,2,3,nan", "bbox"), ("bbox=1,2,3,inf", "bbox"),
        ("bbox=2,49,2.1,48", "bbox"), ("bbox=1,2,3,4,5,6,7", "bbox"), ("bbox=", "bbox"), ("bbox=1,2,3,1e999", "bbox"),
        ("bbox-crs=EPSG:2154", "bbox-crs"), ("datetime=yesterday", "datetime"), ("datetime=2024-13-01", "datetime"),
        ("datetime=2024-01-02/2024-01-01", "datetime"), ("datetime=/", "datetime"), ("datetime=", "datetime"),
        ("unknown=1", "unknown"), ("f=xml", "f"), ("lang=de", "lang"), ("population=many", "population"),
        ("q=x", "q"), ("Limit=5", "Limit"), ("%00=1", "\x00"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_by_name(client, query, name) -> None:
    answer = client.get(f"/ogc/collections/communes/items?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert [fault["where"] for fault in answer.json()["faults"]] == [name]


@covers(FEATURES, "/conf/core/fc-bbox-definition", "/conf/core/fc-bbox-response")
def test_a_box_gives_what_touches_it(client, field_run) -> None:
    move = Transformer.from_crs("EPSG:2154", "OGC:CRS84", always_xy=True)
    west, south = move.transform(CORNER[0] + 2.5 * SIDE_M, CORNER[1] + 0.2 * SIDE_M)
    east, north = move.transform(CORNER[0] + 3.5 * SIDE_M, CORNER[1] + 0.4 * SIDE_M)
    where = f"/ogc/collections/run-{field_run.id}.plots/items"

    def names(box: str) -> list[str]:
        return [one["properties"]["name"] for one in client.get(f"{where}?bbox={box}").json()["features"]]

    assert names(f"{west},{south},{east},{north}") == ["plot 3"]
    assert names(f"{west},{south},0,{east},{north},100&bbox-crs={CRS84}") == ["plot 3"]
    assert names("-180,-90,180,90").count("plot 24") == 0
    assert len(names("-180,-90,180,90")) == 24
    assert names("10,10,11,11") == []
    assert len(names("170,-90,3,90")) == 24


@covers(FEATURES, "/conf/core/fc-bbox-response")
def test_a_box_in_the_crook_of_a_commune_does_not_touch_it(client) -> None:
    """The rectangle around an outline is not the outline."""
    import shapely

    whole = client.get("/ogc/collections/communes/items?limit=100").json()["features"]
    closer = 0
    shapes = {one["id"]: shapely.from_geojson(json.dumps(one["geometry"])) for one in whole}
    for box in ((2.2, 48.68, 2.21, 48.69), (2.1, 48.62, 2.12, 48.64), (2.17, 48.7, 2.1701, 48.7001)):
        text = ",".join(map(str, box))
        found = client.get(f"/ogc/collections/communes/items?bbox={text}").json()
        expected = {name for name, shape in shapes.items() if shape.intersects(shapely.box(*box))}
        around = {name for name, shape in shapes.items() if shapely.box(*shape.bounds).intersects(shapely.box(*box))}
        assert {one["id"] for one in found["features"]} == expected
        assert found["numberMatched"] == len(expected)
        assert expected <= around
        closer += len(around - expected)
    assert closer


@covers(FEATURES, "/conf/core/fc-time-definition", "/conf/core/fc-time-response")
@pytest.mark.parametrize(
    "text", ["2024-01-01", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00.123456789+02:00", "../2024-01-01T00:00:00Z",
             "2024-01-01/..", "/2024-01-01", "2018-02-12T00:00:00Z/2018-03-18T12:31:12Z"],
)  # fmt: skip
def test_a_layer_without_time_is_whole_at_any_time(client, text) -> None:
    answer = client.get("/ogc/collections/communes/items", params={"datetime": text})
    assert answer.status_code == 200
    assert answer.json()["numberMatched"] == 27


@covers(FEATURES, "/conf/core/filters-by-properties")
def test_properties_choose_features(client, ponds, field_run) -> None:
    where = f"/ogc/collections/dataset-{ponds}/items"

    def matched(path: str, **query: str) -> int:
        answer = client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()["numberMatched"]

    assert matched(where, name="pond 3 é") == 1
    assert matched(where, depth_m="0.3") == 1
    assert matched(where, rank="3.0") == 1
    assert matched(where, deep="true") == 49
    assert matched(where, deep="true", rank="3") == 0
    assert matched(where, deep="true", bbox="2.0,48.6,2.1101,48.7") == 10
    assert matched(where, name="' OR 1=1 --") == 0
    assert matched(f"/ogc/collections/run-{field_run.id}.plots/items", **{ODD: ODD}) == 12
    assert client.get(where, params={"deep": "yes"}).status_code == 400


def test_queryables_are_what_items_can_be_chosen_by(client, ponds, field_run) -> None:
    content = client.get(f"/ogc/collections/dataset-{ponds}/queryables").json()
    assert {name: one["type"] for name, one in content["properties"].items()} == {
        "name": "string", "depth_m": "number", "deep": "boolean", "rank": "integer"
    }  # fmt: skip
    assert content["properties"]["depth_m"] | {} == {"title": "Depth", "type": "number", "x-ogc-unit": "m"}
    assert ODD in client.get(f"/ogc/collections/run-{field_run.id}.plots/queryables").json()["properties"]


@covers(FEATURES, "/conf/core/f-op", "/conf/core/f-success", "/conf/core/f-links")
def test_a_feature_is_read_by_its_identifier(client, ponds) -> None:
    where = f"/ogc/collections/dataset-{ponds}/items"
    listed = client.get(f"{where}?limit=5").json()["features"][4]
    answer = client.get(f"{where}/{listed['id']}")
    assert answer.headers["content-type"] == "application/geo+json"
    own = answer.json()
    assert {rel for link in own["links"] for rel in [link["rel"]]} >= {"self", "collection"}
    assert {key: own[key] for key in listed} == listed
    for wrong in ("0", "151", "x", "1%20", "%00", "1'--", "é", "1/2"):
        assert client.get(f"{where}/{wrong}").status_code == 404
    assert client.get(f"{where}/1?limit=1").status_code == 400


@covers(FEATURES, "/conf/core/crs84")
def test_coordinates_are_longitudes_and_latitudes(client, field_run) -> None:
    answer = client.get(f"/ogc/collections/run-{field_run.id}.plots/items")
    assert answer.headers["content-crs"] == f"<{CRS84}>"
    features = {one["properties"]["name"]: one for one in answer.json()["features"]}
    move = Transformer.from_crs("EPSG:2154", "OGC:CRS84", always_xy=True)
    expected = move.transform(CORNER[0] + 2 * SIDE_M, CORNER[1])
    assert features["plot 2"]["geometry"]["coordinates"] == pytest.approx(expected, abs=1e-7)
    assert features["plot 24"]["geometry"] is None
    assert features["plot 1"]["properties"]["area_ha"] is None
    ring = features["plot 0"]["geometry"]["coordinates"][0]
    signed = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))
    assert signed > 0


def test_heights_are_kept(workspace, client) -> None:
    from portal.ogc.conftest import harvest

    run = harvest(workspace, heights=True)
    features = client.get(f"/ogc/collections/run-{run.id}.plots/items?limit=3").json()["features"]
    assert features[2]["geometry"]["coordinates"][2] == 80.0


def test_a_table_by_commune_bears_outlines(client, field_run) -> None:
    content = client.get(f"/ogc/collections/run-{field_run.id}.yields/items").json()
    assert [one["properties"]["insee"] for one in content["features"]] == ["91272", "91477"]
    assert all(one["geometry"]["type"] == "MultiPolygon" for one in content["features"])
    assert [one["id"] for one in content["features"]] == [1, 2]


def test_indicators_are_one_feature_a_commune(client, field_run) -> None:
    content = client.get(f"/ogc/collections/run-{field_run.id}.indicators/items").json()
    assert [one["properties"] for one in content["features"]] == [
        {"insee": "91272", "commune": "Gif-sur-Yvette", "land.take_2024": 1.0}
    ]
    assert [one["id"] for one in content["features"]] == ["91272"]


@pytest.mark.parametrize(
    "name", ["nothing", "run-x.plots", "dataset-nothing@0", "dataset-ponds", "run-%00.x", "..%2F..", "é", "communes'",
             "run-00000000-0000-0000-0000-000000000000.plots", "dataset-ponds@", "DATASETS"],
)  # fmt: skip
def test_an_unknown_collection_is_not_found(client, name) -> None:
    for ending in ("", "/items", "/items/1", "/queryables"):
        answer = client.get(f"/ogc/collections/{name}{ending}")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


@covers(FEATURES, "/conf/core/http")
def test_nothing_is_sent_again_that_has_not_changed(client, ponds) -> None:
    for path in ("/ogc", "/ogc/collections", "/ogc/collections/communes", f"/ogc/collections/dataset-{ponds}/items",
                 "/ogc/collections/communes/items/91272", "/ogc/api", "/ogc/processes", "/ogc/collections/runs/items",
                 "/ogc/jobs"):  # fmt: skip
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code == 304, path
        assert again.content == b""
        assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    head = client.head("/ogc/collections/communes/items")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-type"] == "application/geo+json"
    for method in ("PUT", "PATCH", "POST"):
        answer = client.request(method, "/ogc/collections/communes")
        assert answer.status_code == 405
        assert answer.headers["content-type"] == "application/problem+json"


def test_the_form_that_is_asked_for_is_given(client, field_run) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    assert client.get("/ogc", headers=browser).headers["location"] == "/api"
    assert client.get("/ogc?f=html").status_code == 303
    assert client.get("/ogc?f=json", headers=browser).status_code == 200
    assert client.get("/ogc", headers={"Accept": "application/xml"}).status_code == 406
    assert client.get("/ogc/collections/communes/items", headers=browser).status_code == 200
    assert client.get("/ogc/collections/communes/items", headers={"Accept": "text/html"}).status_code == 406
    assert client.get("/ogc", headers={"Accept": "text/html;q=0.1,application/json;q=0.2"}).status_code == 200
    page = client.get(f"/ogc/collections/run-{field_run.id}.plots?f=html")
    assert page.headers["location"] == f"/reponses/{field_run.id}"
    assert client.get("/ogc?lang=fr").headers["content-language"] == "fr"


@covers(FEATURES, "/conf/oas30/oas-definition-1", "/conf/oas30/oas-definition-2")
def test_an_address_that_nothing_has_is_told_as_a_problem(client) -> None:
    for path in ("/ogc/nothing", "/ogc/collections/communes/nothing", "/ogc//api", "/ogc/api/x"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_layer_is_prepared_once_however_many_ask(workspace, field_run) -> None:
    from concurrent.futures import ThreadPoolExecutor

    layer = layers.find(workspace, PUBLIC, f"run-{field_run.id}.plots")
    with ThreadPoolExecutor(6) as pool:
        paths = set(pool.map(lambda _rank: layers.prepared(workspace, layer), range(6)))
    assert paths == {layers.path_of(workspace, layer)}
    folder: Path = workspace.cache / "layers"
    assert [one for one in folder.iterdir() if one.name.startswith(".")] == []


def test_a_layer_that_is_lost_is_made_again(workspace, client, ponds) -> None:
    where = f"/ogc/collections/dataset-{ponds}/items?limit=2"
    before = client.get(where).json()["features"]
    for path in (workspace.cache / "layers").iterdir():
        path.unlink()
    assert client.get(where).json()["features"] == before


def test_a_table_of_very_many_rows_is_no_layer(workspace, monkeypatch) -> None:
    from portal.ogc.conftest import harvest

    monkeypatch.setattr(layers, "_SMALL_BYTES", 0)
    monkeypatch.setattr(layers, "LARGEST_TABLE_ROWS", 2)
    run = harvest(workspace, count=3)
    assert {f"run-{run.id}.plots", f"run-{run.id}.indicators"} == {
        one.id for one in layers.listing(workspace, PUBLIC) if run.id in one.id
    }


def test_what_cannot_be_prepared_is_told_soberly(workspace, client, field_run) -> None:
    layer = layers.find(workspace, PUBLIC, f"run-{field_run.id}.plots")
    path = field_run.path_of("plots")
    path.chmod(0o600)
    path.write_bytes(b"no longer a table")
    layers.path_of(workspace, layer).unlink(missing_ok=True)
    answer = client.get(f"/ogc/collections/{layer.id}/items")
    assert answer.status_code == 500
    assert answer.json()["title"] == "This layer cannot be prepared."
    assert str(workspace.root) not in answer.text
    assert "Traceback" not in answer.text
