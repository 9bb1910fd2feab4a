"""The questions of the AI Act on pages: for anybody, and about a card that keeps the answers."""

import html
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from agglo.contract import card as cards
from portal.card_files import publish, write
from portal.conftest import post, token_of

HIRING = {
    "method": "learned",
    "exclusion": "none",
    "role": "uses",
    "people": "yes",
    "manipulation": "no",
    "vulnerability": "no",
    "social-score": "no",
    "offence": "no",
    "body": "no",
    "product": "no",
    "infrastructure": "no",
    "area": "employment",
    "employment": "recruitment",
    "profiling": "yes",
    "change": "no",
    "public": "body",
    "workplace": "no",
    "decision": "yes",
    "legacy": "no",
    "conversation": "no",
    "synthetic": "no",
}


def shown(answer: Any) -> str:
    """The words of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def hidden(answer: Any) -> dict[str, str]:
    """The answers that the form of a page carries on."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text)
    return {name: said for name, said in found if name not in {"question", "token"}}


def links(answer: Any, words: str) -> list[str]:
    """The addresses of the links with those words."""
    return [html.unescape(one) for one in re.findall(rf'<a[^>]* href="([^"]+)"[^>]*>{words}</a>', answer.text)]


class TestWithoutACard:
    def test_it_says_what_the_regulation_is_its_classes_and_its_dates(self, client) -> None:
        words = shown(client.get("/reglement-ia"))
        assert "Regulation (EU) 2024/1689" in words
        assert "not legal advice" in words
        for name in ("prohibited practice", "high risk", "general-purpose model", "minimal risk", "outside the AI Act"):
            assert name in words
        assert "2 August 2026 2 December 2027" in words
        assert "2 August 2027 2 August 2028" in words
        assert "consulted on 24 November 2026" in words
        assert "Official Journal was not seen" in words

    def test_one_begins_at_the_first_question(self, client) -> None:
        begin = links(client.get("/reglement-ia"), "Begin the questions")[0]
        answer = client.get(begin)
        assert "Question 1 : How does the system reach its result?" in shown(answer).replace(
            "Question 1:", "Question 1 :"
        )
        assert answer.text.count('type="radio"') == 6
        assert "article 3(1)" in shown(answer)
        assert links(answer, "Back to the beginning") == ["/reglement-ia"]

    def test_answers_travel_from_page_to_page_to_the_conclusion(self, client) -> None:
        given: dict[str, str] = {}
        for number, (name, said) in enumerate(HIRING.items(), 1):
            answer = client.get("/reglement-ia", params={"commencer": "1", **given})
            assert f"Question {number}" in shown(answer)
            assert f'name="{name}"' in answer.text
            assert hidden(answer) == given
            given = {**hidden(answer), name: said}
        words = shown(client.get("/reglement-ia", params=given))
        assert "Conclusion: high risk" in words
        assert "annex III, point 4(a)" in words
        assert "Role: deployer." in words
        assert "not legal advice" in words

    def test_a_spreadsheet_leaves_at_the_first_question(self, client) -> None:
        words = shown(client.get("/reglement-ia?method=rules"))
        assert "Conclusion: outside the AI Act" in words
        assert "recital 12" in words
        assert "asks nothing of you" in words

    def test_a_question_sent_without_an_answer_is_told_so(self, client) -> None:
        answer = client.get("/reglement-ia?method=learned&question=exclusion")
        assert answer.status_code == 422
        assert "This question has no answer yet." in shown(answer)
        assert 'href="#a-none"' in answer.text
        assert hidden(answer) == {"method": "learned"}

    def test_so_is_the_first_one(self, client, workspace) -> None:
        publish(workspace, "leaks")
        for page in ("/reglement-ia", "/registre/leaks/reglement-ia"):
            first = client.get(f"{page}?commencer=1")
            name = re.search(r'name="question" value="([^"]+)"', first.text)[1]
            answer = client.get(f"{page}?question={name}")
            assert answer.status_code == 422
            assert "This question has no answer yet." in shown(answer)
            assert "Question 1" in shown(answer)

    def test_one_goes_back_and_finds_the_answer_given(self, client) -> None:
        answer = client.get("/reglement-ia?method=learned&exclusion=none")
        back = links(answer, "Back to the question before")[0]
        before = client.get(back)
        assert "Question 2" in shown(before)
        assert re.search(r'id="a-none" value="none" checked', before.text)
        first = client.get(links(client.get("/reglement-ia?method=learned"), "Back to the question before")[0])
        assert re.search(r'id="a-learned" value="learned" checked', first.text)

    def test_every_answer_of_the_conclusion_leads_back_to_its_question(self, client) -> None:
        answer = client.get("/reglement-ia", params=HIRING)
        there = [html.unescape(one) for one in re.findall(r'<li><a href="(/reglement-ia[?][^"]+)"', answer.text)]
        assert len(there) == len(HIRING)
        for number, address in enumerate(there, 1):
            assert f"Question {number}" in shown(client.get(address))

    def test_obligations_stand_under_both_days_and_what_is_doubtful_is_told(self, client) -> None:
        words = shown(client.get("/reglement-ia", params=HIRING))
        assert "From 2 August 2026 in the text of 2024; 2 December 2027 as amended, according to secondary" in words
        assert "What its supplier owes" in words
        assert "What was not checked against the text" in words
        assert "article 86" in words

    @pytest.mark.parametrize("query", ["?method=magic", "?method=learned&exclusion=%3Cscript%3E"])
    def test_an_answer_that_is_none_is_refused(self, client, query: str) -> None:
        answer = client.get(f"/reglement-ia{query}")
        assert answer.status_code == 422
        assert "<script>" not in answer.text

    def test_other_names_in_the_address_are_left_aside(self, client) -> None:
        answer = client.get("/reglement-ia?method=learned&utm=x&lang=en")
        assert answer.status_code == 200
        assert hidden(answer) == {"method": "learned"}

    def test_it_is_in_french_too(self, client) -> None:
        words = shown(client.get("/reglement-ia?commencer=1&lang=fr"))
        assert "Comment le système arrive-t-il à son résultat" in words

    def test_whoever_may_write_cards_goes_on_with_one(self, signed_in, client, workspace) -> None:
        write(workspace, "hiring")
        assert 'name="fiche"' not in client.get("/reglement-ia", params=HIRING).text
        steward = signed_in("steward")
        assert 'name="fiche"' in steward.get("/reglement-ia", params=HIRING).text
        answer = steward.get("/reglement-ia", params={**HIRING, "fiche": "hiring"})
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/registre/hiring/reglement-ia?{urlencode(HIRING)}"
        assert steward.get("/reglement-ia", params={**HIRING, "fiche": "hirring"}).status_code == 404


class TestOfACard:
    def test_a_card_without_answers_says_so(self, client, workspace) -> None:
        publish(workspace, "leaks")
        words = shown(client.get("/registre/leaks/reglement-ia"))
        assert "The AI Act and Leak finder" in words
        assert "have not been answered for this card" in words
        assert "declares a class without them: minimal risk" in words

    def test_a_card_that_one_may_not_read_is_not_there(self, client, workspace) -> None:
        write(workspace, "leaks")
        for query in ("", "?commencer=1", f"?{urlencode(HIRING)}"):
            assert client.get(f"/registre/leaks/reglement-ia{query}").status_code == 404

    def test_the_last_page_keeps_the_answers(self, signed_in, workspace) -> None:
        path = write(workspace, "leaks")
        steward = signed_in("steward")
        last = f"/registre/leaks/reglement-ia?{urlencode(HIRING)}"
        answer = steward.get(last)
        assert "Keep with the card" in shown(answer)
        kept = post(steward, "/registre/leaks/reglement-ia", hidden(answer), page=last)
        assert kept.status_code == 303
        said = cards.read(path).authority
        assert said.ai_act_class == "high-risk"
        assert said.ai_act_roles == ["deployer"]
        assert said.ai_act_answers == HIRING
        after = steward.get(kept.headers["location"])
        assert "Kept with the card." in shown(after)
        assert "Conclusion: high risk" in shown(after)
        assert "Questions answered on" in shown(after)

    def test_kept_answers_are_proposed_again(self, signed_in, workspace) -> None:
        write(workspace, "leaks", ai_act_answers=HIRING, ai_act_class="high-risk")
        answer = signed_in("steward").get("/registre/leaks/reglement-ia?commencer=1")
        assert re.search(r'id="a-learned" value="learned" checked', answer.text)

    def test_a_class_that_the_answers_do_not_lead_to_is_told(self, signed_in, workspace) -> None:
        write(workspace, "leaks", ai_act_answers=HIRING, ai_act_class="minimal")
        words = shown(signed_in("steward").get("/registre/leaks/reglement-ia"))
        assert "The card declares another class: minimal risk." in words

    def test_answers_that_no_longer_fit_are_told(self, signed_in, workspace) -> None:
        write(workspace, "leaks", ai_act_answers={"method": "learned", "gone": "yes"})
        steward = signed_in("steward")
        words = shown(steward.get("/registre/leaks/reglement-ia"))
        assert "no longer lead to a conclusion" in words
        assert "checked" in steward.get("/registre/leaks/reglement-ia?commencer=1").text

    def test_answers_that_stop_short_keep_nothing(self, signed_in, workspace) -> None:
        path = write(workspace, "leaks")
        before = path.read_text(encoding="utf-8")
        steward = signed_in("steward")
        token = token_of(steward, f"/registre/leaks/reglement-ia?{urlencode(HIRING)}")
        answer = steward.post("/registre/leaks/reglement-ia", data={"method": "learned", "token": token})
        assert answer.status_code == 422
        assert "This question has no answer yet." in shown(answer)
        assert path.read_text(encoding="utf-8") == before

    def test_whoever_may_not_write_it_keeps_nothing(self, client, signed_in, workspace) -> None:
        publish(workspace, "leaks")
        path = workspace.register / "leaks.yaml"
        before = path.read_text(encoding="utf-8")
        last = f"/registre/leaks/reglement-ia?{urlencode(HIRING)}"
        answer = client.get(last)
        assert "Only whoever may write this card" in shown(answer)
        assert "<button>Keep with the card" not in answer.text
        contributor = signed_in("contributor")
        token = token_of(contributor, "/compte")
        refused = contributor.post("/registre/leaks/reglement-ia", data={**HIRING, "token": token})
        assert refused.status_code == 403
        assert path.read_text(encoding="utf-8") == before

    def test_a_form_without_its_token_is_refused(self, signed_in, workspace) -> None:
        path = write(workspace, "leaks")
        answer = signed_in("steward").post("/registre/leaks/reglement-ia", data=HIRING)
        assert answer.status_code == 403
        assert not cards.read(path).authority.ai_act_answers
