"""Writing a card on the portal: a new one in two steps, and the form of each section."""

import html
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import yaml

from agglo.contract.card import ENTRIES, SECTIONS, Card
from agglo.contract.language import speaking
from agglo.portal import card_fields
from agglo.portal.pages import card_new
from agglo.trust.register import writing
from portal.card_files import LEAKS, publish, write
from portal.conftest import post, token_of

FORM = "/registre/leaks/modifier?section={}"


def shown(answer) -> str:
    """The words of a page."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def filled(client, page: str) -> dict[str, str]:
    """What the form of a page would send as it stands."""
    text = client.get(page).text
    text = text[text.index('<form method="post"') :]
    sent = {
        name: html.unescape(value)
        for name, value in re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', text)
    }
    boxes = re.findall(r'<input type="checkbox"[^>]* name="([^"]+)"[^>]*?( checked)?>', text)
    sent |= {
        name: html.unescape(value)
        for name, value in re.findall(r'<textarea id="[^"]+" name="([^"]+)"[^>]*>([^<]*)<', text)
    }
    for name, body in re.findall(r'<select id="[^"]+" name="([^"]+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        chosen = re.findall(r'<option value="([^"]*)" selected>', body)
        sent[name] = chosen[0] if chosen else ""
    return {name: value for name, value in sent.items() if (name, "") not in boxes}


def content(workspace, id: str = "leaks"):
    return yaml.safe_load((workspace.register / f"{id}.yaml").read_text(encoding="utf-8"))


class TestFields:
    def test_every_entry_can_be_typed_somewhere_but_those_that_have_a_page_of_their_own(self) -> None:
        everything = {"holding": "bought", "state": "retired", "public_facing": "yes", "personal_data": "ordinary",
                      "individual_decisions": "yes", "ai_act_class": "high-risk", "similar": [{"id": "a"}]}  # fmt: skip
        card = Card.model_validate({"authority": everything})
        asked = {path for section in SECTIONS for path in card_fields.paths(card, section)}
        assert asked == set(ENTRIES) - card_fields.ELSEWHERE

    def test_what_a_form_shows_makes_the_same_card(self) -> None:
        maker = {**LEAKS["maker"], "custody": "remote"}
        authority = {name: value for name, value in LEAKS.items() if name != "maker"}
        authority |= {"tags": ["eau", "fuites"], "similar": [{"id": "x", "why": "No."}], "ai_act_roles": ["deployer"]}
        card = Card.model_validate({"maker": maker, "authority": authority})
        wanted = [path for path in ENTRIES if path not in card_fields.ELSEWHERE]
        faults: list = []
        assert card_fields.read(card, wanted, card_fields.typed_of(card, wanted), faults) == card
        assert faults == []

    def test_a_language_that_the_form_does_not_ask_is_kept(self) -> None:
        limits = [{"nl": "Klein lek."}, {"nl": "Nacht.", "fr": "Nuit."}]
        card = Card.model_validate({"maker": {"title": {"nl": "Lekzoeker"}, "limits": limits}})
        wanted = ["maker.title", "maker.limits"]
        form = card_fields.typed_of(card, wanted) | {"maker.title.fr": "Fuites", "maker.limits.1.fr": "Caves."}
        assert form["maker.limits.0.fr"] == "Nuit."
        made = card_fields.read(card, wanted, form | {"maker.limits.0.fr": "La nuit."}, [])
        assert made.maker.title == {"nl": "Lekzoeker", "fr": "Fuites"}
        assert made.maker.limits == [{"nl": "Nacht.", "fr": "La nuit."}, {"fr": "Caves."}, {"nl": "Klein lek."}]

    def test_no_break_spaces_are_kept_and_what_does_not_show_is_not(self) -> None:
        text = "«\u00a0Coût\u00a0» : 10\u202f000\u00a0€\u200b\x00"
        made = card_fields.read(Card(), ["authority.need"], {"authority.need": text}, [])
        assert made.authority.need == "«\u00a0Coût\u00a0» : 10\u202f000\u00a0€"

    def test_many_rows_are_kept_and_more_than_a_hundred_new_ones_refused(self) -> None:
        path, many = "authority.sources", [{"what": f"Source {number}"} for number in range(130)]
        card = Card.model_validate({"authority": {"holding": "bought", "sources": many}})
        form, faults = card_fields.typed_of(card, [path]), []
        assert card_fields.fields(card, "data", form)[-1].rows > 130
        assert card_fields.read(card, [path], form, faults) == card
        assert faults == []
        card_fields.read(Card(), [path], form, faults)
        assert [(one.where, one.got, one.expected) for one in faults] == [(path, "130 lines", "at most 100")]

    def test_a_title_makes_an_identifier(self) -> None:
        assert card_new.identifier("Œuvres d'art : l'inventaire !") == "oeuvres-art-inventaire"
        assert card_new.identifier("Détection des fuites d'eau dans les caves") == "detection-fuites-eau-caves"
        assert card_new.identifier("Le suivi de la qualité de l'air et des bruits") == "suivi-qualite-air-bruits"
        assert (
            card_new.identifier("Gouvernance intercommunale administrative territoriale")
            == "gouvernance-intercommunale"
        )
        assert card_new.identifier("De la") == "de-la"
        assert card_new.identifier("???") == ""
        assert len(card_new.identifier("a" * 300)) == 40


class TestNew:
    ASKED = "/registre/nouvelle-fiche?title=Trouver+les+fuites+d%27eau+potable&need=Les+fuites+sont+vues+trop+tard"

    def test_it_takes_the_right_to_add(self, client) -> None:
        assert client.get("/registre/nouvelle-fiche").status_code == 403
        assert 'href="/registre/nouvelle-fiche"' not in client.get("/registre").text

    def test_what_is_alike_is_shown_before_anything_is_written(self, workspace, signed_in) -> None:
        steward = signed_in("steward")
        assert 'href="/registre/nouvelle-fiche"' in steward.get("/registre").text
        first = steward.get("/registre/nouvelle-fiche")
        assert 'method="get"' in first.text
        assert re.search(r"Need *\(needed\)", shown(first))
        assert re.search(r'<textarea id="f-need"[^>]* aria-required="true"', first.text)
        second = steward.get(self.ASKED)
        assert 'href="/registre/aquavance"' in second.text
        assert 'value="trouver-fuites-eau-potable"' in second.text
        assert not list(workspace.register.glob("*.yaml"))
        typed = {"title": "Trouver les fuites d'eau potable", "id": "", "need": "Les fuites sont vues trop tard"}
        made = post(steward, "/registre/nouvelle-fiche", typed, page=self.ASKED)
        assert made.status_code == 303
        assert made.headers["location"].startswith("/registre/trouver-fuites-eau-potable/modifier?section=use")
        kept = content(workspace, "trouver-fuites-eau-potable")
        assert kept["state"] == "idea"
        assert kept["need"] == "Les fuites sont vues trop tard"
        assert "aquavance" in [one["id"] for one in kept["similar"]]
        form = steward.get(made.headers["location"])
        assert 'value="aquavance"' in form.text
        assert "Why buy or build again" in shown(form)

    def test_every_fault_at_once_and_what_was_typed_stays(self, workspace, signed_in) -> None:
        steward = signed_in("steward")
        write(workspace, "leaks")
        answer = steward.get("/registre/nouvelle-fiche?title=&id=leaks&need=")
        assert answer.status_code == 422
        assert answer.text.count('class="wrong"') == 3
        assert 'value="leaks"' in answer.text
        answer = steward.get("/registre/nouvelle-fiche?title=A+title&id=Not+an+ID&need=A+need")
        assert answer.status_code == 422
        assert 'value="A title"' in answer.text
        assert steward.get(f"/registre/nouvelle-fiche?title={'a' * 200}&need=b").status_code == 422

    @pytest.mark.parametrize("id", ["exports", "nouvelle-fiche", "hestia", "land.sinks"])
    def test_a_name_that_is_taken_is_refused(self, signed_in, workspace, id) -> None:
        answer = signed_in("steward").get(f"/registre/nouvelle-fiche?title=t&need=n&id={id}")
        assert answer.status_code == 422
        assert not list(workspace.register.glob("*.yaml"))

    def test_a_proposed_name_that_is_taken_is_proposed_with_a_number(self, signed_in, workspace) -> None:
        write(workspace, "fuites")
        answer = signed_in("steward").get("/registre/nouvelle-fiche?title=Les+fuites&need=n")
        assert answer.status_code == 200
        assert 'value="fuites-2"' in answer.text

    def test_a_contributor_hands_an_idea_over(self, workspace, signed_in) -> None:
        contributor = signed_in("contributor")
        typed = {"title": "Fuites", "id": "fuites", "need": "Les voir plus tôt"}
        made = post(contributor, "/registre/nouvelle-fiche", typed, page=self.ASKED)
        assert made.headers["location"] == "/registre?idee=gardee"
        assert "Your card is kept" in shown(contributor.get(made.headers["location"]))
        assert content(workspace, "fuites")["need"] == "Les voir plus tôt"

    def test_a_form_of_elsewhere_is_refused(self, signed_in, workspace) -> None:
        answer = signed_in("steward").post("/registre/nouvelle-fiche", data={"title": "t", "need": "n", "id": "x"})
        assert answer.status_code == 403
        assert not list(workspace.register.glob("*.yaml"))


class TestEdit:
    @pytest.mark.parametrize("section", list(SECTIONS))
    def test_a_form_sent_as_it_is_changes_nothing(self, workspace, signed_in, section) -> None:
        write(workspace, "leaks")
        steward, before = signed_in("steward"), content(workspace)
        page = FORM.format(section)
        answer = post(steward, page, filled(steward, page))
        assert answer.status_code == 303, shown(answer)[:500]
        assert content(workspace) == before

    def test_what_is_typed_is_kept_and_the_log_says_who(self, workspace, signed_in) -> None:
        write(workspace, "leaks")
        steward, page = signed_in("steward"), FORM.format("use")
        typed = filled(steward, page) | {
            "authority.need": "Une autre  phrase.\r\nEt une seconde.",
            "authority.consulted": "Le conseil de développement, en 2023\r\n\r\n  Les agents du réseau ",
            "authority.similar.0.id": "aquavance",
            "authority.similar.0.why": "Un projet, pas un système.",
        }
        answer = post(steward, page, typed)
        assert answer.headers["location"] == "/registre/leaks/modifier?section=use&garde=suite"
        kept = content(workspace)
        assert kept["need"] == "Une autre  phrase.\nEt une seconde."
        assert kept["consulted"] == ["Le conseil de développement, en 2023", "Les agents du réseau"]
        assert kept["similar"] == [{"id": "aquavance", "why": "Un projet, pas un système."}]
        assert kept["maker"] == LEAKS["maker"]
        assert "follow from them" in shown(steward.get(answer.headers["location"]))
        assert "wrote a card of the register" in shown(signed_in("administrator").get("/administration/journal"))

    def test_checkboxes_and_languages(self, workspace, signed_in) -> None:
        write(workspace, "leaks")
        steward, page = signed_in("steward"), FORM.format("what")
        typed = {name: value for name, value in filled(steward, page).items() if name != "maker.techniques.learning"}
        typed |= {"maker.techniques.rules": "on", "maker.title.en": "", "maker.limits.2.fr": "Une autre limite."}
        assert post(steward, page, {**typed, "next": "1"}).headers["location"].endswith("?section=maker&garde=oui")
        maker = content(workspace)["maker"]
        assert maker["techniques"] == ["rules", "statistics"]
        assert maker["title"] == {"fr": "Repérage des fuites d'eau"}
        assert [one["fr"] for one in maker["limits"]] == ["Ne voit pas les petites fuites.", "Une autre limite."]

    def test_a_switch_asks_what_follows_from_it(self, workspace, signed_in) -> None:
        write(workspace, "leaks")
        steward, page = signed_in("steward"), FORM.format("people")
        assert "authority.human_telephone" not in steward.get(page).text
        answer = post(steward, page, filled(steward, page) | {"authority.public_facing": "yes", "next": "1"})
        assert answer.headers["location"].endswith("section=people&garde=suite&aussi=decision")
        after = steward.get(answer.headers["location"])
        assert "Your answers ask for more in another section:" in shown(after)
        assert '<a href="/registre/leaks/modifier?section=decision">' in after.text
        assert "ask for more in" not in shown(steward.get(page))
        assert 'name="authority.human_telephone"' in after.text
        assert "This follows from your answers." in after.text

    def test_other_sections_that_ask_for_more_are_named_on_the_next_page_too(self, workspace, signed_in) -> None:
        write(workspace, "leaks")
        steward, page = signed_in("steward"), FORM.format("data")
        typed = filled(steward, page) | {"authority.personal_data": "ordinary", "authority.personal_data_basis": ""}
        answer = post(steward, page, typed)
        assert answer.headers["location"].endswith("section=data&garde=suite&aussi=law")
        typed = filled(steward, page) | {"authority.personal_data": "none"}
        assert "aussi" not in post(steward, page, typed).headers["location"]
        shown_last = shown(steward.get("/registre/leaks?garde=fiche&aussi=law,nothing,%3Cb%3E"))
        assert "Your answers ask for more in another section:" in shown_last

    def test_what_does_not_count_is_told_beside_its_field(self, workspace, signed_in) -> None:
        write(workspace, "leaks")
        steward, page = signed_in("steward"), FORM.format("law")
        assert "does not count as an answer" not in shown(steward.get(page))
        answer = post(
            steward, page, filled(steward, page) | {"authority.risks": "Unknown", "authority.legal_basis": "-"}
        )
        assert answer.status_code == 303
        after = steward.get(answer.headers["location"])
        beside = re.search(r'id="w-authority.risks">([^<]+)<', after.text)[1]
        assert html.unescape(beside) == 'What is written there ("Unknown") does not count as an answer.'
        assert 'id="w-authority.legal_basis"' in after.text
        assert 'id="w-authority.mitigations"' not in after.text
        assert 'id="faults"' not in after.text

    def test_every_fault_at_once_and_nothing_typed_is_lost(self, workspace, signed_in) -> None:
        path = write(workspace, "leaks")
        steward, before = signed_in("steward"), path.read_bytes()
        page = FORM.format("life")
        typed = filled(steward, page) | {
            "authority.review_due": "next spring",
            "authority.since": "March",
            "authority.holding": "stolen",
            "authority.owner": "x" * 6000,
            "authority.service": 'Voirie "et" <eau>',
        }
        answer = post(steward, page, typed)
        assert answer.status_code == 422
        assert path.read_bytes() == before
        for field in ("review_due", "since", "holding", "owner"):
            assert f'href="#f-authority.{field}"' in answer.text
            assert f'id="w-authority.{field}"' in answer.text
        assert 'value="next spring"' in answer.text
        assert 'value="March"' in answer.text
        assert "x" * 6000 in answer.text
        assert "Voirie &#34;et&#34; &lt;eau&gt;" in answer.text

    def test_a_row_without_what_it_is_about(self, workspace, signed_in) -> None:
        write(workspace, "leaks")
        steward, page = signed_in("steward"), FORM.format("data")
        answer = post(steward, page, filled(steward, page) | {"authority.sources.1.collected": "Chaque nuit"})
        assert answer.status_code == 422
        assert 'href="#f-authority.sources.1.what"' in answer.text
        assert 'value="Chaque nuit"' in answer.text

    def test_two_people_at_once_do_not_undo_each_other(self, workspace, signed_in) -> None:
        write(workspace, "leaks")
        page = FORM.format("use")
        one, other = signed_in("steward"), signed_in("steward")
        mine, theirs = filled(one, page), filled(other, page)
        assert post(one, page, mine | {"authority.need": "Mon texte."}).status_code == 303
        token = token_of(other, page)
        refused = other.post(page, data=theirs | {"authority.need": "Leur texte.", "token": token})
        assert refused.status_code == 422
        assert "Somebody changed this section meanwhile" in shown(refused)
        assert "Leur texte." in refused.text
        assert content(workspace)["need"] == "Mon texte."
        again = re.search(r'name="before" value="([^"]+)"', refused.text)[1]
        assert post(other, page, theirs | {"authority.need": "Leur texte.", "before": again}).status_code == 303
        assert content(workspace)["need"] == "Leur texte."

    def test_sections_changed_at_the_same_moment_are_both_kept(self, workspace, signed_in, monkeypatch) -> None:
        write(workspace, "leaks")
        met, save = threading.Barrier(2), writing.save

        def saved(*args, **more):
            with suppress(threading.BrokenBarrierError):
                met.wait(0.5)
            return save(*args, **more)

        monkeypatch.setattr(writing, "save", saved)
        changed = {"use": {"authority.need": "Mon besoin."}, "life": {"authority.owner": "Leur fonction"}}
        people = [(signed_in("steward"), FORM.format(section), change) for section, change in changed.items()]
        sent = [(one, page, filled(one, page) | change) for one, page, change in people]
        with ThreadPoolExecutor() as pool:
            assert [one.status_code for one in pool.map(lambda given: post(*given), sent)] == [303, 303]
        assert (content(workspace)["need"], content(workspace)["owner"]) == ("Mon besoin.", "Leur fonction")

    def test_what_the_card_beside_a_model_says_is_not_typed_here(self, workspace, signed_in) -> None:
        steward = signed_in("steward")
        page, other = (f"/registre/land.sinks/modifier?section={section}" for section in ("what", "life"))
        text = steward.get(page).text
        assert 'name="maker.purpose.fr"' not in text
        assert "changed there, by its maker" in text
        answer = post(steward, other, filled(steward, other) | {"authority.owner": "Direction du climat"})
        assert answer.status_code == 303
        assert content(workspace, "land.sinks")["owner"] == "Direction du climat"
        assert "maker" not in content(workspace, "land.sinks")

    def test_it_takes_the_right_to_add_and_to_read_the_card_in_hand(self, client, workspace, signed_in) -> None:
        publish(workspace, "leaks")
        assert client.get(FORM.format("use")).status_code == 403
        assert signed_in("contributor").get(FORM.format("use")).status_code == 403
        write(workspace, "hidden")
        assert signed_in("contributor").get("/registre/hidden/modifier").status_code == 404
        assert 'href="/registre/leaks/modifier"' not in client.get("/registre/leaks").text

    @pytest.mark.parametrize("section", ["nothing", "", "<b>"])
    def test_a_section_that_is_not_there(self, workspace, signed_in, section) -> None:
        write(workspace, "leaks")
        answer = signed_in("steward").get("/registre/leaks/modifier", params={"section": section})
        assert answer.status_code == 404

    def test_french(self) -> None:
        with speaking("fr"):
            assert card_fields.progress(Card())[0].title == "Ce que c'est"
