"""The file of a study: read whole, or refused with everything that is wrong."""

import json

import pytest

from agglo.contract.errors import InvalidInput
from agglo.studies import study
from agglo.studies.study import Source

from .conftest import CHAIN, SACLAY, pebbles


def refused(made, **content) -> dict[str, str]:
    """What is refused: each fault under its place."""
    with pytest.raises(InvalidInput, match="This study cannot be read") as caught:
        made(**content)
    return {one.where.removeprefix("study.yaml: "): str(one) for one in caught.value.faults}


def test_a_study_without_scenarios_has_one(made) -> None:
    found = made(steps=pebbles("weight"))
    assert list(found.scenarios) == ["reference"]
    assert (found.compare_with, found.scenarios["reference"].state) == ("reference", "draft")
    assert (found.territory.siren, found.territory.name) == (SACLAY, "Communauté d'agglomération Paris-Saclay")


def test_everything_written_is_read(made) -> None:
    found = made(
        title="Des poids",
        question={"fr": "Combien ?", "en": "How much?"},
        territory={"siren": "246700488", "name": "Strasbourg"},
        datasets={"own": "gauges@abc", "b": {"bundle": "paris-saclay", "dataset": "communes"}, "c": "paris-saclay/x"},
        steps={"lake": {"model": "models/lake", "inputs": {"gauges": "own"}, "seed": 3}, **pebbles("p", weight="80 %")},
        scenarios={
            "plan": {"title": {"en": "Plan"}, "state": "proposed", "parameters": {"p": {"weight": 2}},
                     "datasets": {"own": "c", "b": None}},
            "bare": None,
        },
    )  # fmt: skip
    assert (found.title, found.question["en"]) == ({"fr": "Des poids"}, "How much?")
    assert found.datasets["b"] == Source("communes", "paris-saclay")
    assert found.scenarios["plan"].datasets == {"own": Source("x", "paris-saclay"), "b": None}
    assert found.source(found.scenarios["bare"], "own") == Source("gauges@abc")
    assert found.parameters(found.scenarios["plan"], "p") == {"weight": 2}
    assert (found.steps["lake"].seed, found.compare_with) == (3, "plan")
    assert study.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_every_fault_is_named_at_once_with_the_nearest_valid_name(made) -> None:
    faults = refused(
        made,
        titel="x",
        territory="200056233",
        datasets={"gauges": {"bundel": "a", "dataset": "b"}},
        steps={
            "lake": {"model": "models/lake", "inputs": {"gauge": "gauges", "gauges": "gagues"}, "parameter": {}},
            "other": {"model": "land.sink"},
            "pebble": {"model": "models/pebble", "parameters": {"wieght": 1, "seconds": -1}},
        },
        scenarios={"plan": {"stat": "draft", "parameters": {"peble": {}, "pebble": {"weight": 200}},
                            "datasets": {"gages": "x"}}},
        compare_with="plna",
    )  # fmt: skip
    assert 'Did you mean "title"?' in faults["titel"]
    assert "nine digits" in faults["territory"]
    assert 'Did you mean "bundle"?' in faults["datasets.gauges.bundel"]
    assert 'Did you mean "parameters"?' in faults["steps.lake.parameter"]
    assert 'Did you mean "gauges"?' in faults["steps.lake.inputs.gauge"]
    assert 'Did you mean "gauges"?' in faults["steps.lake.inputs.gauges"]
    assert 'Did you mean "land.sinks"?' in faults["steps.other.model"]
    assert 'Did you mean "weight"?' in faults["steps.pebble.parameters.wieght"]
    assert "at least 0" in faults["steps.pebble.parameters.seconds"]
    assert 'Did you mean "state"?' in faults["scenarios.plan.stat"]
    assert 'Did you mean "pebble"?' in faults["scenarios.plan.parameters.peble"]
    assert "at most 100" in faults["scenarios.plan.parameters.pebble.weight"]
    assert 'Did you mean "gauges"?' in faults["scenarios.plan.datasets.gages"]
    assert 'Did you mean "plan"?' in faults["compare_with"]
    assert len(faults) == 14


@pytest.mark.parametrize(
    ("steps", "circle"),
    [
        ({"a": {"model": "models/lake", "inputs": {"gauges": "a/gauges"}}}, "a → a"),
        (
            {
                "a": {"model": "models/lake", "inputs": {"gauges": "b/gauges"}},
                "b": {"model": "models/lake", "inputs": {"gauges": "c/gauges"}},
                "c": {"model": "models/lake", "inputs": {"gauges": "b/gauges"}},
            },
            "b → c → b",
        ),
    ],
)
def test_steps_in_a_circle_are_named(made, steps, circle) -> None:
    assert f"found {circle}, expected steps that do not wait for one another" in refused(made, steps=steps)["steps"]


def test_an_output_that_is_not_there_or_of_another_schema_is_refused(made) -> None:
    lake = {"model": "models/lake", "inputs": {"gauges": "rain/gauge"}}
    faults = refused(made, steps={"rain": {"model": "models/rain"}, "lake": lake})
    assert 'Did you mean "gauges"?' in faults["steps.lake.inputs.gauges"]
    faults = refused(made, steps={"rian": {"model": "models/rain"}, "lake": lake})
    assert 'Did you mean "rian"?' in faults["steps.lake.inputs.gauges"]
    lake = {"model": "models/lake", "inputs": {"gauges": "land/summary"}}
    land = {"model": "land.sinks", "inputs": dict.fromkeys(("land_cover", "changes", "communes"), "x")}
    faults = refused(made, datasets={"x": "x"}, steps={"land": land, "lake": lake})
    assert (
        "land.sinks/summary: an output without a schema, expected the schema gauges"
        in faults["steps.lake.inputs.gauges"]
    )


def test_an_input_that_a_model_needs_is_named(made) -> None:
    assert "found nothing" in refused(made, steps={"lake": {"model": "models/lake"}})["steps.lake.inputs.gauges"]


def test_a_key_given_twice_is_refused(write) -> None:
    path = write(steps=pebbles("p"))
    path.write_text(path.read_text(encoding="utf-8") + "name: again\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="expected each key once"):
        study.read(path)


@pytest.mark.parametrize(
    ("content", "place", "said"),
    [
        ({"steps": None}, "steps", "a value"),
        ({"steps": ["a"]}, "steps", "a mapping by name"),
        ({"name": "Poids !"}, "name", "lower-case letters"),
        ({"steps": {"a": None}}, "steps.a", "a mapping with a model"),
        ({"steps": {"a": {"model": "models/pebble", "parameters": [1]}}}, "steps.a.parameters", "values by name"),
        ({"steps": {"a/b": {"model": "models/pebble"}}}, "steps.a/b", "a name of letters"),
        ({"steps": {"a": {"model": "models/pebble", "seed": -1}}}, "steps.a.seed", "a whole number"),
        ({"scenarios": {"a": 3}}, "scenarios.a", "a mapping"),
        ({"scenarios": {"a": {"state": "aproved"}}}, "scenarios.a.state", 'Did you mean "approved"?'),
        ({"title": {"de": "x"}}, "title.de", "a language"),
        ({"datasets": {"a": None}}, "datasets.a", "the name of a dataset"),
        ({"territory": {"siren": SACLAY, "nmae": "x"}}, "territory.nmae", 'Did you mean "name"?'),
    ],
)
def test_other_shapes_are_refused(made, content, place, said) -> None:
    assert said in refused(made, **{"steps": pebbles("p"), **content})[place]


def test_a_file_that_holds_no_study(write) -> None:
    path = write(steps=CHAIN)
    path.write_text("- a\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="expected a mapping with a name"):
        study.read(path)
