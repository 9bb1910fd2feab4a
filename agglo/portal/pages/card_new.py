"""A new card, in two steps: what already serves a like purpose is shown before anything is written."""

import re
import unicodedata
from collections.abc import Mapping

from starlette.responses import RedirectResponse, Response

from agglo.contract.card import AuthorityPart, Card, MakerPart, Similar
from agglo.contract.errors import Fault, InvalidInput, NotFound
from agglo.contract.language import _
from agglo.portal import card_view, html, noting
from agglo.portal.app import path_of
from agglo.portal.fields import Wrong, by_field, wrongs
from agglo.portal.visits import Visit
from agglo.trust.access import rights
from agglo.trust.access.rights import Asset
from agglo.trust.register import registered, writing
from agglo.trust.register.registered import Registered

_SEE_OTHER, _REFUSED = 303, 422
FIELDS = ("title", "id", "need")
_LONGEST = {"title": 120, "id": 64, "need": 600}
_WORDS_PROPOSED, _LONGEST_PROPOSED = 4, 40
"""Words, and signs, that a proposed identifier has at most."""
_MOST_ALIKE = 20
_SMALL_WORDS = (
    *("l", "le", "la", "les", "un", "une", "des", "d", "de", "du", "au", "aux", "a", "et", "ou", "en", "dans", "par"),
    *("pour", "sur", "avec", "chez", "the", "an", "of", "to", "and", "or", "in", "on", "for", "with", "by"),
)
"""Articles and small words, which a proposed identifier leaves out."""


def show(visit: Visit) -> Response:
    """The form; asked with a title and a need, what is alike and the button that makes the card; sent, it makes it."""
    rights.check(visit.workspace, visit.person, "add", Asset("card"))
    sent = visit.request.method == "POST"
    given = visit.form if sent else visit.query
    typed = {name: " ".join(given.get(name, "").split()) for name in FIELDS}
    if not sent and not any(name in visit.query for name in FIELDS):
        return _page(visit, typed)
    typed["id"] = typed["id"] or _free(visit, identifier(typed["title"]))
    faults = list(_faults(visit, typed))
    if faults:
        return _page(visit, typed, wrongs(faults, _labels()))
    return _made(visit, typed) if sent else _page(visit, typed, looked=True)


def identifier(title: str) -> str:
    """A short identifier for a title: its first words that say something, in plain letters and digits, with hyphens.

    >>> identifier("Détection des fuites d'eau dans les caves de la ville")
    'detection-fuites-eau-caves'
    """
    apart = unicodedata.normalize("NFKD", title.casefold().replace("œ", "oe").replace("æ", "ae"))
    plain = "".join(one for one in apart if not unicodedata.combining(one))
    every = re.findall(r"[a-z0-9]+", plain)
    words = [one for one in every if one not in _SMALL_WORDS] or every
    found = words[0][:_LONGEST_PROPOSED] if words else ""
    for word in words[1:_WORDS_PROPOSED]:
        longer = f"{found}-{word}"
        if len(longer) > _LONGEST_PROPOSED:
            break
        found = longer
    return found


def _free(visit: Visit, id: str) -> str:
    """That identifier, with a number after it where a card has it already."""
    others = (f"{id}-{number}" for number in range(2, _MOST_ALIKE))
    return next((one for one in (id, *others) if id and not _exists(visit, one)), id)


def _labels() -> dict[str, str]:
    return {"title": _("Title"), "id": _("Identifier"), "need": _("Need")}


def _faults(visit: Visit, typed: Mapping[str, str]) -> list[Fault]:
    """Everything wrong with what was typed."""
    found = [
        Fault(name, _("{count} characters").format(count=len(typed[name])), _("at most {count}").format(count=most))
        for name, most in _LONGEST.items()
        if len(typed[name]) > most
    ]
    needed = {"title": _("a few words"), "need": _("a sentence: what people cannot do today")}
    found += [Fault(name, _("nothing"), expected) for name, expected in needed.items() if not typed[name]]
    name = typed["id"]
    if name and (fault := registered.fault_of_id(name)):
        found.append(Fault("id", fault.got, fault.expected))
    elif name and _exists(visit, name):
        found.append(Fault("id", f'"{name}"', _("an identifier that no card has yet")))
    return found


def _exists(visit: Visit, id: str) -> bool:
    """Whether a card has that identifier, one that the visitor may not read included."""
    if registered.path_of(visit.workspace, id).exists():
        return True
    try:
        registered.find(visit.workspace, visit.person, id)
    except NotFound:
        return False
    return True


def _card(visit: Visit, typed: Mapping[str, str], *, alike: bool = True) -> Card:
    """The card that is begun: an idea, with its need, and what is alike to be answered for."""
    maker = MakerPart(title={"fr": typed["title"]})
    begun = Card(maker=maker, authority=AuthorityPart(state="idea", need=typed["need"]))
    if not alike:
        return begun
    found = card_view.found_alike(visit, Registered(typed["id"], begun, "workspace"))
    answers = [Similar(id=one.id) for one in found]
    return Card(maker=maker, authority=AuthorityPart(state="idea", need=typed["need"], similar=answers))


def _made(visit: Visit, typed: Mapping[str, str]) -> Response:
    try:
        writing.new(visit.workspace, visit.person, typed["id"], card=_card(visit, typed))
    except InvalidInput as error:
        return _page(visit, typed, wrongs(error.faults, _labels()) or [Wrong("", error.what, error.repair)])
    noting.note(visit, "card-written", f"card {typed['id']}")
    if not rights.may(visit.workspace, visit.person, "read-restricted", Asset("card", typed["id"])):
        return RedirectResponse(f"{path_of('register')}?idee=gardee", _SEE_OTHER)
    return RedirectResponse(f"{path_of('card_edit', id=typed['id'])}?section=use&garde=oui", _SEE_OTHER)


def _page(
    visit: Visit, typed: Mapping[str, str], found: list[Wrong] | None = None, *, looked: bool = False
) -> Response:
    begun = Registered(typed["id"], _card(visit, typed, alike=False), "workspace")
    return html.page(
        visit,
        "card_new.html.j2",
        status=_REFUSED if found else 200,
        typed=typed,
        labels=_labels(),
        found=found or [],
        wrong=by_field(found or []),
        looked=looked,
        alike=card_view.found_alike(visit, begun, least=0.0) if looked else [],
    )
