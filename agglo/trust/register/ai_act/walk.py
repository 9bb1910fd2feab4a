"""From answers to the next question, or to the conclusion: class, roles, obligations with dates, articles.

>>> from agglo.trust.register.ai_act import tree
>>> step(tree.load(), {"method": "rules"}).ai_act_class
'outside'
>>> step(tree.load(), {"method": "learned"}).id
'exclusion'
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.language import _, in_language
from agglo.trust.register.ai_act.tree import (
    BINDING,
    EVERYBODY,
    ON_HIGH_RISK,
    ROLES,
    Answer,
    Date,
    Obligation,
    Question,
    Tree,
    asked_after,
)

Path = tuple[tuple[Question, Answer], ...]


@dataclass(frozen=True, slots=True)
class Due:
    """An obligation, and the date from which it applies."""

    obligation: Obligation
    date: Date


@dataclass(frozen=True)
class Conclusion:
    """What answers lead to.

    ``grounds`` are the articles that make the class, ``articles`` all those relied upon, in the order of the path.
    ``obligations`` are owed in the roles held; ``others`` by whoever supplies the system. ``unreviewed``: the
    questions on the path, obligations and dates that were not checked against the text, as ``question.method``,
    ``obligation.explain`` or ``date.annex-iii``.
    """

    ai_act_class: str
    roles: tuple[str, ...]
    obligations: tuple[Due, ...]
    others: tuple[Due, ...]
    grounds: tuple[str, ...]
    articles: tuple[str, ...]
    path: Path
    unreviewed: tuple[str, ...]

    @property
    def answers(self) -> dict[str, str]:
        """The answers of the path, by question."""
        return {question.id: answer.id for question, answer in self.path}

    @property
    def caution(self) -> str:
        return caution()

    def to_dict(self) -> dict[str, Any]:
        return {
            "ai_act_class": self.ai_act_class,
            "roles": list(self.roles),
            "grounds": list(self.grounds),
            "articles": list(self.articles),
            "obligations": [_due(one) for one in self.obligations],
            "obligations_of_the_provider": [_due(one) for one in self.others],
            "answers": self.answers,
            "unreviewed": list(self.unreviewed),
            "caution": self.caution,
        }


def caution() -> str:
    """The sentence that goes with every question and conclusion."""
    return _("This helps to find one's way. It is not legal advice: have a lawyer confirm it before you rely on it.")


def step(tree: Tree, answers: Mapping[str, str]) -> Question | Conclusion:
    """The next question, or the conclusion once the answers (question to answer) end a path.

    Answers to questions that are not on the path are left aside.

    Raises
    ------
    InvalidInput
        An answer is to no question of the tree, or is none of its question's; every fault is named.
    """
    _refuse_unknown(tree, answers)
    path, ahead = follow(tree, answers)
    return concluded(tree, path) if ahead is None else ahead


def follow(tree: Tree, answers: Mapping[str, str]) -> tuple[Path, Question | None]:
    """The path that known answers make, and the question they stop at; none where the path ends."""
    path: list[tuple[Question, Answer]] = []
    known: frozenset[str] = frozenset()
    question = asked_after(tree, tree.first.id, known)
    while question is not None and (answer := question.answer(answers.get(question.id, ""))):
        path.append((question, answer))
        known |= answer.gives
        question = asked_after(tree, answer.next, known)
    return tuple(path), question


def given(path: Path) -> frozenset[str]:
    """Marks, roles and classes that the answers of a path give."""
    return frozenset(one for _question, answer in path for one in answer.gives)


def _refuse_unknown(tree: Tree, answers: Mapping[str, str]) -> None:
    faults = []
    for name, said in answers.items():
        question = tree.questions.get(name)
        if question is None:
            faults.append(Fault(name, said, _("a question on the AI Act"), nearest(name, list(tree.questions))))
        elif question.answer(said) is None:
            known = [one.id for one in question.answers]
            expected = _("one of {values}").format(values=", ".join(known))
            faults.append(Fault(name, said or _("nothing"), expected))
    if faults:
        raise InvalidInput(_("These answers do not fit the questions on the AI Act."), faults)


def concluded(tree: Tree, path: Path) -> Conclusion:
    """What a path that ends leads to."""
    classes = {answer.ai_act_class for _question, answer in path} - {""}
    found = next(one for one in BINDING if one in classes)
    known = given(path)
    held = frozenset(ROLES) & known
    named = dict.fromkeys(name for _q, answer in path for one in answer.obligations for name in tree.named(one))
    owed = [one for name in named if (one := tree.obligations[name]).holds((known - set(BINDING)) | {found})]
    ours = [one for one in owed if one.who & (held | {EVERYBODY})]
    theirs = [one for one in owed if "provider" in one.who and not one.who & held] if held else []
    due = tuple(Due(one, _date(tree, one, known)) for one in ours)
    others = tuple(Due(one, _date(tree, one, known)) for one in theirs)
    return Conclusion(
        ai_act_class=found,
        roles=tuple(one for one in ROLES if one in held),
        obligations=due,
        others=others,
        grounds=tuple(dict.fromkeys(_article(*one) for one in path if _grounds(one[1], found))),
        articles=_parts(*(_article(*one) for one in path), *(one.obligation.article for one in due)),
        path=path,
        unreviewed=_unreviewed(path, (*due, *others)),
    )


def _date(tree: Tree, owed: Obligation, known: frozenset[str]) -> Date:
    dated = owed.applies_from
    return tree.dates[next((date for mark, date in dated.items() if mark in known), next(iter(dated.values())))]


def _article(question: Question, answer: Answer) -> str:
    return answer.article or question.article


def _grounds(answer: Answer, found: str) -> bool:
    """Whether the class rests on an answer: it gives that class, or the annex that the class needs."""
    of_annex = found in ("high-risk", "exempted") and any(one in answer.marks for one in ON_HIGH_RISK)
    return answer.ai_act_class == found or of_annex


def _parts(*articles: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for one in articles for part in one.split(",")))


def _unreviewed(path: Path, due: tuple[Due, ...]) -> tuple[str, ...]:
    asked = [f"question.{question.id}" for question, answer in path if not (question.reviewed and answer.reviewed)]
    owed = [f"obligation.{one.obligation.id}" for one in due if not one.obligation.reviewed]
    dates = [f"date.{one.date.id}" for one in due if not one.date.reviewed]
    return tuple(dict.fromkeys((*asked, *owed, *dates)))


def _due(one: Due) -> dict[str, Any]:
    return {
        "id": one.obligation.id,
        "text": in_language(one.obligation.text),
        "article": one.obligation.article,
        "date": {"original": one.date.original, "amended": one.date.amended, "status": one.date.status},
        "reviewed": one.obligation.reviewed and one.date.reviewed,
    }
