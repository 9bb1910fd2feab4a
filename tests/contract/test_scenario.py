import json
from pathlib import Path
from typing import Any

import pytest

from agglo.contract import scenario
from agglo.contract.errors import InvalidInput
from agglo.contract.scenario import Scenario


def read(tmp_path: Path, text: str) -> Scenario:
    path = tmp_path / "halved.yaml"
    path.write_text(text, encoding="utf-8")
    return scenario.read(path)


def test_a_scenario_sets_parameters_by_model(tmp_path: Path) -> None:
    one = read(tmp_path, "name: halved\nversion: 1.2\nparameters:\n  land.sinks: {land_take_factor: 0.5}\n")
    assert one == Scenario("halved", version="1.2", parameters={"land.sinks": {"land_take_factor": 0.5}})
    assert one.parameters_of("land.sinks") == {"land_take_factor": 0.5}
    assert one.parameters_of("climate.heat") == {}


def test_a_scenario_may_set_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "name: observed\ntitle:\nparameters:\n") == Scenario("observed")


def test_a_scenario_goes_through_json(tmp_path: Path) -> None:
    one = read(tmp_path, "name: a\ntitle: Été\ndescription: b\nparameters: {m: {since: 2024-01-31}}\n")
    content = json.loads(json.dumps(one.to_dict()))
    assert Scenario(**content) == one == scenario.from_dict(content, "x")
    assert one.parameters_of("m") == {"since": "2024-01-31"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "found NoneType, expected a mapping with a name"),
        ([1], "found list"),
        ({}, "x: name: found nothing"),
        ({"name": ""}, "x: name: found nothing"),
        ({"name": ["a"]}, r"x: name: found \['a'\], expected a text"),
        ({"name": "a", "title": {"fr": "b"}}, "x: title: found .*expected a text"),
        ({"name": "a", "paramaters": {}}, 'x: paramaters: .*Did you mean "parameters"'),
        ({"name": "a", 3: 1}, "x: 3: expected a key of a scenario"),
        ({"name": "a", "parameters": []}, "x: parameters: found"),
        ({"name": "a", "parameters": False}, "x: parameters: found False"),
        ({"name": "a", "parameters": {"land.sinks": 1}}, "expected a mapping by model"),
    ],
)
def test_what_is_not_a_scenario_is_refused(content: Any, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        scenario.from_dict(content, "x")


def test_all_faults_are_given_at_once() -> None:
    with pytest.raises(InvalidInput) as error:
        scenario.from_dict({"titel": "a", "parameters": 3}, "x")
    assert [fault.where for fault in error.value.faults] == ["x: titel", "x: name", "x: parameters"]


def test_errors_of_the_file_name_it(tmp_path: Path) -> None:
    with pytest.raises(
        InvalidInput, match=r"(?s)This scenario cannot be read.*halved.yaml, line 1: found .*expected a YAML file"
    ):
        read(tmp_path, "name: [\n")
    with pytest.raises(InvalidInput, match=r"halved.yaml, line 4: found land.sinks, expected each key once"):
        read(tmp_path, "name: a\nparameters:\n  land.sinks: {a: 1}\n  land.sinks: {a: 2}\n")
    with pytest.raises(InvalidInput, match=r"absent.yaml: found No such file"):
        scenario.read(tmp_path / "absent.yaml")
