"""The Local Green Deal: what each party commits to, how far it is, and what shows it."""

from urllib.parse import urlencode

from starlette.responses import FileResponse, RedirectResponse, Response

from agglo.contract import numerals
from agglo.contract.errors import Forbidden
from agglo.contract.language import _, in_language, ngettext
from agglo.portal import deal_files, deal_view, html
from agglo.portal.app import path_of
from agglo.portal.headings import heads
from agglo.portal.routing import page
from agglo.portal.visits import Visit
from agglo.trust.access import rights
from agglo.trust.access.rights import Asset
from agglo.trust.deal import export, signing
from agglo.trust.deal.keeping import Kept


def deals(visit: Visit) -> Response:
    """Every deal the visitor may read, the latest such version of each."""
    found, damaged = deal_view.listing(visit.workspace, visit.person)
    return html.page(
        visit,
        "deals.html.j2",
        heads=heads,
        rows=[_row(one[-1]) for one in found],
        damaged=damaged,
        steward=rights.may(visit.workspace, visit.person, "read-restricted", Asset("deal")),
    )


def _row(kept: Kept) -> list[object]:
    signed, parties = len(signing.signatures(kept)), len(kept.deal.parties)
    commitments = len(kept.deal.commitments)
    return [
        {"text": in_language(kept.deal.title), "href": path_of("deal", name=kept.deal.name)},
        _state(kept),
        _("{count} of {parties}").format(count=signed, parties=parties),
        ngettext("{count} commitment", "{count} commitments", commitments).format(count=commitments),
        numerals.day(kept.deal.date),
        str(kept.version),
    ]


def _state(kept: Kept) -> str:
    return _("signed") if deal_view.is_signed(kept) else _("draft: not signed, not public")


def deal(visit: Visit) -> Response:
    """One deal: parties, commitments by axis, evidence, amendments, signatures, files."""
    name, at, version = str(visit.path["name"]).partition("@")
    if at:
        return RedirectResponse(f"{path_of('deal', name=name)}?{urlencode({'version': version})}", 303)
    asked = visit.query.get("version", "")
    shown = deal_view.view(visit.workspace, visit.person, f"{name}@{asked}" if asked else name)
    return html.page(
        visit,
        "deal.html.j2",
        heads=heads,
        view=shown,
        deal=shown.sheet,
        name=name,
        is_draft=not deal_view.is_signed(shown.kept),
        apart=export.apart(),
        files=_files(shown),
        versions=[_version(one, shown.kept) for one in reversed(shown.versions)],
        members=[[one.name, one.kind, one.role or "–", one.signed] for one in shown.sheet.members],
    )


def _files(shown: deal_view.View) -> list[tuple[str, str]]:
    """Addresses and names of the files of a deal; none where they would say what the visitor may not read."""
    if not shown.whole:
        return []
    named = {"html": _("One page to keep (HTML)"), "pdf": _("To print (PDF)"), "json": _("For programs (JSON)")}
    kept = shown.kept
    return [
        (
            path_of("deal_file", name=kept.deal.name, version=str(kept.version), form=form),
            _("{title}: {form}").format(title=shown.sheet.title, form=said),
        )
        for form, said in named.items()
    ]


def _version(one: Kept, shown: Kept) -> list[object]:
    address = f"{path_of('deal', name=one.deal.name)}?version={one.version}"
    label = _("Version {version}").format(version=one.version)
    mark = _("this one") if one.version == shown.version else ""
    return [{"text": label, "href": address}, html.day(one.since), _state(one), one.digest[:12], mark]


def file(visit: Visit) -> Response:
    """A version as a file to keep."""
    name, version, form = (str(visit.path[part]) for part in ("name", "version", "form"))
    shown = deal_view.view(visit.workspace, visit.person, f"{name}@{version}")
    if not shown.whole:
        raise Forbidden(
            _("This file holds evidence that is not public."),
            repair=_("Read the page of the deal, or sign in with an account that may read what is restricted."),
        )
    path = deal_files.made(visit.workspace, shown.kept, form)
    headers = {
        "Content-Disposition": f'attachment; filename="{shown.kept.deal.name}-{shown.kept.version}.{form}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "Cache-Control": "private, no-cache",
    }
    return FileResponse(path, headers=headers, media_type=deal_files.TYPES[form])


ROUTES = (
    page("/engagements", deals, name="deals"),
    page("/engagements/{name}", deal, name="deal"),
    page("/engagements/{name}/fichiers/{version}.{form}", file, name="deal_file"),
)
