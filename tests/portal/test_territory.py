"""The territory and commune pages say what the territory and the answers say, and nothing of hidden answers."""

from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from agglo.contract import numerals
from agglo.portal import app, figures
from agglo.runs import run as runs
from agglo.store.workspace import Workspace
from agglo.territory import perimeters
from tests.portal.opened import HOSTILE, SIREN, bare, close, run_of, workspace  # noqa: F401

PALAISEAU = "91477"


def test_the_territory_has_27_communes_and_319_695_residents(client: TestClient) -> None:
    page = client.get("/territoire").text
    territory = perimeters.load()
    assert territory.population_municipale == 319695
    assert '<p class="value">27</p>' in page
    assert '<p class="value">319,695</p>' in page
    for one in territory.communes:
        assert f'<a href="/territoire/{one.insee}">{one.name}</a>' in page
        assert numerals.number(one.population_municipale or 0) in page


def test_a_map_and_a_table_stand_side_by_side_with_their_year_source_and_licence(client: TestClient) -> None:
    page = client.get("/territoire").text
    assert page.count("<path") >= 27
    assert "<caption>Communes of the territory, populations in force in 2025</caption>" in page
    assert "IGN Admin Express 2018" in page
    assert "Licence Ouverte 2.0" in page


def test_a_commune_has_the_figures_of_its_answers(client: TestClient, workspace: Workspace) -> None:  # noqa: F811
    page = client.get(f"/territoire/{PALAISEAU}").text
    run = runs.load(workspace, run_of(workspace, "observed", "land"))
    for one in figures.of_place(run, PALAISEAU):
        if not one.sector:
            assert figures.small(one.value) in page
    assert "36,067" in page
    assert f"/reponses/{run.id}" in page
    assert "land.sinks@1.0.0" in page
    assert "modelled" in page


def test_a_commune_is_compared_with_the_territory_by_hectare(client: TestClient, workspace: Workspace) -> None:  # noqa: F811
    territory = perimeters.load()
    run = runs.load(workspace, run_of(workspace, "observed", "land"))

    def stock(place: str) -> float:
        return next(one.value or 0 for one in figures.of_place(run, place) if one.name == "land.carbon-stock")

    here = stock(PALAISEAU) / territory.commune(PALAISEAU).area_ha
    whole = stock(SIREN) / territory.area_ha
    said = f"{figures.small(here)} tC/ha; whole territory: {figures.small(whole)}"
    assert said in client.get(f"/territoire/{PALAISEAU}").text
    assert "computed here" in client.get(f"/territoire/{PALAISEAU}").text


def test_hypothetical_scenarios_are_told_apart_from_what_was_observed(client: TestClient) -> None:
    page = client.get(f"/territoire/{PALAISEAU}").text
    observed, others = page.split("<details>")
    assert "As observed" in observed
    assert "No land take" not in observed
    assert "No land take" in others


@pytest.mark.parametrize("written", ["palaiseau", "PALAISEAU", "Épinay s/Orge", "epinay-sur-orge"])
def test_a_name_leads_to_the_page_of_the_code(client: TestClient, written: str) -> None:
    answer = client.get(f"/territoire/{quote(written, safe='')}")
    if "/" in written:
        assert answer.status_code == 404
        return
    assert answer.status_code == 307
    assert answer.headers["location"] in {"/territoire/91477", "/territoire/91216"}


@pytest.mark.parametrize("asked", ["91478", "Palaisau", "gif"])
def test_an_unknown_commune_is_a_page_with_the_nearest_names(client: TestClient, asked: str) -> None:
    answer = client.get(f"/territoire/{asked}")
    assert answer.status_code == 404
    expected = {"91478": PALAISEAU, "Palaisau": PALAISEAU, "gif": "91272"}[asked]
    assert f'href="/territoire/{expected}"' in answer.text
    assert answer.text.count('<li><a href="/territoire/9') == 5


def test_markup_in_an_address_stays_text(client: TestClient) -> None:
    answer = client.get(f"/territoire/{quote(HOSTILE, safe='')}")
    assert answer.status_code == 404
    assert "<img" not in answer.text


def test_hidden_answers_are_nowhere_on_a_commune_page(client: TestClient, workspace: Workspace) -> None:  # noqa: F811
    hidden = run_of(workspace, "land-take-halved", "land")
    assert hidden in client.get(f"/territoire/{PALAISEAU}").text
    close(workspace, "run", hidden)
    page = client.get(f"/territoire/{PALAISEAU}").text
    assert hidden not in page
    assert "Land take halved" not in page
    assert "As observed" in page


def test_without_any_answer_a_commune_page_says_what_to_do(bare: Workspace) -> None:  # noqa: F811
    with TestClient(app.create(bare)) as client:
        page = client.get(f"/territoire/{PALAISEAU}").text
    assert "No public answer speaks of this commune yet." in page
    assert "/modeles" in page
