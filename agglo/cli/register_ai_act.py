"""``agglo register ai-act``: the questions of Regulation (EU) 2024/1689, one by one or from a file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agglo.cli import show
from agglo.cli.options import Json, WorkspaceFolder, named, refuse
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _, in_language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agglo.store.workspace import Workspace
    from agglo.trust.register.ai_act.tree import Question, Tree
    from agglo.trust.register.ai_act.walk import Conclusion

BACK = "b"


def register(commands: typer.Typer) -> None:
    """Add to ``agglo register``."""
    commands.command("ai-act", help=_("The questions of the AI Act: class, role, obligations. Not legal advice."))(
        ai_act
    )


def ai_act(
    card: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help=_("Card that keeps the answers; without it they are only told.")),
    ] = None,
    answers: Annotated[
        Path | None, typer.Option("--answers", metavar="FILE", help=_("YAML file of answers: QUESTION: ANSWER."))
    ] = None,
    answer: Annotated[
        list[str] | None, typer.Option("--answer", metavar="QUESTION=ANSWER", help=_("One answer; may be repeated."))
    ] = None,
    questions: Annotated[bool, typer.Option("--questions", help=_("Print every question and stop."))] = False,
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from agglo.cli import register_ai_act_text as text
    from agglo.store.workspace import open_workspace
    from agglo.trust.register.ai_act import tree as trees
    from agglo.trust.register.ai_act import words

    tree = trees.load()
    if questions:
        show.as_json(text.tree_as_json(tree)) if as_json else typer.echo(text.tree(tree))
        return
    here = open_workspace(workspace)
    kept = _kept(here, card) if card else {}
    found = _concluded(tree, words.spelled(tree, _given(answers, answer or [])), kept)
    if as_json:
        show.as_json(found.to_dict() | ({"card": card} if card else {}))
    else:
        typer.echo(text.conclusion(tree, found))
    if card:
        _keep(here, card, found)
        typer.echo(_("Kept with the card {id}.").format(id=card), err=as_json)


def _kept(workspace: "Workspace", card: str) -> dict[str, str]:
    """The answers that a card holds already; a card that is not there, or cannot be read, is refused before
    any question is asked."""
    from agglo.trust.access import people
    from agglo.trust.register import registered

    found = registered.find(workspace, people.operator(workspace), card)
    if found.faults:
        raise InvalidInput(_("This card cannot be read."), found.faults)
    return dict(found.card.authority.ai_act_answers)


def _keep(workspace: "Workspace", card: str, found: "Conclusion") -> None:
    from agglo.trust.access import people
    from agglo.trust.register import clock
    from agglo.trust.register.ai_act import keeping

    keeping.keep(workspace, people.operator(workspace), card, found, today=clock.today(workspace))


def _given(file: Path | None, words: "Sequence[str]") -> dict[str, str]:
    """The answers of a file, and those given one by one, which go before."""
    said, faults = named(words, "--answer")
    refuse(faults)
    return (_read(file) if file else {}) | said


def _read(file: Path) -> dict[str, str]:
    from agglo.contract.documents import read_yaml

    content: Any = read_yaml(file, _("These answers cannot be read."))
    if not isinstance(content, dict):
        fault = Fault(file.name, repr(content)[:60], _("one line for each answer, such as: method: rules"))
        raise InvalidInput(_("These answers cannot be read."), [fault])
    plain = {True: "yes", False: "no", None: ""}
    return {str(name): plain.get(said, "") if said is None or isinstance(said, bool) else str(said)
            for name, said in content.items()}  # fmt: skip


def _concluded(tree: "Tree", given: dict[str, str], kept: "Mapping[str, str]") -> "Conclusion":
    """The conclusion of the answers given, those that lack asked for where there is a person to ask."""
    from agglo.trust.register.ai_act import walk

    found = walk.step(tree, given)
    asked: list[str] = []
    while not isinstance(found, walk.Conclusion):
        if not sys.stdin.isatty():
            raise _stopped(found)
        said = _ask(found, kept.get(found.id, ""), back=bool(asked))
        if said == BACK:
            given.pop(asked.pop(), None)
        else:
            given[found.id] = said
            asked.append(found.id)
        found = walk.step(tree, given)
    return found


def _stopped(question: "Question") -> InvalidInput:
    known = ", ".join(one.id for one in question.answers)
    repair = _('"agglo register ai-act --questions" prints every question; in a terminal they are asked one by one.')
    fault = Fault(question.id, _("nothing"), _("one of {values}").format(values=known), in_language(question.question))
    return InvalidInput(_("A question of the AI Act has no answer yet."), [fault], repair=repair)


def _ask(question: "Question", kept: str, *, back: bool) -> str:
    """The answer that a person gives in the terminal, or :data:`BACK`."""
    from agglo.cli import register_ai_act_text as text

    typer.echo(f"\n{text.question(question)}", err=True)
    numbers = {str(number): one.id for number, one in enumerate(question.answers, 1)}
    before = next((number for number, one in numbers.items() if one == kept), None)
    prompt = _("Number of the answer ({back} to go back)").format(back=BACK) if back else _("Number of the answer")
    while True:
        said = str(typer.prompt(prompt, default=before, err=True, prompt_suffix=f"{_(':')} ")).strip().lower()
        if said in numbers:
            return numbers[said]
        if back and said == BACK:
            return BACK
        typer.echo(_("A number from 1 to {last}.").format(last=len(numbers)), err=True)
