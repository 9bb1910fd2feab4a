"""Governance: bodies and who answers for what, opinions and the replies owed, each for those who may read it."""

import re
from collections.abc import Callable
from html import unescape
from types import SimpleNamespace
from typing import Any

from starlette.testclient import TestClient

from agglo.portal import card_view, html, made
from agglo.store.identifiers import now
from agglo.store.workspace import Workspace
from agglo.trust.access.people import PUBLIC, operator
from agglo.trust.accounts import audit
from agglo.trust.deal import keeping
from agglo.trust.governance import opinion, opinions
from tests.portal.conftest import post

SignedIn = Callable[..., TestClient]
COUNCIL, BUNDLED = "conseil-de-developpement", "avis-codev-2023"
EVIL = '<script>alert(1)</script>"x'


def keep(workspace: Workspace, **change: Any) -> None:
    content = {
        "id": "leaks",
        "from": {"fr": "Habitants", "en": "Residents"},
        "on": "card:aquavance",
        "given": "2026-01-10",
        "reply_due": "2026-02-12",
        "title": {"fr": "Avis sur les fuites", "en": "Opinion on leaks"},
        "wording": "verbatim",
        "points": [{"fr": "Dire qui paie", "en": "Say who pays"}],
        "source": {"fr": "réunion", "en": "meeting"},
    }
    opinions.add(workspace, operator(workspace), opinion.from_dict({**content, **change}))


def write(workspace: Workspace, name: str, text: str) -> None:
    (workspace.root / "governance").mkdir(exist_ok=True)
    (workspace.root / "governance" / f"{name}.yaml").write_text(text, encoding="utf-8")


def read(client: TestClient, address: str, status: int = 200) -> str:
    answer = client.get(address, headers={"Accept-Language": "en"})
    assert answer.status_code == status
    return unescape(answer.text.split("<main")[1])


def test_the_page_says_who_takes_part_and_what_is_not_said(client: TestClient) -> None:
    page = read(client, "/gouvernance")
    for level in ("Decides", "Steers", "Operates", "Advises"):
        assert f">{level}</h3>" in page
    assert page.count("No body of this level is declared.") == 3
    assert "Members not said." in page
    assert "Hub France IA" in page
    assert "not checked)" not in page
    assert page.count("not checked against the source") == 1
    assert "opinion of 5 December 2023" in page
    assert "Nobody is said to answer for anything yet." in page
    assert "200056232" in page
    for part in ("What nobody answers for", "agglo responsibility template"):
        assert part not in page


def test_who_answers_for_what_is_shown_and_what_is_hidden_is_not(
    client: TestClient, signed_in: SignedIn, workspace: Workspace
) -> None:
    keeping.add(workspace, keeping.bundled("paris-saclay").deal)
    write(
        workspace,
        "responsibilities",
        "- {asset: 'model:land.sinks', role: owner, holder: culture, account: actor-000000000001, since: 2026-01-15}\n"
        "- {asset: 'deal:paris-saclay', role: owner, holder: finances}\n"
        "- {asset: 'dataset:secret*', role: owner, holder: finances}\n"
        "- {asset: workspace, role: municipal-correspondent, holder: '91477'}\n",
    )
    page = read(client, "/gouvernance")
    assert 'href="/modeles/land.sinks"' in page
    assert "Palaiseau" in page
    for hidden in ("/engagements/paris-saclay", "secret", "actor-000000000001"):
        assert hidden not in page
    steward = read(signed_in("steward"), "/gouvernance")
    assert 'href="/engagements/paris-saclay"' in steward
    assert "What nobody answers for" in steward
    assert "agglo responsibility template" in read(signed_in("administrator"), "/gouvernance")


def test_a_change_of_the_files_shows_at_once(client: TestClient, workspace: Workspace) -> None:
    assert "Archives" not in read(client, "/gouvernance")
    write(workspace, "directions", "- {id: archives, title: Archives}\n")
    assert "Archives" in read(client, "/gouvernance")


def test_a_faulty_file_is_told_to_those_who_keep_it_alone(
    client: TestClient, signed_in: SignedIn, workspace: Workspace
) -> None:
    write(workspace, "bodies", "- {id: committee, titel: x}\n")
    page = read(client, "/gouvernance")
    assert "cannot be read for now" in page
    assert "committee" not in page
    assert "committee.titel" in read(signed_in("administrator"), "/gouvernance")
    assert "cannot be read for now" in read(client, f"/gouvernance/{COUNCIL}", 404)
    assert COUNCIL in read(client, "/avis")


def test_a_body_with_the_opinions_it_gave(client: TestClient, workspace: Workspace) -> None:
    page = read(client, f"/gouvernance/{COUNCIL}")
    assert "Development council" in page
    assert f'href="/avis/{BUNDLED}"' in page
    assert "No decision is kept here." in page
    write(
        workspace,
        "bodies",
        "- id: committee\n  title: {fr: Comité, en: Committee}\n  level: steer\n"
        "  members: [culture, {fr: élu, en: elected}]\n"
        "  decisions: [{date: 2026-01-15, title: {fr: Un calendrier, en: One calendar}}]\n",
    )
    page = read(client, "/gouvernance/committee")
    assert "<li>Culture</li><li>elected</li>" in page
    assert "One calendar" in page
    assert "No opinion of this body is kept here." in page
    assert 'No body "comittee"' in read(client, "/gouvernance/comittee", 404)


def test_replies_owed_come_first_and_what_is_overdue_is_marked(client: TestClient, workspace: Workspace) -> None:
    page = read(client, "/avis")
    assert "no date by which one is due is said" in page
    assert "overdue" not in page
    keep(workspace)
    keep(workspace, id="later", reply_due="2099-01-01", title="Plus tard")
    page = read(client, "/avis")
    assert "1 reply is overdue." in page
    assert "Reply overdue: it was owed by 12 February 2026" in page
    assert "Reply owed by 1 January 2099" in page
    assert page.index("/avis/leaks") < page.index("/avis/later") < page.index(f"/avis/{BUNDLED}")
    assert "2 replies owed" in read(client, "/gouvernance")


def test_command_lines_are_for_those_who_may_use_them(client: TestClient, signed_in: SignedIn) -> None:
    contributor = signed_in("contributor")
    assert "agglo opinion add" in read(contributor, "/avis")
    for address in ("/avis", "/gouvernance"):
        assert "<pre" not in read(client, address)
    assert "<pre" not in read(contributor, "/gouvernance")


def test_an_opinion_leads_to_what_it_is_about(client: TestClient, workspace: Workspace) -> None:
    keep(workspace)
    keep(workspace, id="study", on="study:local-green-deal")
    assert re.search(r'About: *<a href="/registre/aquavance">Card: [^<]+</a>', read(client, "/avis"))
    page = read(client, "/avis/leaks")
    for said in (
        "Say who pays",
        "in the words of the opinion",
        'href="/registre/aquavance"',
        "10 January 2026",
        "Residents",
        "No reply yet.",
    ):
        assert said in page
    assert "<form" not in page
    assert 'href="/etudes/local-green-deal"' in read(client, "/avis/study")
    assert 'href="/strategie"' in read(client, f"/avis/{BUNDLED}")
    assert f'href="/gouvernance/{COUNCIL}"' in read(client, f"/avis/{BUNDLED}")


def test_an_opinion_on_a_draft_is_as_if_it_were_not_there(
    client: TestClient, signed_in: SignedIn, workspace: Workspace
) -> None:
    keeping.add(workspace, keeping.bundled("paris-saclay").deal)
    keep(workspace, on="deal:paris-saclay@1")
    assert "/avis/leaks" not in read(client, "/avis")
    hidden, absent = read(client, "/avis/leaks", 404), read(client, "/avis/lakes", 404)
    assert hidden.replace("leaks", "lakes") == absent
    page = read(signed_in("steward"), "/avis/leaks")
    assert 'href="/engagements/paris-saclay?version=1"' in page


def test_whoever_may_approve_replies_and_it_shows_at_once(
    client: TestClient, signed_in: SignedIn, workspace: Workspace
) -> None:
    keep(workspace)
    assert "Reply overdue" in read(client, "/avis/leaks")
    steward = signed_in("steward")
    sent = {"text_fr": "Nous paierons.", "text_en": "We shall pay.", "by": "vice-presidency", "day": "2026-11-20"}
    answer = post(steward, "/avis/leaks", sent)
    assert (answer.status_code, answer.headers["location"]) == (303, "/avis/leaks?kept=1")
    page = read(client, "/avis/leaks")
    assert "We shall pay." in page
    assert "Replied on 20 November 2026, late: it was owed by 12 February 2026" in page
    assert f"(recorded here on {html.day(now())})" in page
    found, _count = audit.listing(workspace, action="replied")
    assert [(one["actor"], one["asset"]) for one in found] == [(steward.actor, "opinion leaks")]  # type: ignore[attr-defined]


def test_only_a_reply_kept_on_another_day_than_it_says_tells_both(
    client: TestClient, signed_in: SignedIn, workspace: Workspace
) -> None:
    keep(workspace)
    steward, today = signed_in("steward"), card_view.today(SimpleNamespace(workspace=workspace)).isoformat()
    for text, day in (("Oui.", "2026-11-20"), ("Et voici quand.", today)):
        sent = {"text_fr": text, "by": "vice-presidency", "day": day}
        assert post(steward, "/avis/leaks", sent).status_code == 303
    assert read(client, "/avis/leaks").count("(recorded here on") == 2  # its label, and its line


def test_a_reply_with_faults_is_told_with_what_was_typed(signed_in: SignedIn, workspace: Workspace) -> None:
    keep(workspace)
    sent = {"text_fr": "", "text_en": EVIL, "by": "", "day": "2025-01-01"}
    answer = post(signed_in("steward"), "/avis/leaks", sent)
    assert answer.status_code == 422
    for field in ("text_fr", "by", "day"):
        assert f'href="#f-{field}"' in answer.text
    assert EVIL not in answer.text
    assert EVIL in unescape(answer.text)
    assert opinions.find(workspace, PUBLIC, "leaks").replies == ()


def test_who_may_not_approve_has_no_form_and_is_refused(signed_in: SignedIn, workspace: Workspace) -> None:
    keep(workspace)
    contributor = signed_in("contributor")
    assert "<form" not in read(contributor, "/avis/leaks")
    sent = {"text_fr": "Oui", "by": "x", "day": "2026-11-20"}
    assert post(contributor, "/avis/leaks", sent, page="/compte").status_code == 403
    assert opinions.find(workspace, PUBLIC, "leaks").replies == ()


def test_a_responsibility_lets_somebody_reply(signed_in: SignedIn, workspace: Workspace) -> None:
    keep(workspace)
    contributor = signed_in("contributor")
    account = contributor.actor  # type: ignore[attr-defined]
    write(
        workspace,
        "responsibilities",
        f"- {{asset: 'card:aquavance', role: owner, holder: culture, account: {account}}}\n",
    )
    sent = {"text_fr": "Oui", "by": "x", "day": "2026-11-20"}
    assert post(contributor, "/avis/leaks", sent).status_code == 303
    rights_page = read(signed_in("administrator"), "/administration/droits")
    assert "It comes from a responsibility." in rights_page
    assert "Take back" not in rights_page


def test_hostile_texts_are_only_text(client: TestClient, workspace: Workspace) -> None:
    keep(workspace, title=EVIL, points=[EVIL], source=EVIL, **{"from": {"fr": EVIL}})
    write(workspace, "partners", f"- {{id: x, title: '{EVIL}', kind: company, place: '{EVIL}'}}\n")
    made.forget()
    for address in ("/avis", "/avis/leaks", "/gouvernance"):
        text = client.get(address).text
        assert "<script>alert(1)" not in text
        assert "&lt;script&gt;" in text


def test_an_opinion_that_changed_is_counted_and_not_shown(client: TestClient, workspace: Workspace) -> None:
    keep(workspace)
    (workspace.root / "opinions" / "leaks" / "opinion.json").write_text("{}", encoding="utf-8")
    made.forget()
    page = read(client, "/avis")
    assert "1 opinion is no longer what was kept" in page
    assert "/avis/leaks" not in page
