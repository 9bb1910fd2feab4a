"""``agglo footprint``: the calculator as the real program, declarations and totals."""

import json
import re
from pathlib import Path

import pytest

from .conftest import ANSWER, Agglo, program, shell_model

DECLARE = ["footprint", "declare", "--project", "plu", "--partner", "A laboratory", "--author", "data lead"]
COMPUTED = ["--cores", "12", "--cpu", "Xeon E5-2683 v4", "--memory", "64", "--hours", "12", "--location", "FR"]
TOKENS = ["--tokens-in", "900", "--tokens-out", "100", "--wh-per-1000-tokens", "2", "--source", "supplier's card"]


def test_the_published_example_by_the_real_program(tmp_path: Path) -> None:
    said = program("footprint", "estimate", *COMPUTED, "--json", folder=tmp_path)
    assert (said.code, said.err) == (0, "")
    answer = json.loads(said.out)
    assert answer["energy_kwh"] == pytest.approx(2.1310848, rel=1e-9)
    assert answer["carbon_g"] == pytest.approx(109.282028544, rel=1e-9)
    assert not list(tmp_path.iterdir())


def test_an_estimate_fits_the_page(agglo: Agglo) -> None:
    said = agglo("footprint", "estimate", *COMPUTED)
    assert "  Energy            2.131  kWh\n" in said.out
    assert max(map(len, (line for line in said.out.splitlines() if "http" not in line))) <= 100


def test_figures_follow_the_language(agglo: Agglo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGLO_LANGUAGE", "fr")
    assert "2,131  kWh" in agglo("footprint", "estimate", *COMPUTED).out


def test_an_estimate_that_cannot_be_made(agglo: Agglo) -> None:
    said = agglo("footprint", "estimate", "--cores", "12", "--cpu", "Xeon", "--location", "FRA", "--hours", "-1")
    assert (said.code, said.out) == (2, "")
    for where in ("cpu: ", "location: ", "hours: "):
        assert where in said.err


def test_a_declared_computation(agglo: Agglo) -> None:
    said = agglo(*DECLARE, *COMPUTED, "--embodied-g", "500", "--embodied-source", "maker's sheet")
    assert said.code == 0, said.err
    assert "Declaration kept: " in said.out
    assert re.search(r"^  energy +2\.131 kWh$", said.out, re.MULTILINE)
    assert re.search(r"^  making of the machines, apart +500 gCO2e$", said.out, re.MULTILINE)
    rows = json.loads(agglo("footprint", "report", "--by", "project", "--json").out)
    assert [one["group"] for one in rows] == ["plu", ""]
    assert rows[0]["energy_kwh"] == pytest.approx(2.1310848, rel=1e-9)
    assert (rows[0]["embodied_g"], rows[0]["coverage"]["declared"]) == (500, 1)


def test_declared_tokens(agglo: Agglo) -> None:
    content = json.loads(agglo(*DECLARE, *TOKENS, "--location", "FR", "--date", "2025-03-01", "--json").out)
    assert (content["kind"], content["date"], content["energy_kwh"]["central"]) == ("tokens", "2025-03-01", 0.002)
    assert "greenhouse gases  unknown: give --location" in agglo(*DECLARE, *TOKENS).out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["footprint", "declare"], "--project: found nothing. Project it belongs to."),
        (DECLARE, "cores: found 0"),
        ([*DECLARE, *COMPUTED, *TOKENS], "compute: found something, expected nothing: this declaration is of the kind"),
        ([*DECLARE, *COMPUTED, "--source", "a card"], "--tokens-in: found nothing, with --source, expected the tokens"),
        ([*DECLARE, *COMPUTED, "--embodied-source", "x"], "--embodied-g: found nothing, with --embodied-source"),
        ([*DECLARE[:-1], "a@b.fr", *COMPUTED], "expected a role or an opaque identifier"),
        ([*DECLARE, *COMPUTED, "--date", "1/3/2025"], "expected a day written YYYY-MM-DD"),
        ([*DECLARE, *TOKENS, "--energy-kwh", "1"], "energy_kwh: found both"),
        ([*DECLARE, "--tokens-in", "many"], "--tokens-in: expected a whole number"),
    ],
    ids=str,
)
def test_what_cannot_be_declared(words: list[str], message: str, agglo: Agglo) -> None:
    said = agglo(*words)
    assert (said.code, said.out) == (2, "")
    assert message in said.err


def test_the_report_sums_runs_and_declarations_and_shows_what_is_known(agglo: Agglo, tmp_path: Path) -> None:
    agglo("run", shell_model(tmp_path / "m", ANSWER), "--project", "plu")
    agglo(*DECLARE, *COMPUTED)
    text = agglo("footprint", "report", "--by", "project").out
    assert text.split()[:3] == ["project", "kWh", "gCO2e"]
    assert "1 declared" in text
    assert text.count("\n---") == 2
    rows = json.loads(agglo("footprint", "report", "--by", "project", "--json").out)
    assert rows[-1]["entries"] == 2


def test_no_such_grouping(agglo: Agglo) -> None:
    said = agglo("footprint", "report", "--by", "months")
    assert said.code == 2
    expected = 'found "months", expected one of model, project, month, territory. Did you mean "month"?'
    assert f"--by: {expected}" in said.err
