"""What the portal says of itself."""

import csv
import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from agglo.portal import about
from agglo.store.workspace import Workspace


def test_the_statement_of_accessibility_says_what_was_not_tested(client: TestClient) -> None:
    text = client.get("/accessibilite").text
    for said in (
        "This portal is not compliant", "No audit by people has been made yet", "axe-core",
        "Screen readers", "Libre réponse 71120",
        "No contact for accessibility is declared here yet",
    ):  # fmt: skip
        assert said in text


@pytest.mark.parametrize(
    ("contact", "href"),
    [
        ("acces@example.org", 'href="mailto:acces@example.org"'),
        ("01 02 03 04 05", 'href="tel:0102030405"'),
        ("Town hall, first floor", "Town hall, first floor"),
        ("<script>alert(1)</script>@x", "&lt;script&gt;"),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_contacts_are_those_of_the_settings(
    client: TestClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, contact: str, href: str
) -> None:
    monkeypatch.setenv("AGGLO_ACCESSIBILITY_CONTACT", contact)
    monkeypatch.setenv("AGGLO_CONTACT", contact)
    workspace.__dict__.pop("settings", None)
    client.app.state.workspace.__dict__.pop("settings", None)  # type: ignore[attr-defined]
    for page in ("/accessibilite", "/mentions-legales"):
        text = client.get(page).text
        assert href in text
        assert "<script>" not in text
        assert 'href="javascript' not in text


def test_the_legal_notice_says_what_is_not_declared(client: TestClient) -> None:
    text = client.get("/mentions-legales").text
    assert text.count("<dd>not declared</dd>") == 3
    for said in ("EUPL", "CNIL", "12 hours at most, 2 hours without use", "One year", "no banner"):
        assert said in text


def test_durations_are_those_in_force() -> None:
    from datetime import timedelta

    from agglo.trust.accounts import database

    assert timedelta(days=365) == database.AUDIT_KEPT, "the legal notice says one year"


def test_cookies_of_the_notice_are_those_that_are_set(client: TestClient) -> None:
    from agglo.portal import languages, sessions

    text = client.get("/mentions-legales").text
    for name in (languages.COOKIE, sessions._SESSION, sessions._FORM):
        assert f'<th scope="row">{name}</th>' in text


def test_every_criterion_has_a_state_and_a_reason_in_two_languages() -> None:
    found = about.criteria()
    assert len(found) == 78
    assert len({one.id for one in found}) == 78
    by_theme = {theme: sum(one.theme == theme for one in found) for theme in about.THEMES}
    assert by_theme == {"1": 10, "2": 10, "3": 7, "4": 15, "5": 8, "6": 7, "7": 4, "8": 10, "9": 7}
    for one in found:
        assert one.state in about.STATES
        assert {*one.title} == {*one.why} == {"fr", "en"}
        assert all([*one.title.values(), *one.why.values()])


def test_counts_add_up_and_are_shown(client: TestClient) -> None:
    counts = about.counts()
    assert sum(counts.values()) == 78
    text = client.get("/frugalite").text
    shown = [int(one) for one in re.findall(r'<p class="value">(\d+)', text)]
    assert shown == list(counts.values())
    assert len(re.findall(r'<th scope="row">\d\.\d+</th>', text)) == 78


def test_the_api_page_leads_to_the_api(client: TestClient) -> None:
    text = client.get("/api").text
    for said in ('href="/ogc"', 'href="/ogc/api"', "http://testserver/ogc", "QGIS", "owslib"):
        assert said in text
    schemas = re.findall(r'href="(/schemas/[^"]+)"', text)
    assert len(schemas) > 10
    for one in schemas:
        assert client.get(one).json()
    example = re.search(r"http://testserver(/donnees/[^<]+csv)", text)
    assert example
    rows = list(csv.reader(client.get(example[1]).text.splitlines()))
    assert len(rows) > 1


def test_the_example_of_an_empty_workspace_names_no_dataset(tmp_path: Path) -> None:
    from agglo.portal import app
    from agglo.store.workspace import open_workspace

    with TestClient(app.create(open_workspace(tmp_path / "empty"))) as client:
        assert "/donnees/NAME/fichiers/VERSION.csv" in client.get("/api").text


@pytest.mark.parametrize("page", ["/accessibilite", "/mentions-legales", "/frugalite", "/api"])
def test_pages_are_light_and_in_two_languages(client: TestClient, page: str) -> None:
    import gzip

    for code in ("fr", "en"):
        answer = client.get(page, params={"lang": code})
        assert f'<html lang="{code}">' in answer.text
        assert len(gzip.compress(answer.content)) < 25_000
        assert answer.text.count("<h1") == 1
        levels = [int(one) for one in re.findall(r"<h([1-6])", answer.text)]
        assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_data_file_is_what_the_page_shows() -> None:
    rows = [one.row() for one in about.criteria()]
    assert json.dumps(rows)
    assert rows[0][0] == "1.1"
