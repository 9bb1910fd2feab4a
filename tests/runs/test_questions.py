import json
import shutil
from collections.abc import Callable
from dataclasses import replace

import pytest

from agglo.contract.errors import InvalidInput, MissingExtra
from agglo.contract.model import Model, from_folder
from agglo.contract.scenario import Scenario
from agglo.runs import questions
from agglo.runs.questions import Question


@pytest.fixture
def pose(workspace, lake_model, add_lakes) -> Callable[..., Question]:
    """A question that differs from the usual one in what is given."""
    add_lakes(workspace)
    add_lakes(workspace, "91477,5\n", name="ponds")

    def posed(model: Model = lake_model, *, inputs: dict[str, str] | None = None, **given) -> Question:
        usual = {"parameters": {"rain_m": 0.2}, "seed": 1}
        return questions.pose(workspace, model, inputs=inputs or {"lakes": "lakes", "ponds": "ponds"}, **usual | given)

    return posed


def test_every_thing_that_decides_the_answer_changes_the_fingerprint(
    pose, workspace, lake_model, add_lakes, tmp_path, monkeypatch
) -> None:
    usual = pose()
    shutil.copytree(lake_model.code, tmp_path / "lake", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "lake" / "__init__.py").open("a") as code:
        code.write("\n")
    changed = {
        "version": pose(replace(lake_model, version="1.0.1")),
        "identifier": pose(replace(lake_model, id="test.lake2")),
        "code": pose(replace(lake_model, code=tmp_path / "lake")),
        "an input less": pose(inputs={"lakes": "lakes"}),
        "inputs exchanged": pose(inputs={"lakes": "ponds", "ponds": "lakes"}),
        "input's content": pose(inputs={"lakes": add_lakes(workspace, "91272,101\n").reference, "ponds": "ponds"}),
        "parameter": pose(parameters={"rain_m": 0.3}),
        "seed": pose(seed=2),
    }
    monkeypatch.setattr(questions.metadata, "version", lambda name: "0.0.1")
    changed["library"] = pose()
    fingerprints = {name: question.fingerprint for name, question in changed.items()} | {"usual": usual.fingerprint}
    assert len(set(fingerprints.values())) == len(fingerprints)


def test_an_executable_bit_of_the_code_changes_the_fingerprint(workspace, pebble, tmp_path) -> None:
    shutil.copytree(pebble.code, tmp_path / "pebble")
    copy = from_folder(tmp_path / "pebble")
    before = questions.pose(workspace, copy, inputs={}).fingerprint
    (tmp_path / "pebble" / "simulate.sh").chmod(0o644)
    assert questions.pose(workspace, copy, inputs={}).fingerprint != before


def test_nothing_else_changes_the_fingerprint(pose, workspace, lake_model, tmp_path) -> None:
    usual = pose()
    described = Scenario("wet", title="Wet", description="much rain", parameters={"test.lake": {"rain_m": 0.2}})
    again = {
        "the scenario that sets it": pose(parameters={}, scenario=described),
        "another name of it": pose(parameters={}, scenario=replace(described, name="very wet", version="2")),
        "the order of inputs": pose(inputs={"ponds": "ponds", "lakes": "lakes"}),
        "a unit": pose(parameters={"rain_m": "0.0002 km"}),
        "a French number": pose(parameters={"rain_m": "0,2"}),
        "a default given": pose(parameters={"rain_m": 0.2, "share": 1.0}),
        "an integer for a number": pose(parameters={"rain_m": 0.2, "share": 1}),
        "a title": pose(replace(lake_model, title={"en": "Loch"})),
    }
    assert {name: one.fingerprint for name, one in again.items()} == dict.fromkeys(again, usual.fingerprint)


def test_a_share_in_percent_is_the_same_question(pose) -> None:
    assert pose(parameters={"share": "80 %"}).fingerprint == pose(parameters={"share": 0.8}).fingerprint


def test_caches_beside_the_code_do_not_change_the_fingerprint(workspace, pebble, tmp_path) -> None:
    shutil.copytree(pebble.code, tmp_path / "pebble")
    copy = from_folder(tmp_path / "pebble")
    before = questions.pose(workspace, copy, inputs={}).fingerprint
    (tmp_path / "pebble" / "__pycache__").mkdir()
    (tmp_path / "pebble" / "__pycache__" / "x.pyc").write_bytes(b"0")
    (tmp_path / "pebble" / ".hidden").write_bytes(b"0")
    assert questions.pose(workspace, copy, inputs={}).fingerprint == before


def test_a_link_in_the_code_is_refused(workspace, pebble, tmp_path) -> None:
    shutil.copytree(pebble.code, tmp_path / "pebble")
    (tmp_path / "pebble" / "factors.csv").symlink_to("/etc/hostname")
    with pytest.raises(InvalidInput, match=r"cannot be kept.\n  - factors.csv: found a link"):
        questions.pose(workspace, from_folder(tmp_path / "pebble"), inputs={})


def test_all_faults_are_listed_at_once(pose, shell) -> None:
    with pytest.raises(InvalidInput, match=r"test.shell cannot be asked this") as caught:
        pose(shell, inputs={"lakez": "lakes"}, parameters={"factor": 11, "facter": 1})
    faults = {fault.where: fault for fault in caught.value.faults}
    assert set(faults) == {"lakez", "lakes", "factor", "facter"}
    assert faults["lakez"].repair == 'Did you mean "lakes"?'
    assert "--input lakes=" in faults["lakes"].repair
    assert faults["factor"].expected == "at most 10"
    assert faults["facter"].repair == 'Did you mean "factor"?'


def test_a_dataset_that_cannot_be_used_is_named(pose, workspace, lake_model) -> None:
    with pytest.raises(InvalidInput) as caught:
        pose(inputs={"lakes": "lake", "ponds": "ponds@ffff"}, parameters={"rain_m": -1})
    faults = {fault.where: str(fault) for fault in caught.value.faults}
    assert faults["lakes"].endswith('Did you mean "lakes"?')
    assert "Versions held:" in faults["ponds"]
    assert "at least 0" in faults["rain_m"]


def test_a_dataset_of_another_schema_is_refused(workspace, pose, lake_model) -> None:
    roads = tuple(replace(one, schema="roads") for one in lake_model.inputs)
    with pytest.raises(InvalidInput, match="found lakes, of schema lakes, expected a dataset of schema roads"):
        pose(replace(lake_model, inputs=roads))


def test_a_scenario_is_not_changed_by_a_parameter(pose) -> None:
    wet = Scenario("wet", parameters={"test.lake": {"rain_m": 0.5}})
    with pytest.raises(InvalidInput, match="rain_m: found a second value, expected the value of scenario wet"):
        pose(parameters={"rain_m": 0.2}, scenario=wet)


def test_a_library_that_is_not_installed_is_named(pose, lake_model) -> None:
    with pytest.raises(MissingExtra, match="no-such-library"):
        pose(replace(lake_model, libraries=("no-such-library",)))


def test_a_question_comes_back_as_it_was_kept(pose, workspace) -> None:
    question = pose(scenario=Scenario("wet"))
    kept = json.loads(json.dumps(question.to_dict()))
    back = questions.from_dict(workspace, kept)
    assert back.to_dict() == kept
    assert questions.fingerprint_of(kept) == question.fingerprint
