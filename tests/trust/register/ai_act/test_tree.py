"""The questions hold together, and every path of them ends in one conclusion."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from agglo.contract.card.entries import AIActClass, AIActRole, choices
from agglo.contract.errors import InvalidInput
from agglo.trust.register.ai_act import tree as trees
from agglo.trust.register.ai_act import walk
from agglo.trust.register.ai_act.tree import END, Answer, Question, Tree

DATA = Path(trees.__file__).parent
State = tuple[str, frozenset[str]]


@pytest.fixture(scope="module")
def tree() -> Tree:
    return trees.load()


def _content() -> dict[str, Any]:
    return {name: trees.read(DATA / f"{name}.yaml") for name in ("questions", "obligations", "dates", "classes")}


def _next(tree: Tree, state: State, answer: Answer) -> State:
    """The state after an answer: the question that is asked next (or the end), and everything given so far."""
    name, given = answer.next, state[1] | answer.gives | {f"owes {one}" for one in answer.obligations}
    while name != END and not tree.questions[name].asked(given):
        name = tree.questions[name].otherwise
    return name, given


def _states(tree: Tree) -> Iterator[State]:
    """Every state that answers lead to, the ends among them, once each."""
    first: State = (tree.first.id, frozenset())
    seen, ahead = {first}, [first]
    while ahead:
        state = ahead.pop()
        yield state
        for answer in tree.questions[state[0]].answers if state[0] != END else ():
            if (after := _next(tree, state, answer)) not in seen:
                seen.add(after)
                ahead.append(after)


def _paths(tree: Tree) -> int:
    """How many paths there are, each counted by multiplying through the states: none is left out."""

    @cache
    def count(state: State) -> int:
        if state[0] == END:
            return 1
        return sum(count(_next(tree, state, answer)) for answer in tree.questions[state[0]].answers)

    return count((tree.first.id, frozenset()))


def _answers_to(tree: Tree) -> Mapping[State, dict[str, str]]:
    """For each state, answers that lead to it."""
    found: dict[State, dict[str, str]] = {(tree.first.id, frozenset()): {}}
    ahead = list(found)
    while ahead:
        state = ahead.pop()
        for answer in tree.questions[state[0]].answers if state[0] != END else ():
            if (after := _next(tree, state, answer)) not in found:
                found[after] = {**found[state], state[0]: answer.id}
                ahead.append(after)
    return found


@pytest.fixture(scope="module")
def steps(tree: Tree) -> Mapping[State, Question | walk.Conclusion]:
    """What every state comes to, through the walk itself."""
    found = {}
    for state, answers in _answers_to(tree).items():
        found[state] = walk.step(tree, answers)
        if isinstance(ended := found[state], walk.Conclusion):
            assert ended.answers == answers
    return found


def test_it_asks_thirty_to_forty_five_questions(tree: Tree) -> None:
    assert 30 <= len(tree.questions) <= 45


def test_every_path_ends_with_a_class(tree: Tree) -> None:
    states = list(_states(tree))
    ends = [given for name, given in states if name == END]
    assert len(ends) > 500
    assert [given for given in ends if not given & set(trees.BINDING)] == []
    paths = _paths(tree)
    print(f"{paths} paths through {len(states)} states end in {len(ends)} of them")
    assert paths > len(ends)


def test_every_end_is_one_conclusion_that_can_be_read(steps: Mapping[State, Question | walk.Conclusion]) -> None:
    classes: Counter[str] = Counter()
    for (name, given), found in steps.items():
        if isinstance(found, Question):
            assert found.id == name
            continue
        assert name == END
        assert found.ai_act_class == next(one for one in trees.BINDING if one in given)
        assert found.grounds, found.answers
        assert found.roles or found.ai_act_class == "outside"
        assert all(one.date.original or one.date.amended for one in (*found.obligations, *found.others))
        classes[found.ai_act_class] += 1
    assert set(classes) == set(trees.BINDING)


def test_every_question_is_reached_and_asked(tree: Tree) -> None:
    assert {name for name, _given in _states(tree)} == {*tree.questions, END}


def test_a_person_who_holds_no_artificial_intelligence_leaves_at_the_first_question(tree: Tree) -> None:
    for answer in ("rules", "statistics", "equations"):
        found = walk.step(tree, {"method": answer})
        assert isinstance(found, walk.Conclusion)
        assert found.ai_act_class == "outside"


def test_no_path_is_longer_than_a_quarter_of_an_hour(tree: Tree) -> None:
    assert max(map(len, _answers_to(tree).values())) <= 30


def test_classes_and_roles_are_those_of_the_card(tree: Tree) -> None:
    assert set(trees.BINDING) == set(choices(AIActClass))
    assert set(trees.ROLES) == set(choices(AIActRole))
    assert list(tree.kinds) == list(trees.BINDING)


def test_every_obligation_is_owed_by_somebody_somewhere(
    tree: Tree, steps: Mapping[State, Question | walk.Conclusion]
) -> None:
    ended = [one for one in steps.values() if isinstance(one, walk.Conclusion)]
    assert {due.obligation.id for one in ended for due in one.obligations} == set(tree.obligations)


def test_dates_say_where_they_are_from_and_whether_the_texts_agree(tree: Tree) -> None:
    for date in tree.dates.values():
        assert date.sources, date.id
        assert all(one.address.startswith("http") and one.consulted == "2026-11-24" for one in date.sources)
        assert (date.status == "conflicting") == bool(date.original and date.amended), date.id
        assert date.reviewed == (date.status == "original"), date.id
    assert (tree.dates["annex-iii"].original, tree.dates["annex-iii"].amended) == ("2026-08-02", "2027-12-02")
    assert (tree.dates["annex-i"].original, tree.dates["annex-i"].amended) == ("2027-08-02", "2028-08-02")


def _spoil_ends(content: dict[str, Any]) -> None:
    del content["questions"][0]["answers"][0]["class"]


Spoil = Callable[[dict[str, Any]], None]


def _spoil_next(content: dict[str, Any]) -> None:
    content["questions"][0]["answers"][3]["next"] = "exclusions"


def _spoil_cycle(content: dict[str, Any]) -> None:
    content["questions"][1]["answers"][0]["next"] = "method"


def _spoil_class(content: dict[str, Any]) -> None:
    content["questions"][0]["answers"][0]["class"] = "none"


def _spoil_obligation(content: dict[str, Any]) -> None:
    content["questions"][0]["answers"][0]["obligations"] = ["nap"]


def _spoil_date(content: dict[str, Any]) -> None:
    content["obligations"]["obligations"][0]["applies_from"] = "someday"


def _spoil_mark(content: dict[str, Any]) -> None:
    content["obligations"]["obligations"][0]["only"] = ["weather"]


def _spoil_language(content: dict[str, Any]) -> None:
    content["questions"][2]["help"] = {"fr": "Seulement en français."}


def _spoil_role(content: dict[str, Any]) -> None:
    content["questions"][2]["answers"][0]["roles"] = ["user"]


def _spoil_twice(content: dict[str, Any]) -> None:
    content["questions"].append(content["questions"][3])


def _spoil_otherwise(content: dict[str, Any]) -> None:
    del next(one for one in content["questions"] if one["id"] == "area")["otherwise"]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_spoil_next, r"method: found exclusions, expected a question, or end"),
        (_spoil_cycle, r"method > exclusion > method"),
        (_spoil_class, r"method\.rules: found none, expected one of prohibited"),
        (_spoil_obligation, r"method\.rules: found nap, expected an obligation"),
        (_spoil_date, r"stop-use: found someday, expected a date"),
        (_spoil_mark, r"stop-use: found weather, expected a mark"),
        (_spoil_language, r"role\.help: expected a text in en"),
        (_spoil_role, r"role\.uses: found user, expected one of provider"),
        (_spoil_twice, r"questions: found model, expected each identifier once"),
        (_spoil_ends, r"method\.rules: expected a class, on every path that ends here"),
        (_spoil_otherwise, r"area: expected where the walk goes on"),
    ],
)
def test_data_that_do_not_hold_together_are_refused(spoil: Spoil, said: str) -> None:
    content = _content()
    spoil(content)
    with pytest.raises(InvalidInput, match="do not hold together") as raised:
        trees.of(content)
    from re import search

    assert search(said, str(raised.value)), str(raised.value)


def test_a_question_that_nothing_leads_to_is_refused() -> None:
    content = _content()
    content["questions"].append({**content["questions"][3], "id": "aside"})
    with pytest.raises(InvalidInput) as raised:
        trees.of(content)
    assert "aside: expected a question that an answer leads to" in str(raised.value)
