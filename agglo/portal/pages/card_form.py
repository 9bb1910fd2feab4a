"""Changing a card: the form, a section at a time; its state; its publication."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from agglo.contract import card as cards
from agglo.contract.card import ENTRIES, SECTIONS, Card
from agglo.contract.card.substance import says_something
from agglo.contract.errors import Fault, InvalidInput, NotFound
from agglo.contract.language import _
from agglo.portal import askable, card_fields, card_view, card_words, html, noting
from agglo.portal.app import path_of
from agglo.portal.card_words import Line
from agglo.portal.fields import Wrong, by_field, wrongs
from agglo.portal.pages import card_state
from agglo.portal.routing import page
from agglo.portal.visits import Visit
from agglo.trust.register import unanswered, writing
from agglo.trust.register.registered import Registered

_SEE_OTHER, _REFUSED = 303, 422
BEFORE = "before"
"""Name of the hidden field that tells what a section said when its form was shown."""
NEXT = "next"


def edit(visit: Visit) -> Response:
    """The form of a section; sent, it keeps the card in hand, or tells everything that is wrong."""
    if visit.request.method == "POST":
        with card_view.alone(visit):
            return _editing(visit).sent()
    editing = _editing(visit)
    return editing.page(editing.typed(editing.one.card))


def _editing(visit: Visit) -> "_Editing":
    one = card_view.in_hand(visit, "add")
    section = visit.query.get("section", "what")
    if section not in SECTIONS:
        raise NotFound(_("A card has no such section."), repair=_("Begin with the first one."))
    return _Editing(visit, one, section, _fixed(visit, one))


def _fixed(visit: Visit, one: Registered) -> frozenset[str]:
    """The entries that the card beside a model says, which nobody changes here."""
    known = askable.entries(visit.workspace).get(one.id)
    if known is None:
        return frozenset()
    try:
        own = cards.of(known.model)
    except InvalidInput:
        return frozenset()
    return frozenset(f"maker.{name}" for name, value in own.maker.model_dump().items() if says_something(value))


@dataclass(frozen=True)
class _Editing:
    """Somebody who changes a section of a card; ``fixed`` entries are shown and cannot be changed."""

    visit: Visit
    one: Registered
    section: str
    fixed: frozenset[str]

    def paths(self, card: Card) -> list[str]:
        """The entries that the form asks."""
        return [path for path in card_fields.paths(card, self.section) if path not in self.fixed]

    def typed(self, card: Card) -> dict[str, str]:
        return card_fields.typed_of(card, self.paths(card))

    def sent(self) -> Response:
        """Keep what was typed, unless something is wrong, or somebody changed this section meanwhile."""
        faults: list[Fault] = []
        before = self.one.card
        made = card_fields.read(before, self.paths(before), self.visit.form, faults)
        found = wrongs(faults, card_fields.every_label(self._fields(before, self.visit.form)))
        if self.visit.form.get(BEFORE, "") != self.stamp():
            said = _("What you typed is still below. Look at what the card says now, then keep yours or take it over.")
            found.append(Wrong("", _("Somebody changed this section meanwhile"), said))
        if not found:
            try:
                writing.save(self.visit.workspace, self.visit.person, self.one.id, made)
            except InvalidInput as error:
                found = wrongs(error.faults, {}) or [Wrong("", error.what, error.repair)]
        if found:
            return self.page(self.visit.form, found)
        noting.note(self.visit, "card-written", f"card {self.one.id}", self.section)
        return RedirectResponse(self._onward(made), _SEE_OTHER)

    def stamp(self) -> str:
        """A short digest of what the section says."""
        return card_view.stamp(self.typed(self.one.card))

    def _onward(self, made: Card) -> str:
        """Where to go on: here while answers ask for more, else where the button said; sections that ask for more since
        are named in the address."""
        here, order = path_of("card_edit", id=self.one.id), list(SECTIONS)
        asked = set(made.asked()) - set(self.one.card.asked())
        others = [one for one in order if one != self.section and any(ENTRIES[path].section == one for path in asked)]
        more = {card_fields.ALSO: ",".join(others)} if others else {}
        if set(self.paths(made)) - set(self.paths(self.one.card)):
            return f"{here}?{urlencode({'section': self.section, 'garde': 'suite', **more})}"
        after = [one for one in order[order.index(self.section) + 1 :] if card_fields.paths(made, one)]
        if self.visit.form.get(NEXT) and not after:
            return f"{path_of('card', id=self.one.id)}?{urlencode({'garde': 'fiche', **more})}"
        onward = after[0] if self.visit.form.get(NEXT) else self.section
        return f"{here}?{urlencode({'section': onward, 'garde': 'oui', **more})}"

    def _fields(self, card: Card, typed: Mapping[str, str]) -> list[card_fields.Field]:
        return [one for one in card_fields.fields(card, self.section, typed) if one.path not in self.fixed]

    def page(self, typed: Mapping[str, str], found: Sequence[Wrong] = ()) -> Response:
        """The form, as it is at first or as it was sent with all that is wrong."""
        card = self.one.card
        asked = self._fields(card, typed)
        names = card_fields.every_name(asked)
        return html.page(
            self.visit,
            "card_form.html.j2",
            status=_REFUSED if found else 200,
            one=self.one,
            section=self.section,
            title=_(SECTIONS[self.section]),
            progress=card_fields.progress(card),
            asked=[field for field in asked if not field.optional],
            optional=[field for field in asked if field.optional],
            fixed=self._said_elsewhere(),
            typed=dict.fromkeys(names, "") | {name: typed[name] for name in names if name in typed},
            wrong=by_field(list(found)) if found else self._unanswered(asked),
            found=list(found),
            also=card_fields.also(self.one.id, self.visit.query),
            before=self.stamp(),
            kept=self.visit.query.get("garde", ""),
        )

    def _unanswered(self, asked: Sequence[card_fields.Field]) -> dict[str, list[str]]:
        """By entry, that what was typed does not count as an answer."""
        told = {one.path: unanswered.sentence(self.one.card, one.path) for one in asked}
        return {path: [said] for path, said in told.items() if said}

    def _said_elsewhere(self) -> list[Line]:
        """What the card beside the model says in this section."""
        card = self.one.card
        return [
            Line(path, cards.label(path), card_words.words(path, card.value(path)))
            for path in card_fields.paths(card, self.section)
            if path in self.fixed
        ]


ROUTES = (
    page("/registre/{id}/modifier", edit, name="card_edit", methods=("GET", "POST")),
    page("/registre/{id}/etat", card_state.move, name="card_move", methods=("GET", "POST")),
    page("/registre/{id}/publier", card_state.publish, name="card_publish", methods=("GET", "POST")),
)
