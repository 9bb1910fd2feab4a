"""The studies that come with agglo: they can be read, they say what is assumed, and they run."""

from pathlib import Path

import pytest

from agglo.catalogue import bundles
from agglo.contract.indicators import vocabulary
from agglo.store.workspace import open_workspace
from agglo.studies import finding, running
from agglo.studies.results import StudyResult
from agglo.studies.study import Study, read

NAMES = ("climate-plan-strasbourg", "local-green-deal")


def study(name: str) -> Study:
    return read(finding.bundled()[name])


def ran(folder: Path, name: str) -> StudyResult:
    workspace = open_workspace(folder)
    return running.run(workspace, finding.find(workspace, name)).result


def test_the_studies_there_are() -> None:
    assert set(NAMES) <= set(finding.bundled())


@pytest.mark.parametrize("name", NAMES)
def test_a_bundled_study_is_written_in_both_languages_and_is_a_draft(name: str) -> None:
    found = study(name)
    assert found.name == name
    texts = [found.title, found.question, found.description]
    texts += [text for one in found.scenarios.values() for text in (one.title, one.description)]
    assert all(set(text) == {"fr", "en"} for text in texts)
    assert {one.state for one in found.scenarios.values()} == {"draft"}
    assert found.compare_with in found.scenarios
    assert all(one.bundle in bundles.names() for one in found.datasets.values())


def test_the_local_green_deal_claims_neither_probability_nor_ranking() -> None:
    found = study("local-green-deal")
    assert {one.model for one in found.steps.values()} == {"land.sinks", "climate.effort"}
    assert "Aucune probabilité" in found.description["fr"]
    assert "agglo climate template" in found.description["fr"]


def test_strasbourg_says_that_its_actions_are_assumed() -> None:
    found = study("climate-plan-strasbourg")
    assert "supposés" in found.description["fr"]
    assert all("supposé" in found.scenarios[name].title["fr"] for name in ("modest", "ambitious"))
    assert found.source(found.scenarios["reference"], "actions") is None


@pytest.mark.slow
def test_the_local_green_deal_runs(tmp_path) -> None:
    scenarios = {one.name: one for one in ran(tmp_path, "local-green-deal").scenarios}
    steps = [step for one in scenarios.values() for step in one.steps.values()]
    assert [step.failure for step in steps] == [""] * 6
    efforts = {one.steps["effort"].run.id for one in scenarios.values()}  # type: ignore[union-attr]
    assert len(efforts) == 1
    flux = {
        name: next(
            indicator.value
            for indicator in one.steps["land"].run.indicators  # type: ignore[union-attr]
            if (indicator.name, indicator.place, indicator.sector) == ("land.carbon-flux", "200056232", "")
        )
        for name, one in scenarios.items()
    }
    assert flux["observed"] == pytest.approx(-1043, abs=0.5)
    assert flux["land-take-halved"] == pytest.approx(flux["observed"] / 2)
    assert flux["no-land-take"] == 0


@pytest.mark.slow
def test_the_climate_plan_of_strasbourg_runs(tmp_path) -> None:
    pytest.importorskip("SALib")
    scenarios = {one.name: one for one in ran(tmp_path, "climate-plan-strasbourg").scenarios}
    assert [step.failure for one in scenarios.values() for step in one.steps.values()] == [""] * 9
    found = {
        name: {
            (one.name, one.year, one.sector): one.value
            for one in scenario.steps["trajectory"].run.indicators  # type: ignore[union-attr]
        }
        for name, scenario in scenarios.items()
    }
    assert all(one[0] in vocabulary() for rows in found.values() for one in rows)
    emissions = {name: rows["climate.emissions", 2036, ""] for name, rows in found.items()}
    assert emissions["ambitious"] < emissions["modest"] < emissions["reference"]
