"""The page of a card: what residents look for first, what it says, costs and leads to, and who reads what of it."""

import datetime
import html
import re
from types import SimpleNamespace

import pytest

from agglo.portal import card_history, card_list, card_view
from agglo.store.workspace import open_workspace
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


class TestToday:
    def test_it_is_the_day_where_the_workspace_is(self, tmp_path) -> None:
        days = []
        for zone in ("Pacific/Pago_Pago", "Pacific/Kiritimati"):  # 25 hours apart
            here = open_workspace(tmp_path / zone.partition("/")[2])
            with (here.root / "agglo.toml").open("a", encoding="utf-8") as file:
                file.write(f'\ntime_zone = "{zone}"\n')
            days.append(card_view.today(SimpleNamespace(workspace=open_workspace(here.root))))
        assert days[0] < days[1]

    def test_versions_are_dated_there_too(self, workspace) -> None:
        publish(workspace, "leaks")
        days = set()
        for zone in ("Pacific/Pago_Pago", "Pacific/Kiritimati"):
            (workspace.root / "agglo.toml").write_text(f'time_zone = "{zone}"\n', encoding="utf-8")
            here = open_workspace(workspace.root)
            (version,) = card_history.versions(SimpleNamespace(workspace=here, person=operator(here)), "leaks")
            days.add(version.at)
        assert len(days) == 2


class TestBrief:
    def test_who_uses_it_what_it_brings_and_costs_stand_before_everything_else(self, client, workspace) -> None:
        publish(workspace, "leaks", cost="18,000 euros a year", benefit="Fewer flooded cellars")
        words = shown(client.get("/registre/leaks"))
        top = words[: words.index("What the card says")]
        for said in ("Direction de l'eau", "eau@agglo.example", "Fewer flooded cellars", "18,000 euros a year"):
            assert said in top
        assert words.count("Fewer flooded cellars") == 1
        publish(workspace, "leaks", cost="", benefit="Fewer flooded cellars")
        words = shown(client.get("/registre/leaks"))
        assert "Cost not declared" in words[: words.index("What the card says")]


class TestBody:
    def test_choices_are_in_words_and_gaps_are_said(self, client, workspace) -> None:
        publish(workspace, "leaks")
        answer = client.get("/registre/leaks")
        words = shown(answer)
        for said in ("in use, bought", "machine learning", "minimal risk", "Does not see small leaks.",
                     "Débits nocturnes par secteur", "Toutes les heures"):  # fmt: skip
            assert said in words
        assert "Data processed Débits nocturnes par secteur Where they are from Compteurs de secteur" in words
        assert "Not declared: Method, References, Data it was made from, Performance." in words
        assert "In use since March 2024" in words
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

    def test_where_nothing_ran_it_says_so(self, client, workspace) -> None:
        publish(workspace, "leaks")
        assert "No use is measured here yet" in client.get("/registre/leaks").text

    def test_what_holds_no_system_names_models_and_no_cost_of_use(self, client, workspace) -> None:
        publish(workspace, "leaks", holding="none", state="project", models=["land.sinks"])
        answer = client.get("/registre/leaks")
        words = shown(answer)
        assert "Models kept here that may serve it:" in words
        assert 'href="/modeles/land.sinks"' in answer.text
        assert "One use, on average" not in words
        assert "Footprint of its use" not in words
        assert "Models kept here that may serve it" not in shown(client.get("/registre/land.sinks"))

    def test_the_documents_say_what_each_lacks(self, client, workspace) -> None:
        publish(workspace, "leaks")
        words = shown(client.get("/registre/leaks"))
        assert re.search(r"lacks \d+ things? that it needs", words)
        assert 'href="/registre/leaks/exports/dcat-ap"' in client.get("/registre/leaks").text

    def test_documents_of_other_countries_are_for_editors(self, client, workspace, signed_in) -> None:
        publish(workspace, "leaks")
        page = client.get("/registre/leaks").text
        assert "/exports/dutch" not in page
        assert "other countries" not in page
        page = signed_in("steward").get("/registre/leaks").text
        assert page.index("/exports/dcat-ap") < page.index("For comparison with other countries") < page.index("/dutch")

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
        assert "Changed: Who answers for it" in words

    def test_the_gate_is_told_to_those_who_keep_the_register(self, client, workspace, signed_in) -> None:
        publish(workspace, "leaks")
        write(workspace, "leaks", ai_act_class="high-risk")
        steward = signed_in("steward").get("/registre/leaks")
        words = shown(steward)
        assert "High risk, without human oversight." in words
        assert "Regulation (EU) 2024/1689, article 26(2)" in words
        assert "What stands against publishing it" not in headings(client.get("/registre/leaks"))
        assert "It does not run either" not in words

    def test_only_what_can_be_asked_here_is_said_not_to_run(self, workspace, signed_in) -> None:
        authority = {name: value for name, value in LEAKS.items() if name != "maker"}
        write(workspace, "leaks", personal_data="ordinary")
        write(workspace, "land.sinks", authority, personal_data="ordinary")
        steward, said = signed_in("steward"), "It does not run either, but as a draft."
        for page in ("", "/publier"):
            assert said not in shown(steward.get(f"/registre/leaks{page}"))
            assert said in shown(steward.get(f"/registre/land.sinks{page}"))

    def test_what_would_not_be_published_today_says_so_to_everybody(self, client, workspace, signed_in) -> None:
        day = datetime.date(2026, 1, 1)
        write(workspace, "leaks", review_due="2026-01-31")
        publishing.publish(workspace, operator(workspace), "leaks", why="First", today=day)
        for who in (client, signed_in("steward")):
            words = shown(who.get("/registre/leaks"))
            assert "It would not be published today: Review due: Its review was due on 31 January 2026." in words
        assert "review overdue" in shown(client.get("/registre/leaks"))
        publish(workspace, "sound")
        assert "would not be published" not in shown(client.get("/registre/sound"))

    def test_what_was_typed_and_does_not_count_is_told_to_editors(self, client, workspace, signed_in) -> None:
        publish(workspace, "leaks", risks="n/a", mitigations="unknown")
        answer = signed_in("steward").get("/registre/leaks")
        assert 'What is written there ("n/a") does not count as an answer.' in shown(answer)
        assert 'href="/registre/leaks/modifier?section=law#f-authority.mitigations"' in answer.text
        assert "does not count" not in shown(client.get("/registre/leaks"))

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
        after = steward.get("/registre/leaks?garde=etat")
        assert "This state asks one more thing of the card:" in shown(after)
        assert 'href="/registre/leaks/modifier?section=decision#f-authority.training"' in after.text
        assert "#f-authority.since" not in after.text
        assert "This state asks" not in steward.get("/registre/leaks").text
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


class TestDoubts:
    @pytest.mark.parametrize("page", ["/registre/leaks", "/registre/leaks/publier"])
    def test_what_can_hardly_be_right_is_shown_to_those_who_keep_the_register(
        self, client, workspace, signed_in, page
    ) -> None:
        publish(workspace, "leaks", contact="anne.martin@agglo.example")
        answer = signed_in("steward").get(page)
        assert "To look at again" in headings(answer)
        words = shown(answer)
        assert "Contact: anne.martin@agglo.example looks like the address of a person" in words
        assert "answer the questions of the AI Act" in words
        assert "To look at again" not in client.get("/registre/leaks").text

    def test_doubts_keep_nothing_from_being_published(self, workspace, signed_in) -> None:
        write(workspace, "leaks", contact="anne.martin@agglo.example")
        answer = post(signed_in("steward"), "/registre/leaks/publier", {"do": "publish", "why": "Ready."})
        assert answer.status_code == 303

    def test_where_the_rules_of_a_document_are_from_ends_once(self, workspace, signed_in) -> None:
        write(workspace, "leaks", ai_act_class="high-risk", ai_act_roles=["deployer"])
        words = shown(signed_in("steward").get("/registre/leaks/exports/annex-viii-c"))
        assert "amendments of 2026 were not checked." in words
        assert ".." not in words

    def test_entries_that_are_questions_end_the_sentence(self, client, workspace) -> None:
        publish(workspace, "leaks", public_facing="", individual_decisions="")
        page = client.get("/registre/leaks").text
        assert "Do residents meet it?" in page
        assert "?.<" not in page


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
        answer = post(steward, address, {"do": "withdraw", "why-withdraw": "It is wrong."})
        assert answer.headers["location"] == "/registre/leaks?garde=retiree"
        assert client.get("/registre/leaks").status_code == 404
        log = shown(signed_in("administrator").get("/administration/journal"))
        assert "published a card" in log
        assert "withdrew a card" in log

    def test_reasons_are_marked_as_needed_and_their_faults_lead_to_them(self, workspace, signed_in) -> None:
        publish(workspace, "leaks")
        steward, address = signed_in("steward"), "/registre/leaks/publier"
        assert shown(steward.get(address)).count("(needed)") == 2
        for do, field in (("publish", "why"), ("withdraw", "why-withdraw")):
            refused = post(steward, address, {"do": do, field: ""})
            assert refused.status_code == 422
            assert refused.text.count(f'href="#f-{field}"') == 1
            assert f'id="w-{field}"' in refused.text

    def test_the_same_text_is_not_published_twice_and_its_reason_stays(self, workspace, signed_in) -> None:
        publish(workspace, "leaks")
        steward, address = signed_in("steward"), "/registre/leaks/publier"
        again = post(steward, address, {"do": "publish", "why": "A new reason."})
        assert again.status_code == 422
        assert "Already published, the same text." in shown(again)
        assert 'value="A new reason."' in again.text
        assert len(publishing.history(workspace, "leaks")) == 1
        assert shown(signed_in("administrator").get("/administration/journal")).count("published a card") == 1
        write(workspace, "leaks", need="Another need.")
        assert post(steward, address, {"do": "publish", "why": "A new reason."}).status_code == 303

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
        assert "Version 1" in shown(client.get("/registre/hestia"))

    def test_what_changed_since_it_was_shown_is_not_published_unseen(self, client, workspace, signed_in) -> None:
        steward, address = signed_in("steward"), "/registre/leaks/publier"
        write(workspace, "leaks")
        sent = {"do": "publish", "why": "Ready.", "before": before(steward, address)}
        write(workspace, "leaks", need="Nobody of the direction has read this.")
        refused = post(steward, address, sent)
        assert refused.status_code == 422
        assert "Somebody changed this card meanwhile. Read it again" in shown(refused)
        assert client.get("/registre/leaks").status_code == 404
        assert post(steward, address, sent | {"before": before(steward, address)}).status_code == 303


def before(client, page: str) -> str:
    return re.search(r'name="before" value="([^"]+)"', client.get(page).text)[1]
