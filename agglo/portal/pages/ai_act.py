"""The questions of Regulation (EU) 2024/1689, one a page: for anybody, and about a card, which then keeps the answers.

Answers travel in the address, so that a page can be kept, sent and gone back to; nothing is stored until a card keeps
them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from agglo.contract.card import choice_label
from agglo.contract.language import _, in_language
from agglo.portal import card_view, card_words, html, noting
from agglo.portal.app import path_of
from agglo.portal.headings import heads
from agglo.portal.routing import page
from agglo.portal.visits import Visit
from agglo.trust.access import rights
from agglo.trust.access.rights import Asset
from agglo.trust.register import registered
from agglo.trust.register.ai_act import keeping, walk, words
from agglo.trust.register.ai_act import tree as trees
from agglo.trust.register.ai_act.tree import Date, Question, Tree
from agglo.trust.register.ai_act.walk import Conclusion, Due, Path
from agglo.trust.register.registered import Registered

BEGIN, SENT, BEFORE, CARD, KEPT = "commencer", "question", "avant", "fiche", "garde"
"""Names in the address: begin, the question that a form was about, the answer given before, a card, what was kept."""
UNANSWERED = 422


@dataclass(frozen=True)
class _Asking:
    """Questions that are asked on a page: the visit, the card they are about if any, the answers so far, and those that
    the card keeps."""

    visit: Visit
    tree: Tree
    answers: Mapping[str, str]
    card: Registered | None = None

    @property
    def kept(self) -> dict[str, str]:
        """The answers of the card that the questions still know."""
        said = self.card.card.authority.ai_act_answers if self.card else {}
        known = self.tree.questions
        return {name: one for name, one in said.items() if name in known and known[name].answer(one)}

    @property
    def begun(self) -> bool:
        """Whether the questions have begun: one was answered, or sent without an answer, or the first is wanted."""
        return bool(self.answers) or BEGIN in self.visit.query or SENT in self.visit.query

    @property
    def base(self) -> str:
        return path_of("card_ai_act", id=self.card.id) if self.card else path_of("ai_act")

    @property
    def asset(self) -> Asset:
        return Asset("card", self.card.id) if self.card else Asset("card")

    def address(self, answers: Mapping[str, str], **more: str) -> str:
        """The address of the page that comes after some answers."""
        return f"{self.base}?{urlencode({**({} if answers else {BEGIN: '1'}), **answers, **more})}"

    def before(self, path: Path, question: Question) -> str:
        """The address at which a question of the path is answered again."""
        earlier: dict[str, str] = {}
        for asked, answer in path:
            if asked.id == question.id:
                return self.address(earlier, **{BEFORE: answer.id})
            earlier[asked.id] = answer.id
        return self.address(earlier)


def show(visit: Visit) -> Response:
    """What the regulation asks, in plain words; then its questions, about no card."""
    asking = _asking(visit, visit.query)
    if card := visit.query.get(CARD, "").strip():
        found = registered.find(visit.workspace, visit.person, card)
        return RedirectResponse(f"{path_of('card_ai_act', id=found.id)}?{urlencode(asking.answers)}", 303)
    if not asking.begun:
        return html.page(visit, "ai_act.html.j2", caution=walk.caution(), begin=asking.address({}), **_law(asking.tree))
    return _step(asking)


def of_card(visit: Visit) -> Response:
    """What a card keeps of the questions; then the questions about it, and the form that keeps their answers."""
    card = registered.find(visit.workspace, visit.person, str(visit.path["id"]))
    if visit.request.method == "POST":
        return _keep(_asking(visit, visit.form, card))
    asking = _asking(visit, visit.query, card)
    if asking.begun:
        return _step(asking)
    ended = walk.step(asking.tree, asking.kept)
    values = _conclusion(asking, ended) if isinstance(ended, Conclusion) else None
    return html.page(visit, "ai_act_card.html.j2", **_of_card(asking), found=values)


def _asking(visit: Visit, given: Mapping[str, str], card: Registered | None = None) -> _Asking:
    """The questions with the answers that an address or a form holds; other names in it are none of theirs."""
    tree = trees.load()
    return _Asking(visit, tree, {name: given[name] for name in given if name in tree.questions}, card)


def _step(asking: _Asking) -> Response:
    """The page of the next question, or of the conclusion."""
    found = walk.step(asking.tree, asking.answers)
    if isinstance(found, Question):
        return _ask(asking, found, forgotten=asking.visit.query.get(SENT) == found.id)
    values = _conclusion(asking, found)
    return html.page(asking.visit, "ai_act_conclusion.html.j2", found=values, **_around(asking))


def _ask(asking: _Asking, question: Question, *, forgotten: bool) -> Response:
    path, _ahead = walk.follow(asking.tree, asking.answers)
    chosen = asking.visit.query.get(BEFORE, "") or asking.kept.get(question.id, "")
    return html.page(
        asking.visit,
        "ai_act_question.html.j2",
        status=UNANSWERED if forgotten else html.OK,
        question=question,
        article=words.articles(question.article),
        given=[(asked.id, answer.id) for asked, answer in path],
        chosen=chosen,
        forgotten=forgotten,
        sent=SENT,
        number=len(path) + 1,
        back=asking.before(path, path[-1][0]) if path else asking.base,
        path_taken=_path_taken(asking, path),
        caution=walk.caution(),
        **_around(asking),
    )


def _around(asking: _Asking) -> dict[str, Any]:
    """What pages of questions say of the card, and where they begin."""
    return {"card": asking.card, "base": asking.base, "begin": asking.address({})}


def _of_card(asking: _Asking) -> dict[str, Any]:
    assert asking.card is not None
    said = asking.card.card.authority
    return {
        **_around(asking),
        "caution": walk.caution(),
        "declared": choice_label("ai_act_class", said.ai_act_class),
        "checked": card_words.said_day(said.ai_act_checked) if said.ai_act_checked else "",
        "answered": bool(said.ai_act_answers),
        "kept": bool(asking.visit.query.get(KEPT)),
        "differs": _differs(asking),
    }


def _differs(asking: _Asking) -> bool:
    """Whether the class that a card declares is not the one its answers lead to."""
    assert asking.card is not None
    found = walk.step(asking.tree, asking.kept)
    declared = asking.card.card.authority.ai_act_class
    return isinstance(found, Conclusion) and bool(declared) and declared != found.ai_act_class


def _conclusion(asking: _Asking, found: Conclusion) -> dict[str, Any]:
    """A conclusion as its page shows it."""
    kind = asking.tree.kinds[found.ai_act_class]
    return {
        "id": found.ai_act_class,
        "name": choice_label("ai_act_class", found.ai_act_class),
        "text": in_language(kind.text),
        "grounds": words.articles(", ".join(found.grounds)),
        "roles": [choice_label("ai_act_roles", one) for one in found.roles],
        "owed": _owed(found.obligations),
        "others": _owed(found.others),
        "unreviewed": [words.unreviewed(asking.tree, one) for one in found.unreviewed],
        "articles": words.articles(", ".join(words.in_order(found.articles))),
        "path": _path_taken(asking, found.path),
        "answers": list(found.answers.items()),
        "caution": found.caution,
        "may_keep": _may_keep(asking),
    }


def _may_keep(asking: _Asking) -> bool:
    held = rights.held(asking.visit.workspace, asking.visit.person)
    return held.may("add", asking.asset) and held.may("read-restricted", asking.asset)


def _owed(owed: tuple[Due, ...]) -> list[tuple[str, list[dict[str, str]]]]:
    """Obligations under the day from which they apply."""
    return [(words.since(date), [_obligation(one) for one in group]) for date, group in words.by_date(owed)]


def _obligation(due: Due) -> dict[str, str]:
    one = due.obligation
    return {
        "text": in_language(one.text),
        "article": words.articles(one.article),
        "doubt": in_language(one.doubt) if one.doubt else "",
    }


def _path_taken(asking: _Asking, path: Path) -> list[tuple[str, str, str, str]]:
    """Each answer of the path: the question, the address that leads back to it, the answer, the articles."""
    return [
        (
            in_language(question.question),
            asking.before(path, question),
            in_language(answer.label),
            words.articles(answer.article or question.article),
        )
        for question, answer in path
    ]


def _law(tree: Tree) -> dict[str, Any]:
    """The classes in plain words, and the dates with their sources."""
    kinds = [
        [choice_label("ai_act_class", one.id), in_language(one.text), words.articles(one.article)]
        for one in tree.kinds.values()
    ]
    sources = {source.id: source for date in tree.dates.values() for source in date.sources}
    return {
        "heads": heads,
        "kinds": kinds,
        "dates": [_date(one) for one in tree.dates.values()],
        "sources": [
            (in_language(one.title), one.address, card_words.said_day(one.consulted)) for one in sources.values()
        ],
    }  # fmt: skip


def _date(date: Date) -> list[str]:
    seen = _("read in the text of 2024") if date.reviewed else _("not checked in the Official Journal")
    days = [card_words.said_day(one) if one else _("none") for one in (date.original, date.amended or date.original)]
    return [in_language(date.meaning), *days, words.articles(date.article), seen]


def _keep(asking: _Asking) -> Response:
    """Keep the answers of the last page with the card."""
    visit, found = asking.visit, walk.step(asking.tree, asking.answers)
    assert asking.card is not None
    if isinstance(found, Question):
        return _ask(asking, found, forgotten=True)
    with card_view.alone(visit):
        keeping.keep(visit.workspace, visit.person, asking.card.id, found, today=card_view.today(visit))
    noting.note(visit, "card-written", f"card {asking.card.id}", "ai-act")
    return RedirectResponse(f"{asking.base}?{KEPT}=1", 303)


ROUTES = (
    page("/registre/{id}/reglement-ia", of_card, name="card_ai_act", methods=("GET", "POST")),
    page("/reglement-ia", show, name="ai_act"),
)
