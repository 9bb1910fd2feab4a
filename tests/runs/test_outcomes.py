"""The run's folder: it opens without agglo, and its digests are those of what it holds."""

import hashlib
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from agglo.contract.errors import ModelFailed
from agglo.contract.model import Model, Output
from agglo.contract.outcome import Numerical
from agglo.contract.protocol import Answer
from agglo.runs import outcomes
from agglo.store import digest


def test_a_run_opens_without_agglo(workspace, ask, add_lakes) -> None:
    add_lakes(workspace)
    folder = ask(workspace, inputs={"lakes": "lakes"}, rain_m=0.5).run.sealed.folder
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert (run["state"], run["parameters"]["rain_m"], run["inputs"]["lakes"]["dataset"]) == ("finished", 0.5, "lakes")
    rows = pq.read_table(folder / run["outcome"]["indicators"]["path"]).to_pylist()
    assert [(row["place"], row["value"], row["unit"], row["year"]) for row in rows] == [
        ("01004", 100.25, "ha", 2024),
        ("91272", 50.0, "ha", 2024),
    ]
    volumes = pq.read_table(folder / run["outcome"]["outputs"]["volumes"]["path"])
    assert volumes.to_pydict() == {"insee": ["91272", "01004"], "volume_m3": [50.0, 100.25]}
    [asked] = [json.loads(path.read_text(encoding="utf-8")) for path in (folder / "events").iterdir()]
    assert asked["kind"] == "asked"


def test_the_manifest_covers_every_file(workspace, pebble, ask) -> None:
    folder = ask(workspace, pebble).run.sealed.folder
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {one for one in present if not one.startswith("events/")} == {*manifest["files"], "manifest.json"}
    assert {"run.json", "log.txt", "ro-crate-metadata.json", "outcome/indicators.parquet"} < set(manifest["files"])
    for name, entry in manifest["files"].items():
        content = (folder / name).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (entry["sha256"], entry["bytes"])
    assert (manifest["format"], manifest["kind"], manifest["state"]) == (1, "run", "finished")


def test_the_digests_are_those_of_the_tables(workspace, pebble, ask) -> None:
    run = ask(workspace, pebble).run
    outcome = run.content["outcome"]
    pebbles, indicators = outcome["outputs"]["pebbles"], outcome["indicators"]
    assert digest.of_table(run.table("pebbles")) == pebbles["digest"]
    assert digest.of_parquet(run.sealed.folder / indicators["path"]) == indicators["digest"]
    both = {"indicators": indicators["digest"], "outputs": {"pebbles": pebbles["digest"]}}
    assert outcome["digest"] == digest.of_json(both) == run.sealed.manifest["digest"]


def test_a_failed_run_holds_no_outcome(workspace, program, ask) -> None:
    folder = ask(workspace, program("exit 1")).run.sealed.folder
    assert sorted(path.name for path in folder.iterdir()) == [
        "events", "log.txt", "manifest.json", "ro-crate-metadata.json", "run.json"
    ]  # fmt: skip


@pytest.fixture
def keep(tmp_path):
    """Keep one output of a model, from a file of the given content or table."""
    (tmp_path / "kept").mkdir()

    def keeping(content: pa.Table | str, *, kind: str = "table", crs: str = "EPSG:2154", **columns: str):
        model = Model(
            id="a", version="1.0.0", code=tmp_path, entry="a:a", outputs=(Output("t", kind=kind, columns=columns),)
        )
        path = tmp_path / ("t.csv" if isinstance(content, str) else "t.parquet")
        path.write_text(content, encoding="utf-8") if isinstance(content, str) else pq.write_table(content, path)
        answer = {"table": {"tables": {"t": path}}, "layer": {"layers": {"t": (path, crs)}}}[kind]
        return outcomes.keep(model, Answer(**answer), tmp_path / "kept"), tmp_path / "kept"

    return keeping


def test_codes_of_a_csv_file_keep_their_zeros_and_numbers_are_numbers(keep) -> None:
    described, folder = keep("insee,area\n01004,1\n2A004,\n", insee="", area="ha")
    table = pq.read_table(folder / described["outputs"]["t"]["path"])
    assert table.to_pydict() == {"insee": ["01004", "2A004"], "area": [1.0, None]}
    assert table.schema.field("area").type == pa.float64()


def test_a_csv_file_gives_the_same_digest_whatever_its_numbers_look_like(keep) -> None:
    first, folder = keep("insee,area\n01004,1\n", insee="", area="ha")
    shutil.rmtree(folder / "outcome")
    second, _folder = keep("insee,area\n01004,1.000\n", insee="", area="ha")
    assert first["digest"] == second["digest"]


@pytest.mark.parametrize(
    ("content", "columns", "said"),
    [
        ("a\n1\n", {}, "a model that declares the file's columns"),
        ("a\nmany\n", {"a": "ha"}, "many"),
        ("a,a\n1,2\n", {"a": "ha"}, "found a, a"),
        (pa.table({"a": ["1"]}), {"a": "ha"}, "t a: found string, expected numbers in ha"),
        (pa.table({"a": [[1]]}), {}, "a"),
        (pa.table({"b": [1]}), {"a": "ha"}, "found b, expected a"),
    ],
)
def test_a_table_that_is_not_as_promised_is_refused(keep, content, columns, said) -> None:
    with pytest.raises(ModelFailed) as caught:
        keep(content, **columns)
    assert said in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"not a table"])
def test_a_file_that_is_no_parquet_is_refused(tmp_path, content) -> None:
    model = Model(id="a", version="1.0.0", code=tmp_path, entry="a:a", outputs=(Output("t"),))
    (tmp_path / "t.parquet").write_bytes(content)
    (tmp_path / "kept").mkdir()
    with pytest.raises(ModelFailed, match=r"cannot be read.\n  - t"):
        outcomes.keep(model, Answer(tables={"t": tmp_path / "t.parquet"}), tmp_path / "kept")


def _points() -> pa.Table:
    import shapely

    return pa.table({"name": ["a", "b"], "geometry": shapely.to_wkb(shapely.points([[1, 2], [3, 4]])).tolist()})


def test_a_layer_is_kept_as_geoparquet(keep) -> None:
    import geopandas as gpd

    described, folder = keep(_points(), kind="layer", crs="EPSG:2154", name="")
    layer = gpd.read_parquet(folder / described["outputs"]["t"]["path"])
    assert layer.crs.to_epsg() == 2154
    assert list(layer.geometry.x) == [1, 3]
    assert described["outputs"]["t"]["digest"] == digest.of_table(_points(), crs={"geometry": "EPSG:2154"})


@pytest.mark.parametrize(
    ("table", "crs", "said"),
    [
        (_points(), "EPSG:0", "found EPSG:0"),
        (pa.table({"name": ["a"]}), "EPSG:2154", "expected name, geometry"),
        (pa.table({"name": ["a"], "geometry": ["POINT (1 2)"]}), "EPSG:2154", "WKB"),
    ],
)
def test_a_layer_that_cannot_be_placed_is_refused(keep, table, crs, said) -> None:
    with pytest.raises(ModelFailed) as caught:
        keep(table, kind="layer", crs=crs, name="")
    assert said in str(caught.value)


def test_a_file_is_kept_as_it_is(workspace, program, ask) -> None:
    script = (
        """printf 'a picture' > "$out/p.svg"; printf '{"files": {"map": {"path": "p.svg"}}}' > "$out/outputs.json" """
    )
    run = ask(workspace, program(script, {"map": {"kind": "file"}})).run
    assert run.path_of("map").name == "map.svg"
    assert run.path_of("map").read_text() == "a picture"
    assert run.content["outcome"]["outputs"]["map"]["digest"] == hashlib.sha256(b"a picture").hexdigest()


def test_the_same_answer_has_the_same_digest_whatever_its_order_of_indicators(workspace, program, ask) -> None:
    one = {"name": "land.take", "value": 1, "unit": "ha/yr", "place": "91272", "year": 2024}
    other = {**one, "place": "91477", "value": 2.5}
    digests = set()
    for indicators in ([one, other], [other, one]):
        text = json.dumps({"indicators": indicators})
        run = ask(workspace, program(f"printf '%s' '{text}' > \"$out/outputs.json\"")).run
        digests.add(run.content["outcome"]["digest"])
    assert len(digests) == 1


def test_tolerances_are_kept_with_each_output(workspace, pebble, ask) -> None:
    outcome = ask(workspace, pebble).run.content["outcome"]
    assert outcome["outputs"]["pebbles"]["compare"] == {"kind": "numerical", "absolute": 0.0, "relative": 1e-9}
    assert outcome["indicators"]["compare"]["relative"] == Numerical().relative


def test_what_a_model_leaves_in_its_folder_is_thrown_away(workspace, program, ask) -> None:
    ask(workspace, program("""echo x > "$out/left"; printf '{}' > "$out/outputs.json" """))
    assert list(Path(workspace.staging).iterdir()) == []
