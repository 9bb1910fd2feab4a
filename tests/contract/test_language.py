import pytest

from agglo.contract import language as spoken
from agglo.contract.language import in_language, language, ngettext


@pytest.mark.parametrize(
    ("wanted", "expected"), [("en", "en"), ("EN_gb", "en"), ("fr_FR.UTF-8", "fr"), ("de", "fr"), ("", "fr")]
)
def test_the_language_in_force(monkeypatch: pytest.MonkeyPatch, wanted: str, expected: str) -> None:
    monkeypatch.setenv("AGGLO_LANGUAGE", wanted)
    assert language() == expected


def test_french_unless_asked_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AGGLO_LANGUAGE")
    assert language() == "fr"


def test_a_message_without_translation_stays_as_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    for code in spoken.LANGUAGES:
        monkeypatch.setenv("AGGLO_LANGUAGE", code)
        assert spoken._("no such message 8f1c") == "no such message 8f1c"


def test_plural_forms_in_english() -> None:
    assert [ngettext("one run 8f1c", "several runs 8f1c", count) for count in (1, 2)] == [
        "one run 8f1c",
        "several runs 8f1c",
    ]


def test_a_carried_text_is_given_in_the_language_in_force_or_another(monkeypatch: pytest.MonkeyPatch) -> None:
    text = {"fr": "lac", "en": "lake"}
    assert in_language(text) == "lake"
    monkeypatch.setenv("AGGLO_LANGUAGE", "fr")
    assert in_language(text) == "lac"
    assert in_language({"en": "lake"}) == "lake"
    assert in_language({}) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Lacking: who?.", "Lacking: who?"), ("Read in 2026..", "Read in 2026."), ("Lacking: who.", "Lacking: who."),
     ("", "")],
)  # fmt: skip
def test_a_sentence_ends_once(text: str, expected: str) -> None:
    assert spoken.ended(text) == expected
