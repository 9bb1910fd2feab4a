"""What people write and read of the questions."""

from agglo.trust.register.ai_act import tree, words


def test_answers_may_be_given_in_words() -> None:
    known = tree.load()
    question = next(one for one in known.questions.values() if {"yes", "no"} <= {answer.id for answer in one.answers})
    label = next(answer for answer in question.answers if answer.id == "no").label["fr"]
    for said, read in (("oui", "yes"), ("no", "no"), (label.upper(), "no"), ("peut-être", "peut-être")):
        assert words.spelled(known, {question.id: said}) == {question.id: read}
    assert words.spelled(known, {"nothing": "oui"}) == {"nothing": "oui"}
