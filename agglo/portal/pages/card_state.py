"""Where a card stands: moving its state, publishing it, withdrawing what was published, and what stands against it."""

from collections.abc import Sequence

from starlette.responses import RedirectResponse, Response

from agglo.contract.card import choice_label, gate, label
from agglo.contract.errors import AggloError, Fault, InvalidInput
from agglo.contract.language import _
from agglo.portal import card_history, card_view, html, made, noting
from agglo.portal.app import path_of
from agglo.portal.fields import Wrong, by_field
from agglo.portal.visits import Visit
from agglo.trust.register import publishing, registered, states, writing
from agglo.trust.register.registered import Registered

_SEE_OTHER, _REFUSED = 303, 422
LONGEST_WHY = 500
BEFORE = "before"
"""Name of the hidden field that tells what the card said when the form that publishes it was shown."""


def _in_hand(visit: Visit, one: Registered) -> None:
    """Have a card that comes with agglo or with a model in hand, so that something can be decided about it."""
    if not registered.path_of(visit.workspace, one.id).exists():
        writing.new(visit.workspace, visit.person, one.id)


def move(visit: Visit) -> Response:
    """What stands against another state, and the form; sent, it moves the card."""
    one = card_view.in_hand(visit, "approve")
    if visit.request.method != "POST":
        return _moving(visit, one)
    wanted = visit.form.get("to", "")
    try:
        with card_view.alone(visit):
            _in_hand(visit, one)
            states.move(visit.workspace, visit.person, one.id, wanted, today=card_view.today(visit))
    except InvalidInput as error:
        return _moving(visit, one, error, wanted)
    noting.note(visit, "card-moved", f"card {one.id}", wanted)
    return RedirectResponse(f"{path_of('card', id=one.id)}?garde=etat", _SEE_OTHER)


def _moving(visit: Visit, one: Registered, error: AggloError | None = None, wanted: str = "") -> Response:
    now = one.card.authority.state
    moves = states.MOVES[now]
    leaving = now == states.IDEA
    faults = states.against_leaving_idea(visit.workspace, visit.person, one) if leaving else []
    against = gate.refusals(one.card, card_view.today(visit)) if states.IN_USE in moves else ()
    blocked = {*([states.PROJECT] if faults else []), *([states.IN_USE] if against else [])}
    return html.page(
        visit,
        "card_move.html.j2",
        status=_REFUSED if error else 200,
        one=one,
        now=choice_label("state", now) if now else _("not declared"),
        leaving=leaving,
        faults=_faults(faults),
        uses=states.IN_USE in moves,
        against=card_view.told(one.card, against),
        runs_here=card_view.runs_here(visit, one.id),
        options=[(state, choice_label("state", state)) for state in moves if state not in blocked],
        typed={"to": wanted},
        wrong={},
        error=error,
        found=_wrongs(error),
    )


def _wrongs(error: AggloError | None, field: str = "") -> list[Wrong]:
    """What is wrong with what was sent; ``field`` is where the reason of a decision is typed."""
    said = error.faults if error else ()
    return [
        Wrong(field, _("Why"), _told(one)) if one.where == "why" else Wrong("", label(one.where), _told(one))
        for one in said
    ]


def _faults(faults: Sequence[Fault]) -> list[tuple[str, str]]:
    """What is wrong: the entry, and what is said of it."""
    return [(label(fault.where), _told(fault)) for fault in faults]


def _told(fault: Fault) -> str:
    said = _("not declared") if fault.got == _("nothing") else fault.got
    parts = (said, _("expected {expected}").format(expected=fault.expected) if fault.expected else "", fault.repair)
    return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts if part)


def publish(visit: Visit) -> Response:
    """What stands against publishing a card, and the forms that publish it and withdraw what was published."""
    one = card_view.in_hand(visit, "approve")
    if visit.request.method != "POST":
        return _publishing(visit, one)
    withdrawing = visit.form.get("do") == "withdraw"
    why = visit.form.get(_why(visit), "").strip()
    try:
        with card_view.alone(visit):
            _decide(visit, one, why, withdrawing=withdrawing)
    except InvalidInput as error:
        return _publishing(visit, one, error, why)
    made.forget()
    noting.note(visit, "card-withdrawn" if withdrawing else "card-published", f"card {one.id}")
    kept = "retiree" if withdrawing else "publiee"
    return RedirectResponse(f"{path_of('card', id=one.id)}?garde={kept}", _SEE_OTHER)


def _why(visit: Visit) -> str:
    """Name of the field in which the reason of the decision is typed."""
    return "why-withdraw" if visit.form.get("do") == "withdraw" else "why"


def _decide(visit: Visit, one: Registered, why: str, *, withdrawing: bool) -> None:
    if not why:
        raise InvalidInput(_("A decision says why."), [Fault("why", _("nothing"), _("the reason, in a sentence"))])
    if len(why) > LONGEST_WHY:
        found = _("{count} characters").format(count=len(why))
        expected = _("at most {count}").format(count=LONGEST_WHY)
        raise InvalidInput(_("This reason is too long."), [Fault("why", found, expected)])
    if withdrawing:
        publishing.withdraw(visit.workspace, visit.person, one.id, why=why)
        return
    seen = _stamp(card_view.in_hand(visit, "approve"))
    if visit.form.get(BEFORE, seen) != seen:
        raise InvalidInput(_("Somebody changed this card meanwhile."), [], repair=_("Read it again, then publish it."))
    if not publishing.against(one.card, card_view.today(visit)):
        _in_hand(visit, one)
    number = publishing.publish(visit.workspace, visit.person, one.id, why=why, today=card_view.today(visit))
    if number == one.latest:
        repair = _("Nothing was published again. Change the card, then publish it; your reason is still below.")
        raise InvalidInput(_("Already published, the same text."), [], repair=repair)


def _stamp(one: Registered) -> str:
    return card_view.stamp(one.card.model_dump(mode="json"))


def _publishing(visit: Visit, one: Registered, error: AggloError | None = None, why: str = "") -> Response:
    versions = card_history.versions(visit, one.id)
    found = _wrongs(error, _why(visit))
    return html.page(
        visit,
        "card_publish.html.j2",
        status=_REFUSED if error else 200,
        one=one,
        against=card_view.told(one.card, publishing.against(one.card, card_view.today(visit))),
        runs_here=card_view.runs_here(visit, one.id),
        doubts=card_view.doubts(visit, one.card),
        missing=[label(path) for path in one.card.missing()],
        versions=versions,
        before=_stamp(one),
        public=next((version for version in versions if version.number == one.latest), None),
        error=error,
        found=found,
        wrong=by_field([one for one in found if one.field]),
        typed={"why": "", "why-withdraw": "", _why(visit): why},
    )
