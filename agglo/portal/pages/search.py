"""One search over everything that a reader may read: communes, cards, models, data, studies, answers, the strategy."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from agglo.contract.language import _, in_language
from agglo.contract.model import Model
from agglo.portal import askable, card_list, card_words, figures, html
from agglo.portal.app import path_of
from agglo.portal.routing import page
from agglo.portal.strategy import lines
from agglo.portal.strategy.lines import Checking
from agglo.portal.visits import Visit
from agglo.territory.communes import fold
from agglo.trust.access import reading
from agglo.trust.register import registered

SHOWN = 8
"""How many results of a kind are shown."""
LONGEST = 100
"""Characters of a search that are looked at."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found: its address, its name, and a line about it."""

    href: str
    title: str
    about: str


@dataclass(frozen=True, slots=True)
class Kind:
    """Results of one kind: the first ones, how many in all, and where all of them are listed."""

    id: str
    title: str
    hits: Sequence[Hit]
    count: int
    all: str

    @property
    def more(self) -> bool:
        """Whether some are not shown."""
        return self.count > len(self.hits)


def show(visit: Visit) -> Response:
    """Results by kind; a form alone as long as nothing is asked."""
    sent = visit.query.get("q", "")[:LONGEST]
    asked = " ".join("".join(one if one.isprintable() else " " for one in sent).split())
    signs = bool(asked) and not fold(asked)
    kinds = [one for one in found(visit, asked) if one.count] if asked and not signs else []
    return html.page(
        visit, "search.html.j2", asked=asked, signs=signs, kinds=kinds, total=sum(one.count for one in kinds)
    )


def found(visit: Visit, asked: str) -> list[Kind]:
    """What a search finds, kind by kind."""
    words = fold(asked).split()
    listed = f"?{urlencode({'q': asked})}"
    models = _models(visit, words)
    return [
        _kind("communes", _("Communes"), _communes(visit, asked, words), path_of("territory")),
        _kind("register", _("Register"), _cards(visit, words), path_of("register") + listed),
        _kind("models", _("Models"), map(_model, models), path_of("models") + listed),
        _kind("studies", _("Studies"), _studies(visit, words), path_of("studies")),
        _runs(visit, asked, models),
        _datasets(visit, asked, path_of("data") + listed),
        _kind("strategy", _("Strategy"), _strategy(visit, words), path_of("strategy")),
    ]


def _kind(id: str, title: str, hits: Iterable[Hit], all: str) -> Kind:
    every = list(hits)
    return Kind(id, title, every[:SHOWN], len(every), all)


def _holds(words: Sequence[str], *texts: str) -> bool:
    """Whether every word is in one of some texts, whatever their case and accents."""
    whole = " ".join(map(fold, texts))
    return bool(words) and all(word in whole for word in words)


def _communes(visit: Visit, asked: str, words: Sequence[str]) -> Iterator[Hit]:
    for one in visit.territory.communes:
        if _holds(words, one.name) or asked == one.insee:
            about = _("INSEE code {code}").format(code=one.insee)
            yield Hit(path_of("commune", insee=one.insee), one.name, about)


def _cards(visit: Visit, words: Sequence[str]) -> Iterator[Hit]:
    every = registered.listing(visit.workspace, visit.person) if words else []
    known = (one for one in every if not card_list.is_undeclared(one))
    for one in card_list.ordered(one for one in known if card_list.holds(words, one.id, one.card)):
        about = ". ".join(
            filter(None, (card_words.state(one.card), card_words.short(card_words.plain_purpose(one.card))))
        )
        yield Hit(path_of("card", id=one.id), one.title, about)


def _models(visit: Visit, words: Sequence[str]) -> list[Model]:
    known = askable.entries(visit.workspace).values()
    return [one.model for one in known if _holds(words, one.model.id, *one.model.title.values(),
                                                  *one.model.headline.values())]  # fmt: skip


def _model(one: Model) -> Hit:
    return Hit(path_of("model", id=one.id), in_language(one.title) or one.id, in_language(one.headline))


def _studies(visit: Visit, words: Sequence[str]) -> Iterator[Hit]:
    for kept in reading.studies(visit.workspace, visit.person):
        one = kept.study
        scenarios = [text for scenario in one.scenarios.values() for text in scenario.title.values()]
        texts = [text for named in (one.title, one.question, one.description) for text in named.values()]
        if _holds(words, one.name, *texts, *scenarios):
            yield Hit(path_of("study", name=one.name), in_language(one.title) or one.name, in_language(one.question))


def _runs(visit: Visit, asked: str, models: Sequence[Model]) -> Kind:
    """Answers whose identifiers hold the words; where there is none, those of the models that hold them."""
    matching = reading.runs(visit.workspace, visit.person, text=asked, limit=SHOWN)
    rows, count, listed = matching.rows, matching.matched, f"{path_of('runs')}?{urlencode({'texte': asked})}"
    if not count and models:
        every = [reading.runs(visit.workspace, visit.person, model=one.id, limit=SHOWN) for one in models]
        rows, count = [row for one in every for row in one.rows], sum(one.matched for one in every)
        listed = f"{path_of('runs')}?{urlencode({'modele': models[0].id})}" if len(models) == 1 else path_of("runs")
    hits = [
        Hit(path_of("run", id=one.id), " – ".join(filter(None, (one.title, one.scenario))), _run_about(one))
        for one in figures.answers(visit, rows[:SHOWN])
    ]
    return Kind("runs", _("Answers"), hits, count, listed)


def _run_about(one: figures.Answer) -> str:
    lead = one.figure
    if lead is None:
        return _("no answer") if one.failed else html.day(one.finished)
    return f"{lead.title}{_(':')} {lead.value} {lead.unit} ({lead.about})"


def _datasets(visit: Visit, asked: str, listed: str) -> Kind:
    matching = reading.datasets(visit.workspace, visit.person, text=asked, limit=SHOWN)
    hits = [Hit(path_of("dataset", name=row["name"]), _title(row), row["name"]) for row in matching.rows]
    return Kind("data", _("Data"), hits, matching.matched, listed)


def _title(row: Mapping[str, Any]) -> str:
    title = row["title"]
    return in_language(title) if isinstance(title, Mapping) else str(title)


def _strategy(visit: Visit, words: Sequence[str]) -> Iterator[Hit]:
    checking = Checking(visit)
    for line in lines.strategy().lines():
        if _holds(words, *line.text.values()):
            shown = checking.shown(line)
            about = "" if shown.live else _("Not built yet.")
            yield Hit(f"{path_of('strategy')}#{line.id}", shown.text, about)


ROUTES = (page("/chercher", show, name="search"),)
