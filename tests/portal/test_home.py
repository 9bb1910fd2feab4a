"""The first page: light, honest about what is not there, and its figures are those of the functions behind."""

import gzip
import math
import re
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from agglo.contract import numerals
from agglo.portal import app, figures
from agglo.runs import run as runs
from agglo.runs import totals
from agglo.store.workspace import Workspace
from agglo.studies.report.classes import scale_of
from agglo.territory import perimeters
from agglo.trust.deal import keeping
from tests.portal.opened import HOSTILE, SIREN, bare, close, hostile_study, run_of, safe, workspace  # noqa: F401

MOST_KB, MOST_REQUESTS = 100, 25


def _files(page: str) -> set[str]:
    """Everything that a browser asks for besides the page."""
    return set(re.findall(r'<(?:link|script|img|source)[^>]*?(?:href|src)="([^"]+)"', page))


def test_the_first_page_is_light(client: TestClient) -> None:
    answer = client.get("/")
    needed = _files(answer.text)
    assert answer.status_code == 200
    assert len(needed) + 1 <= MOST_REQUESTS
    assert all(one.startswith("/static/") for one in needed)
    weight = len(gzip.compress(answer.content)) + sum(len(gzip.compress(client.get(one).content)) for one in needed)
    assert weight <= MOST_KB * 1000
    said = re.search(r"This page weighs (\d+)\xa0?\s?kB", answer.text)
    assert said
    assert abs(int(said[1]) - weight / 1000) < 2


def test_who_lives_here_is_said_with_its_year(client: TestClient) -> None:
    page = client.get("/").text
    assert "27 communes and their 319,695 residents (2025)" in page


def test_the_map_shows_a_reference_scenario_per_hectare_and_says_so(client: TestClient, workspace: Workspace) -> None:  # noqa: F811
    page, territory = client.get("/").text, perimeters.load()
    run = runs.load(workspace, run_of(workspace, "observed", "land"))
    stocks = {one.place: one.value for one in figures.of_name(run, "land.carbon-stock") if not one.sector}
    values = {one.insee: (stocks[one.insee] or 0) / one.area_ha for one in territory.communes}
    decimals = numerals.decimals_for(values.values())
    for one in territory.communes:
        assert f"{one.name}: {numerals.number(values[one.insee], decimals)}<" in page.replace('"', "<")
    assert scale_of(list(values.values())).classes[0].label in page
    assert "per hectare, 2023 (tC/ha)" in page
    assert "modelled, land.sinks@1.0.0, As observed, divided here by the size of each commune" in page
    assert "Source: ADEME, Aldo." in page
    assert f"/reponses/{run.id}" in page


def test_where_the_territory_stands_comes_from_published_targets(client: TestClient, workspace: Workspace) -> None:  # noqa: F811
    page = client.get("/").text
    run = runs.load(workspace, run_of(workspace, "observed", "effort"))
    asked = {one.sector: one.value for one in run.indicators if one.name == "climate.required-effort"}
    assert figures.small(asked[""]) in page
    assert figures.small(asked["energy"]) in page
    assert "target: 66% of the level of 2012 in 2030" in page
    assert "target: 76% of the level of 2012 in 2030" in page
    assert "−1,043" in page
    assert "PCAET 2019-2024 de Paris-Saclay" in page


def test_without_a_deal_the_page_says_so_and_how(client: TestClient) -> None:
    page = client.get("/").text
    assert "No Local Green Deal (a contract of commitments) has been kept here yet" in page
    assert '<a href="/engagements">How commitments are kept</a>' in page


def test_with_a_deal_its_commitments_stand_there_instead(client: TestClient, workspace: Workspace) -> None:  # noqa: F811
    keeping.add(workspace, keeping.bundled("paris-saclay").deal)
    page = client.get("/").text
    assert "No Local Green Deal" not in page
    assert '<a href="/engagements/paris-saclay">' in page
    assert "no evidence since" in page


def test_the_latest_answers_have_their_figure_and_their_cost(client: TestClient, workspace: Workspace) -> None:  # noqa: F811
    page = client.get("/").text
    for scenario, step in (("observed", "land"), ("land-take-halved", "land"), ("observed", "effort")):
        run = runs.load(workspace, run_of(workspace, scenario, step))
        lead = figures.headline(run, SIREN)
        assert lead is not None
        assert f"<strong>{figures.small(lead.value)} {numerals.unit_label(lead.unit)}</strong>" in page
        carbon = run.footprint.carbon_g
        assert carbon is not None
        assert numerals.scaled(carbon.central, "gCO2e") in page


def test_what_everything_cost_is_the_total_of_all_runs(client: TestClient, workspace: Workspace) -> None:  # noqa: F811
    whole = totals.report(workspace)[-1]
    page = client.get("/").text
    energy, carbon = numerals.scaled(whole.energy_kwh, "kWh"), numerals.scaled(whole.carbon_g, "gCO2e")
    assert f"The {whole.entries} computations kept here took {energy} of electricity and {carbon}" in page
    assert "As much electricity as a small lamp (10 W) lit for" in page
    assert "As much greenhouse gas as what an average European car emits over" in page
    assert whole.energy_kwh is not None
    assert math.isclose(whole.energy_kwh, sum(row.energy_kwh or 0 for row in totals.report(workspace)[:-1]))


def test_hidden_answers_are_not_on_the_first_page_but_their_cost_is(client: TestClient, workspace: Workspace) -> None:  # noqa: F811
    hidden = run_of(workspace, "observed", "land")
    close(workspace, "run", hidden)
    page = client.get("/").text
    assert hidden not in page
    assert "−1,043" not in page
    assert f"The {totals.report(workspace)[-1].entries} computations" in page


def test_where_every_answer_is_hidden_nothing_is_named(client: TestClient, workspace: Workspace) -> None:  # noqa: F811
    for row in runs_of(workspace):
        close(workspace, "run", row)
    page = client.get("/").text
    assert "No public answer yet." in page
    assert "No public answer has figures by commune yet." in page
    assert "land.sinks" not in page
    assert not any(row in page for row in runs_of(workspace))


def runs_of(workspace: Workspace) -> list[str]:  # noqa: F811
    return [path.name for path in workspace.runs.iterdir()]


def test_an_empty_workspace_has_a_first_page(bare: Workspace) -> None:  # noqa: F811
    with TestClient(app.create(bare)) as client:
        page = client.get("/").text
    assert "319,695" in page
    assert "Nothing has been computed here yet." in page
    assert "/empreinte/calculer" in page


def test_the_three_doors_lead_to_pages(client: TestClient) -> None:
    page = client.get("/").text
    known = {route.path for route in app.routes()}
    doors = page[page.index('class="cards doors"') : page.index('<div class="beside">')]
    for title in ("I live here", "I am elected", "I work with data"):
        assert title in doors
    links = re.findall(r'href="([^"#]+)', doors)
    assert len(links) == 11
    assert set(links) <= known


@pytest.mark.parametrize("asked", ["carbone", "' OR 1=1 --", "<script>alert(1)</script>", "a" * 5000])
def test_a_search_sent_to_the_first_page_goes_to_the_results(client: TestClient, asked: str) -> None:
    answer = client.get("/", params={"q": asked})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/chercher?q=")
    assert "<" not in answer.headers["location"]


def test_markup_in_titles_stays_text(client: TestClient, workspace: Workspace, tmp_path: Path) -> None:  # noqa: F811
    hostile_study(workspace, tmp_path)
    assert safe(client.get("/etudes").text)
    assert "<img" not in client.get("/").text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_is_in_the_language_asked(client: TestClient, language: str) -> None:
    page = client.get("/", params={"lang": language}).text
    assert f'<html lang="{language}">' in page
    assert ("319 695" if language == "fr" else "319,695").replace(" ", "\u202f") in page


def test_hostile_is_hostile() -> None:
    assert "<img" in HOSTILE


_VISIT = """
import sys
from pathlib import Path
from starlette.testclient import TestClient
from agglo.portal import app
from agglo.store.workspace import open_workspace
with TestClient(app.create(open_workspace(Path(sys.argv[1])))) as client:
    for address in sys.argv[2:]:
        assert client.get(address).status_code == 200, address
heavy = {"pandas", "geopandas", "pyogrio", "shapely", "altair", "vl_convert", "typst", "agglo.models.land.carbon_sinks"}
print(sorted(heavy & set(sys.modules)))
"""


def test_pages_bring_nothing_heavy_into_the_server(workspace: Workspace) -> None:  # noqa: F811
    pages = [
        "/",
        "/territoire",
        "/territoire/91477",
        "/etudes",
        "/etudes/local-green-deal",
        "/strategie",
        "/chercher?q=a",
    ]
    command = [sys.executable, "-c", _VISIT, str(workspace.root), *pages, "/etudes/local-green-deal/rapport.html"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
