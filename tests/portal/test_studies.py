"""Study pages: figures of the report, hidden answers nowhere, decisions by those who have the right and sign in."""

import base64
import hashlib
import io
import re
import subprocess
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from agglo.contract.errors import InvalidInput
from agglo.portal import app, security, study_document
from agglo.runs import run as runs
from agglo.store.workspace import Workspace
from agglo.studies import record, results, states
from agglo.studies.report import costs
from agglo.studies.report.comparison import LabelledRun
from agglo.studies.report.findings import Findings
from agglo.studies.report.study import document
from tests.portal.conftest import post
from tests.portal.opened import HOSTILE, STUDY, bare, close, hostile_study, run_of, safe, workspace  # noqa: F401

PAGE = f"/etudes/{STUDY}"
SCENARIOS = ("As observed", "Land take halved", "No land take")
SignedIn = Callable[..., TestClient]


def _whole(workspace: Workspace) -> Any:  # noqa: F811
    return document(Findings(results.load(workspace, STUDY), workspace))


def test_the_list_has_question_territory_states_day_and_cost(client: TestClient) -> None:
    page = client.get("/etudes").text
    assert f'<a href="{PAGE}">Local Green Deal of Paris-Saclay' in page
    assert "What do the published targets of the climate plan ask for" in page
    assert "Communauté d&#39;agglomération Paris-Saclay" in page
    for scenario in SCENARIOS:
        assert f'{scenario} <span class="tag draft">draft</span>' in page
    assert re.search(r"last asked on \d+ \w+ \d{4}", page)
    assert re.search(r"Cost of the answers: \S+\xa0mWh, \S+\xa0µgCO₂e", page)


def test_the_page_says_what_the_report_says(client: TestClient, workspace: Workspace) -> None:  # noqa: F811
    page = client.get(PAGE).text
    tables = [table for section in _whole(workspace).sections for table in section.tables]
    assert len(tables) > 8
    for table in tables:
        if table.id != "scenarios-about":
            for row in table.shown[:3]:
                for text in table.said(row):
                    assert str(text).replace("&", "&amp;").replace("'", "&#39;") in page
    for key in ("−1,043", "−522", "−2.3"):
        assert f'<p class="value">{key}' in page
    assert "In short" in page
    assert "What is left out, and what to keep in mind" in page


def test_hypotheses_are_in_words(client: TestClient) -> None:
    page = client.get(PAGE).text
    assert "Land take, as a multiple of that of 2012-2018: 0.5" in page
    assert "land_take_factor" not in page


def test_steps_are_said_in_the_order_they_are_asked_with_what_they_read(client: TestClient) -> None:
    page = client.get(PAGE).text
    steps = page[page.index('id="steps"') : page.index('id="cost"')]
    assert steps.index("<strong>land</strong>") < steps.index("<strong>effort</strong>")
    assert '<a href="/modeles/land.sinks">Carbon sinks of soils and plants</a>' in steps
    assert 'href="/donnees/land-cover-2023"' in steps


def test_the_cost_is_that_of_the_runs(client: TestClient, workspace: Workspace) -> None:  # noqa: F811
    found = [runs.load(workspace, path.name) for path in workspace.runs.iterdir()]
    said = costs.in_all([LabelledRun(one.id, one) for one in found])
    assert said
    assert said in client.get(PAGE).text


def test_charts_and_maps_are_drawn_beside_their_tables_without_styles_or_scripts(client: TestClient) -> None:
    page = client.get(PAGE).text
    assert page.count('<figure class="lines">') == 2
    assert page.count('<figure class="map">') >= 2
    assert "<script" not in page
    assert not re.search(r"<[a-z][^>]*\sstyle=", page)


def test_columns_without_anything_are_left_out(client: TestClient) -> None:
    page = client.get(PAGE).text
    assert "Low (p05)" not in page
    assert "Difference" in page


def test_scenarios_can_be_compared_commune_by_commune(client: TestClient) -> None:
    assert f'href="/comparer?etude={STUDY}"' in client.get(PAGE).text


@pytest.mark.parametrize(
    "address", ["/", "/territoire", "/territoire/91477", "/etudes", PAGE, "/strategie", "/chercher?q=a"]
)
def test_identifiers_are_unique_and_headings_in_order(client: TestClient, address: str) -> None:
    page = client.get(address).text
    identifiers = re.findall(r'\sid="([^"]+)"', page)
    assert len(identifiers) == len(set(identifiers))
    levels = [int(one) for one in re.findall(r"<h([1-6])", page)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_an_unknown_study_is_not_found(client: TestClient) -> None:
    for address in ("/etudes/nope", "/etudes/nope/rapport.html", "/etudes/..%2F..", "/etudes/%3Cscript%3E"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert "<script" not in answer.text


def test_without_a_study_the_list_says_what_to_do(bare: Workspace) -> None:  # noqa: F811
    with TestClient(app.create(bare)) as client:
        page = client.get("/etudes").text
    assert "No public study yet." in page
    assert "/modeles" in page


def test_a_hidden_study_is_as_if_there_were_none(client: TestClient, workspace: Workspace) -> None:  # noqa: F811
    close(workspace, "study", STUDY)
    assert STUDY not in client.get("/etudes").text
    hidden, never = client.get(PAGE), client.get("/etudes/never-there")
    assert (hidden.status_code, never.status_code) == (404, 404)
    assert hidden.text.replace(STUDY, "X") == never.text.replace("never-there", "X")
    assert client.get(f"{PAGE}/rapport.html").status_code == 404


def test_hidden_answers_are_said_not_public_and_shown_nowhere(client: TestClient, workspace: Workspace) -> None:  # noqa: F811
    hidden = run_of(workspace, "land-take-halved", "land")
    assert "−522" in client.get(PAGE).text
    close(workspace, "run", hidden)
    page = client.get(PAGE).text
    assert "land: not public" in page
    assert "1 answer of this study is not public" in page
    assert "1 answer is not public." in client.get("/etudes").text
    report = client.get(f"{PAGE}/rapport.html").text
    book = zipfile.ZipFile(io.BytesIO(client.get(f"{PAGE}/rapport.xlsx").content))
    cells = " ".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    for text in (page, report, cells):
        assert hidden not in text
        assert "−522" not in text
        assert "521.52" not in text
    assert "−1,043" in page


def test_a_steward_still_reads_what_is_hidden(signed_in: SignedIn, workspace: Workspace) -> None:  # noqa: F811
    hidden = run_of(workspace, "land-take-halved", "land")
    close(workspace, "run", hidden)
    page = signed_in("steward").get(PAGE).text
    assert f"/reponses/{hidden}" in page
    assert "−522" in page


def test_the_html_report_may_apply_its_own_style_and_nothing_else(client: TestClient) -> None:
    answer = client.get(f"{PAGE}/rapport.html")
    assert answer.status_code == 200
    style = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert len(style) == 1
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert f"'sha256-{digest}'" in policy
    assert "unsafe-inline" not in policy
    assert security.EXTRA_HEADER not in answer.headers
    assert "<script" not in answer.text
    assert not re.search(r"<[a-z][^>]*\sstyle\s*=", answer.text)


@pytest.mark.parametrize(
    "page",
    [
        b"<p style='color:red'>",
        b'<svg><rect fill="none" style="fill:red"/></svg>',
        b"<script>alert(1)</script>",
        b'<img src="x" onerror = "alert(1)">',
        b'<a href="javascript:alert(1)">',
    ],
)
def test_a_report_with_something_active_is_refused(page: bytes) -> None:
    with pytest.raises(study_document.NotMade, match="could not be made"):
        study_document.csp_of(b"<style>p {}</style>" + page)


def test_words_that_look_active_are_only_words() -> None:
    page = b"<style>p {}</style><p>A note: javascript: &lt;script&gt; and style = plain</p>"
    assert study_document.csp_of(page).startswith("style-src 'sha256-")


@pytest.mark.parametrize(("form", "begins"), [("xlsx", b"PK"), ("pdf", b"%PDF")])
def test_reports_are_downloaded_under_the_name_of_the_study(client: TestClient, form: str, begins: bytes) -> None:
    if form == "pdf":
        pytest.importorskip("typst", reason="A PDF needs the extra report")
    answer = client.get(f"{PAGE}/rapport.{form}")
    assert answer.status_code == 200
    assert answer.content.startswith(begins)
    assert answer.headers["content-type"] == study_document.FORMS[form]
    assert answer.headers["content-disposition"] == f'attachment; filename="{STUDY}.{form}"'


@pytest.mark.parametrize("form", ["exe", "json", "html.exe", "py"])
def test_other_forms_do_not_exist(client: TestClient, form: str) -> None:
    answer = client.get(f"{PAGE}/rapport.{form}")
    assert answer.status_code == 404


def test_a_report_is_made_once(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    first = client.get(f"{PAGE}/rapport.html").content

    def never(*_args: Any, **_more: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(study_document.subprocess, "run", never)
    assert client.get(f"{PAGE}/rapport.html").content == first


def test_a_report_that_cannot_be_made_leaves_the_page(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_args: Any, **_more: Any) -> Any:
        return subprocess.CompletedProcess([], 1)

    monkeypatch.setattr(study_document.subprocess, "run", fails)
    answer = client.get(PAGE)
    assert answer.status_code == 200
    assert "This report could not be made." in answer.text
    assert "As observed" in answer.text
    assert client.get(f"{PAGE}/rapport.html").status_code == 500


def test_another_language_is_another_report(client: TestClient) -> None:
    assert "En bref" in client.get(PAGE, params={"lang": "fr"}).text
    assert "In short" in client.get(PAGE, params={"lang": "en"}).text


def test_markup_in_titles_stays_text(client: TestClient, workspace: Workspace, tmp_path: Path) -> None:  # noqa: F811
    hostile_study(workspace, tmp_path)
    assert safe(client.get("/etudes/hostile").text)
    assert HOSTILE not in client.get("/etudes/hostile/rapport.html").text


def _move(client: TestClient, scenario: str, to: str) -> Any:
    return post(client, f"{PAGE}/etat", {"scenario": scenario, "to": to}, page=PAGE)


def _state(workspace: Workspace, scenario: str) -> str:  # noqa: F811
    held = record.held(workspace, STUDY)
    return record.state_of(held, scenario, held[-1].versions[scenario])


def test_forms_that_decide_are_shown_to_those_who_may(client: TestClient, signed_in: SignedIn) -> None:
    assert "/etat" not in client.get(PAGE).text
    assert "/etat" not in signed_in("contributor").get(PAGE).text
    page = signed_in("steward").get(PAGE).text
    assert page.count(f'action="{PAGE}/etat"') == len(SCENARIOS)
    assert 'value="proposed">Propose</button>' in page


def test_a_steward_proposes_and_their_identifier_is_kept(signed_in: SignedIn, workspace: Workspace) -> None:  # noqa: F811
    client = signed_in("steward")
    answer = _move(client, "observed", "proposed")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{PAGE}#scenarios"
    assert _state(workspace, "observed") == "proposed"
    event = record.moves_of(record.held(workspace, STUDY), "observed")[-1]
    assert event["actor"] == client.actor  # type: ignore[attr-defined]
    page = client.get(PAGE).text
    assert '<span class="tag proposed">proposed</span>' in page
    assert "observed, version 1: from draft to proposed" in page
    assert client.actor not in page  # type: ignore[attr-defined]


def test_an_approval_on_drafts_is_refused_in_plain_words(signed_in: SignedIn, workspace: Workspace) -> None:  # noqa: F811
    client = signed_in("steward")
    _move(client, "observed", "proposed")
    answer = _move(client, "observed", "approved")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "card of land.sinks" in answer.text
    assert "legal basis" in answer.text
    assert "authority.legal_basis" not in answer.text
    assert _state(workspace, "observed") == "proposed"


def test_a_complete_register_lets_an_approval_through(
    signed_in: SignedIn,
    workspace: Workspace,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(states, "undeclared", lambda _workspace, _model: iter(()))
    client = signed_in("steward")
    _move(client, "observed", "proposed")
    assert _move(client, "observed", "approved").status_code == 303
    assert _state(workspace, "observed") == "approved"


@pytest.mark.parametrize("to", ["approved", "nonsense", "", "<script>", "draft"])
def test_a_state_that_cannot_follow_is_refused(signed_in: SignedIn, workspace: Workspace, to: str) -> None:  # noqa: F811
    answer = _move(signed_in("steward"), "observed", to)
    assert answer.status_code == 422
    assert "<script>" not in answer.text
    assert _state(workspace, "observed") == "draft"


def test_an_unknown_scenario_is_not_found(signed_in: SignedIn) -> None:
    assert _move(signed_in("steward"), "observde", "proposed").status_code == 404


def test_without_the_right_nothing_moves(signed_in: SignedIn, workspace: Workspace) -> None:  # noqa: F811
    client = signed_in("contributor")
    answer = post(client, f"{PAGE}/etat", {"scenario": "observed", "to": "proposed"}, page="/compte")
    assert answer.status_code == 403
    assert _state(workspace, "observed") == "draft"


def test_whoever_has_not_signed_in_moves_nothing(client: TestClient, workspace: Workspace) -> None:  # noqa: F811
    answer = client.post(f"{PAGE}/etat", data={"scenario": "observed", "to": "proposed"})
    assert answer.status_code == 403
    assert _state(workspace, "observed") == "draft"


def test_without_the_token_of_the_session_nothing_moves(signed_in: SignedIn, workspace: Workspace) -> None:  # noqa: F811
    answer = signed_in("steward").post(f"{PAGE}/etat", data={"scenario": "observed", "to": "proposed"})
    assert answer.status_code == 403
    assert _state(workspace, "observed") == "draft"


def test_who_moves_is_whoever_uses_the_command_line_unless_said(workspace: Workspace) -> None:  # noqa: F811
    states.move(workspace, STUDY, "observed", "proposed")
    states.move(workspace, STUDY, "observed", "draft", actor="actor-somebody")
    actors = [event["actor"] for event in record.moves_of(record.held(workspace, STUDY), "observed")]
    assert actors == [workspace.actor, "actor-somebody"]
    with pytest.raises(InvalidInput, match="cannot be moved"):
        states.move(workspace, STUDY, "observed", "approved", actor="actor-somebody")
