"""Who may see something: what was decided, and the form with which whoever may approve decides."""

from starlette.responses import RedirectResponse, Response

from agglo.contract.errors import AggloError, Forbidden, InvalidInput
from agglo.contract.language import N_, _
from agglo.portal import html, noting
from agglo.portal.app import path_of
from agglo.portal.routing import page
from agglo.portal.visits import Visit
from agglo.trust.access import publication, rights, visibility
from agglo.trust.access.rights import Asset

_SEE_OTHER, _UNPROCESSABLE = 303, 422
WORDS = {
    "public": N_("public: everybody"),
    "draft": N_("draft: whoever asked for it or added it, and stewards"),
    "restricted": N_("restricted: stewards"),
    "personal": N_("personal: only people named one by one"),
}
"""Each visibility and who it opens to, as people read them."""


def address_of(asset: Asset) -> str:
    """The page where the visibility of a run, a dataset's version or a study is decided."""
    return path_of("publication", kind=asset.kind, id=asset.id)


def show(visit: Visit) -> Response:
    """What was decided, and the form; sent, it decides."""
    asset = publication.readable(visit.workspace, visit.person, _sought(visit))
    rights.check(visit.workspace, visit.person, "approve", asset)
    if visit.request.method != "POST":
        return _page(visit, asset)
    if not visit.person.signed_in:
        raise Forbidden(_("A decision needs an author."), repair=_("Sign in, then decide again."))
    wanted, why = visit.form.get("visibility", ""), visit.form.get("why", "").strip()[:500]
    try:
        visibility.set_(visit.workspace, visit.person, asset, wanted, why=why)  # type: ignore[arg-type]
    except InvalidInput as error:
        return _page(visit, asset, status=_UNPROCESSABLE, error=error, wanted=wanted, why=why)
    noting.note(visit, "published", str(asset), wanted)
    return RedirectResponse(address_of(asset), _SEE_OTHER)


def _sought(visit: Visit) -> Asset:
    return Asset(visit.path["kind"], str(visit.path["id"]))


def _page(
    visit: Visit, asset: Asset, *, status: int = 200, error: AggloError | None = None, wanted: str = "", why: str = ""
) -> Response:
    held = visibility.of(visit.workspace, asset)
    decided = [
        (one["at"], _(WORDS.get(str(one["visibility"]), "")), str(one.get("why", "")))
        for one in reversed(visibility.history(visit.workspace, asset))
    ]
    return html.page(
        visit,
        "publication.html.j2",
        status=status,
        asset=asset,
        back=_back(asset),
        held=_(WORDS[held]),
        options=[(name, _(words)) for name, words in WORDS.items()],
        wanted=wanted or held,
        why=why,
        decided=decided,
        error=error,
    )


def _back(asset: Asset) -> str:
    """The page of what this is about."""
    if asset.kind == "run":
        return path_of("run", id=asset.id)
    if asset.kind == "study":
        return path_of("study", name=asset.id)
    name, _at, version = asset.id.partition("@")
    return f"{path_of('dataset', name=name)}?version={version}"


ROUTES = (page("/visibilite/{kind}/{id}", show, name="publication", methods=("GET", "POST")),)
