"""``agglo footprint estimate``: every published case through the command line, and what it says to a person."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from agglo.cli.footprint import app
from agglo.contract.errors import InvalidInput

from .conftest import PUBLISHED

R1 = ["--cores", "12", "--cpu", "Xeon E5-2683 v4", "--memory", "64", "--hours", "12", "--location", "FR"]


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["estimate", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def options(inputs: dict[str, Any]) -> list[str]:
    given = {"memory" if name == "memory_gb" else name.replace("_", "-"): value for name, value in inputs.items()}
    return [text for name, value in given.items() for text in (f"--{name}", str(value))]


@pytest.mark.parametrize("case", PUBLISHED["cases"], ids=lambda case: case["name"])
def test_published_case(case: dict[str, Any]) -> None:
    answer = json.loads(run(*options(case["inputs"]), "--factor-set", case["factor_set"], "--json"))
    assert {name: answer[name] for name in case["expected"]} == pytest.approx(case["expected"], rel=1e-9)


def test_published_training() -> None:
    case = PUBLISHED["training"]
    answer = json.loads(run(*options(case["inputs"]), *options(case["training"]), "--json"))
    assert {name: answer[name] for name in case["expected"]} == pytest.approx(case["expected"], rel=1e-9)
    parts = {part.pop("name"): part for part in answer["parts"]}
    for name, expected in case["expected_parts"].items():
        assert parts[name] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("mode", "times"), [("compat", 3600), ("calendar", 3652.5)])
def test_a_year_of_inference(mode: str, times: float) -> None:
    once = json.loads(run(*R1, "--json"))
    year = json.loads(run(*R1, "--inference-runs", "10", "--inference-per", "day", "--period-mode", mode, "--json"))
    assert year["energy_kwh"] == pytest.approx(times * once["energy_kwh"], rel=1e-12)


def test_what_a_person_reads() -> None:
    text = run(*R1)
    for expected in (
        "2.131  kWh",
        "109.3  gCO2e",
        "Xeon E5-2683 v4",
        "Local server",
        "assumed",
        "Green Algorithms v3.0",
    ):
        assert expected in text
    assert "CC BY 4.0" in text
    assert "doi:10.1002/advs.202100707" in text


def test_what_a_person_reads_of_a_training() -> None:
    case = PUBLISHED["training"]
    text = run(*options(case["inputs"]), *options(case["training"]))
    assert "Research and development" in text
    assert "303.8  gCO2e" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--cpu", "Xeon E5-9999"], 'cpu: found "Xeon E5-9999"'),
        (["--location", "ZZ"], 'location: found "ZZ"'),
        (["--hours", "-1"], "hours: found -1"),
        (["--hours", "nan"], "hours: found nan"),
        (["--cpu-usage", "1.5"], "cpu_usage: found 1.5"),
        (["--pue", "0.9"], "pue: found 0.9"),
        (["--minutes", "75"], "minutes: found 75"),
        (["--region", "europe-west1"], "Add the provider"),
        (["--platform", "moon"], 'platform: found "moon"'),
        (["--factor-set", "v9"], 'factor_set: found "v9"'),
        (["--period-mode", "lunar"], 'period_mode: found "lunar"'),
        (["--inference-runs", "3"], "per: found"),
        (["--reporting-length", "2"], "per: found"),
        (["--retrainings", "3"], "retrainings: found"),
        (["--rd-factor", "1", "--inference-per", "day"], "Estimate each apart"),
    ],
)
def test_bad_input_is_refused_with_a_reason(arguments: list[str], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        run(*R1, *arguments)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        run(*R1, "--cpu", "Foo", "--location", "ZZ", "--hours", "-1", "--period-mode", "lunar")
    assert {fault.where for fault in refused.value.faults} == {"cpu", "location", "hours", "period_mode"}
