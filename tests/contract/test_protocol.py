import json
import os
from pathlib import Path
from typing import Any

import pytest

from agglo.contract import protocol
from agglo.contract.errors import Fault, InvalidInput, ModelFailed
from agglo.contract.indicators import Indicator
from agglo.contract.inputs import Handle, Inputs
from agglo.contract.protocol import Answer, Question

INDICATOR = {"name": "land.take", "value": 1.5, "unit": "ha/yr", "place": "91272", "year": 2018}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    for name in ("a.csv", "b.parquet", "c.png"):
        (folder / name).write_text(name, encoding="utf-8")
    (tmp_path / "secret.csv").write_text("x", encoding="utf-8")
    return folder


def answer(folder: Path, content: Any) -> Answer:
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / protocol.OUTPUTS_FILE).write_text(text, encoding="utf-8")
    return protocol.read_answer(folder)


def test_a_question_is_read_as_it_was_written(tmp_path: Path) -> None:
    handles = {
        "lakes": Handle("lakes", tmp_path / "lakes.csv", {"name": "lakes", "title": {"fr": "Étangs"}}),
        "outlines": Handle("outlines", tmp_path / "outlines.parquet", {}, "EPSG:2154"),
    }
    asked = Question("test.lake", "1.0.0", {"rain_m": 0.5, "name": "Orée", "none": None}, 7, Inputs(handles))
    protocol.write_question(tmp_path, asked)
    read = protocol.read_question(tmp_path)
    assert (read.model, read.version, read.parameters, read.seed) == (
        asked.model,
        asked.version,
        asked.parameters,
        asked.seed,
    )
    assert dict(read.inputs) == handles


def test_a_question_names_no_folder(tmp_path: Path) -> None:
    inputs = Inputs({"lakes": Handle("lakes", tmp_path / "lakes.csv")})
    protocol.write_question(tmp_path, Question("m", "1.0.0", {}, 0, inputs))
    assert str(tmp_path) not in (tmp_path / protocol.INPUTS_FILE).read_text(encoding="utf-8")


def test_another_version_of_the_protocol_is_refused(tmp_path: Path) -> None:
    (tmp_path / protocol.INPUTS_FILE).write_text('{"protocol": 2}', encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"inputs.json: found 2, expected 1"):
        protocol.read_question(tmp_path)


def test_an_answer_names_its_files(out: Path) -> None:
    (out / "deep").mkdir()
    (out / "deep" / "d.png").write_text("d", encoding="utf-8")
    read = answer(
        out,
        {
            "indicators": [INDICATOR],
            "notes": ["dry", 3],
            "tables": {"totals": {"path": "a.csv"}},
            "layers": {"outlines": {"path": "b.parquet", "crs": "EPSG:2154"}},
            "files": {"plot": {"path": "./c.png"}, "deep": {"path": "deep/d.png", "media": "image/png"}},
            "more": 1,
        },
    )
    assert read == Answer(
        indicators=[Indicator(**INDICATOR)],
        notes=["dry", "3"],
        tables={"totals": out / "a.csv"},
        layers={"outlines": (out / "b.parquet", "EPSG:2154")},
        files={"plot": out / "c.png", "deep": out / "deep" / "d.png"},
    )


def test_an_answer_may_be_empty(out: Path) -> None:
    assert answer(out, {}) == Answer()


@pytest.mark.parametrize("name", ["../secret.csv", "deep/../../secret.csv", "/etc/hostname", "./../secret.csv"])
def test_a_path_that_leaves_the_folder_is_refused(out: Path, name: str) -> None:
    with pytest.raises(ModelFailed, match="is not a file of the output folder"):
        answer(out, {"files": {"x": {"path": name}}})


@pytest.mark.parametrize(
    ("link", "target", "name"),
    [
        ("link.csv", "../secret.csv", "link.csv"),
        ("link.csv", "a.csv", "link.csv"),
        ("deep", "..", "deep/secret.csv"),
        ("loop", "loop", "loop/a.csv"),
        ("gone", "nowhere", "gone"),
    ],
)
def test_a_link_is_refused_wherever_it_leads(out: Path, link: str, target: str, name: str) -> None:
    (out / link).symlink_to(target)
    with pytest.raises(ModelFailed, match="is not a file of the output folder"):
        answer(out, {"tables": {"x": {"path": name}}})


def test_the_output_folder_itself_may_be_reached_by_a_link(out: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(out)
    assert answer(tmp_path / "alias", {"files": {"x": {"path": "c.png"}}}).files["x"].read_text() == "c.png"


@pytest.mark.parametrize(
    ("name", "missing"), [("z.csv", "z.csv"), ("deep/z.csv", "z.csv"), (".", "."), ("", ""), ("a\0b", "a\0b")]
)
def test_a_file_that_is_not_there_makes_the_answer_incomplete(out: Path, name: str, missing: str) -> None:
    with pytest.raises(ModelFailed, match=f"answer is incomplete.\n  - {missing}.*no such file"):
        answer(out, {"files": {"x": {"path": name}}})


def test_no_answer_at_all_is_incomplete(out: Path) -> None:
    with pytest.raises(ModelFailed, match=r"outputs.json: found no such file"):
        protocol.read_answer(out)


def test_a_pipe_is_not_a_file(out: Path) -> None:
    os.mkfifo(out / "pipe")
    with pytest.raises(ModelFailed, match="incomplete"):
        answer(out, {"files": {"x": {"path": "pipe"}}})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "Expecting value"),
        ('{"notes": [', "outputs.json: found"),
        ("[]", "no attribute 'get'"),
        ("null", "no attribute 'get'"),
        ({"indicators": [{**INDICATOR, "colour": 1}]}, "unexpected keyword argument 'colour'"),
        ({"indicators": [{"name": "land.take"}]}, "missing"),
        ({"indicators": 3}, "not iterable"),
        ({"indicators": None}, "not iterable"),
        ({"indicators": [3]}, "must be a mapping"),
        ({"notes": "dry"}, "'dry' is not a list"),
        ({"tables": ["a.csv"]}, "no attribute 'items'"),
        ({"tables": {"x": "a.csv"}}, "indices"),
        ({"tables": {"x": {}}}, "no 'path'"),
        ({"tables": {"x": {"path": 3}}}, "outputs.json: found"),
        ({"tables": {"x": {"path": "n" * 5000}}}, "File name too long"),
        ({"layers": {"x": {"path": "b.parquet"}}}, "no 'crs'"),
        ({"layers": {"x": {"path": "b.parquet", "crs": 2154}}}, "2154 is not a text"),
        ({"tables": {"x": {"path": "a.csv"}, "y": {"path": "a.csv"}}}, "two outputs name one file"),
        ({"tables": {"x": {"path": "a.csv"}}, "files": {"y": {"path": "./a.csv"}}}, "two outputs name one file"),
    ],
)
def test_an_answer_that_cannot_be_read_says_why(out: Path, content: Any, said: str) -> None:
    with pytest.raises(ModelFailed, match=f"(?s)answer cannot be read.*{said}"):
        answer(out, content)


def test_an_answer_in_another_encoding_is_refused(out: Path) -> None:
    (out / protocol.OUTPUTS_FILE).write_bytes('{"notes": ["é"]}'.encode("latin-1"))
    with pytest.raises(ModelFailed, match=r"outputs.json: found 'utf-8' codec"):
        protocol.read_answer(out)


def test_an_error_is_read_as_it_was_written(tmp_path: Path) -> None:
    error = InvalidInput("Not these lakes.", [Fault("row 3", "-1 ha", "0 or more", "Été")])
    protocol.write_error(tmp_path, error.to_dict())
    assert protocol.read_error(tmp_path) == ("Not these lakes.", error.faults)


def test_an_error_as_another_language_writes_it(tmp_path: Path) -> None:
    said = {"what": "Not these.", "faults": [{"where": 3, "got": 0, "expected": None, "line": 8}]}
    protocol.write_error(tmp_path, said)
    what, faults = protocol.read_error(tmp_path) or ("", ())
    assert what == "Not these."
    assert [str(fault) for fault in faults] == ["3: found 0"]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"what": 1, "faults": ["x"]}', '{"what": 1, "faults": 3}'])
def test_an_error_that_cannot_be_read_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / protocol.ERROR_FILE).write_text(content, encoding="utf-8")
    assert protocol.read_error(tmp_path) is None
    assert protocol.read_error(tmp_path / "absent") is None
