"""The strategy: short facts in two languages, each borne out by what exists when it is shown, or said not built."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from agglo.contract.documents import read_yaml
from agglo.portal import app, askable, made
from agglo.portal.strategy import lines
from agglo.store.workspace import Workspace
from agglo.trust.access import reading
from agglo.trust.access.people import PUBLIC
from agglo.trust.deal import keeping
from tests.portal.opened import STUDY, bare, close, workspace  # noqa: F401

LONGEST = 120


def _texts(content: Any) -> Iterator[dict[str, str]]:
    if isinstance(content, dict):
        if "fr" in content:
            yield content
        else:
            for one in content.values():
                yield from _texts(one)
    elif isinstance(content, list):
        for one in content:
            yield from _texts(one)


def test_every_text_is_in_both_languages_and_short() -> None:
    content = read_yaml(lines.FILE, "strategy")
    found = list(_texts(content))
    assert len(found) > 100
    for text in found:
        assert set(text) == {"fr", "en"}
        assert all(one.strip() for one in text.values())
    for line in lines.strategy().lines():
        assert all(len(one) <= LONGEST for one in line.text.values())


def test_no_name_of_a_person_is_carried_over() -> None:
    text = lines.FILE.read_text(encoding="utf-8").lower()
    assert "munerot" not in text
    assert "laurent" not in text


def test_each_line_has_an_identifier_of_its_own() -> None:
    every = [line.id for line in lines.strategy().lines()]
    assert len(every) == len(set(every)) == 60


def test_every_proof_names_something_that_can_exist(workspace: Workspace) -> None:  # noqa: F811
    pages = {route.name for route in app.routes()}
    models, datasets = set(askable.entries(workspace)), {
        row["name"] for row in reading.datasets(workspace, PUBLIC, limit=None).rows
    }  # fmt: skip
    known = {
        "page": pages,
        "model": models,
        "dataset": datasets,
        "study": {STUDY},
        "deal": set(keeping.bundled_names()),
    }
    for line in lines.strategy().lines():
        assert line.proofs or line.waits, line.id
        for proof in line.proofs:
            if proof.kind == "model" and proof.name.endswith(".*"):
                assert line.waits, line.id
            else:
                assert proof.name in known[proof.kind], (line.id, proof)
            assert proof.label or proof.kind != "page", line.id


def _shown(client: TestClient) -> str:
    answer = client.get("/strategie")
    assert answer.status_code == 200
    return answer.text


def _live(page: str) -> tuple[int, int]:
    listed = page.split("<li id=")[1:]
    return sum("Not built yet" not in one.split("</li>")[0] for one in listed), len(listed)


def test_lines_are_counted_as_the_page_shows_them(client: TestClient) -> None:
    page = _shown(client)
    live, total = _live(page)
    assert total == 60
    assert 0 < live < total
    assert f"{live} of {total}" in page


def test_every_link_of_a_proof_answers(client: TestClient) -> None:
    page = _shown(client)
    content = page[page.index('<ul class="proofs">') : page.rindex("</ul>")]
    for part in content.split('href="')[1:]:
        address = part.split('"')[0]
        if address.startswith("/"):
            assert client.get(address).status_code == 200, address


def test_a_model_that_is_not_there_is_said_not_built(client: TestClient) -> None:
    page = _shown(client)
    part = page.split('<li id="mamob">')[1].split("</li>")[0]
    assert "Not built yet: waits for a model of mobility." in part
    assert "/modeles/" not in part


def test_a_model_that_comes_bears_its_lines_out(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    before, _total = _live(_shown(client))
    known = dict(askable.entries(client.app.state.workspace))
    monkeypatch.setattr(askable, "entries", lambda _workspace: {**known, "assistant.residents": known["land.sinks"]})
    made.forget()
    page = _shown(client)
    assert _live(page)[0] > before
    assert "Not built yet" not in page.split('<li id="olga">')[1].split("</li>")[0]


def test_leaks_of_water_are_borne_out_by_the_models_of_water(client: TestClient) -> None:
    part = _shown(client).split('<li id="aquavance">')[1].split("</li>")[0]
    assert "Not built yet" not in part
    assert 'href="/modeles/water.' in part


def test_each_project_leads_to_its_card_in_the_register(client: TestClient) -> None:
    page = _shown(client)
    for project in ("aquavance", "hestia", "olga", "twin-mobility"):
        assert f'href="/registre/{project}"' in page.split(f'<li id="{project}">')[1].split("</li>")[0]
    assert 'href="/registre/' not in page.split('<li id="gdpr">')[1].split("</li>")[0]


def test_a_hidden_study_bears_nothing_out(client: TestClient, workspace: Workspace) -> None:  # noqa: F811
    before, _total = _live(_shown(client))
    assert f"/etudes/{STUDY}" in _shown(client)
    close(workspace, "study", STUDY)
    page = _shown(client)
    assert f"/etudes/{STUDY}" not in page
    assert _live(page)[0] < before


def test_a_kept_deal_bears_its_axes_out(client: TestClient, workspace: Workspace) -> None:  # noqa: F811
    assert "/engagements/paris-saclay" not in _shown(client)
    keeping.add(workspace, keeping.bundled("paris-saclay").deal)
    page = _shown(client)
    for axis in ("axis-governance", "axis-energy", "axis-mobility", "axis-tourism"):
        assert "/engagements/paris-saclay" in page.split(f'<li id="{axis}">')[1].split("</li>")[0]


def test_nothing_kept_means_that_pages_and_models_alone_bear_out(bare: Workspace) -> None:  # noqa: F811
    with TestClient(app.create(bare)) as client:
        page = _shown(client)
    assert "/etudes/" not in page
    assert "/donnees/" not in page
    assert "Registre" not in page


def test_the_source_and_its_date_are_said(client: TestClient) -> None:
    page = _shown(client)
    assert "given on 5 December 2023" in page
    assert "published in January 2024" in page
