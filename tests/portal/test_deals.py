"""Deals: who may read which version, what shows each commitment, and the files."""

import dataclasses
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from agglo.store.workspace import Workspace
from agglo.trust.access import people, visibility
from agglo.trust.access.rights import Asset
from agglo.trust.deal import keeping, progress, signing
from agglo.trust.deal.keeping import Kept

SignedIn = Callable[..., TestClient]
NAME, COMMITMENT = "paris-saclay", "greenhouse-gases"
EVIL = '<script>alert(1)</script>"x'


@pytest.fixture
def draft(workspace: Workspace) -> Kept:
    return keeping.add(workspace, keeping.bundled(NAME).deal).kept


@pytest.fixture
def signed(workspace: Workspace, draft: Kept) -> Kept:
    keeping.open_for_signature(workspace, NAME)
    signing.sign(workspace, NAME, party="paris-saclay", by="Somebody, president")
    return keeping.load(workspace, NAME)


def a_run(workspace: Workspace) -> str:
    return sorted(path.name for path in workspace.runs.iterdir())[0]


def enter(kept: Kept, run: str, value: float = 83.0, year: int = 2024) -> None:
    """Enter a figure of a run, as "agglo deal progress" does for a run of a complete card."""
    commitment = progress.commitment_of(kept, COMMITMENT)
    assert kept.sealed
    assert commitment.gauge
    content = {
        "commitment": COMMITMENT, "basis": progress.FROM_RUN, "value": value, "unit": commitment.gauge.unit,
        "year": year, "quality": "modelled", "source": "", "run": run, "model": "climate.inventory@1.0.0",
        "gauge": progress.gauge_name(commitment), "place": "200056232", "version": kept.version, "sector": "",
    }  # fmt: skip
    kept.sealed.add_event(keeping.PROGRESS, content)


def test_without_a_deal_the_page_says_what_one_is(client: TestClient) -> None:
    text = client.get("/engagements").text
    assert "No deal is signed yet." in text
    assert "How a deal comes about" in text
    assert "agglo deal add" not in text


def test_a_draft_is_for_those_who_may_read_what_is_restricted(
    client: TestClient, signed_in: SignedIn, draft: Kept
) -> None:
    title = draft.deal.title["en"]
    for reader in (client, signed_in("contributor")):
        assert title not in reader.get("/engagements").text
        answer = reader.get(f"/engagements/{NAME}")
        assert answer.status_code == 404
        unknown = reader.get("/engagements/nothing").text.replace("nothing", NAME)
        assert answer.text.split("<main")[1] == unknown.split("<main")[1]
        assert reader.get(f"/engagements/{NAME}/fichiers/1.json").status_code == 404
    steward = signed_in("steward")
    assert title in steward.get("/engagements").text
    assert "A draft: nobody has signed this version" in steward.get(f"/engagements/{NAME}").text
    assert "agglo deal add" in steward.get("/engagements").text


def test_a_signed_deal_is_public(client: TestClient, signed: Kept) -> None:
    text = client.get(f"/engagements/{NAME}").text
    assert "Somebody, president" in text
    assert signed.digest in text
    for axis in ("Governance", "Energy transition", "Mobility", "Tourism"):
        assert f"<h2>{axis}</h2>" in text
    for said in ("Cut greenhouse gas emissions by 34%", "66%", "2030", "No target set yet", "signed by 1 of"):
        assert said in text
    assert "1 of" in client.get("/engagements").text


def test_versions_that_nobody_signed_are_not_spoken_of(
    client: TestClient, signed_in: SignedIn, workspace: Workspace, signed: Kept
) -> None:
    title = {"fr": "Autre titre", "en": "Another title"}
    newer = keeping.add(workspace, dataclasses.replace(signed.deal, title=title)).kept
    text = client.get(f"/engagements/{NAME}").text
    assert newer.version == 3
    assert "Version 2" in text
    for version in (1, 3):
        assert f"Version {version}" not in text
        assert client.get(f"/engagements/{NAME}?version={version}").status_code == 404
    assert "Another title" not in text
    assert "replaced by" not in text
    assert "Another title" in signed_in("steward").get(f"/engagements/{NAME}").text


def test_a_figure_has_its_answer_and_its_progress(client: TestClient, workspace: Workspace, signed: Kept) -> None:
    run = a_run(workspace)
    enter(signed, run)
    text = client.get(f"/engagements/{NAME}").text
    assert f'href="/reponses/{run}"' in text
    assert 'value="50.0"' in text
    assert "From a kept run: 50% of the way, in 2024" in text


def test_progress_stays_between_its_ends(client: TestClient, workspace: Workspace, signed: Kept) -> None:
    enter(signed, a_run(workspace), value=120.0)
    assert 'value="0.0"' in client.get(f"/engagements/{NAME}").text
    enter(signed, a_run(workspace), value=10.0, year=2025)
    text = client.get(f"/engagements/{NAME}").text
    assert 'value="100.0"' in text
    assert "265% of the way, in 2025" in text


def test_evidence_of_a_closed_answer_is_not_said(
    client: TestClient, signed_in: SignedIn, workspace: Workspace, signed: Kept
) -> None:
    run = a_run(workspace)
    enter(signed, run, value=83.25)
    visibility.set_(workspace, people.operator(workspace), Asset("run", run), "restricted")
    text = client.get(f"/engagements/{NAME}").text
    assert "an answer that is not public" in text
    for hidden in (run, "83.25", "of the way, in 2024"):
        assert hidden not in text
    section = text.split(f'id="c-{COMMITMENT}"')[1].split("</section>")[0]
    assert "No evidence since" not in section
    assert client.get(f"/engagements/{NAME}/fichiers/2.json").status_code == 403
    assert run not in client.get(f"/engagements/{NAME}/fichiers/2.json").text
    assert run in signed_in("steward").get(f"/engagements/{NAME}").text


def test_files_are_for_those_who_may_read_all_of_it(
    client: TestClient, signed_in: SignedIn, workspace: Workspace, signed: Kept
) -> None:
    text = client.get(f"/engagements/{NAME}").text
    assert "hold evidence or versions that are not public" in text
    steward = signed_in("steward")
    for form, start in (("json", b"{"), ("html", b"<!doctype html>"), ("pdf", b"%PDF")):
        answer = steward.get(f"/engagements/{NAME}/fichiers/2.{form}")
        assert answer.status_code == 200
        assert answer.content.lower().startswith(start.lower())
        assert "attachment" in answer.headers["content-disposition"]
    assert steward.get(f"/engagements/{NAME}/fichiers/2.exe").status_code == 404


def test_files_are_public_where_all_of_it_is(client: TestClient, workspace: Workspace) -> None:
    deal = dataclasses.replace(keeping.bundled(NAME).deal, status="open", note={})
    keeping.add(workspace, deal)
    signing.sign(workspace, NAME, party="paris-saclay", by="Somebody, president")
    first = client.get(f"/engagements/{NAME}/fichiers/1.json").json()
    assert first["signatures"][0]["by"] == "Somebody, president"
    enter(keeping.load(workspace, NAME), a_run(workspace))
    assert client.get(f"/engagements/{NAME}/fichiers/1.json").json()["progress"]


def test_a_changed_deal_is_not_shown(client: TestClient, workspace: Workspace, signed: Kept) -> None:
    assert signed.sealed
    path = signed.sealed.folder / "deal.json"
    path.chmod(0o644)
    path.write_text(path.read_text().replace("34", "24"))
    text = client.get("/engagements").text
    assert "no longer the text that was kept" in text
    assert client.get(f"/engagements/{NAME}").status_code == 500
    assert str(workspace.root) not in client.get(f"/engagements/{NAME}").text


def test_nothing_of_a_deal_becomes_markup(client: TestClient, workspace: Workspace) -> None:
    bundled = keeping.bundled(NAME).deal
    text = {"fr": EVIL, "en": EVIL}
    first = dataclasses.replace(bundled.commitments[0], title=text, text=text, service=EVIL)
    party = dataclasses.replace(bundled.parties[0], name=EVIL, role=text)
    deal = dataclasses.replace(
        bundled, title=text, preamble=text, status="open", note={}, sources=(EVIL,),
        commitments=(first, *bundled.commitments[1:]), parties=(party, *bundled.parties[1:]),
    )  # fmt: skip
    keeping.add(workspace, deal)
    signing.sign(workspace, NAME, party="paris-saclay", by=f"{EVIL}, president")
    for page in (client.get("/engagements").text, client.get(f"/engagements/{NAME}").text):
        assert "<script>" not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize("address", ["%2e%2e", "x" * 500, "paris-saclay@9", "%00"])
def test_odd_names_are_no_deal(client: TestClient, signed: Kept, address: str) -> None:
    assert client.get(f"/engagements/{address}").status_code in (303, 404)
