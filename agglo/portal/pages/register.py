"""The register of algorithms: every card, one card, and the documents that they are exported to."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from starlette.responses import Response

from agglo.contract.card import ENTRIES, label
from agglo.contract.errors import NotFound
from agglo.contract.language import _
from agglo.portal import card_list, card_view, html, paging
from agglo.portal.app import path_of
from agglo.portal.headings import heads
from agglo.portal.pages import card, card_new
from agglo.portal.routing import page
from agglo.portal.visits import Visit
from agglo.trust.access import rights
from agglo.trust.access.rights import Asset
from agglo.trust.register import exporting, exports, registered, subjects
from agglo.trust.register.exports import Exported, Lack, Subject, Target

SHOWN = 30
"""Cards of a page of the list."""
UPDATED = "authority.updated"
"""The entry that publishing a card sets."""
LACKS = 200
"""What a document lacks that a page tells, at most."""
AS_IT_IS = "tel-quel"
"""Name in the address that asks for a document although it is not valid."""


def show(visit: Visit) -> Response:
    """Every card that the visitor may read, or those that answer what is sought."""
    today, listed = card_view.today(visit), registered.listing(visit.workspace, visit.person)
    every = [one for one in listed if not card_list.is_undeclared(one)]
    restricted = rights.may(visit.workspace, visit.person, "read-restricted", Asset("card"))
    asked = card_list.sought(visit)
    found = [one for one in every if asked.takes(one.card, one.id, today.isoformat())]
    number = paging.asked(visit, paging.count(len(found), SHOWN))
    first = (number - 1) * SHOWN
    shown = card_list.ordered(found)[first : first + SHOWN]
    copied = card_list.copies(visit, listed)
    return html.page(
        visit,
        "register.html.j2",
        asked=asked,
        handed_over="idee" in visit.query,
        total=len(every),
        found=len(found),
        lines=[card_list.line(visit, one, today=today, restricted=restricted, copied=copied) for one in shown],
        pager=paging.pager(visit, first + 1, first + len(shown), len(found), SHOWN),
        counts=card_list.counts(every),
        undeclared=card_list.undeclared(listed),
        options=card_list.options(),
        typed=card_list.typed(asked),
        wrong={},
        more=bool(asked.service or asked.late or any(asked.choices[name] for name in card_list.MORE)),
        services=card_list.services(every),
        targets=[one for one in card_view.shelved(exports.targets().values()) if one.several],
        foreign=card_view.FOREIGN,
        restricted=restricted,
        may_add=rights.may(visit.workspace, visit.person, "add", Asset("card")),
    )


def export(visit: Visit) -> Response:
    """The whole register, as far as the visitor may read it, as a document of one target."""
    target = exports.find(str(visit.path["target"]))
    if not target.several:
        raise NotFound(
            _("This document is made for one card at a time."), repair=_("Open a card: its documents are at its end.")
        )
    every = exporting.chosen(visit.workspace, visit.person, target, drafts=True).subjects
    return _document(visit, target, every, path_of("register"), _("Register"))


def export_card(visit: Visit) -> Response:
    """One card as a document of one target."""
    one = registered.find(visit.workspace, visit.person, str(visit.path["id"]))
    target, back = exports.find(str(visit.path["target"])), path_of("card", id=one.id)
    found = [subjects.of(visit.workspace, visit.person, one)]
    return _document(visit, target, found, back, one.title, undue=exporting.undue(target, one.card))


def _document(
    visit: Visit, target: Target, found: Sequence[Subject], back: str, name: str, *, undue: str = ""
) -> Response:
    """The document; where it is not valid, a page that says what it lacks, unless it is wanted as it is. Where it is
    not owed, for the reason ``undue``, or holds nothing, a page that says so."""
    made = target.export(found, today=card_view.today(visit))
    if not undue and ((found and made.is_valid) or AS_IT_IS in visit.query):
        of_one = visit.path.get("id", "")
        file = "-".join(filter(None, (str(of_one) or "register", target.id)))
        return Response(
            made.content,
            media_type=target.media_type,
            headers={
                "Content-Disposition": f'attachment; filename="{file}.{target.extension.lstrip(".")}"',
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "Cache-Control": "private, no-cache",
            },
        )
    return html.page(
        visit,
        "card_export.html.j2",
        status=422,
        target=target,
        undue=undue,
        back=back,
        name=name,
        count=len(found),
        rows=_lacks(made),
        lacks=len(made.lacks),
        faults=made.faults[:LACKS],
        more=max(0, len(made.faults) - LACKS),
        address=f"{visit.request.url.path}?{AS_IT_IS}=1",
        heads=heads,
    )


def _lacks(made: Exported) -> list[list[str]]:
    """What a document lacks, each thing once, what is needed first."""
    times = Counter((one.target_field, one.entry, one.why, one.required) for one in made.lacks)
    most = sorted(times, key=lambda one: not one[3])[:LACKS]
    return [_lack(Lack(*one), times[one]) for one in most]


def _lack(one: Lack, times: int) -> list[str]:
    entry = f"{label(one.entry)} ({ENTRIES[one.entry].place})" if one.entry else _("no entry of the card says it")
    if one.entry == UPDATED:
        one = replace(one, why=_("Publish the card: it is set then."))
    needed = _("needed") if one.required else _("optional")
    return [one.target_field, entry, one.why or "–", needed, str(times)]


ROUTES = (
    page("/registre", show, name="register"),
    page("/registre/exports/{target}", export, name="register_export"),
    page("/registre/nouvelle-fiche", card_new.show, name="card_new", methods=("GET", "POST")),
    page("/registre/{id}", card.show, name="card"),
    page("/registre/{id}/exports/{target}", export_card, name="card_export"),
)
