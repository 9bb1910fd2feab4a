import pytest

from agglo.footprint import statements
from agglo.footprint.statements import Statement


def test_a_statement_is_kept_in_english_and_shown_in_the_language_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    said = Statement("PUE {pue} is given.", {"pue": 1.2})
    monkeypatch.setattr(statements, "_", lambda message: {"PUE {pue} is given.": "PUE {pue} donné."}[message])
    assert str(said) == "PUE 1.2 donné."
    assert said.to_dict()["text"] == "PUE 1.2 is given."


def test_a_statement_survives_being_kept() -> None:
    said = Statement("PUE {pue} is given.", {"pue": 1.2})
    assert Statement.from_dict(said.to_dict()) == said
