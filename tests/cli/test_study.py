"""``agglo study``: run, list, show, state, compare."""

import json
from pathlib import Path

import pytest
import yaml

from .conftest import Agglo, shell_model

SACLAY = "200056232"
SCRIPT = """weight=$(sed -n 's/.*"weight": *\\([0-9.]*\\).*/\\1/p' "$3/inputs.json")
test "$weight" != 13 || exit 1
printf '{"indicators": [{"name": "land.take", "value": %s, "unit": "ha/yr", "place": "200056232", "year": 2024}]}' \\
  "$weight" > "$out/outputs.json"
"""
WEIGHT = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"weight": {"type": "number", "default": 1, "unit": "1", "source": "assumed"}},
}


@pytest.fixture
def write(tmp_path: Path):
    """Write ``weights.yaml``, a study of two scenarios that put other weights on a step."""
    shell_model(tmp_path / "pebble", SCRIPT, parameters=WEIGHT)

    def written(plan: float = 2, **more: object) -> Path:
        content = {
            "name": "weights",
            "title": {"en": "Weights", "fr": "Poids"},
            "question": {"en": "How much?", "fr": "Combien ?"},
            "territory": SACLAY,
            "steps": {"weigh": {"model": "pebble"}, "again": {"model": "pebble", "seed": 1}},
            "scenarios": {
                "reference": {"title": {"en": "As it is"}},
                "plan": {"parameters": {"weigh": {"weight": plan}}},
            },
            **more,
        }
        path = tmp_path / "weights.yaml"
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        return path

    return written


def test_it_says_what_was_computed_the_figures_the_cost_and_what_comes_next(agglo: Agglo, write) -> None:
    said = agglo("study", "run", write(), "--jobs", 2)
    assert said.code == 0, said.err
    text = " ".join(said.out.split())
    assert text.startswith("Weights How much? Communauté d'agglomération Paris-Saclay (200056232)")
    assert "reference weigh test.script@1.0.0" in text
    assert text.count("computed") >= 3
    assert "(2) plan, version 1, draft" in text
    assert "weigh Land take 2024 1.00 2.00 ha/yr" in text
    assert "cost of what was computed" in text
    assert "1 kept answer saved" in text
    assert "Next: agglo study compare weights --scenarios reference,plan --format html" in text
    assert "weights..." in said.err
    again = agglo("study", "run", "weights.yaml")
    assert "Nothing was computed: every answer was kept." in again.out
    assert "4 kept answers saved" in again.out


def test_what_it_prints_fits_and_is_translated(agglo: Agglo, write, monkeypatch) -> None:
    path = write()
    for language in ("en", "fr"):
        monkeypatch.setenv("AGGLO_LANGUAGE", language)
        for words in (["run", path], ["show", "weights"], ["compare", "weights"], ["list"]):
            said = agglo("study", *words)
            assert said.code == 0, said.err
            assert max(map(len, said.out.splitlines())) <= 110


def test_json(agglo: Agglo, write) -> None:
    content = json.loads(agglo("study", "run", write(), "--json").out)
    assert [one["name"] for one in content["scenarios"]] == ["reference", "plan"]
    step = content["scenarios"][1]["steps"]["weigh"]
    assert (step["reused"], step["failure"], step["model"]) == (False, "", "test.script@1.0.0")
    assert content["headlines"][0]["values"] == [1.0, 2.0]
    assert content["saved_carbon_g"] is not None
    assert json.loads(agglo("study", "show", "weights", "--json").out)["moves"] == []
    assert json.loads(agglo("study", "list", "--json").out)[0]["run_here"] is True


def test_a_failed_step_is_said_and_gives_exit_code_1(agglo: Agglo, write) -> None:
    said = agglo("study", "run", write(plan=13))
    assert said.code == 1
    assert "plan, weigh: The model's process ended with code 1." in said.out
    assert "Next: agglo show " in said.out


def test_faults_of_a_file_are_all_told(agglo: Agglo, write) -> None:
    said = agglo("study", "run", write(secnarios={}, compare_with="pln"))
    assert said.code == 2
    assert 'weights.yaml: secnarios: expected a key of a study. Did you mean "scenarios"?' in said.err
    assert 'weights.yaml: compare_with: found pln, expected a scenario. Did you mean "plan"?' in said.err


def test_names(agglo: Agglo, write) -> None:
    said = agglo("study", "run", "local-green-dael")
    assert (said.code, 'Did you mean "local-green-deal"?' in said.err) == (2, True)
    said = agglo("study", "run", "wieghts.yaml")
    assert (said.code, "No file wieghts.yaml" in said.err) == (2, True)
    agglo("study", "run", write())
    (Path("weights.yaml")).unlink()
    said = agglo("study", "run", "weights", "--scenario", "plan")
    assert "Nothing was computed" in said.out
    assert "local-green-deal" in agglo("study", "list").out
    said = agglo("study", "show", "local-green-deal")
    assert "Not run yet. To do so: agglo study run local-green-deal" in said.out


def test_a_changed_scenario_gets_a_version_and_states_are_kept(agglo: Agglo, write) -> None:
    agglo("study", "run", write())
    said = agglo("study", "state", "weights", "plan", "proposed")
    assert said.out.strip() == "weights, scenario plan, version 1: proposed."
    said = agglo("study", "state", "weights", "plan", "aproved")
    assert (said.code, 'Did you mean "approved"?' in said.err) == (2, True)
    said = agglo("study", "state", "weights", "plan", "approved")
    assert said.code == 2
    assert "card of test.script: found a draft: maker.title" in said.err
    said = agglo("study", "run", write(plan=3))
    assert (
        "Scenario plan has changed since it was run: it is version 2, a draft; the one before stays as it is"
        in " ".join(said.out.split())
    )
    shown = " ".join(agglo("study", "show", "weights").out.split())
    assert "plan@1: proposed" in shown
    assert "plan, version 1, from draft to proposed, by actor-" in shown


def test_a_state_that_only_the_file_says_is_not_taken(agglo: Agglo, write) -> None:
    said = agglo("study", "run", write(scenarios={"plan": {"state": "approved"}}))
    assert "agglo study state weights plan approved" in " ".join(said.out.split())


def test_compare(agglo: Agglo, write) -> None:
    agglo("study", "run", write())
    said = agglo("study", "compare", "weights")
    text = " ".join(said.out.split())
    assert "(1) reference, version 1, draft: As it is (2) plan, version 1, draft" in text
    assert "Saclay, 2024" in text
    assert "Land take 1.00 2.00 1.00 ha/yr" in text
    assert "Step again 1 figure is the same in every scenario." in text
    rows = json.loads(agglo("study", "compare", "weights", "--scenarios", "plan,reference", "--json").out)
    assert rows[0]["differences"] == [0.0, -1.0]
    said = agglo("study", "compare", "weights", "--scenarios", "plan,refrence")
    assert (said.code, 'Did you mean "reference"?' in said.err) == (2, True)
    said = agglo("study", "compare", "weights", "--scenarios", "plan")
    assert (said.code, "expected two or more" in said.err) == (2, True)
    said = agglo("study", "compare", "weights", "--format", "docx")
    assert (said.code, "one of table, html, xlsx, pdf" in said.err) == (2, True)
    said = agglo("study", "compare", "weights", "--output", "x.html")
    assert (said.code, "--output" in said.err) == (2, True)
    said = agglo("study", "compare", "weights", "--format", "html", "--output", "no/x.html")
    assert (said.code, "no such folder" in said.err) == (2, True)


@pytest.mark.parametrize("form", ["html", "xlsx"])
def test_compare_writes_a_report(agglo: Agglo, write, form) -> None:
    agglo("study", "run", write())
    said = agglo("study", "compare", "weights", "--format", form)
    assert said.out.strip() == f"Report: weights.{form}"
    assert Path(f"weights.{form}").stat().st_size > 1000


def test_one_scenario_alone_has_a_report_and_no_comparison(agglo: Agglo, write) -> None:
    agglo("study", "run", write())
    assert agglo("study", "compare", "weights", "--scenarios", "plan").code == 2
    said = agglo("study", "compare", "weights", "--scenarios", "plan", "--format", "html", "--output", "one.html")
    assert (said.code, said.out.strip()) == (0, "Report: one.html")
    assert Path("one.html").stat().st_size > 1000
