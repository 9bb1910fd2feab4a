"""The questions of the AI Act and what they lead to, as a terminal shows them."""

from collections.abc import Iterator
from typing import Any

from agglo.cli import show
from agglo.contract.card import choice_label
from agglo.contract.language import _, in_language
from agglo.trust.register.ai_act import tree as trees
from agglo.trust.register.ai_act import walk, words
from agglo.trust.register.ai_act.tree import Question, Tree
from agglo.trust.register.ai_act.walk import Conclusion, Due


def question(one: Question) -> str:
    """A question with its help, its article and its numbered answers."""
    lines = [show.paragraph(in_language(one.question)), show.paragraph(in_language(one.help), lead="  ")]
    lines += ["  " + _about(one)]
    lines += [
        show.paragraph(in_language(answer.label), lead=f"  {number}. ")
        for number, answer in enumerate(one.answers, 1)
    ]  # fmt: skip
    return "\n".join(lines)


def _about(one: Question) -> str:
    said = words.articles(one.article)
    return said if one.reviewed else _("{articles} (not checked against the text)").format(articles=said)


def tree(found: Tree) -> str:
    """Every question, with the words that name it and its answers on the command line."""
    return "\n\n".join([*(_whole(one) for one in found.questions.values()), show.paragraph(walk.caution())])


def _whole(one: Question) -> str:
    lines = [show.paragraph(in_language(one.question), lead=f"{one.id}: "), f"  {_about(one)}"]
    for answer in one.answers:
        leads = _("the end") if answer.next == trees.END else answer.next
        given = choice_label("ai_act_class", answer.ai_act_class) if answer.ai_act_class else ""
        after = "; ".join(filter(None, (given, leads)))
        lines.append(show.paragraph(f"{in_language(answer.label)} > {after}", lead=f"  {answer.id}: "))
    return "\n".join(lines)


def tree_as_json(found: Tree) -> list[dict[str, Any]]:
    """Every question as data, in the language in force."""
    return [
        {
            "id": one.id,
            "question": in_language(one.question),
            "help": in_language(one.help),
            "article": one.article,
            "reviewed": one.reviewed,
            "answers": [
                {"id": answer.id, "label": in_language(answer.label), "class": answer.ai_act_class, "next": answer.next}
                for answer in one.answers
            ],
        }
        for one in found.questions.values()
    ]


def conclusion(found: Tree, one: Conclusion) -> str:
    """Class, roles, obligations with their dates, and what was not checked."""
    return "\n".join(_lines(found, one))


def _lines(found: Tree, one: Conclusion) -> Iterator[str]:
    kind = found.kinds[one.ai_act_class]
    grounds = words.articles(", ".join(one.grounds))
    yield _("Class under the AI Act: {name} ({articles})").format(
        name=choice_label("ai_act_class", one.ai_act_class), articles=grounds
    )
    yield show.paragraph(in_language(kind.text), lead="  ")
    if one.roles:
        roles = ", ".join(choice_label("ai_act_roles", role) for role in one.roles)
        yield _("Role: {names}").format(names=roles)
    yield from _owed(_("What you owe:"), one.obligations)
    yield from _owed(_("What its supplier owes, to be asked for:"), one.others)
    if one.unreviewed:
        yield _("Not checked against the text of the regulation:")
        yield show.notes(words.unreviewed(found, name) for name in one.unreviewed)
    yield show.paragraph(one.caution)


def _owed(title: str, owed: tuple[Due, ...]) -> Iterator[str]:
    if owed:
        yield title
    for date, group in words.by_date(owed):
        yield show.paragraph(_("From {date}").format(date=words.since(date)), lead="  ")
        for one in group:
            about = words.articles(one.obligation.article)
            doubt = f" {in_language(one.obligation.doubt)}" if one.obligation.doubt else ""
            yield show.paragraph(f"{in_language(one.obligation.text)} ({about}){doubt}", lead="  - ")
