"""The register of algorithms as a list: what is counted, found, shown and taken away as a document."""

import html
import re

import pytest

from agglo.portal import made
from portal.card_files import LEAKS, publish, write


def shown(answer) -> str:
    """The words of a page."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def found(answer) -> list[str]:
    """The cards of a page of the list."""
    return re.findall(r'<h3><a href="/registre/([^"]+)"', answer.text)


class TestList:
    def test_the_portfolio_of_the_programme_is_there_from_the_first_day(self, client) -> None:
        answer = client.get("/registre")
        assert answer.status_code == 200
        assert "hestia" in found(answer)
        words = shown(answer)
        assert re.search(r"project : \d\d", words.replace(":", " :").replace("  ", " "))
        assert "no system held" in words
        assert re.search(r"\d+ of \d+ entries declared", words)

    def test_what_is_not_published_is_not_there_for_everybody(self, client, workspace, signed_in) -> None:
        write(workspace, "leaks")
        assert "leaks" not in found(client.get("/registre"))
        kept = signed_in("steward").get("/registre")
        assert "leaks" in found(kept)
        assert "not published" in shown(kept)

    def test_what_is_published_is(self, client, workspace) -> None:
        publish(workspace, "leaks")
        answer = client.get("/registre?q=leak+finder")
        assert found(answer) == ["leaks"]
        words = shown(answer)
        assert "in use, bought" in words
        assert "To find leaks of the water network." in words
        assert "Direction de l'eau" in words
        assert "Review due on 30 June 2027." in words

    @pytest.mark.parametrize(
        ("query", "there"),
        [
            ("q=FUITES", True),
            ("q=reperage+reseau", True),
            ("q=xyzzy", False),
            ("q=%25", False),
            ("q=%25%25&etat=in-use", False),
            ("direction=%25%25", False),
            ("etat=in-use", True),
            ("etat=idea", False),
            ("etat=nonsense", True),
            ("theme=water", True),
            ("theme=energy", False),
            ("detention=bought", True),
            ("detention=none", False),
            ("direction=EAU", True),
            ("direction=voirie", False),
            ("technique=learning", True),
            ("technique=generative", False),
            ("reglement-ia=minimal", True),
            ("reglement-ia=high-risk", False),
            ("revue=retard", False),
            ("etat=in-use&theme=water&direction=eau&q=fuites", True),
        ],
    )
    def test_filters(self, client, workspace, query, there) -> None:
        publish(workspace, "leaks")
        assert ("leaks" in found(client.get(f"/registre?{query}"))) is there

    def test_signs_alone_say_that_they_find_nothing(self, client) -> None:
        assert "Signs alone find nothing" in shown(client.get("/registre?q=%25%25"))
        assert "Signs alone" not in client.get("/registre?q=xyzzy").text

    def test_models_of_which_the_authority_says_nothing_stand_apart(self, client, workspace) -> None:
        answer = client.get("/registre")
        assert "land.sinks" not in found(answer)
        assert int(re.search(r"Models that can be asked here, without [^:]+: (\d+)", shown(answer))[1]) > 5
        folded = answer.text[answer.text.index('<details id="models">') :]
        assert 'href="/registre/land.sinks"' in folded
        assert "state not declared" not in shown(answer)
        assert found(client.get("/registre?q=land.sinks")) == []
        in_use = int(re.search(r"in use *: *(\d+)", shown(answer))[1])
        publish(workspace, "land.sinks", {name: value for name, value in LEAKS.items() if name != "maker"})
        after = client.get("/registre?q=land.sinks")
        assert found(after) == ["land.sinks"]
        assert 'href="/registre/land.sinks"' not in after.text[after.text.index('<details id="models">') :]
        assert int(re.search(r"in use *: *(\d+)", shown(after))[1]) == in_use + 1

    def test_what_holds_no_system_shows_no_cost_of_use(self, client, workspace) -> None:
        publish(workspace, "leaks", models=["land.sinks"])
        assert "One use:" in shown(client.get("/registre?q=leak"))
        publish(workspace, "leaks", models=["land.sinks"], holding="none", state="project")
        assert "leaks" in found(client.get("/registre?q=leak"))
        assert "One use:" not in shown(client.get("/registre?q=leak"))

    def test_an_overdue_review_is_told_to_everybody(self, client, workspace) -> None:
        publish(workspace, "leaks", state="project", holding="none", review_due="2026-01-31")
        words = shown(client.get("/registre?revue=retard"))
        assert "review overdue" in words
        assert "Its review was due on 31 January 2026." in words

    def test_what_is_overdue_or_blocked_is_marked_for_those_who_keep_the_register(
        self, client, workspace, signed_in
    ) -> None:
        write(workspace, "late", review_due="2026-01-31")
        write(workspace, "unlawful", personal_data="ordinary")
        steward = signed_in("steward")
        late = shown(steward.get("/registre?revue=retard"))
        assert "review overdue" in late
        assert "Its review was due on 31 January 2026." in late
        assert found(steward.get("/registre?revue=retard")) == ["late"]
        assert "1 thing blocks it" in shown(steward.get("/registre?etat=in-use"))
        assert found(client.get("/registre?revue=retard")) == []
        assert "blocks it" not in shown(client.get("/registre"))

    def test_nothing_found_says_what_to_do(self, client) -> None:
        answer = client.get("/registre?q=xyzzy")
        assert answer.status_code == 200
        assert "Take a filter away" in answer.text

    def test_what_is_sought_is_shown_as_text(self, client) -> None:
        answer = client.get("/registre", params={"q": "<script>x</script>", "direction": '"><b>'})
        assert "<script>x" not in answer.text
        assert '"><b>' not in answer.text

    def test_fifteen_hundred_cards_stay_a_light_page(self, client, workspace) -> None:
        purpose = {"en": "To do what number {} does, " + "with many words, " * 40 + "for residents."}
        for number in range(1500):
            words = {"en": purpose["en"].format(number)}
            maker = {"title": {"en": f"Card number {number:04}"}, "purpose": words}
            write(workspace, f"card-{number:04}", service=f"Direction {number}", maker=maker)
        from agglo.trust.access.people import operator
        from agglo.trust.register import registered

        assert len(registered.listing(workspace, operator(workspace))) > 1500
        pages = [client_of_steward(client, workspace).get(f"/registre?page={number}") for number in (1, 2, 51)]
        assert [len(found(answer)) for answer in pages[:2]] == [30, 30]
        assert all(len(answer.content) < 100_000 for answer in pages)
        assert set(found(pages[0])).isdisjoint(found(pages[1]))
        assert found(pages[2])
        assert 'rel="next"' in pages[0].text

    def test_a_page_that_was_made_is_made_again_once_something_is_published(self, client, workspace) -> None:
        assert "leaks" not in found(client.get("/registre"))
        publish(workspace, "leaks")
        assert "leaks" in found(client.get("/registre"))

    def test_french(self, client) -> None:
        assert 'lang="fr"' in client.get("/registre?lang=fr").text


def client_of_steward(client, workspace):
    """The same client, once somebody who keeps the register has signed in."""
    from agglo.trust.accounts import accounts, sessions

    if not client.cookies.get("session"):
        accounts.add(
            workspace, "keeper", "seven grey herons at dawn", role="steward", name="K", by="actor-000000000000"
        )
        client.cookies.set("session", sessions.begin(workspace, accounts.find(workspace, "keeper").id))
    made.forget()
    return client


class TestDocuments:
    def test_each_document_of_the_register_is_named_with_what_it_is_for(self, client) -> None:
        answer = client.get("/registre")
        for target in ("crpa", "dcat-ap"):
            assert f'href="/registre/exports/{target}"' in answer.text
        assert "boamps" not in answer.text

    def test_those_of_other_countries_are_for_those_who_keep_the_register(self, client, signed_in) -> None:
        assert 'href="/registre/exports/dutch"' not in client.get("/registre").text
        page = signed_in("steward").get("/registre").text
        assert page.index("/exports/crpa") < page.index("For comparison with other countries") < page.index("ts/dutch")

    def test_a_document_holds_what_the_visitor_may_read(self, client, workspace, signed_in) -> None:
        write(workspace, "secret", maker={"title": {"en": "Secret plan"}, "purpose": {"en": "To plan in secret."}})
        mine = signed_in("steward").get("/registre/exports/dcat-ap?tel-quel=1")
        theirs = client.get("/registre/exports/dcat-ap?tel-quel=1")
        assert (mine.status_code, theirs.status_code) == (200, 200)
        assert "attachment" in theirs.headers["content-disposition"]
        assert "Secret plan" in mine.text
        assert "Secret plan" not in theirs.text

    def test_a_card_that_cannot_be_read_is_left_out(self, workspace, signed_in) -> None:
        path = write(workspace, "broken", maker={"title": {"en": "Broken plan"}, "purpose": {"en": "To break."}})
        path.write_text(path.read_text(encoding="utf-8") + "nonsense: 1\n", encoding="utf-8")
        write(workspace, "sound", maker={"title": {"en": "Sound plan"}, "purpose": {"en": "To be sound."}})
        whole = signed_in("steward").get("/registre/exports/dcat-ap?tel-quel=1").text
        assert "Sound plan" in whole
        assert "Broken plan" not in whole

    def test_what_is_not_valid_says_what_it_lacks(self, client, workspace) -> None:
        publish(workspace, "leaks")
        answer = client.get("/registre/leaks/exports/dutch")
        assert answer.status_code == 422
        words = shown(answer)
        assert "Nothing is invented" in words
        assert "needed" in words
        again = re.search(r'href="([^"]+\?tel-quel=1)"', answer.text)[1]
        given = client.get(again)
        assert given.status_code == 200
        assert given.headers["content-disposition"] == 'attachment; filename="leaks-dutch.json"'

    def test_what_is_missing_is_named_as_it_stands_in_the_file(self, client, workspace, signed_in) -> None:
        write(workspace, "leaks", contact="", tags=["eau"])
        words = shown(signed_in("steward").get("/registre/leaks/exports/catalogue"))
        assert "authority.updated" not in words
        assert "Contact (contact)" in words
        assert "Card updated (updated)" in words
        assert "Publish the card: it is set then." in words

    def test_the_catalogue_of_published_cards_that_hold_a_system_is_valid(self, client, workspace) -> None:
        folder = workspace.root / "governance"
        folder.mkdir(exist_ok=True)
        said = "name: Agglo\ncontact: a@agglo.example\n"
        (folder / "authority.yaml").write_text(said, encoding="utf-8")
        publish(workspace, "leaks", tags=["eau"])
        publish(workspace, "plan", holding="none", state="project", tags=["eau"])
        answer = client.get("/registre/exports/catalogue")
        assert answer.status_code == 200
        assert "Repérage des fuites" in answer.text
        assert answer.text.count("algorithme :") <= 2
        assert "Olga" not in answer.text

    def test_where_no_card_is_concerned_a_page_says_so(self, client) -> None:
        answer = client.get("/registre/exports/crpa")
        assert answer.status_code == 422
        assert "No card that you may read is concerned by this document." in shown(answer)

    @pytest.mark.parametrize("query", ["", "?tel-quel=1"])
    @pytest.mark.parametrize("target", ["mention", "annex-viii-c"])
    def test_what_is_not_owed_is_not_made(self, client, workspace, target, query) -> None:
        publish(workspace, "leaks")
        answer = client.get(f"/registre/leaks/exports/{target}{query}")
        assert answer.status_code == 422
        assert "This document is not owed for this card" in shown(answer)
        assert "Download it as it is" not in answer.text

    @pytest.mark.parametrize(
        "address",
        ["/registre/exports/nothing", "/registre/hestia/exports/nothing", "/registre/none/exports/dcat-ap"],
    )
    def test_what_is_not_there(self, client, address) -> None:
        assert client.get(address).status_code == 404

    def test_a_document_of_one_card_alone_is_not_made_of_all(self, client) -> None:
        answer = client.get("/registre/exports/boamps")
        assert answer.status_code == 404
        assert "one card at a time" in answer.text


class TestElsewhere:
    def test_the_search_of_the_portal_finds_cards(self, client, workspace) -> None:
        publish(workspace, "leaks")
        write(workspace, "hidden", LEAKS, service="Fuites")
        answer = client.get("/chercher?q=fuites")
        assert 'href="/registre/leaks"' in answer.text
        assert 'href="/registre/hidden"' not in answer.text
        assert 'href="/registre?q=fuites"' in answer.text or "see the whole list" not in answer.text

    def test_the_first_page_leads_here(self, client) -> None:
        assert 'href="/registre"' in client.get("/").text
