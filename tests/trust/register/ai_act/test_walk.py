"""Step by step: the next question, what is refused, what a conclusion says."""

import pytest

from agglo.contract.errors import InvalidInput
from agglo.contract.language import speaking
from agglo.trust.register.ai_act import tree, walk, words
from agglo.trust.register.ai_act.tree import Question


def _step(**answers: str) -> Question | walk.Conclusion:
    return walk.step(tree.load(), answers)


def test_it_begins_with_the_first_question() -> None:
    found = _step()
    assert isinstance(found, Question)
    assert found.id == "method"


def test_answers_off_the_path_are_left_aside() -> None:
    found = _step(method="rules", licence="yes")
    assert isinstance(found, walk.Conclusion)
    assert found.answers == {"method": "rules"}


def test_every_wrong_answer_is_told_at_once() -> None:
    with pytest.raises(InvalidInput) as raised:
        _step(method="magic", exclusoin="none", role="")
    told = {fault.where: fault for fault in raised.value.faults}
    assert set(told) == {"method", "exclusoin", "role"}
    assert "rules, statistics, equations" in told["method"].expected
    assert told["exclusoin"].repair == 'Did you mean "exclusion"?'
    assert told["role"].got == "nothing"


def test_questions_that_do_not_fit_are_passed_over() -> None:
    found = _step(method="learned", exclusion="none", role="uses", people="no", product="no", infrastructure="no")
    assert isinstance(found, Question)
    assert found.id == "conversation"


def test_a_conclusion_says_that_it_is_not_legal_advice() -> None:
    found = _step(method="rules")
    assert isinstance(found, walk.Conclusion)
    assert "not legal advice" in found.caution
    assert found.to_dict()["caution"] == found.caution


def test_a_conclusion_as_data() -> None:
    found = _step(method="learned", exclusion="development")
    assert isinstance(found, walk.Conclusion)
    told = found.to_dict()
    assert told["ai_act_class"] == "outside"
    assert told["answers"] == {"method": "learned", "exclusion": "development"}
    assert told["grounds"] == ["2(8)"]
    assert told["obligations"][0]["id"] == "return-before-use"
    assert told["obligations"][0]["date"] == {"original": "2025-02-02", "amended": "", "status": "original"}


@pytest.mark.parametrize(
    ("id", "said"),
    [
        ("general", "2 August 2026"),
        ("intimate", "2 December 2026, according to secondary sources"),
        ("annex-iii", "2 August 2026 in the text of 2024; 2 December 2027 as amended, according to secondary sources"),
    ],
)
def test_a_date_says_what_it_rests_on(id: str, said: str) -> None:
    assert words.since(tree.load().dates[id]) == said


def test_articles_are_written_out() -> None:
    assert words.articles("annex III 5(a), 6(3)(a), recital 12") == "annex III, point 5(a), article 6(3)(a), recital 12"
    assert words.articles("16(f), 47, annex I A") == "articles 16(f), 47, annex I, section A"


def test_obligations_stand_under_their_dates_earliest_first() -> None:
    found = _step(method="learned", exclusion="none", role="uses", people="no", product="no", infrastructure="no",
                  conversation="yes", synthetic="no")  # fmt: skip
    assert isinstance(found, walk.Conclusion)
    grouped = [(date.id, [one.obligation.id for one in due]) for date, due in words.by_date(found.obligations)]
    assert grouped == [("prohibitions", ["literacy"]), ("general", ["how-to-inform"])]


def test_what_was_not_checked_can_be_read() -> None:
    known = tree.load()
    assert words.unreviewed(known, "question.legacy").startswith("Was it already in service")
    assert words.unreviewed(known, "obligation.explain").endswith("(article 86)")
    assert words.unreviewed(known, "date.intimate").endswith(": 2 December 2026, according to secondary sources")


def test_it_speaks_the_language_in_force() -> None:
    found = _step(method="learned", exclusion="development")
    assert isinstance(found, walk.Conclusion)
    with speaking("fr"):
        assert found.to_dict()["obligations"][0]["text"].startswith("Reprendre")
    assert found.to_dict()["obligations"][0]["text"].startswith("Answer")


def test_articles_stand_in_their_order_then_annexes_then_recitals() -> None:
    names = ["annex III 2", "26(2)", "annex III", "recital 12", "3(1)", "annex I A", "annex I", "50(1)", "annex III 10"]
    assert words.in_order(names) == [
        "3(1)", "26(2)", "50(1)", "annex I", "annex I A", "annex III", "annex III 2", "annex III 10", "recital 12",
    ]  # fmt: skip


def test_each_obligation_is_understood_alone() -> None:
    text = tree.load().obligations["how-to-inform"].text
    assert not [said for said in text.values() if "this information" in said or "cette information" in said]
    assert "machine" in text["fr"]
