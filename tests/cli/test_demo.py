"""``agglo demo``: the table, its limits, what it cost, and the second call."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agglo.catalogue import datasets
from agglo.cli import demo_water
from agglo.contract.errors import MissingExtra
from agglo.contract.model import Model
from agglo.runs import questions
from agglo.store.workspace import Workspace, open_workspace
from agglo.trust.access import reading, visibility
from agglo.trust.access.people import PUBLIC
from agglo.trust.access.rules import Asset

from .conftest import MEASURED, Agglo, Demo, environment

KEPT = ("water.indicators", "water.what-if")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\x1b]")


def test_it_answers_and_says_what_it_covers(demo: Demo) -> None:
    assert demo.first.code == 0, demo.first.err
    assert demo.first.out.startswith(
        "What do the published targets of the climate plan ask for, and what does land use do"
    )
    assert "Land carbon covers: land-use change, excluding forest growth, felling and N2O." in demo.first.out


def test_the_effort_is_that_of_the_published_targets(demo: Demo) -> None:
    lines = {line.split("  ")[0]: line.split()[-4:] for line in demo.first.out.splitlines() if "2012-2030" in line}
    assert lines["greenhouse gas emissions"] == ["2012-2030", "100", "66.0", "2.28"]
    assert lines["final energy"] == ["2012-2030", "100", "76.0", "1.51"]
    assert pytest.approx(0.66, abs=1e-5) == (1 - 0.0228198) ** 18


def test_what_would_have_to_be_true(demo: Demo) -> None:
    text = " ".join(demo.first.out.split())
    assert "Transport: if nothing changes by 2030, the other sectors must come down to 44% of what they were." in text
    assert round(100 * (0.66 - 0.39) / 0.61) == 44


def test_the_table_has_every_commune_and_the_territory(demo: Demo) -> None:
    lines = demo.first.out.splitlines()
    first = next(rank for rank, line in enumerate(lines) if line.startswith("Ballainvilliers"))
    last = next(rank for rank, line in enumerate(lines) if line.startswith("TERRITORY"))
    assert last - first == 27 + 1
    assert lines[last].split() == ["TERRITORY", "1,483,388", "−1,043.0", "−521.5", "521.5", "34.40", "17.20"]
    villebon = next(line for line in lines if line.startswith("Villebon-sur-Yvette"))
    assert villebon.split()[1:] == ["65,320", "−491.6", "−245.8", "245.8", "3.38", "1.69"]


def test_a_small_figure_is_not_shown_as_zero(demo: Demo) -> None:
    line = next(line for line in demo.first.out.splitlines() if line.startswith("Saint-Aubin"))
    assert re.split(r"\s{2,}", line)[2:5] == ["−0.1", "≈\xa00", "≈\xa00"]
    assert "−0.0" not in demo.first.out


def test_causes_are_named_and_those_at_zero_listed(demo: Demo) -> None:
    assert re.search(r"flux of the territory by cause \[tCO₂/yr\] +observed +halved +difference", demo.first.out)
    assert re.search(r"land take +−1,043\.0 +−521\.5 +521\.5", demo.first.out)
    assert "Zero in both: to cropland, to forest" in demo.first.out


def test_caveats_stand_beside_the_figures(demo: Demo) -> None:
    text = " ".join(demo.first.out.split())
    assert "In soil zone 1_2 (Bures-sur-Yvette, Gif-sur-Yvette, Palaiseau, Saint-Aubin) the soil of a grassed" in text
    assert "they would change the stock by +7,864 tC" in text


@pytest.mark.parametrize("call", ["first", "second"])
def test_what_is_piped_can_be_read(demo: Demo, call: str) -> None:
    said = getattr(demo, call)
    assert not CONTROL.search(said.out)
    assert not CONTROL.search(said.err)
    assert max(map(len, said.out.splitlines())) <= 100


def test_it_fits_in_french_too(asked: Agglo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGLO_LANGUAGE", "fr")
    said = asked("demo")
    assert said.code == 0
    assert max(map(len, said.out.splitlines())) <= 100
    assert "1\u202f483\u202f388" in said.out


def test_a_narrow_terminal_wraps_the_caveats(asked: Agglo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    notes = asked("demo").out.split("To know beside these figures:")[1].split("Drinking water")[0]
    assert max(map(len, notes.splitlines())) <= 60


def test_progress_goes_to_standard_error(demo: Demo) -> None:
    assert demo.first.err.splitlines()[0] == "Local Green Deal of Paris-Saclay, what the climate commitments ask for..."
    assert "Drinking water of Clairvane, a made-up town..." in demo.first.err.splitlines()


def _water(demo: Demo) -> str:
    """What the demo says of drinking water."""
    return demo.first.out.split("Drinking water, shown on Clairvane.")[1].split("cost of the answers")[0]


def test_the_town_whose_water_is_shown_is_said_to_be_made_up(demo: Demo) -> None:
    assert _water(demo).split("\n\n")[0].strip() == "It is a made-up town, not Paris-Saclay: no figure is real."
    here = open_workspace(demo.workspace)
    names = {row["name"] for row in datasets.listing(here) if row["name"].startswith("clairvane-")}
    assert len(names) == 7
    for name in names:
        said = datasets.find(here, name).description
        assert "made-up town" in said["title"]
        assert "A made-up town, not Paris-Saclay." in said["caveats"][0]["en"]


def test_water_is_told_from_faults_to_repairs(demo: Demo) -> None:
    text = _water(demo)
    assert "What is wrong, by kind: duplicate 1, flat line 1, missing readings 1." in text
    assert "yield 91.4%, threshold 73.1%: reached" in text
    assert re.search(r"Clairvane, le val: Leakage is \d+\sm³/d \(between \d+ and \d+\), \d+\s€/d\.", text)
    alarms = [line for line in text.splitlines() if "2025-04-" in line]
    assert [line.split("  ")[0] for line in alarms] == ["Clairvane, le val", "Clairvane, les hauts"]
    low, high = (float(alarms[0].split()[at]) for at in (-4, -3))
    assert low < 5.0 < high, "the leak that was put in"
    repair = next(line for line in text.splitlines() if line.startswith("Réparer C202"))
    saved = float(repair.split()[2].replace(",", ""))
    assert saved == pytest.approx(5.0 * 8760 * 0.80, rel=0.02)


def test_water_is_published_as_an_example_under_its_own_project(demo: Demo) -> None:
    here = open_workspace(demo.workspace)
    runs = reading.runs(here, PUBLIC, project="clairvane").rows
    assert {row["model"].split("@")[0] for row in runs} == set(demo_water.QUESTIONS)
    assert all(visibility.is_example(here, Asset("run", row["id"])) for row in runs)


def test_a_model_of_water_whose_library_is_missing_is_left_out_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without(workspace: Workspace, model: Model, **asked: Any) -> questions.Question:
        if "wntr" in model.libraries:
            raise MissingExtra("wntr")
        return posed(workspace, model, **asked)

    monkeypatch.setenv("AGGLO_LANGUAGE", "en")
    posed = questions.pose
    monkeypatch.setattr(questions, "pose", without)
    monkeypatch.setattr(demo_water, "QUESTIONS", {name: demo_water.QUESTIONS[name] for name in KEPT})
    answers = demo_water.ask(open_workspace(tmp_path / "workspace"), lambda _fraction, _text: None)
    assert [*answers.asked] == ["water.indicators"]
    said = " ".join(demo_water.text(answers).split())
    assert "water.what-if is not asked. This needs the library wntr." in said
    assert 'pip install "agglo[water]"' in said
    assert "what if" not in said


def test_it_ends_with_what_it_cost_and_the_next_command(demo: Demo) -> None:
    assert re.search(r"cost of the answers +low +central +high\n", demo.first.out)
    low, central, high = re.search(r"electricity \[kWh\] +(\S+) +(\S+) +(\S+)", demo.first.out).groups()  # type: ignore[union-attr]
    assert 0 < float(low) < float(central) < float(high)
    assert re.search(r"greenhouse gases \[gCO2e\] +\S+ +\S+ +\S+\nMeasured: [\d.]+ s, \d+ MB of memory", demo.first.out)
    assert re.fullmatch(r"Verify: agglo verify [0-9a-f]{12}", demo.first.out.splitlines()[-2])
    assert demo.first.out.splitlines()[-1] == "As pages, with a map, at http://127.0.0.1:8000: agglo serve"


def test_the_second_call_computes_nothing_and_says_so(demo: Demo) -> None:
    assert demo.second.code == 0
    assert "9 answers of 9 were kept before: they came back without computing." in demo.second.out
    assert "cost when they were computed" in demo.second.out
    assert len(list((demo.workspace / "runs").iterdir())) == 9
    table = demo.first.out.split("cost of the answers")[0]
    assert demo.second.out.startswith(table)


def test_the_report_is_written(demo: Demo) -> None:
    assert "Report: demo-report.html" in demo.first.out
    assert "Villebon-sur-Yvette" in (demo.folder / "demo-report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("place", ["nowhere/report.html", "."])
def test_a_report_that_cannot_be_written_is_refused_before_anything_is_made(
    place: str, agglo: Agglo, tmp_path: Path
) -> None:
    said = agglo("demo", "--report", place)
    assert said.code == 2
    assert said.out == ""
    assert "expected the name of a file, in a folder that exists" in said.err
    assert not (tmp_path / "workspace").exists()


def test_the_next_command_works(demo: Demo, asked: Agglo) -> None:
    said = asked(*demo.first.out.splitlines()[-2].removeprefix("Verify: agglo ").split())
    assert (said.code, said.err) == (0, "verifying...\n")
    assert re.match(r"[0-9a-f-]{36}: identical\n  The kept code on the kept inputs gives the same answer", said.out)


def test_memory_of_parent_and_worker_together(demo: Demo, tmp_path: Path) -> None:
    shutil.copytree(demo.workspace, tmp_path / "agglo-workspace")
    words = ["run", "land.sinks", "--again"]
    for name, dataset in (("land_cover", "land-cover-2023"), ("changes", "land-cover-changes-2012-2018"),
                          ("communes", "communes")):  # fmt: skip
        words += ["--input", f"{name}={dataset}"]
    answer = subprocess.run([sys.executable, "-c", MEASURED, *words], cwd=tmp_path, env=environment(), check=False,
                            capture_output=True, text=True)  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert int((tmp_path / "memory").read_text()) < 400_000
