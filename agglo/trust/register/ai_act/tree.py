"""The questions as a tree with shared branches, loaded from data and checked: it has no cycle, and every path ends."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from agglo.contract.card.entries import AIActRole, choices
from agglo.contract.documents import read_yaml
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import LANGUAGES, Text, _

BINDING = ("prohibited", "high-risk", "general-purpose", "exempted", "transparency", "minimal", "outside")
"""Classes of a card, most binding first."""
ROLES = choices(AIActRole)
EVERYBODY = "everybody"
"""In place of a role: whoever answers, in whatever role."""
END = "end"
ON_HIGH_RISK = ("annex-iii", "annex-i")
"""Marks of the answers that a class of high risk rests on."""
_DATA = Path(__file__).parent
_STATUSES = ("original", "amended", "conflicting")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: where it leads (``END`` or a question), and what it gives to the conclusion.

    ``ai_act_class`` is empty where the answer gives none; ``article`` is empty where the question's own holds.
    """

    id: str
    label: Text
    next: str
    ai_act_class: str = ""
    roles: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    obligations: tuple[str, ...] = ()
    article: str = ""
    reviewed: bool = True

    @property
    def gives(self) -> frozenset[str]:
        """What later questions and obligations may depend on."""
        return frozenset((*self.marks, *self.roles, self.ai_act_class)) - {""}


@dataclass(frozen=True, slots=True)
class Question:
    """One question. It is asked if one of ``only`` was given before (where there are any) and none of ``unless``; else
    the walk goes on to ``otherwise``."""

    id: str
    question: Text
    help: Text
    article: str
    reviewed: bool
    answers: tuple[Answer, ...]
    only: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()
    otherwise: str = ""

    def asked(self, given: frozenset[str]) -> bool:
        return (not self.only or bool(self.only & given)) and not self.unless & given

    def answer(self, id: str) -> Answer | None:
        return next((one for one in self.answers if one.id == id), None)


@dataclass(frozen=True, slots=True)
class Obligation:
    """What ``who`` owes. ``applies_from``: mark to date, the first whose mark was given; "" fits always. ``doubt``:
    what the texts read leave open, none where nothing."""

    id: str
    text: Text
    article: str
    who: frozenset[str]
    applies_from: Mapping[str, str]
    reviewed: bool
    only: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()
    doubt: Text | None = None

    def holds(self, given: frozenset[str]) -> bool:
        return (not self.only or bool(self.only & given)) and not self.unless & given


@dataclass(frozen=True, slots=True)
class Source:
    """Where a date was read: title, address and day (YYYY-MM-DD)."""

    id: str
    title: Text
    address: str
    consulted: str


@dataclass(frozen=True, slots=True)
class Date:
    """From when a rule applies (YYYY-MM-DD): ``original`` in the text of 2024, ``amended`` as reported since; one may
    be empty. ``status``: ``original``, ``amended`` (a rule added since), or ``conflicting`` (both are kept)."""

    id: str
    meaning: Text
    article: str
    original: str
    amended: str
    status: str
    sources: tuple[Source, ...]
    reviewed: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """A class of the regulation in plain words."""

    id: str
    text: Text
    article: str


@dataclass(frozen=True)
class Tree:
    """Questions in the order of the file, the first of which begins; obligations, dates and classes by identifier."""

    questions: Mapping[str, Question]
    obligations: Mapping[str, Obligation]
    sets: Mapping[str, tuple[str, ...]]
    dates: Mapping[str, Date]
    kinds: Mapping[str, Kind]

    @property
    def first(self) -> Question:
        return next(iter(self.questions.values()))

    def named(self, obligation: str) -> tuple[str, ...]:
        """The obligations that an answer names: one, or those of a set."""
        return self.sets.get(obligation, (obligation,))


@cache
def load() -> Tree:
    """The questions that come with agglo.

    Raises
    ------
    InvalidInput
        The data do not hold together; every fault is named.
    """
    content = {name: read(_DATA / f"{name}.yaml") for name in ("questions", "obligations", "dates", "classes")}
    return of(content)


def read(path: Path) -> Any:
    return read_yaml(path, _("The questions on the AI Act cannot be read."))


def of(content: Mapping[str, Any]) -> Tree:
    """The tree that data make: ``questions``, ``obligations``, ``dates`` and ``classes``. Errors as :func:`load`."""
    sources = {name: _source(name, one) for name, one in content["dates"]["sources"].items()}
    tree = Tree(
        questions={one["id"]: _question(one) for one in content["questions"]},
        obligations={one["id"]: _obligation(one) for one in content["obligations"]["obligations"]},
        sets={name: tuple(members) for name, members in content["obligations"]["sets"].items()},
        dates={one["id"]: _date(one, sources) for one in content["dates"]["dates"]},
        kinds={one["id"]: Kind(one["id"], one["text"], one["article"]) for one in content["classes"]},
    )
    if found := [*_twice(content), *check(tree)]:
        raise InvalidInput(_("The questions on the AI Act do not hold together."), found)
    return tree


def _question(one: Mapping[str, Any]) -> Question:
    return Question(
        id=one["id"],
        question=one["question"],
        help=one["help"],
        article=one["article"],
        reviewed=one["reviewed"] is True,
        answers=tuple(map(_answer, one["answers"])),
        only=frozenset(one.get("only", ())),
        unless=frozenset(one.get("unless", ())),
        otherwise=one.get("otherwise", ""),
    )


def _answer(one: Mapping[str, Any]) -> Answer:
    return Answer(
        id=one["id"],
        label=one["label"],
        next=one["next"],
        ai_act_class=one.get("class", ""),
        roles=tuple(one.get("roles", ())),
        marks=tuple(one.get("marks", ())),
        obligations=tuple(one.get("obligations", ())),
        article=one.get("article", ""),
        reviewed=one.get("reviewed", True) is True,
    )


def _obligation(one: Mapping[str, Any]) -> Obligation:
    dated = one["applies_from"]
    return Obligation(
        id=one["id"],
        text=one["text"],
        article=one["article"],
        who=frozenset(one["who"]),
        applies_from=dated if isinstance(dated, Mapping) else {"": dated},
        reviewed=one["reviewed"] is True,
        only=frozenset(one.get("only", ())),
        unless=frozenset(one.get("unless", ())),
        doubt=one.get("doubt"),
    )


def _source(name: str, one: Mapping[str, Any]) -> Source:
    return Source(name, one["title"], one["address"], one["consulted"])


def _date(one: Mapping[str, Any], sources: Mapping[str, Source]) -> Date:
    return Date(
        id=one["id"],
        meaning=one["meaning"],
        article=one["article"],
        original=one.get("original", ""),
        amended=one.get("amended", ""),
        status=one["status"],
        sources=tuple(sources[name] for name in one["sources"]),
        reviewed=one["reviewed"] is True,
    )


def check(tree: Tree) -> list[Fault]:
    """Everything that does not hold together: what is named and is not there, cycles, questions that nothing leads to,
    answers that give an unknown class or role, texts in one language, paths that end without a class."""
    found = [*_missing(tree), *_cycles(tree), *_unreached(tree), *_unknown(tree), *_texts(tree)]
    return found or list(_without_class(tree))


def leads(question: Question) -> Iterator[str]:
    """Where a question leads, by an answer or when it is not asked."""
    yield from (one.next for one in question.answers)
    if question.otherwise:
        yield question.otherwise


def _twice(content: Mapping[str, Any]) -> Iterator[Fault]:
    lists = {
        "questions": content["questions"],
        "obligations": content["obligations"]["obligations"],
        "dates": content["dates"]["dates"],
        **{str(one["id"]): one["answers"] for one in content["questions"]},
    }
    for where, found in lists.items():
        ids = [one["id"] for one in found]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        yield from (Fault(where, one, _("each identifier once")) for one in twice)


def _missing(tree: Tree) -> Iterator[Fault]:
    for one in tree.questions.values():
        for target in leads(one):
            if target != END and target not in tree.questions:
                yield Fault(one.id, target, _("a question, or {end}").format(end=END))
        for answer in one.answers:
            for named in answer.obligations:
                if named not in tree.sets and named not in tree.obligations:
                    yield Fault(f"{one.id}.{answer.id}", named, _("an obligation, or a set of them"))
    for name, members in tree.sets.items():
        yield from (Fault(name, one, _("an obligation")) for one in members if one not in tree.obligations)
    for owed in tree.obligations.values():
        yield from (Fault(owed.id, one, _("a date")) for one in owed.applies_from.values() if one not in tree.dates)


def _cycles(tree: Tree) -> Iterator[Fault]:
    done: set[str] = set()

    def follow(id: str, above: tuple[str, ...]) -> Iterator[Fault]:
        if id in above:
            yield Fault(id, " > ".join((*above[above.index(id) :], id)), _("a path that never comes back"))
        elif id in tree.questions and id not in done:
            for target in leads(tree.questions[id]):
                yield from follow(target, (*above, id))
            done.add(id)

    yield from follow(tree.first.id, ())


def _unreached(tree: Tree) -> Iterator[Fault]:
    reached, ahead = {tree.first.id}, [tree.first.id]
    while ahead:
        for target in leads(tree.questions[ahead.pop()]):
            if target in tree.questions and target not in reached:
                reached.add(target)
                ahead.append(target)
    alone = [one for one in tree.questions if one not in reached]
    yield from (Fault(one, "", _("a question that an answer leads to")) for one in alone)


def _unknown(tree: Tree) -> Iterator[Fault]:
    given = {gift for one in tree.questions.values() for answer in one.answers for gift in answer.gives}
    for one in tree.questions.values():
        if (one.only or one.unless) and not one.otherwise:
            yield Fault(one.id, "", _("where the walk goes on when it is not asked"))
        yield from _not_given(one.id, one.only | one.unless, given)
        for answer in one.answers:
            place = f"{one.id}.{answer.id}"
            if answer.ai_act_class and answer.ai_act_class not in BINDING:
                yield Fault(place, answer.ai_act_class, _("one of {values}").format(values=", ".join(BINDING)))
            yield from _roles(place, answer.roles, ROLES)
    for owed in tree.obligations.values():
        yield from _not_given(owed.id, owed.only | owed.unless | set(owed.applies_from) - {""}, given)
        yield from _roles(owed.id, owed.who, (*ROLES, EVERYBODY))
    for date in tree.dates.values():
        if date.status not in _STATUSES:
            yield Fault(date.id, date.status, _("one of {values}").format(values=", ".join(_STATUSES)))
    yield from (Fault(one, "", _("its class in plain words")) for one in BINDING if one not in tree.kinds)


def _without_class(tree: Tree) -> Iterator[Fault]:
    """Answers that end a path on which no class was given: every state of the walk is visited, in a sound tree."""
    needed = frozenset(one for question in tree.questions.values() for one in question.only | question.unless)
    seen, ahead = set[tuple[str, frozenset[str], bool]](), [(tree.first.id, frozenset[str](), False)]
    while ahead:
        name, given, classed = ahead.pop()
        for answer in tree.questions[name].answers:
            after, so_far = (given | answer.gives) & needed, classed or bool(answer.ai_act_class)
            target = asked_after(tree, answer.next, given | answer.gives)
            if target is None and not so_far:
                yield Fault(f"{name}.{answer.id}", "", _("a class, on every path that ends here"))
            elif target is not None and (state := (target.id, after, so_far)) not in seen:
                seen.add(state)
                ahead.append(state)


def asked_after(tree: Tree, name: str, given: frozenset[str]) -> Question | None:
    """The question of that identifier, or the first one after it that is asked once that much was given."""
    while name != END:
        question = tree.questions[name]
        if question.asked(given):
            return question
        name = question.otherwise
    return None


def _not_given(place: str, wanted: frozenset[str] | set[str], given: set[str]) -> Iterator[Fault]:
    yield from (Fault(place, one, _("a mark, role or class that an answer gives")) for one in sorted(wanted - given))


def _roles(place: str, found: tuple[str, ...] | frozenset[str], known: tuple[str, ...]) -> Iterator[Fault]:
    yield from (
        Fault(place, one, _("one of {values}").format(values=", ".join(known))) for one in found if one not in known
    )


def _texts(tree: Tree) -> Iterator[Fault]:
    for place, text in _every_text(tree):
        if lacking := [code for code in LANGUAGES if not str(text.get(code, "")).strip()]:
            yield Fault(place, "", _("a text in {languages}").format(languages=", ".join(lacking)))


def _every_text(tree: Tree) -> Iterator[tuple[str, Text]]:
    for one in tree.questions.values():
        yield from ((one.id, one.question), (f"{one.id}.help", one.help))
        yield from ((f"{one.id}.{answer.id}", answer.label) for answer in one.answers)
    for owed in tree.obligations.values():
        yield owed.id, owed.text
        if owed.doubt is not None:
            yield f"{owed.id}.doubt", owed.doubt
    yield from ((date.id, date.meaning) for date in tree.dates.values())
    yield from ((kind.id, kind.text) for kind in tree.kinds.values())
