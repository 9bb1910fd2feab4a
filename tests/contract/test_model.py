import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from agglo.contract import model as contract
from agglo.contract.errors import InvalidInput, NotFound
from agglo.contract.model import Input, Model, Output, find, from_folder, from_interface, installed, schema_of
from agglo.contract.outcome import Numerical, Outcome, Statistical
from agglo.contract.parameters import Parameters, parameter

SAMPLES = Path(__file__).parents[1] / "samples"


class Rain(Parameters):
    rain: float = parameter(0.1, unit="m", title="rain", source="assumed")


@contract.model(
    id="test.rain",
    version="1.0.0",
    parameters=Rain,
    inputs=(Input("lakes", "lakes", {"en": "Lakes"}), Input("extra", "lakes", format="csv", required=False)),
    outputs=(
        Output("volumes", columns={"insee": "", "volume": "m3"}, compare=Numerical(absolute=1.0)),
        Output("outlines", kind="layer"),
        Output("plot", kind="file", compare=Statistical("kolmogorov-smirnov", 3, 0.1)),
    ),
    title={"en": "Rain"},
    headline={"en": "all the rain"},
    libraries=("pyarrow",),
)
def rain(inputs: Any, *, parameters: Rain, context: Any) -> Outcome:
    """Nothing but its note."""
    return Outcome(notes=[f"{parameters.rain} m"])


def model(**values: Any) -> Model:
    return Model(**({"id": "test.lake", "version": "1.0.0", "code": Path(), "command": ("x",)} | values))


def folder(tmp_path: Path, **changes: Any) -> Path:
    target = tmp_path / "model"
    shutil.copytree(SAMPLES / "shell", target)
    content = json.loads((target / "model.json").read_text(encoding="utf-8")) | changes
    (target / "model.json").write_text(json.dumps(content), encoding="utf-8")
    return target


def test_a_function_becomes_a_model_and_stays_a_function() -> None:
    assert rain.name == "test.rain@1.0.0"
    assert rain.entry == f"{__name__}:rain"
    assert rain.code == Path(__file__).parent
    assert rain({}, parameters=Rain(rain=2.0), context=None).notes == ["2.0 m"]
    assert rain.parameters.resolve({"rain": "2 km"}) == {"rain": 2000.0}


def test_the_code_of_a_function_outside_a_package_is_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lonely_model.py").write_text(
        "from agglo.contract.model import model\nfrom agglo.contract.outcome import Outcome\n"
        "@model(id='lonely', version='0.1.0')\ndef lonely(inputs, *, parameters, context):\n    return Outcome()\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    import lonely_model  # type: ignore[import-not-found]

    assert lonely_model.lonely.code == tmp_path / "lonely_model.py"
    assert lonely_model.lonely.entry == "lonely_model:lonely"


@pytest.mark.parametrize("one", [rain, from_folder(SAMPLES / "shell")])
def test_the_interface_says_everything(one: Model) -> None:
    content = json.loads(json.dumps(one.interface()))
    again = from_interface(content, one.code)
    assert again.interface() == one.interface()
    assert (again.inputs, again.outputs, again.indicators) == (one.inputs, one.outputs, one.indicators)
    assert again.parameters.resolve({}) == one.parameters.resolve({})


@pytest.mark.parametrize("id", ["a", "land.sinks", "test.a-b.c2"])
@pytest.mark.parametrize("version", ["0.0.1", "1.2.3-rc.1", "1.2.3+b1"])
def test_identifiers_and_versions(id: str, version: str) -> None:
    assert model(id=id, version=version).name == f"{id}@{version}"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        *(({"id": name}, "id: found") for name in ("Land", "land/sinks", "../x", "a..b", ".a", "a b", "été", "a\n")),
        ({"id": ""}, "id: expected lower-case"),
        *(({"version": version}, "version: found") for version in ("1", "1.0", "v1.0.0", "1.0.0.0", "1.0.0\n")),
        ({"entry": "a:b"}, "either a Python function or a command"),
        ({"command": ()}, "either a Python function or a command"),
        ({"inputs": (Input("../x", "s"),)}, "inputs: found ../x"),
        ({"inputs": (Input("a", "s"), Input("a", "t"))}, "inputs: found a, expected each name once"),
        ({"inputs": (Input("a", "s", format="xlsx"),)}, "inputs.a.format: found xlsx, expected parquet, csv"),
        ({"outputs": (Output("../../x"),)}, "outputs: found"),
        ({"outputs": (Output("x"), Output("x"))}, "outputs: found x, expected each name once"),
        ({"outputs": (Output("indicators"),)}, "outputs.indicators"),
        ({"outputs": (Output("x", kind="picture"),)}, "outputs.x.kind: found picture, expected table, layer, file"),
        ({"outputs": (Output("x", columns={"a": "tCO"}),)}, 'outputs.x.columns.a: found tCO.*Did you mean "tCO2"'),
    ],
)
def test_what_cannot_be_a_model_is_refused(values: Mapping[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=f"(?s)This model cannot be used.*{said}"):
        model(**values)


def test_all_faults_of_a_model_are_given_at_once() -> None:
    with pytest.raises(InvalidInput) as error:
        model(id="X", version="1", command=(), outputs=(Output("indicators", kind="x"),))
    assert len(error.value.faults) == 5


def test_an_input_by_name() -> None:
    assert rain.input("lakes") is rain.inputs[0]
    with pytest.raises(NotFound, match=r'(?s)test.rain has no input named "lake".*Did you mean "lakes"'):
        rain.input("lake")


def test_a_program_is_not_called_as_a_function() -> None:
    with pytest.raises(TypeError, match=r"test.lake is a program"):
        model()({}, parameters=None, context=None)


def test_a_folder_with_a_program_is_a_model() -> None:
    shell = from_folder(SAMPLES / "shell")
    assert shell.name == "test.shell@2.1.0"
    assert shell.command == ("simulate.sh",)
    assert shell.code == SAMPLES / "shell"
    assert shell.input("lakes") == Input("lakes", "lakes", format="csv")
    assert shell.outputs[0].compare == Numerical(relative=1e-9)


def test_a_relative_folder_is_kept_absolute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SAMPLES)
    assert from_folder(Path("shell")).code == SAMPLES / "shell"
    assert find("shell").id == "test.shell"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": 3}, "expected string"),
        ({"id": "Shell"}, "id: found Shell"),
        ({"version": 2.1}, "expected string"),
        ({"command": "simulate.sh"}, "command is not a list of texts"),
        ({"command": [1]}, "command is not a list of texts"),
        ({"libraries": "numpy"}, "libraries is not a list of texts"),
        ({"inputs": {"lakes": {}}}, "missing 1 required.*'schema'"),
        ({"inputs": {"lakes": {"schema": "lakes", "colour": 1}}}, "unexpected keyword argument 'colour'"),
        ({"inputs": [1]}, "has no attribute 'items'"),
        ({"inputs": {"lakes": {"schema": "lakes", "format": "xlsx"}}}, "inputs.lakes.format: found xlsx"),
        ({"outputs": {"totals": {"compare": {"kind": "guess"}}}}, "model.json: 'guess'"),
        ({"outputs": {"totals": {"compare": {"absolute": 1}}}}, "model.json: 'kind'"),
        ({"paramters": {}}, 'model.json: paramters: .*Did you mean "parameters"'),
        ({"protocol": 2}, "model.json: protocol: found 2, expected 1"),
        ({"parameters": {"type": "objekt"}}, "model.json: parameters.type: found 'objekt'"),
        ({"parameters": {"properties": {"x": {"minimum": "0"}}}}, "model.json: parameters.properties.x.minimum"),
        ({"parameters": {"properties": {"x": {"unit": "metre"}}}}, "model.json: parameters.x.unit: found metre"),
    ],
)
def test_a_description_that_cannot_be_trusted_is_refused(tmp_path: Path, changes: Mapping[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=f"(?s)(cannot be read|cannot be used).*{said}"):
        from_folder(folder(tmp_path, **changes))


@pytest.mark.parametrize("missing", ["id", "version"])
def test_a_description_without_its_name_is_refused(missing: str) -> None:
    content = {"id": "a", "version": "1.0.0", "command": ["x"]}
    del content[missing]
    with pytest.raises(InvalidInput, match=f"model.json: '{missing}'"):
        from_interface(content, Path())


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[]", b"3", b"null"])
def test_a_description_that_is_not_a_json_object_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.json").write_bytes(content)
    with pytest.raises(InvalidInput, match=r"(?s)description cannot be read.*model.json"):
        from_folder(tmp_path)


def test_a_folder_without_a_description_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"(?s)description cannot be read.*model.json"):
        from_folder(tmp_path)


def test_the_smallest_description(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text('{"id": "a", "version": "1.0.0", "command": ["x"], "$schema": "y"}')
    found = from_folder(tmp_path)
    assert (found.inputs, found.outputs, found.indicators) == ((), (), Numerical(relative=1e-9))
    assert found.parameters.resolve({}) == {}
    with pytest.raises(InvalidInput, match="Known: none"):
        found.parameters.resolve({"x": 1})


def test_installed_models_are_found_by_name() -> None:
    assert "land.sinks" in installed()
    assert find("land.sinks").id == "land.sinks"
    with pytest.raises(NotFound, match=r'(?s)No model named "land.sink".*Did you mean "land.sinks"'):
        find("land.sink")


def test_a_schema_that_the_model_brings(tmp_path: Path) -> None:
    shell = from_folder(SAMPLES / "shell")
    assert (schema_of(shell, "lakes") or {})["name"] == "lakes"
    assert schema_of(shell, "rivers") is None
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "x.json").write_text('{"name": "x"}', encoding="utf-8")
    assert schema_of(model(code=tmp_path / "lake.py"), "x") == {"name": "x"}


def test_the_schema_of_an_output_is_in_the_interface_only_where_there_is_one() -> None:
    plain, following = Output("plain"), Output("following", schema="lakes")
    one = Model(id="x", version="1.0.0", code=Path(), command=("x",), outputs=(plain, following))
    described = one.interface()["outputs"]
    assert "schema" not in described["plain"]
    assert described["following"]["schema"] == "lakes"
    again = from_interface(json.loads(json.dumps(one.interface())), Path())
    assert (again.output("following").schema, again.output("plain").schema) == ("lakes", "")
    with pytest.raises(NotFound, match='Did you mean "following"'):
        one.output("folowing")


def test_a_file_follows_no_schema() -> None:
    with pytest.raises(InvalidInput, match=r"outputs.x.schema: found lakes, expected a schema of a table or layer"):
        Model(id="x", version="1.0.0", code=Path(), command=("x",), outputs=(Output("x", kind="file", schema="lakes"),))
