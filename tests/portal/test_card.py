"""The page of a card: what residents look for first, what it says, costs and leads to, and who reads what of it."""

import datetime
import html
import re

import pytest

from agglo.portal import card_list
from agglo.trust.access.people import operator
from agglo.trust.register import publishing
from portal.card_files import DOOR, LEAKS, publish, write
from portal.conftest import post


def shown(answer) -> str:
    """The words of a page."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def headings(answer) -> list[str]:
    return [html.unescape(one) for one in re.findall(r"<h[23][^>]*>([^<]+)<", answer.text)]


class TestProject:
    def test_a_project_without_a_system_says_so_and_groups_what_is_not_declared(self, client) -> None:
        answer = client.get("/registre/hestia")
        assert answer.status_code == 200
        words = shown(answer)
        assert "No system is held yet: this is a project of the programme." in words
        assert "not declared yet" in words
        assert answer.text.count('<span class="quiet">not declared</span>') == 0
        assert "Need" in answer.text[answer.text.index("<details>") :]
        assert "This card comes with agglo" in words

    def test_the_word_programme_is_not_said_of_other_cards(self, client, workspace) -> None:
        idea = {"state": "idea", "holding": "none", "service": "Voirie", "contact": "v@agglo.example"}
        publish(workspace, "idea", {**idea, "maker": LEAKS["maker"]})
        words = shown(client.get("/registre/idea"))
        assert "No system is held yet." in words
        assert "project of the programme" not in words


class TestResident:
    def test_what_concerns_residents_comes_first(self, client, workspace, signed_in) -> None:
        write(workspace, "door", DOOR)
        answer = signed_in("steward").get("/registre/door")
        words = shown(answer)
        order = [
            "This assistant answers questions about waste.",
            "If it concerns you",
            "Town hall, ground floor",
            "01 00 00 00 00",
            "Whoever does not read French.",
            "What the card says",
        ]
        places = [words.index(one) for one in order]
        assert places == sorted(places)
        assert "How to contest not declared" in words

    def test_the_purpose_is_said_once(self, client, workspace) -> None:
        publish(workspace, "leaks")
        assert client.get("/registre/leaks").text.count("To find leaks of the water network.</p>") == 1
        assert "<dt>Purpose</dt>" not in client.get("/registre/leaks").text


class TestBody:
    def test_choices_are_in_words_and_gaps_are_said(self, client, workspace) -> None:
        publish(workspace, "leaks")
        answer = client.get("/registre/leaks")
        words = shown(answer)
        for said in ("in use, bought", "machine learning", "minimal risk", "Does not see small leaks.",
                     "Débits nocturnes par secteur", "Toutes les heures"):  # fmt: skip
            assert said in words
        assert "<caption>Data processed</caption>" in answer.text
        assert '<span class="quiet">not declared</span>' in answer.text
        assert 'href="mailto:eau@agglo.example"' in answer.text
        assert re.search(r"\d+ of \d+ entries declared", words)
        assert "in-use" not in words

    def test_markup_in_a_card_is_text(self, client, workspace) -> None:
        publish(workspace, "leaks", owner="<script>x</script>", website="javascript:alert(1)")
        answer = client.get("/registre/leaks")
        assert "<script>x" not in answer.text
        assert 'href="javascript' not in answer.text

    def test_the_footprint_of_a_model_is_that_of_its_runs(self, client) -> None:
        answer = client.get("/registre/land.sinks")
        words = shown(answer)
        assert "One use, on average" in words
        assert re.search(r"Wh of electricity", words)
        assert "3 runs" in words
        assert "<caption>Runs by month, latest first</caption>" in answer.text
        assert 'href="/modeles/land.sinks"' in answer.text
        assert 'href="/reponses?modele=land.sinks"' in answer.text

    def test_where_nothing_ran_it_says_so(self, client) -> None:
        assert "No use is measured here yet" in client.get("/registre/hestia").text

    def test_the_documents_say_what_each_lacks(self, client, workspace) -> None:
        publish(workspace, "leaks")
        words = shown(client.get("/registre/leaks"))
        assert re.search(r"lacks \d+ things? that it needs", words)
        assert 'href="/registre/leaks/exports/dcat-ap"' in client.get("/registre/leaks").text

    def test_what_serves_a_like_purpose(self, client, workspace) -> None:
        publish(workspace, "leaks", similar=[{"id": "aquavance", "why": "It is only planned."}], why_again="Now.")
        answer = client.get("/registre/leaks")
        assert "It is only planned." in shown(answer)
        assert 'href="/registre/aquavance"' in answer.text


class TestWhoReadsWhat:
    def test_nobody_else_reads_the_card_in_hand(self, client, workspace, signed_in) -> None:
        write(workspace, "leaks")
        assert client.get("/registre/leaks").status_code == 404
        assert signed_in("contributor").get("/registre/leaks").status_code == 404
        kept = signed_in("steward").get("/registre/leaks")
        assert kept.status_code == 200
        assert "This is the card in hand" in shown(kept)

    def test_everybody_reads_what_was_published_and_not_what_came_since(self, client, workspace, signed_in) -> None:
        publish(workspace, "leaks")
        write(workspace, "leaks", need="Something nobody has published yet.")
        assert "nobody has published yet" not in client.get("/registre/leaks").text
        assert "nobody has published yet" in signed_in("steward").get("/registre/leaks").text

    def test_what_was_withdrawn_is_as_if_it_had_never_been(self, client, workspace, signed_in) -> None:
        publish(workspace, "leaks")
        assert client.get("/registre/leaks").status_code == 200
        publishing.withdraw(workspace, operator(workspace), "leaks", why="It was wrong.")
        gone, never = client.get("/registre/leaks"), client.get("/registre/leakz")
        assert (gone.status_code, never.status_code) == (404, 404)
        assert 'href="/registre/leaks"' not in client.get("/registre?q=leaks").text
        assert "It was wrong." in shown(signed_in("steward").get("/registre/leaks"))

    def test_versions_say_what_changed(self, client, workspace) -> None:
        publish(workspace, "leaks")
        publish(workspace, "leaks", owner="Directrice de l'eau")
        words = shown(client.get("/registre/leaks"))
        assert "Version 2" in words
        assert "Changed: Owner" in words

    def test_the_gate_is_told_to_those_who_keep_the_register(self, client, workspace, signed_in) -> None:
        publish(workspace, "leaks")
        write(workspace, "leaks", ai_act_class="high-risk")
        steward = signed_in("steward").get("/registre/leaks")
        words = shown(steward)
        assert "High risk, without human oversight." in words
        assert "Regulation (EU) 2024/1689, article 26(2)" in words
        assert "What stands against publishing it" not in headings(client.get("/registre/leaks"))

    def test_plainer_words_are_proposed_to_editors(self, client, workspace, signed_in) -> None:
        long = "The network is watched by the operator of the network who " + "and then who " * 20 + "reports."
        publish(workspace, "leaks", need=long)
        assert "Words to make plainer" in headings(signed_in("steward").get("/registre/leaks"))
        assert "Words to make plainer" not in headings(client.get("/registre/leaks"))

    def test_a_file_that_cannot_be_read_is_told_to_whoever_may_repair_it(self, client, workspace, signed_in) -> None:
        (workspace.register / "broken.yaml").write_text("nonsense: 1", encoding="utf-8")
        assert client.get("/registre/broken").status_code == 404
        answer = signed_in("steward").get("/registre/broken")
        assert answer.status_code == 200
        assert "cannot be read" in shown(answer)
        assert "nonsense" in answer.text

    @pytest.mark.parametrize("id", ["nothing", "...", "hesti", "%00", "a" * 300, "exports", "HESTIA"])
    def test_an_unknown_card_is_a_page_that_says_so(self, client, id) -> None:
        answer = client.get(f"/registre/{id}")
        assert answer.status_code == 404
        assert "Traceback" not in answer.text

    def test_a_version_that_is_no_longer_what_was_sealed_is_told(self, workspace, signed_in) -> None:
        publish(workspace, "leaks")
        [sealed] = workspace.cards.glob("leaks/1/card.json")
        sealed.chmod(0o644)
        sealed.write_text(sealed.read_text(encoding="utf-8").replace("bought", "in-house"), encoding="utf-8")
        answer = signed_in("steward").get("/registre/leaks")
        assert answer.status_code == 200
        assert "no longer what was published" in shown(answer)

    def test_words_of_another_card_do_not_count(self, client, workspace) -> None:
        need = "Leaks are found too late, once cellars are under water and residents have called twice about them."
        publish(workspace, "leaks", need=need)
        alone = re.search(r"(\d+) of \d+ entries declared", shown(client.get("/registre/leaks")))[1]
        card_list._COPIES.clear()
        publish(workspace, "other", need=need, sources=[])
        answer = client.get("/registre/leaks")
        assert "stands word for word on another card, and is not counted: Need." in shown(answer)
        assert int(re.search(r"(\d+) of \d+ entries declared", shown(answer))[1]) == int(alone) - 1


class TestMoving:
    def test_an_idea_stays_one_until_its_use_is_said(self, client, workspace, signed_in) -> None:
        write(workspace, "leaks", state="idea")
        steward = signed_in("steward")
        page = steward.get("/registre/leaks/etat")
        words = shown(page)
        assert "Who was consulted" in words
        assert 'value="project"' not in page.text
        assert 'value="retired"' in page.text
        refused = post(steward, "/registre/leaks/etat", {"to": "project"})
        assert refused.status_code == 422
        assert "Simple baseline it must beat" in shown(refused)
        assert "state: idea" in (workspace.register / "leaks.yaml").read_text(encoding="utf-8")

    def test_a_project_is_put_in_use(self, client, workspace, signed_in) -> None:
        write(workspace, "leaks", state="project")
        steward = signed_in("steward")
        answer = post(steward, "/registre/leaks/etat", {"to": "in-use"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/registre/leaks?garde=etat")
        assert "in use, bought" in shown(steward.get("/registre/leaks"))
        assert "moved the state of a card" in shown(signed_in("administrator").get("/administration/journal"))

    def test_one_that_the_gate_refuses_is_not(self, client, workspace, signed_in) -> None:
        write(workspace, "leaks", state="project", personal_data="sensitive")
        steward = signed_in("steward")
        assert 'value="in-use"' not in steward.get("/registre/leaks/etat").text
        refused = post(steward, "/registre/leaks/etat", {"to": "in-use"})
        assert refused.status_code == 422
        assert "Personal data without a lawful basis." in shown(refused)

    @pytest.mark.parametrize("page", ["etat", "publier"])
    def test_it_takes_the_right_to_approve(self, client, workspace, signed_in, page) -> None:
        publish(workspace, "leaks")
        assert client.get(f"/registre/leaks/{page}").status_code == 403
        assert signed_in("contributor").get(f"/registre/leaks/{page}").status_code == 403
        write(workspace, "hidden")
        assert signed_in("contributor").get(f"/registre/hidden/{page}").status_code == 404


class TestPublishing:
    def test_published_then_withdrawn(self, client, workspace, signed_in) -> None:
        write(workspace, "leaks")
        steward, address = signed_in("steward"), "/registre/leaks/publier"
        assert "Nothing stands against it." in shown(steward.get(address))
        unsaid = post(steward, address, {"do": "publish", "why": " "})
        assert unsaid.status_code == 422
        assert client.get("/registre/leaks").status_code == 404
        answer = post(steward, address, {"do": "publish", "why": "The council approved it."})
        assert answer.headers["location"] == "/registre/leaks?garde=publiee"
        assert "The council approved it." in shown(client.get("/registre/leaks"))
        answer = post(steward, address, {"do": "withdraw", "why": "It is wrong."})
        assert answer.headers["location"] == "/registre/leaks?garde=retiree"
        assert client.get("/registre/leaks").status_code == 404
        log = shown(signed_in("administrator").get("/administration/journal"))
        assert "published a card" in log
        assert "withdrew a card" in log

    def test_what_stands_against_it_is_told_with_the_article_and_there_is_no_button(
        self, client, workspace, signed_in
    ) -> None:
        write(workspace, "door", DOOR, ai_act_class="prohibited")
        steward, address = signed_in("steward"), "/registre/door/publier"
        page = steward.get(address)
        assert "Regulation (EU) 2024/1689, article 5" in shown(page)
        assert "What it is for is not declared." in shown(page)
        assert 'value="publish"' not in page.text
        refused = post(steward, address, {"do": "publish", "why": "All the same."}, page="/registre/door/etat")
        assert refused.status_code == 422
        assert client.get("/registre/door").status_code == 404

    def test_a_card_of_the_programme_is_taken_in_hand_to_be_published(self, client, workspace, signed_in) -> None:
        steward = signed_in("steward")
        edited = post(steward, "/registre/hestia/modifier?section=life",
                      {"authority.service": "Transition écologique", "authority.contact": "energie@agglo.example",
                       "authority.holding": "none", "authority.theme": "energy",
                       "before": before(steward, "/registre/hestia/modifier?section=life")})  # fmt: skip
        assert edited.status_code == 303
        answer = post(steward, "/registre/hestia/publier", {"do": "publish", "why": "A contact."})
        assert answer.headers["location"] == "/registre/hestia?garde=publiee"
        assert "Transition écologique" in client.get("/registre/hestia").text
        assert datetime.date.today().isoformat()[:4] in shown(client.get("/registre/hestia"))


def before(client, page: str) -> str:
    return re.search(r'name="before" value="([^"]+)"', client.get(page).text)[1]
