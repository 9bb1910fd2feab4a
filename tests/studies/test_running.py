"""A study is a graph of runs: side by side, each question once, nothing computed again that has an answer."""

import json

import pytest
from runs.checks import assert_whole, runs_of

from agglo.contract.errors import InvalidInput, NotFound
from agglo.runs.process import Stop
from agglo.store.sealed import Sealed
from agglo.studies import record, results, running

from .conftest import CHAIN, SACLAY, figure, pebbles, program

RAINS = {"dry": {"parameters": {"rain": {"rain": 0}}}, "wet": {"parameters": {"rain": {"rain": 5}}}}


def states_of(ran, scenario="reference") -> dict[str, str]:
    """What each step gave: computed, kept or why there is no answer."""
    steps = next(one for one in ran.result.scenarios if one.name == scenario).steps
    return {name: one.failure or ("kept" if one.reused else "computed") for name, one in steps.items()}


def test_the_output_of_a_step_is_the_input_of_another(workspace, run) -> None:
    ran = run(steps=CHAIN, scenarios=RAINS)
    assert (figure(ran, "dry", "lake"), figure(ran, "wet", "lake")) == (1.0, 6.0)
    lake, rain = (ran.result.scenarios[1].steps[name].run for name in ("lake", "rain"))
    [given] = lake.content["inputs"].values()
    dataset = json.loads((workspace.datasets / given["dataset"] / given["version"] / "dataset.json").read_text())
    assert dataset["name"] == "test-rain-gauges"
    assert (dataset["source"], dataset["licence"]) == (f"run {rain.id}", "terms of the inputs")
    assert lake.content["scenario"]["name"] == "weights/wet"
    assert lake.content["project"] == "weights"
    assert_whole(workspace)


def test_what_has_not_changed_is_not_computed_again_and_what_it_saved_is_said(workspace, run) -> None:
    first = run(steps=CHAIN, scenarios=RAINS)
    again = run(steps=CHAIN, scenarios=RAINS)
    assert len(runs_of(workspace)) == 4
    for name in RAINS:
        assert states_of(again, name) == {"rain": "kept", "lake": "kept"}
    for before, after in zip(first.result.scenarios, again.result.scenarios, strict=True):
        for step in before.steps:
            assert before.steps[step].saved_carbon_g is None
            carbon = before.steps[step].run.footprint.carbon_g
            assert after.steps[step].saved_carbon_g == (carbon.central if carbon else None)
    changed = run(steps=CHAIN, scenarios={**RAINS, "wet": {"parameters": {"rain": {"rain": 7}}}})
    assert states_of(changed, "wet") == {"rain": "computed", "lake": "computed"}
    assert len(runs_of(workspace)) == 6


def test_an_output_that_is_the_same_as_before_spares_the_steps_after_it(workspace, run, models) -> None:
    run(steps=CHAIN)
    script = models / "rain" / "answer.sh"
    script.write_text(script.read_text() + "# other code, same answer\n")
    assert states_of(run(steps=CHAIN)) == {"rain": "computed", "lake": "kept"}


def test_one_question_of_several_scenarios_is_asked_once(workspace, run) -> None:
    scenarios = {name: {"title": name} for name in ("a", "b", "c")}
    ran = run(steps=pebbles("p", "q"), scenarios=scenarios)
    [only] = runs_of(workspace)
    assert {step.run.id for one in ran.result.scenarios for step in one.steps.values()} == {only.id}
    assert [states_of(ran, name)["p"] for name in scenarios] == ["computed", "kept", "kept"]
    assert states_of(ran, "a")["q"] == "kept"


def test_two_steps_run_at_once(workspace, run, models, tmp_path) -> None:
    """Each waits for the other to have begun: one after the other, none would end."""
    wait = """touch "$(value mine)"
for _ in $(seq 3000); do test -e "$(value other)" && break; sleep 0.01; done
test -e "$(value other)"
echo '{}' > "$out/outputs.json"
"""
    texts = {name: {"type": "string"} for name in ("mine", "other")}
    program(models / "waiter", wait, parameters={"properties": texts})
    here, there = str(tmp_path / "here"), str(tmp_path / "there")
    steps = {
        "first": {"model": "models/waiter", "parameters": {"mine": here, "other": there}},
        "second": {"model": "models/waiter", "parameters": {"mine": there, "other": here}},
    }
    assert states_of(run(steps=steps, jobs=2)) == {"first": "computed", "second": "computed"}
    assert_whole(workspace)


def test_many_questions_at_once_on_one_workspace(workspace, run) -> None:
    scenarios = {f"s{one}": {"parameters": {"p": {"weight": one}}} for one in range(12)}
    ran = run(steps=pebbles("p"), scenarios=scenarios, jobs=8)
    assert [figure(ran, name, "p") for name in scenarios] == [float(one) for one in range(12)]
    assert len(assert_whole(workspace)) == 12


def test_a_failed_step_stops_only_what_waits_for_it(workspace, run, models) -> None:
    program(
        models / "broken", "exit 7", outputs={"gauges": {"columns": {"insee": "", "rain_m": "m"}, "schema": "gauges"}}
    )
    broken = {
        "broken": {"model": "models/broken"},
        "after": {"model": "models/lake", "inputs": {"gauges": "broken/gauges"}},
    }
    ran = run(steps={**CHAIN, **broken, **pebbles("alone")})
    found = states_of(ran)
    assert (found["rain"], found["lake"], found["alone"]) == ("computed", "computed", "computed")
    assert "code 7" in found["broken"]
    assert found["after"] == "not asked, because broken failed"
    steps = ran.result.scenarios[0].steps
    assert steps["broken"].run.state == "failed"
    assert steps["after"].run is None
    assert states_of(run(steps={**CHAIN, **broken, **pebbles("alone")}))["lake"] == "kept"
    assert_whole(workspace)


def test_an_output_that_does_not_follow_its_schema_stops_what_reads_it(run, models) -> None:
    script = models / "rain" / "answer.sh"
    script.write_text(script.read_text().replace("91272,%s", "91272,"))
    schema = models / "rain" / "schemas" / "gauges.json"
    content = json.loads(schema.read_text())
    content["fields"][1]["constraints"] = {"required": True}
    schema.write_text(json.dumps(content))
    found = states_of(run(steps=CHAIN))
    assert found["rain"] == "computed"
    assert "does not fit its schema" in found["lake"]


def test_datasets_of_the_workspace_and_of_scenarios(run, add_gauges) -> None:
    add_gauges(2.0)
    add_gauges(9.0, "other")
    steps = {"lake": {"model": "models/lake", "inputs": {"gauges": "own"}}}
    ran = run(steps=steps, datasets={"own": "gauges"}, scenarios={"a": {}, "b": {"datasets": {"own": "other"}}})
    assert (figure(ran, "a", "lake"), figure(ran, "b", "lake")) == (2.0, 9.0)
    with pytest.raises(InvalidInput, match=r"(?s)datasets.own.*No dataset named \"gaugs\".*Did you mean \"gauges\""):
        run(steps=steps, datasets={"own": "gaugs"})
    with pytest.raises(InvalidInput, match=r"datasets.own: found nothing, expected a dataset of schema gauges"):
        run(steps=steps, datasets={"own": "gauges"}, scenarios={"b": {"datasets": {"own": None}}})
    with pytest.raises(InvalidInput, match=r"of schema land-communes, expected a dataset of schema gauges"):
        run(steps=steps, datasets={"own": {"bundle": "paris-saclay", "dataset": "communes"}})


def test_only_some_scenarios(workspace, run) -> None:
    ran = run(steps=CHAIN, scenarios=RAINS, only=("wet",))
    assert [one.name for one in ran.result.scenarios] == ["wet"]
    assert len(runs_of(workspace)) == 2
    with pytest.raises(NotFound, match='Did you mean "dry"'):
        run(steps=CHAIN, scenarios=RAINS, only=("dri",))


def test_progress_is_that_of_the_whole_and_never_goes_back(run) -> None:
    seen: list[float] = []
    run(steps=CHAIN, scenarios=RAINS, progress=lambda fraction, _text: seen.append(fraction))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_a_bug_ends_the_others_and_comes_out(workspace, run, monkeypatch) -> None:
    def boom(*_args, **_words):
        raise ZeroDivisionError

    monkeypatch.setattr(running.asking, "ask", boom)
    told = []
    monkeypatch.setattr(Stop, "tell", lambda _self, reason: told.append(reason))
    with pytest.raises(ZeroDivisionError):
        run(steps=pebbles("p"))
    assert isinstance(told[0], ZeroDivisionError)
    [kept] = record.history(workspace, "weights")
    [event] = kept.sealed.events(record.RAN)
    assert event["interrupted"]


def test_a_study_read_from_its_record_is_asked_with_the_code_it_kept(workspace, run, models) -> None:
    first = run(steps=CHAIN)
    (models / "rain" / "answer.sh").unlink()
    [kept] = record.history(workspace, "weights")
    assert kept.study.folder is None
    again = running.run(workspace, kept.study)
    assert states_of(again) == {"rain": "kept", "lake": "kept"}
    assert again.result.scenarios[0].version == first.result.scenarios[0].version == 1
    assert len(record.history(workspace, "weights")) == 1


def test_the_record_holds_what_was_asked(workspace, run) -> None:
    run(steps=CHAIN, scenarios=RAINS, title={"en": "Rain"})
    [kept] = record.history(workspace, "weights")
    kept.sealed.check()
    assert kept.sealed.manifest["kind"] == "study"
    asked = kept.scenario("wet")["content"]["steps"]
    assert asked["rain"] == {"model": "test.rain@1.0.0", "inputs": {}, "parameters": {"rain": 5}, "seed": 0}
    assert asked["lake"]["inputs"] == {"gauges": "rain/gauges"}
    [event] = kept.sealed.events(record.RAN)
    assert event["actor"] == workspace.actor
    assert not event["interrupted"]
    ran = event["scenarios"]["wet"]["steps"]["lake"]
    assert Sealed(workspace.runs / ran["run"]).exists
    assert (ran["reused"], ran["failure"]) == (False, "")
    workspace.index.rebuild()


def test_results_without_a_run_say_so(workspace, run) -> None:
    run(steps=pebbles("p"))
    [kept] = record.history(workspace, "weights")
    for path in (kept.sealed.folder / "events").glob("*.ran.json"):
        path.unlink()
    [scenario] = results.load(workspace, "weights").scenarios
    assert (scenario.steps["p"].run, scenario.steps["p"].failure) == (None, "not asked yet")
    with pytest.raises(NotFound, match='Did you mean "weights"'):
        results.load(workspace, "wieghts")
    with pytest.raises(NotFound, match=r"(?s)no version 7.*It has the versions: 1"):
        results.load(workspace, "weights", ["reference@7"])


def test_the_place_is_that_of_the_study(run) -> None:
    assert run(steps=pebbles("p")).result.study.territory.siren == SACLAY


def test_what_an_interrupted_run_did_not_come_to_stays_as_it_was(workspace, run, monkeypatch) -> None:
    first = run(steps=pebbles("p"))

    def interrupted(*_args, **_words):
        raise KeyboardInterrupt

    monkeypatch.setattr(running.asking, "ask", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(steps=pebbles("p"))
    [scenario] = results.load(workspace, "weights").scenarios
    assert scenario.steps["p"].run.id == first.result.scenarios[0].steps["p"].run.id
