"""The map: its page, what it tells the script, its tiles, and who may see them."""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from agglo.portal import app, assets, layers
from agglo.portal.map import description, legends, sides, tiles
from agglo.portal.map.prepared import Prepared
from agglo.runs.run import Run
from agglo.store.sealed import Sealed
from agglo.store.workspace import Workspace
from agglo.trust.access import examples, visibility
from agglo.trust.access.people import PUBLIC, operator
from agglo.trust.access.rules import Asset

PALAISEAU = "91477"


@pytest.fixture(autouse=True)
def _published(workspace: Workspace) -> None:
    examples.publish(workspace, operator(workspace), "local-green-deal")


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The map's files, as if they had been made: nothing of them is read by these tests."""
    static = tmp_path / "static"
    (static / "map").mkdir(parents=True)
    for name in ("style.css", "icon.svg", "map-loader.js"):
        (static / name).write_bytes((assets.STATIC / name).read_bytes())
    for name in (*description.FILES, "map/licences.txt"):
        (static / name).write_text("made")
    with monkeypatch.context() as patch:
        patch.setattr(assets, "STATIC", static)
        description.size_kb.cache_clear()
        yield
    description.size_kb.cache_clear()
    assets._digest.cache_clear()


def land_runs(workspace: Workspace) -> list[Run]:
    runs = [Run(Sealed(folder)) for folder in sorted(workspace.runs.iterdir())]
    return [run for run in runs if run.content["model"]["id"] == "land.sinks"]


def told(text: str) -> dict[str, Any]:
    found = re.search(r'data-map="([^"]*)"', text)
    assert found
    return json.loads(html.unescape(found[1]))


def cells(text: str, commune: str) -> list[str]:
    row = re.search(rf'<a href="/territoire/\d+">{commune}</a></th>(.*?)</tr>', text, re.S)
    assert row
    return re.findall(r"<td[^>]*>(.*?)</td>", row[1])


def test_without_a_layer_the_latest_indicators_are_drawn_and_written(client: TestClient, workspace: Workspace) -> None:
    text = client.get("/carte?lang=en").text
    latest = max(land_runs(workspace), key=lambda run: run.id)
    assert f'<option value="run-{latest.id}.indicators" selected>' in text
    assert text.count('<a href="/territoire/') >= 2 * 27, "each commune is on the drawn map and in the table"
    assert "Modelled. Source: ADEME, Aldo." in text


def test_figure_and_year_are_chosen_by_the_address(client: TestClient, workspace: Workspace) -> None:
    run = land_runs(workspace)[0]
    stock = next(one for one in run.indicators if (one.name, one.place) == ("land.carbon-stock", PALAISEAU))
    asked = f"/carte?lang=en&couches=run-{run.id}.indicators&indicateur=land.carbon-stock&annee={stock.year}"
    text = client.get(asked).text
    assert f"<h1>Map: Carbon held in soils and plants, {stock.year}</h1>" in text
    assert stock.value is not None
    assert cells(text, "Palaiseau") == [f"{stock.value:,.0f}"]


def test_a_figure_or_a_year_that_is_not_there_is_replaced(client: TestClient, workspace: Workspace) -> None:
    run = land_runs(workspace)[0]
    answer = client.get(f"/carte?lang=en&couches=run-{run.id}.indicators&indicateur=nothing&annee=18²")
    assert answer.status_code == 200
    assert "<h1>Map: Carbon flux of land-use change, 2012–2018</h1>" in answer.text


def test_two_answers_have_the_same_classes_and_a_column_each(
    client: TestClient, workspace: Workspace, built: None
) -> None:
    observed, halved = land_runs(workspace)[:2]
    text = client.get(f"/carte?lang=en&couches=run-{observed.id}.indicators,run-{halved.id}.indicators").text
    first, second = told(text)["sides"]
    flux = {
        run.id: {one.place: one.value for one in run.indicators if one.name == "land.carbon-flux" and not one.sector}
        for run in (observed, halved)
    }
    of_value: dict[str, set[str]] = {}
    for run, side in ((observed, first), (halved, second)):
        for insee, (css, said) in side["values"].items():
            of_value.setdefault(said, set()).add(css)
            assert (flux[run.id][insee] == 0) == said.startswith("0"), said
    assert max(map(len, of_value.values())) == 1, "one figure has one colour, on either side"
    assert first["title"] != second["title"]
    assert len(cells(text, "Palaiseau")) == 2
    assert 'type="range"' in text


def test_the_form_of_two_selects_is_the_same_address(client: TestClient, workspace: Workspace) -> None:
    one, two = (f"run-{run.id}.indicators" for run in land_runs(workspace)[:2])
    commas = client.get(f"/carte?lang=en&couches={one},{two}").text
    fields = client.get(f"/carte?lang=en&couches={one}&couches={two}").text
    assert re.findall("<h2.*?</h2>", commas) == re.findall("<h2.*?</h2>", fields)
    alone = client.get(f"/carte?lang=en&couches={one}&couches=").text
    assert alone.count("<figure") == 1


def test_what_cannot_be_drawn_on_the_map_is_told(client: TestClient, workspace: Workspace) -> None:
    run = land_runs(workspace)[0]
    text = client.get(f"/carte?lang=en&couches=run-{run.id}.fluxes").text
    assert "several lines for a commune" in text
    assert "<figure" not in text


def test_without_the_built_files_the_page_says_so_and_loads_no_script(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, built: None
) -> None:
    (assets.STATIC / "map" / "map.js").unlink()
    text = client.get("/carte?lang=en").text
    assert "The zoomable map is not installed on this server." in text
    assert "<script" not in text
    assert "<figure" in text
    assert "<table" in text


def test_with_them_one_small_script_is_loaded_and_nothing_else(client: TestClient, built: None) -> None:
    text = client.get("/carte?lang=en").text
    assert re.findall(r"<script[^>]*>(.*?)</script>", text, re.S) == [""]
    assert '<p id="offer-map" hidden>' in text, "without JavaScript there is no button that does nothing"
    assert 'rel="stylesheet"' in text
    assert "map.css" not in text.split("<body>")[0]


def test_the_script_is_told_where_everything_is(client: TestClient, workspace: Workspace, built: None) -> None:
    content = told(client.get("/carte?lang=en").text)
    outlines = client.get(content["outlines"]["address"]).json()
    assert len(outlines["features"]) == 27
    place = outlines["features"][0]["properties"]
    assert place[content["outlines"]["code"]] in content["sides"][0]["values"]
    assert place[content["outlines"]["name"]]
    assert client.get(content["worker"]).status_code == 200
    assert client.get(content["commune"].replace("CODE", PALAISEAU)).status_code == 200
    assert content["bounds"][0] < content["bounds"][2]


def test_a_hidden_answer_is_on_no_map_and_has_no_tiles(client: TestClient, workspace: Workspace) -> None:
    run, other = land_runs(workspace)[:2]
    id_ = f"run-{run.id}.indicators"
    assert client.get(f"/carte?couches={id_}").status_code == 200
    assert client.get(f"/carte/tuiles/{id_}.pmtiles").status_code == 200
    for hidden in ("draft", "restricted", "personal"):
        visibility.set_(workspace, operator(workspace), Asset("run", run.id), hidden)
        for address in (f"/carte?couches={id_}", f"/carte?couches=communes,{id_}", f"/carte/tuiles/{id_}.pmtiles"):
            refused, absent = client.get(address), client.get(address.replace(run.id, "01a00000-none"))
            assert (refused.status_code, absent.status_code) == (404, 404)
            pages = (refused.text.replace(run.id, "X"), absent.text.replace("01a00000-none", "X"))
            assert len({re.sub(r"weighs \d+ kB", "", page) for page in pages}) == 1
        assert id_ not in client.get(f"/carte?couches=run-{other.id}.indicators").text


def test_tiles_are_made_once_and_read_by_pieces(client: TestClient, workspace: Workspace) -> None:
    address = "/carte/tuiles/communes.pmtiles"
    whole = client.get(address)
    assert whole.content.startswith(b"PMTiles")
    assert whole.headers["accept-ranges"] == "bytes"
    piece = client.get(address, headers={"Range": "bytes=0-126"})
    assert (piece.status_code, len(piece.content)) == (206, 127)
    assert piece.headers["content-range"] == f"bytes 0-126/{len(whole.content)}"
    assert piece.headers.get("content-encoding") is None
    assert client.get(address, headers={"Range": f"bytes={len(whole.content)}-"}).status_code == 416
    layer = layers.communes(workspace)
    made = tiles.path_of(workspace, layer)
    before = made.stat().st_mtime_ns
    assert tiles.made(workspace, layer) == made
    assert made.stat().st_mtime_ns == before
    assert [path.name for path in made.parent.iterdir()] == [made.name], "nothing is left beside"


def test_tiles_hold_every_feature_with_its_properties(workspace: Workspace) -> None:
    pyogrio = pytest.importorskip("pyogrio")
    path = tiles.made(workspace, layers.communes(workspace))
    details, table = pyogrio.read_arrow(path, layer=tiles.LAYER_NAME)
    assert set(table.column("insee").to_pylist()) == set(layers.territory(workspace).codes)
    assert table.column("population").null_count == 0
    assert "3857" in details["crs"]


def test_tiles_that_cannot_be_made_are_an_error_that_says_nothing_of_the_inside(
    client: TestClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = layers.communes(workspace)
    layers.prepared(workspace, layer)
    layers.path_of(workspace, layer).write_bytes(b"not a database")
    answer = client.get("/carte/tuiles/communes.pmtiles")
    assert answer.status_code == 500
    assert str(workspace.root) not in answer.text
    assert not list((workspace.cache / "tiles").iterdir())


BACKGROUND = (
    "https://tiles.example/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=PLAN&STYLE=normal&FORMAT=image/png"
    "&TILEMATRIXSET=PM&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"
)


def test_a_background_opens_the_policy_to_its_host_on_this_page_alone(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, built: None
) -> None:
    monkeypatch.setenv("AGGLO_MAP_BACKGROUND", BACKGROUND)
    monkeypatch.setenv("AGGLO_MAP_BACKGROUND_SOURCE", "IGN")
    with TestClient(app.create(type(workspace)(workspace.root))) as client:
        answer, home = client.get("/carte?lang=en"), client.get("/territoire")
    policy = answer.headers["content-security-policy"]
    assert "img-src 'self' data: https://tiles.example;" in policy
    assert "connect-src 'self' https://tiles.example;" in policy
    assert "tiles.example" not in home.headers["content-security-policy"]
    assert "x-agglo-csp-extra" not in answer.headers
    assert told(answer.text)["background"] == {"tiles": BACKGROUND, "source": "IGN"}
    assert "Background: IGN." in answer.text


def test_without_a_background_the_policy_is_that_of_every_page(client: TestClient) -> None:
    policies = {client.get(path).headers["content-security-policy"] for path in ("/carte", "/territoire")}
    assert len(policies) == 1


def test_a_prepared_layer_is_read_by_column(workspace: Workspace) -> None:
    layer = layers.find(workspace, PUBLIC, f"run-{land_runs(workspace)[0].id}.fluxes")
    prepared = Prepared(layers.prepared(workspace, layer))
    names = [one.name for one in prepared.properties()]
    assert len(prepared.rows(5)) == 5
    assert all(len(row) == len(names) for row in prepared.rows(5))
    assert len(prepared.column(names[-1], 10)) <= 10
    assert prepared.column("no such column", 10) == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], []),
        ([None, float("nan")], []),
        ([0.0, 0.0], [("k0", 0.0)]),
        ([-5.0, 0.0, 5.0], ["m", "k0", "p"]),
    ],
)
def test_classes_of_features(values: list[float | None], expected: list[Any]) -> None:
    found = [(one.css, one.least) for one in legends.steps(values)]
    if expected and isinstance(expected[0], str):
        assert [css[: len(look)] for (css, _least), look in zip(found, expected, strict=True)] == expected
        assert [least for _css, least in found] == sorted({least for _css, least in found}), "each begins above another"
    else:
        assert found == expected


def test_classes_of_very_many_values_are_made_from_a_few() -> None:
    found = legends.steps([float(value) for value in range(100_000)])
    assert 3 <= len(found) <= 6
    assert found[0].least == 0


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "no data"), (True, "yes"), (False, "no"), ("text", "text"), (0, "0"), (1234.6, "1,235")],
)
def test_cells(value: object, expected: str) -> None:
    assert sides.written(value, "", 0) == expected


ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("folder", ["agglo/portal/frontend", "tests/portal/browser"])
def test_lock_files_name_versions_and_digests_and_no_place_to_download_from(folder: str) -> None:
    manifest = json.loads((ROOT / folder / "package.json").read_text())
    lock = json.loads((ROOT / folder / "package-lock.json").read_text())
    settings = (ROOT / folder / ".npmrc").read_text()
    wanted = {**manifest.get("dependencies", {}), **manifest.get("devDependencies", {})}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    packages = {place: one for place, one in lock["packages"].items() if place}
    assert all("resolved" not in one and one["integrity"].startswith("sha512-") for one in packages.values())
    assert not [place for place, one in packages.items() if one.get("hasInstallScript") and "esbuild" not in place]
    assert "omit-lockfile-registry-resolved=true" in settings
    assert "ignore-scripts=true" in settings
    assert "registry=" not in settings
