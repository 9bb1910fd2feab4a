"""``agglo run``: the answer as text and JSON, what is refused and how, exit codes, interruptions."""

import json
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from .conftest import ANSWER, SHELL_MODEL, Agglo, command, environment, shell_model

LAKES = "insee,area_m2\n91272,100\n91477,200\n"
LAND = [
    "run", "land.sinks", "--input", "land_cover=land-cover-2023",
    "--input", "changes=land-cover-changes-2012-2018", "--input", "communes=communes",
]  # fmt: skip


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A model that answers one figure."""
    parameters = {
        "type": "object",
        "properties": {
            "share": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.5, "unit": "1", "source": "assumed"},
            "area": {"type": "number", "minimum": 0, "default": 1, "unit": "ha", "source": "assumed"},
        },
        "additionalProperties": False,
    }
    return shell_model(tmp_path / "model", ANSWER, parameters=parameters)


def test_a_run_is_kept_and_shown(agglo: Agglo, script: Path) -> None:
    said = agglo("run", script, "--set", "share=25 %")
    assert said.code == 0
    assert said.out.startswith("Kept.\n")
    assert re.search(r"^  share +0\.25$", said.out, re.MULTILINE)
    assert re.search(r"^  area +1 ha$", said.out, re.MULTILINE)
    assert re.search(r"^91272 +1\.50$", said.out, re.MULTILINE)
    assert "test.script" in said.err


def test_the_same_question_again_is_not_computed(agglo: Agglo, script: Path) -> None:
    agglo("run", script)
    again = agglo("run", script, "--set", "share=0.5")
    assert again.out.startswith("This was asked before: the kept answer, nothing was computed.")
    anew = agglo("run", script, "--again")
    assert anew.out.startswith("Kept.")
    assert len(json.loads(agglo("runs", "--json").out)) == 2


def test_json_is_all_that_is_printed_and_its_keys_are_stable(agglo: Agglo, script: Path) -> None:
    content = json.loads(agglo("run", script, "--json").out)
    assert set(content) >= {
        "id", "state", "model", "inputs", "parameters", "seed", "libraries", "scenario", "fingerprint", "started",
        "finished", "actor", "role", "project", "territory", "environment", "failure", "notes", "outcome",
        "footprint", "indicators", "reused",
    }  # fmt: skip
    assert (content["state"], content["reused"], content["parameters"]) == (
        "finished",
        False,
        {"share": 0.5, "area": 1},
    )
    assert content["indicators"][0] == {
        "name": "land.take", "value": 1.5, "unit": "ha/yr", "place": "91272", "year": 2024, "since": None,
        "sector": "", "quality": "modelled", "source": "",
    }  # fmt: skip
    assert json.loads(agglo("run", script, "--json").out)["reused"] is True


def test_datasets_are_read(agglo: Agglo, tmp_path: Path) -> None:
    (tmp_path / "lakes.csv").write_text(LAKES)
    (schema,) = (SHELL_MODEL / "schemas").glob("*.json")
    assert schema.stem == "lakes"
    refused = agglo("run", SHELL_MODEL, "--input", "lakes=lakes.csv")
    assert refused.code == 2
    assert "--input lakes: found the file lakes.csv, expected a dataset of schema lakes" in refused.err
    assert "A file is first kept as a dataset: agglo data add lakes.csv --schema lakes ..." in refused.err


@pytest.mark.parametrize(
    ("words", "messages"),
    [
        (["run", "land.sink"], ['No model named "land.sink".', 'Did you mean "land.sinks"?']),
        (["run", "nowhere"], ['No model named "nowhere".', "Known: "]),
        (
            ["run", "land.sinks"],
            [
                "--input land_cover: found nothing, expected a dataset of schema land-cover",
                "Type: --input land_cover=land-cover-2023@",
                "Type: --input communes=communes@",
            ],
        ),
        (
            [*LAND[:-1], "communes=comunes"],
            ['--input communes: found "comunes"', 'No dataset named "comunes". Did you mean "communes"?'],
        ),
        ([*LAND[:-1], "communes=communes@000"], ["No version 000 of communes. Versions held: "]),
        (
            [*LAND[:-1], "communes=land-cover-2023"],
            [", of schema land-cover, expected a dataset of schema land-communes", "Type: --input communes=communes@"],
        ),
        ([*LAND, "--input", "comunes=communes"], ["--input comunes: ", 'Did you mean "communes"?']),
        ([*LAND[:-1], "communes=./communes.csv"], ["the file ./communes.csv", "agglo data add ./communes.csv"]),
        ([*LAND, "--set", "sealed_shar=0.5"], ["--set sealed_shar: ", 'Did you mean "sealed_share"?']),
        ([*LAND, "--set", "sealed_share=1.5"], ["--set sealed_share: found 1.5, expected at most 1"]),
        ([*LAND, "--set", "land_take_factor=-1"], ["--set land_take_factor: found -1.0, expected at least 0"]),
        (
            [*LAND, "--set", "sealed_share=3 ha"],
            ["--set sealed_share: found ha (area), expected 1 (ratio). Give the value in one of: 1, %."],
        ),
        ([*LAND, "--set", "temporary_grassland=lawn"], ["expected one of 'cropland' or 'grassland_herbaceous'"]),
        ([*LAND, "--set", "sealed_share"], ['--set: found "sealed_share", expected NAME=VALUE']),
        ([*LAND, "--set", "=1"], ['--set: found "=1", expected NAME=VALUE']),
        ([*LAND, "--set", "sealed_share=", "--input", "x"], ['--set: found "sealed_share="', '--input: found "x"']),
        (
            [*LAND, "--set", "sealed_share=1", "--set", "sealed_share=1"],
            ["--set: found sealed_share twice, expected each name once"],
        ),
        (["run", "land.sinks", "--seed", "-1"], ["--seed: expected a whole number from 0 to 9007199254740991"]),
        (["run", "land.sinks", "--scenario", "nowhere.yaml"], ["nowhere.yaml: found No such file or directory"]),
    ],
    ids=lambda one: " ".join(one[1:])[-40:] if isinstance(one, list) and one[0] == "run" else "",
)
def test_what_cannot_be_asked_is_refused_with_its_repair(words: list[str], messages: list[str], asked: Agglo) -> None:
    said = asked(*words)
    assert said.code == 2
    assert said.out == ""
    for message in messages:
        assert message in said.err


def test_every_fault_is_told_at_once(asked: Agglo) -> None:
    said = asked(*LAND[:-2], "--set", "sealed_share=9", "--set", "sealed=1", "--set", "land_take_factor=3 ha")
    assert said.err.count("\n  - ") == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n- b\n", "This is not a scenario."),
        ("title: no name\n", "name: found nothing, expected a short name"),
        ("name: a\nparametres: {}\n", 'Did you mean "parameters"?'),
        ("name: a\nname: b\n", "each key once"),
        ("name: [unclosed\n", "expected a YAML file"),
        ("name: a\nparameters: {land.sinks: {sealed_share: 7}}\n", "scenario.yaml: sealed_share: found 7, expected at"),
        ("name: a\nparameters: {land.sinks: {sealed: 1}}\n", "scenario.yaml: sealed: expected a parameter of this"),
    ],
)
def test_a_scenario_that_cannot_be_used_is_refused(text: str, message: str, asked: Agglo, tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text(text)
    said = asked(*LAND, "--scenario", "scenario.yaml")
    assert said.code == 2
    assert message in said.err


def test_a_parameter_of_the_scenario_is_not_set_again(asked: Agglo, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("name: a\nparameters: {land.sinks: {sealed_share: 0.7}}\n")
    said = asked(*LAND, "--scenario", "s.yaml", "--set", "sealed_share=0.6")
    assert said.code == 2
    assert "--set sealed_share: found a second value, expected the value of scenario a" in said.err


def test_a_scenario_that_says_nothing_of_the_model_is_told(agglo: Agglo, script: Path, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("name: greener\nparameters: {land.sink: {sealed_share: 0.7}}\n")
    said = agglo("run", script, "--scenario", "s.yaml")
    assert said.code == 0
    assert "Scenario greener sets nothing for test.script; it speaks of: land.sink." in said.err
    assert "greener" in said.out


def test_a_model_that_raises_leaves_a_failed_run_with_its_log(agglo: Agglo, tmp_path: Path) -> None:
    said = agglo("run", shell_model(tmp_path / "m", "echo 'no water in the lake' >&2; exit 1"))
    assert said.code == 1
    assert said.out.startswith("Kept, marked failed.")
    assert "No answer: The model's process ended with code 1." in said.out
    assert "End of its log:\n  no water in the lake" in said.out
    assert "Never verified" not in said.out


def test_a_failed_run_as_json(agglo: Agglo, tmp_path: Path) -> None:
    said = agglo("run", shell_model(tmp_path / "m", "kill -9 $$"), "--json")
    assert said.code == 1
    content = json.loads(said.out)
    assert (content["state"], content["failure"]["reason"], content["indicators"]) == ("failed", "killed", [])


def test_a_model_that_refuses_says_where_and_how_to_repair(agglo: Agglo, tmp_path: Path) -> None:
    fault = '{"where": "lakes row 3", "got": "-1 ha", "expected": "0 or more", "repair": "Check the sign."}'
    script = f"""echo '{{"what": "These lakes cannot be used.", "faults": [{fault}]}}' > "$out/error.json"; exit 2"""
    said = agglo("run", shell_model(tmp_path / "m", script))
    assert said.code == 1
    assert "No answer: These lakes cannot be used.\n  - lakes row 3: found -1 ha, expected 0 or more. Check" in said.out


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_is_kept_as_failed(number: int, code: int, agglo: Agglo, tmp_path: Path) -> None:
    started = tmp_path / "started"
    model = shell_model(tmp_path / "m", f"touch '{started}'; sleep 30")
    workspace = tmp_path / "workspace"
    process = subprocess.Popen(
        command("run", str(model), "--workspace", str(workspace)),
        cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip
    end = time.monotonic() + 20
    while not started.exists() and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (code, "")
    assert "Traceback" not in err
    if number == signal.SIGINT:
        assert "Interrupted. The run is kept, marked failed" in err
    (kept,) = json.loads(agglo("runs", "--json").out)
    assert (kept["state"], kept["failure"]) == ("failed", "interrupted")


def test_two_programs_asking_the_same_at_once_make_one_run(agglo: Agglo, tmp_path: Path) -> None:
    model = shell_model(tmp_path / "m", "sleep 0.5\n" + ANSWER)
    words = command("run", str(model), "--json", "--workspace", str(tmp_path / "workspace"))
    both = [
        subprocess.Popen(words, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, encoding="utf-8")
        for _one in range(2)
    ]
    answers = [json.loads(one.communicate(timeout=30)[0]) for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert answers[0]["id"] == answers[1]["id"]
    (kept,) = json.loads(agglo("runs", "--json").out)
    assert kept["askings"] == 2


def test_the_workspace_is_that_of_the_option_then_of_the_environment(
    agglo: Agglo, script: Path, tmp_path: Path
) -> None:
    agglo("run", script, "--workspace", tmp_path / "other")
    assert "No run yet." in agglo("runs").out
    assert "test.script" in agglo("runs", "--workspace", tmp_path / "other").out
