"""Scenarios are set side by side only where they speak of the same thing."""

import pytest

from agglo.catalogue import datasets
from agglo.contract.errors import InvalidInput
from agglo.contract.indicators import Indicator
from agglo.runs.run import Run
from agglo.studies import comparison, results
from agglo.studies.headlines import headlines
from agglo.studies.results import ScenarioResult, StepResult, StudyResult

from .conftest import INDICATOR, SACLAY, pebbles, program


def chosen(first: dict, second: dict) -> dict:
    return {"a": {"parameters": {"p": first}}, "b": {"parameters": {"p": second}}}


def test_figures_stand_side_by_side(workspace, run) -> None:
    ran = run(steps=pebbles("p", "q"), scenarios=chosen({"weight": 2}, {"weight": 5}))
    p, q = comparison.compare(workspace, ran.result)
    assert (p.step, p.rows[0].values, p.rows[0].differences) == ("p", (2.0, 5.0), (0.0, 3.0))
    assert q.rows[0].differences == (0.0, 0.0)
    [first, _second] = headlines(ran.result)
    assert (first.step, first.name, first.period, first.values) == ("p", "land.take", "2024", (2.0, 5.0))


def test_other_years_are_refused(workspace, run) -> None:
    ran = run(steps=pebbles("p"), scenarios=chosen({"year": 2030}, {"year": 2050}))
    with pytest.raises(InvalidInput, match=f"p: land.take {SACLAY}: found 2030, 2050, expected one year or period"):
        comparison.compare(workspace, ran.result)


def test_other_places_are_refused(workspace, run) -> None:
    ran = run(steps=pebbles("p"), scenarios=chosen({"place": "91272"}, {"place": "91477"}))
    with pytest.raises(InvalidInput, match=r"p: land.take: found a: 91272; b: 91477, expected the same places"):
        comparison.compare(workspace, ran.result)


def test_other_units_are_refused(workspace, run) -> None:
    """The vocabulary gives each indicator one unit; an older vocabulary may have given another."""

    class Told(Run):
        def __init__(self, unit: str) -> None:
            one = Indicator(name="land.take", value=1.0, unit=unit, place=SACLAY, year=2024)
            self.__dict__.update(indicators=[one], content={"id": unit, "state": "finished", "inputs": {}})

    study = run(steps=pebbles("p")).result.study
    scenarios = [
        ScenarioResult(unit, {}, {}, "draft", 1, {"p": StepResult("p", "test.pebble", Told(unit), False, None, "")})
        for unit in ("ha/yr", "m2/yr")
    ]
    with pytest.raises(InvalidInput, match="found ha/yr, m2/yr, expected one unit"):
        comparison.compare(workspace, StudyResult(study, scenarios))


def test_one_scenario_alone_is_not_compared(workspace, run) -> None:
    with pytest.raises(InvalidInput, match="found reference, expected two or more"):
        comparison.compare(workspace, run(steps=pebbles("p")).result)


def test_a_step_that_failed_in_one_is_left_out_and_alone_refused(workspace, run) -> None:
    ran = run(steps=pebbles("p", "q"), scenarios=chosen({"weight": 2}, {"weight": 13}))
    assert [one.step for one in comparison.compare(workspace, ran.result)] == ["q"]
    ran = run(steps=pebbles("p"), scenarios=chosen({"weight": 2}, {"weight": 13}))
    with pytest.raises(InvalidInput, match=r"b: p: .*expected a step answered in every scenario"):
        comparison.compare(workspace, ran.result)


def test_an_older_version_beside_the_latest(workspace, run) -> None:
    run(steps=pebbles("p"), scenarios=chosen({"weight": 2}, {"weight": 5}))
    run(steps=pebbles("p"), scenarios=chosen({"weight": 3}, {"weight": 5}))
    [one] = comparison.compare(workspace, results.load(workspace, "weights", ["a@1", "a"]))
    assert one.rows[0].values == (2.0, 3.0)


@pytest.fixture
def inventory(workspace, models, tmp_path):
    """A step that reads an inventory; keep one of a boundary."""
    answer = f"""printf '{{"indicators": [{INDICATOR}]}}' 1 {SACLAY} 2024 > "$out/outputs.json"\n"""
    program(models / "reader", answer, inputs={"inventory": {"schema": "climate-inventory", "format": "csv"}})
    columns = "place,year,sector,subsector,carrier,substance,value,unit,boundary,gwp,quality,source"

    def add(name: str, boundary: str) -> None:
        path = tmp_path / f"{name}.csv"
        row = f"{SACLAY},2019,residential,all,all,CO2e,1.5,ktCO2e,{boundary},AR5,modelled,a test"
        path.write_text(f"{columns}\n{row}\n", encoding="utf-8")
        words = {"title": name, "licence": "x", "source": "a test", "owner": "tests"}
        datasets.add(workspace, path, name=name, schema="climate-inventory", **words)

    return add


def test_inventories_of_another_boundary_are_refused(workspace, run, inventory) -> None:
    inventory("scopes", "scope-1-2")
    inventory("life", "life-cycle")
    steps = {"reader": {"model": "models/reader", "inputs": {"inventory": "held"}}}
    ran = run(
        steps=steps, datasets={"held": "scopes"}, scenarios={"a": {}, "b": {"datasets": {"held": "life"}}, "c": {}}
    )
    said = r"boundary: found a: scope-1-2; b: life-cycle; c: scope-1-2, expected inventories of one boundary"
    with pytest.raises(InvalidInput, match=said):
        comparison.compare(workspace, ran.result)
    assert comparison.compare(workspace, results.load(workspace, "weights", ["a", "c"]))
