"""What a plan achieved, from a real run of climate.ex-post: observed, counterfactual, causes."""

from pathlib import Path

import pytest

from agglo.catalogue import datasets
from agglo.store.workspace import Workspace, open_workspace
from agglo.studies import running, study
from agglo.studies.report.chapters import situation
from agglo.studies.report.findings import Findings

HEAD = "place,year,sector,subsector,carrier,substance,value,unit,boundary,gwp,uncertainty,quality,source\n"
EMITTED = {2012: {"residential": 500, "road-transport": 600}, 2022: {"residential": 400, "road-transport": 560}}
INVENTORY = HEAD + "".join(
    f"200056232,{year},{sector},all,all,CO2e,{value},tCO2e,scope-1-2,AR5,,modelled,made up\n"
    for year, held in EMITTED.items()
    for sector, value in held.items()
)
CONTEXT = "place,year,quantity,value,unit,quality,source\n" + "".join(
    f"200056232,{year},{quantity},{value},{unit},measured,made up\n"
    for year, people, days in ((2012, 1000, 2200), (2022, 1050, 2000))
    for quantity, value, unit in (
        ("population", people, "inhabitant"),
        ("heating-degree-days", days, "Cel.d"),
        ("heating-degree-days-reference", 2200, "Cel.d"),
    )
)
STUDY = """
name: achieved
territory: "200056232"
datasets: {inventory: {dataset: made-up}, context: {dataset: around}}
steps:
  ex-post:
    model: climate.ex-post
    inputs: {inventory: inventory, context: context}
    parameters: {year_gaps: accepted}
scenarios:
  all: {title: {fr: Tous, en: All follow population}}
  apart: {title: {fr: À part, en: Transport apart}, parameters: {ex-post: {without_population: [road-transport]}}}
"""
DESCRIBED = {"title": "t", "licence": "CC0-1.0", "source": "made up", "owner": "tests"}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("achieved")
    here = open_workspace(folder / "workspace")
    for name, schema, text in (("made-up", "climate-inventory", INVENTORY), ("around", "climate-context", CONTEXT)):
        path = folder / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        datasets.add(here, path, name=name, schema=schema, **DESCRIBED)
    return here


@pytest.fixture(scope="module")
def findings(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Findings:
    path: Path = tmp_path_factory.mktemp("study") / "achieved.yaml"
    path.write_text(STUDY, encoding="utf-8")
    result = running.run(workspace, study.read(path)).result
    assert [step.failure for one in result.scenarios for step in one.steps.values()] == ["", ""]
    return Findings(result, workspace)


def test_each_scenario_has_its_chart_and_table_and_says_whose_they_are(findings: Findings) -> None:
    section = situation.section(findings)
    assert section is not None
    titles = [block.title for block in section.blocks if type(block).__name__ == "Chart"]
    what = "What was observed, and what it would have been with the first year's practices"
    assert titles == [f"{what}, All follow population", f"{what}, Transport apart"]


def test_figures_are_those_of_the_run_and_causes_have_names(findings: Findings) -> None:
    section = situation.section(findings)
    assert section is not None
    observed = section.blocks[0].table
    last = next(row.cells for row in observed.rows if row.shown and row.cells[1] == 2022)
    assert last[2] == 960
    causes = {row.cells[2] for block in section.blocks if type(block).__name__ == "Table" for row in block.rows}
    assert causes == {"Population", "Weather (degree-days)", "Emissions per inhabitant, in normal weather"}
