"""The authority's strategy: what it says, line by line, and what in this portal bears each line out today."""

from dataclasses import dataclass

from starlette.responses import Response

from agglo.contract.language import in_language
from agglo.portal import html
from agglo.portal.routing import page
from agglo.portal.strategy import lines
from agglo.portal.strategy.lines import Checking, Group, Shown
from agglo.portal.visits import Visit
from agglo.trust.register import registered


@dataclass(frozen=True, slots=True)
class Part:
    """A group of lines as the page shows it."""

    id: str
    title: str
    lines: tuple[Shown, ...]
    stakes: tuple[str, ...]
    directions: str
    bearers: str


def show(visit: Visit) -> Response:
    """The whole strategy; proofs are looked for now."""
    strategy, checking = lines.strategy(), Checking(visit)
    every = [checking.shown(line) for line in strategy.lines()]
    return html.page(
        visit,
        "strategy.html.j2",
        source=in_language(strategy.source),
        principles=[in_language(one) for one in strategy.principles],
        alerts=[_part(one, checking) for one in strategy.alerts],
        frames=[_part(one, checking) for one in strategy.frames],
        projects=[checking.shown(one) for one in strategy.projects],
        cards={one.id: one.title for one in registered.listing(visit.workspace, visit.person)},
        axes=[checking.shown(one) for one in strategy.axes],
        live=sum(one.live for one in every),
        total=len(every),
    )


def _part(group: Group, checking: Checking) -> Part:
    return Part(
        id=group.id,
        title=in_language(group.title),
        lines=tuple(checking.shown(one) for one in group.lines),
        stakes=tuple(in_language(one) for one in group.stakes),
        directions=in_language(group.directions),
        bearers=in_language(group.bearers),
    )


ROUTES = (page("/strategie", show, name="strategy"),)
