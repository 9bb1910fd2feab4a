"""The search finds what a reader may read, kind by kind, and takes any text as a text."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from agglo.store.workspace import Workspace
from agglo.trust.access import reading
from agglo.trust.access.people import PUBLIC
from tests.portal.opened import HOSTILE, STUDY, close, hostile_study, run_of, safe, workspace  # noqa: F401


def _search(client: TestClient, asked: str) -> str:
    answer = client.get("/chercher", params={"q": asked})
    assert answer.status_code == 200
    return answer.text


def _count(page: str, kind: str) -> int:
    found = re.search(rf'<h2 id="{kind}">[^<]*<span class="quiet">\((\d+)\)</span>', page)
    return int(found[1]) if found else 0


@pytest.mark.parametrize("asked", ["palaiseau", "PALAISEAU", "91477", "  palai  "])
def test_a_commune_is_found_by_name_or_code(client: TestClient, asked: str) -> None:
    page = _search(client, asked)
    assert _count(page, "communes") == 1
    assert 'href="/territoire/91477"' in page


def test_accents_and_short_forms_do_not_matter(client: TestClient) -> None:
    assert 'href="/territoire/91216"' in _search(client, "epinay s/orge")
    assert 'href="/territoire/91538"' in _search(client, "st aubin")


def test_every_kind_is_counted(client: TestClient, workspace: Workspace) -> None:  # noqa: F811
    page = _search(client, "climat")
    assert _count(page, "studies") == 1
    assert _count(page, "models") >= 1
    assert _count(page, "data") == reading.datasets(workspace, PUBLIC, text="climat").matched >= 1
    assert _count(page, "strategy") >= 1
    assert _count(page, "register") >= 1
    kinds = ("communes", "register", "models", "studies", "runs", "data", "strategy")
    total = sum(_count(page, kind) for kind in kinds)
    assert f"{total} results for “climat”." in page


def test_answers_of_a_model_are_found_by_its_title(client: TestClient, workspace: Workspace) -> None:  # noqa: F811
    page = _search(client, "carbon sinks")
    assert _count(page, "models") == 1
    assert _count(page, "runs") == reading.runs(workspace, PUBLIC, model="land.sinks").matched == 3
    assert f'href="/reponses/{run_of(workspace, "observed", "land")}"' in page


def test_an_answer_is_found_by_its_identifier(client: TestClient, workspace: Workspace) -> None:  # noqa: F811
    run = run_of(workspace, "observed", "effort")
    page = _search(client, run)
    assert _count(page, "runs") == 1
    assert f'href="/reponses/{run}"' in page


def test_what_is_hidden_is_not_found(client: TestClient, workspace: Workspace) -> None:  # noqa: F811
    run = run_of(workspace, "observed", "effort")
    dataset = reading.dataset(workspace, PUBLIC, "climate-plan-2019-2024")
    for kind, name in (("run", run), ("study", STUDY), ("dataset", dataset.reference)):
        close(workspace, kind, name)
    page = _search(client, "climat")
    assert _count(page, "studies") == 0
    assert dataset.name not in page
    assert f"/etudes/{STUDY}" not in page
    assert f"/reponses/{run}" not in _search(client, run)
    assert _count(_search(client, STUDY), "runs") == 3


@pytest.mark.parametrize(
    "asked",
    [
        "xyzzy' OR '1'='1",
        "'; DROP TABLE runs; --",
        "%",
        "_",
        "<script>alert(1)</script>",
        HOSTILE,
        "xyzzy\x00",
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
        "a" * 10_000,
        "((((",
        "\\",
    ],
)
def test_any_text_is_only_a_text(client: TestClient, workspace: Workspace, asked: str) -> None:  # noqa: F811
    page = _search(client, asked)
    assert "<script>" not in page
    assert "<img" not in page
    assert "Nothing public has these words." in page
    assert reading.runs(workspace, PUBLIC).matched == 4


@pytest.mark.parametrize(("asked", "told"), [("%%", True), ("--", True), (".", True), ("xyzzy", False)])
def test_signs_alone_find_nothing_and_say_so(client: TestClient, asked: str, told: bool) -> None:
    page = _search(client, asked)
    assert "<h2" not in page
    assert ("Signs alone find nothing" in page) is told


@pytest.mark.parametrize("asked", ["", "   ", "\t", "\x00"])
def test_nothing_asked_is_the_form_alone(client: TestClient, asked: str) -> None:
    page = _search(client, asked)
    assert 'id="f-q"' in page
    assert 'role="status"' not in page


def test_markup_in_titles_stays_text(client: TestClient, workspace: Workspace, tmp_path: Path) -> None:  # noqa: F811
    hostile_study(workspace, tmp_path)
    assert safe(_search(client, "onerror"))


def test_a_long_list_says_where_the_rest_is(client: TestClient) -> None:
    page = _search(client, "e")
    assert "Communes: see the whole list" in page
    assert page.count('<li><a href="/territoire/9') == 8
