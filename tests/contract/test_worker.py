import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from agglo.contract import protocol, worker
from agglo.contract.errors import ModelFailed
from agglo.contract.indicators import Indicator
from agglo.contract.inputs import Handle, Inputs
from agglo.contract.model import from_folder
from agglo.contract.outcome import Layer, Outcome
from agglo.contract.protocol import Question

SAMPLES = Path(__file__).parents[1] / "samples"
DECLARE = "from agglo.contract.model import model\nfrom agglo.contract.outcome import Outcome\n"


@dataclass
class Folders:
    root: Path

    @property
    def incoming(self) -> Path:
        return self.root / "in"

    @property
    def out(self) -> Path:
        return self.root / "out"

    def ask(self, parameters: dict[str, Any], inputs: dict[str, Handle] | None = None, seed: int = 0) -> None:
        self.incoming.mkdir()
        self.out.mkdir()
        question = Question("test.lake", "1.0.0", parameters, seed, Inputs(inputs or {}))
        protocol.write_question(self.incoming, question)

    def run(self, code: Path, entry: str = "lake:lake", *, path: Path = SAMPLES) -> "subprocess.CompletedProcess[str]":
        words = ["--in", str(self.incoming), "--out", str(self.out), "--entry", entry, "--code", str(code)]
        return subprocess.run(
            [sys.executable, "-B", "-m", "agglo.contract.worker", "run", *words],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(path)},
            check=False,
            timeout=60,
        )

    def error(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.out / protocol.ERROR_FILE).read_text(encoding="utf-8"))
        return content


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path, and the loaded modules as they were once the test is over."""
    before = dict(sys.modules)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    place = tmp_path / "installed"
    place.mkdir()
    monkeypatch.syspath_prepend(str(place))
    yield place
    for name in set(sys.modules) - set(before):
        del sys.modules[name]
    sys.modules.update(before)


def package(place: Path, **files: str) -> Path:
    place.mkdir(parents=True)
    for name, text in files.items():
        (place / f"{name}.py").write_text(text, encoding="utf-8")
    return place


def declared(version: str, body: str = "return Outcome()") -> str:
    return f"@model(id='test.x', version={version!r})\ndef x(inputs, *, parameters, context):\n    {body}\n"


class TestProcess:
    def test_an_answer(self, folders: Folders) -> None:
        folders.ask({"rain_m": 2.0, "behaviour": "answer", "seconds": 0.0})
        ended = folders.run(SAMPLES / "lake")
        assert ended.returncode == 0, ended.stderr
        answer = protocol.read_answer(folders.out)
        assert [one.value for one in answer.indicators] == [200.0, 400.0]
        assert pq.read_table(answer.tables["volumes"]).to_pydict()["volume_m3"] == [200.0, 400.0]

    def test_only_progress_is_on_standard_output(self, folders: Folders) -> None:
        folders.ask({"rain_m": 2.0, "behaviour": "answer", "seconds": 0.0})
        ended = folders.run(SAMPLES / "lake")
        assert [json.loads(line) for line in ended.stdout.splitlines()] == [{"progress": 0.5, "text": "raining"}]
        assert "a print goes to the log" in ended.stderr
        assert "INFO test.lake: on " in ended.stderr

    def test_it_reads_its_inputs(self, folders: Folders) -> None:
        folders.ask(
            {"rain_m": 0.5, "behaviour": "answer", "seconds": 0.0},
            {"lakes": Handle("lakes", folders.incoming / "lakes.parquet")},
        )
        pq.write_table(pa.table({"insee": ["91001"], "area_m2": [10.0]}), folders.incoming / "lakes.parquet")
        assert folders.run(SAMPLES / "lake").returncode == 0
        assert [(one.place, one.value) for one in protocol.read_answer(folders.out).indicators] == [("91001", 5.0)]

    @pytest.mark.parametrize(
        ("behaviour", "code", "what"),
        [("raise", 1, "RuntimeError: the lake overflowed"), ("refuse", 2, "These lakes cannot be used.")],
    )
    def test_a_failure_is_explained(self, folders: Folders, behaviour: str, code: int, what: str) -> None:
        folders.ask({"rain_m": 2.0, "behaviour": behaviour, "seconds": 0.0})
        ended = folders.run(SAMPLES / "lake")
        assert ended.returncode == code
        assert folders.error()["what"].startswith(what)
        assert not (folders.out / protocol.OUTPUTS_FILE).exists()
        assert ("Traceback" in ended.stderr) == (behaviour == "raise")

    def test_refused_faults_are_kept(self, folders: Folders) -> None:
        folders.ask({"rain_m": 2.0, "behaviour": "refuse", "seconds": 0.0})
        folders.run(SAMPLES / "lake")
        assert folders.error()["faults"] == [
            {"where": "lakes row 3", "got": "-1 ha", "expected": "0 or more", "repair": ""}
        ]

    @pytest.mark.parametrize(("behaviour", "code"), [("exit", 7), ("die", -9)])
    def test_a_process_that_ends_itself_says_nothing(self, folders: Folders, behaviour: str, code: int) -> None:
        folders.ask({"rain_m": 2.0, "behaviour": behaviour, "seconds": 0.0})
        assert folders.run(SAMPLES / "lake").returncode == code
        assert protocol.read_error(folders.out) is None

    def test_the_seed_decides_chance(self, tmp_path: Path) -> None:
        code = tmp_path / "dice.py"
        body = "return Outcome(notes=[str(context.rng.random())])"
        code.write_text(DECLARE + declared("1.0.0", body), encoding="utf-8")
        notes = []
        for rank, seed in enumerate((1, 1, 2)):
            folders = Folders(tmp_path / str(rank))
            folders.root.mkdir()
            folders.ask({}, seed=seed)
            assert folders.run(code, "dice:x").returncode == 0
            notes.append(protocol.read_answer(folders.out).notes)
        assert notes[0] == notes[1] != notes[2]

    def test_what_runs_is_the_kept_code_not_the_installed_one(self, folders: Folders) -> None:
        shutil.copytree(SAMPLES / "lake", folders.root / "kept" / "lake")
        init = folders.root / "kept" / "lake" / "__init__.py"
        init.write_text(init.read_text(encoding="utf-8").replace("area * parameters", "7 * area * parameters"))
        folders.ask({"rain_m": 2.0, "behaviour": "answer", "seconds": 0.0})
        assert folders.run(folders.root / "kept" / "lake").returncode == 0
        assert [one.value for one in protocol.read_answer(folders.out).indicators] == [1400.0, 2800.0]

    def test_another_protocol_is_refused(self, folders: Folders) -> None:
        folders.ask({})
        (folders.incoming / protocol.INPUTS_FILE).write_text('{"protocol": 99}', encoding="utf-8")
        assert folders.run(SAMPLES / "lake").returncode == 2
        assert "another version of the protocol" in folders.error()["what"]

    def test_a_program_in_another_language_speaks_the_same_protocol(self, folders: Folders) -> None:
        shell = from_folder(SAMPLES / "shell")
        folders.ask(
            shell.parameters.resolve({"factor": "2,5"}), {"lakes": Handle("lakes", folders.incoming / "lakes.csv")}
        )
        (folders.incoming / "lakes.csv").write_text('"insee","area_m2"\n"91272",10\n', encoding="utf-8")
        words = ["run", "--in", str(folders.incoming), "--out", str(folders.out)]
        ended = subprocess.run(
            [str(shell.code / shell.command[0]), *words], capture_output=True, text=True, check=False, timeout=60
        )
        assert ended.returncode == 0, ended.stderr
        assert json.loads(ended.stdout)["progress"] == 0.5
        answer = protocol.read_answer(folders.out)
        assert answer.tables["totals"].read_text(encoding="utf-8") == "insee,area_m2\n91272,25\n"
        assert answer.indicators[0].value == 2.5


class TestMain:
    """The same in this process, where what it does can be watched."""

    @pytest.fixture(autouse=True)
    def said(self, monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
        stream = io.StringIO()
        monkeypatch.setattr(worker, "_own_stdout", lambda: stream)
        return stream

    def main(self, folders: Folders, code: Path, entry: str) -> int:
        words = ["run", "--in", str(folders.incoming), "--out", str(folders.out), "--entry", entry]
        return worker.main([*words, "--code", str(code)])

    def test_an_answer_and_its_progress(self, folders: Folders, modules: Path, said: io.StringIO) -> None:
        body = "context.progress(0.25, 'été'); return Outcome(notes=['done'])"
        (modules / "alone.py").write_text(DECLARE + declared("1.0.0", body), encoding="utf-8")
        folders.ask({})
        assert self.main(folders, modules / "alone.py", "alone:x") == 0
        assert said.getvalue() == '{"progress": 0.25, "text": "été"}\n'
        assert protocol.read_answer(folders.out).notes == ["done"]

    @pytest.mark.parametrize(
        ("body", "code", "what"),
        [
            ("return 3", 1, "TypeError: test.x returned int, not an Outcome."),
            ("return Outcome(notes=[object()])", 1, "TypeError: <object"),
            ("raise LookupError('lost')", 1, "LookupError: lost"),
            ("from agglo.contract.errors import InvalidInput; raise InvalidInput('No.')", 2, "No."),
            ("from agglo.contract.errors import NotFound; raise NotFound('Lost.')", 1, "Lost."),
        ],
    )
    def test_failures(self, folders: Folders, modules: Path, body: str, code: int, what: str) -> None:
        (modules / "alone.py").write_text(DECLARE + declared("1.0.0", body), encoding="utf-8")
        folders.ask({})
        assert self.main(folders, modules / "alone.py", "alone:x") == code
        assert folders.error()["what"].startswith(what)

    def test_code_that_is_not_a_model(self, folders: Folders, modules: Path) -> None:
        (modules / "alone.py").write_text("x = 3\n", encoding="utf-8")
        folders.ask({})
        assert self.main(folders, modules / "alone.py", "alone:x") == 1
        assert folders.error()["what"] == "TypeError: alone:x is not a model."

    def test_code_that_cannot_be_imported(self, folders: Folders, modules: Path) -> None:
        (modules / "alone.txt").write_text("", encoding="utf-8")
        folders.ask({})
        assert self.main(folders, modules / "alone.txt", "alone:x") == 1
        assert "The kept code of alone:x cannot be imported." in folders.error()["what"]


class TestLoad:
    def test_a_module_of_a_package(self, modules: Path, tmp_path: Path) -> None:
        package(modules / "vendor", __init__="")
        for version, place in (("1.0.0", modules / "vendor" / "water"), ("2.0.0", tmp_path / "kept" / "water")):
            package(
                place, __init__="from vendor.water.core import x\n", core=DECLARE + "from .helper import VERSION\n"
                "@model(id='test.x', version=VERSION)\ndef x(inputs, *, parameters, context):\n    return Outcome()\n",
                helper=f"VERSION = {version!r}\n",
            )  # fmt: skip
        assert worker.load("vendor.water.core:x", tmp_path / "kept" / "water").version == "2.0.0"

    def test_a_parent_that_imports_the_installed_model_does_not_bring_it_back(
        self, modules: Path, tmp_path: Path
    ) -> None:
        package(modules / "vendor", __init__="from vendor import water\nfrom vendor.water import core\n")
        core = DECLARE + "from vendor import water\nfrom vendor.water import core as me\n"
        tail = "    \nassert water.NAME == NAME\n"
        for version, place in (("1.0.0", modules / "vendor" / "water"), ("2.0.0", tmp_path / "kept" / "water")):
            package(
                place,
                __init__=f"NAME = {version!r}\nfrom .core import x\n",
                core=core.replace("core as me", "NAME") + declared(version) + tail,
            )
        loaded = worker.load("vendor.water.core:x", tmp_path / "kept" / "water")
        assert loaded.version == "2.0.0"
        assert sys.modules["vendor"].water.core.x is loaded

    def test_a_module_named_as_its_package(self, modules: Path, tmp_path: Path) -> None:
        for version, place in (("1.0.0", modules / "rain"), ("2.0.0", tmp_path / "kept" / "rain")):
            package(place, __init__="from .rain import x\n", rain=DECLARE + declared(version))
        assert worker.load("rain.rain:x", tmp_path / "kept" / "rain").version == "2.0.0"

    def test_a_function_in_the_package_itself(self, modules: Path, tmp_path: Path) -> None:
        package(tmp_path / "kept" / "wind", __init__=DECLARE + declared("3.0.0"))
        assert worker.load("wind:x", tmp_path / "kept" / "wind").version == "3.0.0"

    def test_a_single_file(self, modules: Path, tmp_path: Path) -> None:
        (modules / "alone.py").write_text(DECLARE + declared("1.0.0"), encoding="utf-8")
        (tmp_path / "alone.py").write_text(DECLARE + declared("2.0.0"), encoding="utf-8")
        assert worker.load("alone:x", tmp_path / "alone.py").version == "2.0.0"


class TestOutcome:
    @pytest.fixture
    def out(self, tmp_path: Path) -> Path:
        (tmp_path / "scratch").mkdir()
        return tmp_path

    def test_numpy_numbers_are_plain_numbers(self, out: Path) -> None:
        one = Indicator(name="land.take", value=np.float32(0.5), unit="ha/yr", place="1", year=np.int64(2024))  # type: ignore[arg-type]
        worker.write_outcome(Outcome(indicators=[one]), out)
        (read,) = protocol.read_answer(out).indicators
        assert (read.value, read.year, type(read.year)) == (0.5, 2024, int)

    def test_a_number_that_is_not_one_goes_through_to_be_refused(self, out: Path) -> None:
        one = Indicator(name="land.take", value=float("nan"), unit="ha/yr", place="1", year=2024)
        worker.write_outcome(Outcome(indicators=[one]), out)
        assert str(protocol.read_answer(out).indicators[0].value) == "nan"

    def test_tables_in_memory_or_as_files(self, out: Path) -> None:
        table = pa.table({"a": [1]})
        pq.write_table(table, out / "scratch" / "x.parquet")
        worker.write_outcome(Outcome(tables={"here": table, "there": out / "scratch" / "x.parquet"}), out)
        answer = protocol.read_answer(out)
        assert pq.read_table(answer.tables["here"]).equals(pq.read_table(answer.tables["there"]))
        assert not (out / "scratch" / "x.parquet").exists()

    def test_files_of_one_name_stay_two_files(self, out: Path) -> None:
        paths = {}
        for name in ("first", "second"):
            (out / "scratch" / name).mkdir()
            paths[name] = out / "scratch" / name / "outputs.json"
            paths[name].write_text(name, encoding="utf-8")
        worker.write_outcome(Outcome(files=paths), out)
        answer = protocol.read_answer(out)
        assert {name: path.read_text(encoding="utf-8") for name, path in answer.files.items()} == {
            "first": "first",
            "second": "second",
        }

    def test_a_layer_in_memory_has_its_geometries_under_one_name(self, out: Path) -> None:
        table = pa.table({"id": [1], "shape": [shapely.Point(1, 2).wkb]})
        worker.write_outcome(Outcome(layers={"places": Layer(table, "EPSG:2154", geometry="shape")}), out)
        path, crs = protocol.read_answer(out).layers["places"]
        assert crs == "EPSG:2154"
        assert pq.read_table(path).column_names == ["id", "geometry"]

    @pytest.mark.parametrize(("given", "crs"), [("EPSG:2154", "EPSG:2154"), ("OGC:CRS84", "OGC:CRS84")])
    def test_a_geoparquet_file_says_its_reference_system(self, out: Path, given: str, crs: str) -> None:
        frame = geopandas.GeoDataFrame({"id": [1]}, geometry=[shapely.Point(1, 2)], crs=given)
        frame.to_parquet(out / "scratch" / "x.parquet")
        worker.write_outcome(Outcome(layers={"places": out / "scratch" / "x.parquet"}), out)
        assert protocol.read_answer(out).layers["places"][1] == crs

    def test_without_a_reference_system_geoparquet_means_longitude_and_latitude(self, out: Path) -> None:
        self.geoparquet(out, {"columns": {"geometry": {"encoding": "WKB"}}})
        worker.write_outcome(Outcome(layers={"places": out / "scratch" / "x.parquet"}), out)
        assert protocol.read_answer(out).layers["places"][1] == "OGC:CRS84"

    @pytest.mark.parametrize(
        ("geo", "said"),
        [
            (None, "a GeoParquet file with a column named geometry"),
            ({"columns": {"shape": {}}}, "a GeoParquet file with a column named geometry"),
            ({"columns": {"geometry": {"crs": None}}}, "a reference system with its code"),
            ({"columns": {"geometry": {"crs": {"name": "local"}}}}, "a reference system with its code"),
        ],
    )
    def test_a_reference_system_is_never_guessed(self, out: Path, geo: dict[str, Any] | None, said: str) -> None:
        self.geoparquet(out, geo)
        with pytest.raises(ModelFailed, match=f"places.parquet: expected {said}"):
            worker.write_outcome(Outcome(layers={"places": out / "scratch" / "x.parquet"}), out)

    def geoparquet(self, out: Path, geo: dict[str, Any] | None) -> None:
        table = pa.table({"geometry": [shapely.Point(1, 2).wkb]})
        metadata = {"geo": json.dumps(geo)} if geo else None
        pq.write_table(table.replace_schema_metadata(metadata), out / "scratch" / "x.parquet")
