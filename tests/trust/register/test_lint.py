"""Plain language: what is found, and what must not be taken for it."""

import pytest

from agglo.contract.card import AuthorityPart, Card, MakerPart
from agglo.trust.register import lint
from agglo.trust.register.stems import guessed


def found(text: str, language: str = "fr") -> list[tuple[str, str]]:
    return [(one.kind, one.words) for one in lint.findings(text, language)]


def words(count: int) -> str:
    return " ".join(["mot"] * count)


# ---- sentences


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_sentence_of_26_words_is_too_long_and_of_25_is_not(language: str) -> None:
    assert [kind for kind, _words in found(words(26) + ".", language)] == ["long"]
    assert found(words(25) + ".", language) == []


def test_the_advice_says_how_many_words_and_the_finding_where() -> None:
    [one] = lint.findings(words(31) + ".", "fr", "authority.need")
    assert one.path == "authority.need"
    assert "31 words" in one.advice
    assert "25" in one.advice
    assert one.words == "mot mot mot mot mot mot mot mot…"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("M. Martin lit l'art. 5. Il vaut 2.5 km.", 2),
        ("Voir p. ex. la page 3. Puis la suite.", 2),
        ("Mme Roy, Dr. Petit et M. Jean sont là.", 1),
        ("Le total est de 1.234,5 € env. par an.", 1),
        ("Des bacs, des sacs, etc. Les autres attendent.", 2),
        ("Des bacs, des sacs, etc. sont triés.", 1),
        ("Voir https://exemple.fr/a.b/c.html pour le reste. Fin.", 2),
        ("J. R. R. Tolkien écrit.", 1),
        ("Est-ce vrai ? Oui ! Bien…", 3),
        ("Il dit « non ». Elle part.", 2),
        ("Trois cas :\n- un premier cas\n- un second cas\n1. un dernier", 4),
        ("Un paragraphe\n\nUn autre", 2),
        ("Une ligne\ncoupée en deux", 1),
        ("The U.S. law, e.g. this one, applies. No more.", 2),
    ],
)
def test_sentences(text: str, parts: int) -> None:
    assert len(lint.sentences(text)) == parts


def test_items_of_a_list_are_not_one_sentence() -> None:
    items = "\n".join(f"- {words(10)}" for _rank in range(4))
    assert found(f"Quatre cas :\n{items}") == []


def test_an_address_and_a_hyphenated_word_count_for_one() -> None:
    assert found(f"{words(23)} https://exemple.fr/un/chemin?a=b,c;d rendez-vous.") == []


# ---- acronyms


@pytest.mark.parametrize(
    "text",
    [
        "Le plan climat (PCAET) fixe un but. Le PCAET est voté.",
        "Le PCAET (plan climat-air-énergie territorial) fixe un but.",
        "Le PCAET, plan climat air énergie territorial, fixe un but.",
        "L'ADEME, agence de l'environnement et de la maîtrise de l'énergie, aide.",
        "L'UE mesure le CO2, la TVA et les SMS sur 12 KM.",
        "Au XXI siècle, tome IV, art. 3.",
        "Voir https://www.exemple.fr/PLUI/DOC.",
        "ATTENTION, CE TEXTE EST EN CAPITALES.",
        "Écrire à DSI@exemple.fr.",
        "Plan A, plan B.",
    ],
)
def test_acronyms_that_need_nothing(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "acronyms"),
    [
        ("Le PCAET fixe un but.", ["PCAET"]),
        ("Le PCAET fixe un but. Le plan climat (PCAET) est voté.", ["PCAET"]),
        ("Le SIG (PLU) sert à la DSI, à la DSI même.", ["SIG", "PLU", "DSI"]),
        ("La collectivité (voir la DSI) décide.", ["DSI"]),
        ("Le PCAET (voté en mai) fixe un but.", ["PCAET"]),
    ],
)
def test_acronyms_that_are_not_spelled_out(text: str, acronyms: list[str]) -> None:
    assert [word for kind, word in found(text) if kind == "acronym"] == acronyms


def test_the_advice_for_an_acronym_shows_how() -> None:
    [one] = lint.findings("Le PCAET fixe un but.", "fr")
    assert '"in full (PCAET)"' in one.advice


def test_what_everybody_knows_depends_on_the_language() -> None:
    assert found("The UN and the VAT.", "en") == []
    assert found("La TVA et le RSA.", "fr") == []
    assert found("The RSA.", "en") == [("acronym", "RSA")]


# ---- jargon


@pytest.mark.parametrize(
    ("text", "language", "jargon"),
    [
        ("Une solution scalable et disruptive.", "fr", ["scalable", "disruptive"]),
        ("Nous implémentons trois use cases.", "fr", ["implémentons", "use cases"]),
        ("We utilise it in order to leverage data.", "en", ["utilise", "in order to", "leverage"]),
        ("Un cloud sûr.", "fr", ["cloud"]),
        ("Saint-Cloud est une ville.", "fr", []),
        ("Voir https://exemple.fr/workflow/use-case.", "fr", []),
        ("Le POC est fini, le poc poc du moteur aussi.", "fr", ["POC"]),
        ("Le numérique digital, digital encore.", "fr", ["digital"]),
        ("Empreinte digitalisée.", "fr", ["digitalisée"]),
        ("The council helps people.", "en", []),
    ],
)
def test_jargon(text: str, language: str, jargon: list[str]) -> None:
    assert [word for kind, word in found(text, language) if kind == "jargon"] == jargon


def test_the_advice_for_jargon_is_a_plainer_word() -> None:
    [one] = lint.findings("Un dashboard.", "fr")
    assert one.advice == 'Plainer: "tableau de bord".'


def test_lists_are_plain_themselves() -> None:
    """No plainer word is itself jargon, and none is known acronym and jargon at once."""
    for language, listed in lint._lists()["jargon"].items():
        for word, plainer in listed.items():
            assert word, language
            assert not [one for one in lint.findings(plainer, language) if one.kind == "jargon"], plainer


# ---- cards


def test_a_card_is_linted_in_the_texts_meant_for_people() -> None:
    card = Card(
        maker=MakerPart(
            purpose={"fr": "Le PCAET est suivi.", "en": "The roadmap is kept."},
            limits=[{"fr": "Ne voit pas les use cases rares."}],
            licence="DSI",
        ),
        authority=AuthorityPart(need="Who may leverage it, and to what end", service="DGST"),
    )
    said = [(one.path, one.kind, one.words) for one in lint.of_card(card)]
    assert said == [
        ("maker.purpose", "acronym", "PCAET"),
        ("maker.purpose", "jargon", "roadmap"),
        ("maker.limits", "jargon", "use cases"),
        ("authority.need", "jargon", "leverage"),
    ]


def test_what_one_entry_spells_out_is_known_to_those_after_it() -> None:
    spelled = {"fr": "Le plan climat (PCAET) est suivi."}
    assert (
        lint.of_card(Card(maker=MakerPart(purpose=spelled), authority=AuthorityPart(need="Le PCAET vieillit."))) == []
    )


def test_a_finding_is_told_once() -> None:
    both = Card(authority=AuthorityPart(need="Le PCAET vieillit.", benefit="Un PCAET à jour."))
    assert [one.path for one in lint.of_card(both)] == ["authority.need"]


def test_an_empty_card_has_nothing_to_write_more_plainly() -> None:
    assert lint.of_card(Card()) == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Les agents du service trient les messages.", "fr"),
        ("The agents of the service sort the messages.", "en"),
        ("", "fr"),
        ("1234", "fr"),
    ],
)
def test_languages_are_guessed(text: str, language: str) -> None:
    assert guessed(text) == language


@pytest.mark.parametrize(
    "entry",
    ["alternative", "simple_baseline", "benefit_measure", "context", "stage", "human_oversight", "training", "risks",
     "mitigations", "people_concerned"],
)  # fmt: skip
def test_every_text_for_people_is_looked_at(entry: str) -> None:
    card = Card(authority=AuthorityPart.model_validate({entry: "Le PEEP est prévenu."}))
    assert [(one.path, one.words) for one in lint.of_card(card)] == [(f"authority.{entry}", "PEEP")]


def test_who_was_consulted_is_spelled_out() -> None:
    card = Card(authority=AuthorityPart(consulted=["La CCSPL, le 3 mars 2026", "La FCPE et la PEEP : favorables"]))
    assert [(one.path, one.words) for one in lint.of_card(card)] == [
        ("authority.consulted", "CCSPL"), ("authority.consulted", "FCPE"), ("authority.consulted", "PEEP"),
    ]  # fmt: skip
