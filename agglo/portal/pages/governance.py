"""Governance: who decides, steers, does and advises, who answers for what, and opinions to which replies are owed."""

from collections.abc import Mapping

from starlette.responses import RedirectResponse, Response

from agglo.contract.errors import InvalidInput, NotFound
from agglo.contract.language import _, in_language
from agglo.portal import card_view, governance_view, html, noting
from agglo.portal.app import path_of
from agglo.portal.card_words import said_day
from agglo.portal.fields import Wrong, by_field, wrongs
from agglo.portal.headings import heads
from agglo.portal.routing import page
from agglo.portal.visits import Visit
from agglo.trust.access import rights
from agglo.trust.governance import authority, bodies, files, gaps, opinions, organisation
from agglo.trust.governance.authority import Authority
from agglo.trust.governance.opinion import WORDINGS
from agglo.trust.governance.opinions import Kept

_REPLY = ("text_fr", "text_en", "by", "day")


def show_all(visit: Visit) -> Response:
    """The authority, its bodies by level, its directions, its partners, and who answers for what."""
    try:
        return _shown(visit)
    except InvalidInput as error:
        keeper = rights.may(visit.workspace, visit.person, "administer")
        faults = [str(one) for one in error.faults] if keeper else []
        return html.page(visit, "governance_unread.html.j2", faults=faults, keeper=keeper)


def _shown(visit: Visit) -> Response:
    here = visit.workspace
    reads = rights.may(here, visit.person, "read-restricted")
    return html.page(
        visit,
        "governance.html.j2",
        heads=heads,
        authority=_authority(authority.read(here)),
        levels=[
            (level, title, [(one, governance_view.members(here, one)) for one in found])
            for level, title, found in governance_view.levels(here)
        ],
        directions=governance_view.directions(here),
        direction_sources=governance_view.sources(organisation.directions(here)),
        partners=governance_view.partners(here),
        unchecked=governance_view.some_unchecked(here),
        partner_sources=governance_view.sources(organisation.partners(here)),
        duties=governance_view.duties(here, visit.person),
        reads=reads,
        gaps=governance_view.lacking(gaps.of(here, visit.person)) if reads else [],
        owed=sum(one.standing() in ("owed", "overdue") for one in opinions.listing(here, visit.person)),
        keeper=rights.may(here, visit.person, "administer"),
        folder=files.FOLDER,
    )


def _authority(known: Authority) -> list[tuple[str, str]]:
    told = {
        _("Name"): known.name,
        _("SIREN number"): known.siren,
        _("SIRET number"): known.siret,
        _("Address"): known.address,
        _("Website"): known.website,
        _("Contact"): known.contact,
        _("Data protection officer"): known.data_protection_officer,
        _("Where to ask for rules and documents"): known.requests,
    }
    return [(name, said or _("not said")) for name, said in told.items()]


def show_body(visit: Visit) -> Response:
    """A body: its level, its members, what it decided, the opinions it gave."""
    here = visit.workspace
    try:
        body = bodies.find(here, str(visit.path["id"]))
    except InvalidInput:
        raise NotFound(_("The files of governance cannot be read for now.")) from None
    given = opinions.by(here, visit.person, body.id)
    return html.page(
        visit,
        "body.html.j2",
        heads=heads,
        title=in_language(body.title),
        level=_(bodies.LEVELS[body.level]),
        body=body,
        members=governance_view.members(here, body),
        decisions=[
            [in_language(one.title), said_day(one.date), in_language(one.text) or "–"] for one in body.decisions
        ],
        opinions=[governance_view.opinion(here, one) for one in given],
    )


def show_opinions(visit: Visit) -> Response:
    """Every opinion; those whose reply is overdue or owed come first."""
    found = opinions.listing(visit.workspace, visit.person)
    return html.page(
        visit,
        "opinions.html.j2",
        opinions=[governance_view.opinion(visit.workspace, one) for one in found],
        overdue=sum(one.standing() == "overdue" for one in found),
        damaged=len(opinions.damaged(visit.workspace)),
        adds=rights.may(visit.workspace, visit.person, "add"),
    )


def show_opinion(visit: Visit) -> Response:
    """An opinion, what it is about, the replies; and for those with the right, the form that replies to it."""
    name = str(visit.path["id"])
    kept, today = opinions.find(visit.workspace, visit.person, name), card_view.today(visit)
    if visit.request.method != "POST":
        return _opinion(visit, kept, {"day": today.isoformat()})
    typed = {name: visit.form.get(name, "").strip() for name in _REPLY}
    texts = {"fr": typed["text_fr"], "en": typed["text_en"]}
    try:
        opinions.reply(visit.workspace, visit.person, name, text=texts, by=typed["by"], day=typed["day"], today=today)
    except InvalidInput as error:
        return _opinion(visit, kept, typed, error.what, wrongs(error.faults, _labels(), {"text": "text_fr"}))
    noting.note(visit, "replied", f"opinion {name}")
    return RedirectResponse(f"{path_of('opinion', id=name)}?kept=1", 303)


def _opinion(
    visit: Visit, kept: Kept, typed: Mapping[str, str], what: str = "", found: list[Wrong] | None = None
) -> Response:
    said = kept.opinion
    return html.page(
        visit,
        "opinion.html.j2",
        status=422 if what else 200,
        opinion=governance_view.opinion(visit.workspace, kept),
        facts=_facts(kept),
        wording=_(WORDINGS[said.wording]),
        points=[in_language(one) for one in said.points],
        body=said.body if _is_body(visit, said.body) else "",
        replies=[governance_view.reply(one) for one in kept.replies],
        replying=rights.may(visit.workspace, visit.person, "approve", kept.target.asset),
        kept=bool(visit.query.get("kept")),
        labels=_labels(),
        typed=dict.fromkeys(_REPLY, "") | dict(typed),
        what=what,
        found=found or [],
        wrong=by_field(found or []),
    )


def _facts(kept: Kept) -> list[tuple[str, str]]:
    said = kept.opinion
    days = [(_("Given on"), said.given), (_("Received on"), said.received), (_("Reply due on"), said.reply_due)]
    return [
        *((label, said_day(one) if one else _("not said")) for label, one in days),
        (_("Source"), in_language(said.source)),
    ]


def _is_body(visit: Visit, body: str) -> bool:
    try:
        return any(one.id == body for one in bodies.read(visit.workspace))
    except InvalidInput:
        return False


def _labels() -> dict[str, str]:
    return {
        "text_fr": _("Reply, in French"),
        "text_en": _("The same in English"),
        "by": _("Function of whoever replies"),
        "day": _("Day of the reply"),
    }


ROUTES = (
    page("/gouvernance", show_all, name="governance"),
    page("/gouvernance/{id}", show_body, name="body"),
    page("/avis", show_opinions, name="opinions"),
    page("/avis/{id}", show_opinion, name="opinion", methods=("GET", "POST")),
)
