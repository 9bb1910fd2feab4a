"""The models that can be asked: every one, what its card says, and the form that asks it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import RedirectResponse, Response

from agglo.contract import card as cards
from agglo.contract import numerals
from agglo.contract.card import Card, choice_label
from agglo.contract.card.gate import Refusal
from agglo.contract.errors import AggloError, Fault, InvalidInput, MissingExtra, NotFound
from agglo.contract.language import _, in_language, ngettext
from agglo.contract.model import Model
from agglo.portal import askable, card_words, fields, html, question_form, questions
from agglo.portal.app import path_of
from agglo.portal.card_words import Section
from agglo.portal.question_form import DRAFT, PROJECT, SEED, Given
from agglo.portal.routing import page
from agglo.portal.visits import Visit
from agglo.runs import gate
from agglo.runs.asking import Accepted
from agglo.studies.report import wording
from agglo.territory.communes import fold
from agglo.trust.access import reading, rights
from agglo.trust.access.rights import Asset
from agglo.trust.register import registered

_RUNS_SHOWN = 10
_VERSIONS_SOUGHT = 500
_SEE_OTHER, _REFUSED = 303, 422


@dataclass(frozen=True, slots=True)
class Line:
    """A model in the register."""

    id: str
    title: str
    covers: str
    purpose: str
    maker: str
    licence: str
    custody: str
    answers: str
    cost: str
    declared: str
    complete: bool


def show_register(visit: Visit) -> Response:
    """Every model, or those that hold the words sought."""
    sought = visit.query.get("q", "").strip()[:200]
    every = askable.entries(visit.workspace)
    words, signs = fold(sought).split(), bool(sought) and not fold(sought)
    known = () if signs else every.values()
    lines = [_line(visit, one.model) for one in known if _holds(words, one.model, _card(visit, one.model))]
    return html.page(visit, "models.html.j2", lines=lines, sought=sought, signs=signs, total=len(every))


def _card(visit: Visit, model: Model) -> Card:
    """What the visitor may read of the card of a model; what cannot be read is as if it were not declared."""
    try:
        return registered.find(visit.workspace, visit.person, model.id).card
    except (InvalidInput, NotFound):
        return _beside(model)


def _beside(model: Model) -> Card:
    """The card that lies beside the model, alone."""
    try:
        return cards.of(model)
    except InvalidInput:
        return Card()


def _holds(words: Sequence[str], model: Model, card: Card) -> bool:
    """Whether what people look for of a model holds every word (folded)."""
    texts = [model.id, *model.title.values(), *model.headline.values(), *card.maker.purpose.values(), card.maker.maker]
    held = fold(" ".join(texts))
    return all(word in held for word in words)


def _line(visit: Visit, model: Model) -> Line:
    card, kept = _card(visit, model), _answers(visit, model)
    return Line(
        model.id,
        in_language(model.title) or model.id,
        in_language(model.headline),
        in_language(card.maker.purpose),
        card.maker.maker or _not_declared(),
        card.maker.licence or _not_declared(),
        choice_label("custody", card.maker.custody or "") or _not_declared(),
        ngettext("{count} answer kept", "{count} answers kept", kept.matched).format(
            count=numerals.number(kept.matched)
        ),
        _cost(kept.rows[0]) if kept.rows else "",
        _state(card),
        not card.missing(),
    )


def _answers(visit: Visit, model: Model) -> reading.Found:
    return reading.runs(visit.workspace, visit.person, model=model.id, state="finished", limit=1)


def _cost(row: Any) -> str:
    """What an answer cost, as people read it, and how that is known."""
    if row["energy_kwh"] is None:
        return _("not known")
    energy = numerals.scaled(row["energy_kwh"], "kWh")
    carbon = numerals.scaled(row["carbon_g"], "gCO2e")
    said = _("{energy} of electricity, {carbon} ({status})")
    return said.format(energy=energy, carbon=carbon, status=wording.status(row["footprint_status"]))


def _not_declared() -> str:
    return _("not declared")


def _state(card: Card) -> str:
    """How complete a card is: what the maker and what the authority do not declare."""
    missing = card.missing()
    maker = sum(path.startswith("maker.") for path in missing)
    authority = len(missing) - maker
    if not maker and not authority:
        return _("Complete")
    parts = []
    if maker:
        said = ngettext("{count} entry not declared by its maker", "{count} entries not declared by its maker", maker)
        parts.append(said.format(count=maker))
    if authority:
        said = ngettext(
            "{count} entry not declared by the authority", "{count} entries not declared by the authority", authority
        )
        parts.append(said.format(count=authority))
    return _("Draft: {parts}").format(parts=", ".join(parts))


def show_model(visit: Visit) -> Response:
    """The card of a model, what it reads and gives, and its answers."""
    model = askable.find(visit.workspace, visit.path["id"]).model
    card = _card(visit, model)
    kept = reading.runs(visit.workspace, visit.person, model=model.id, limit=_RUNS_SHOWN)
    versions = reading.runs(visit.workspace, visit.person, model=model.id, limit=_VERSIONS_SOUGHT).rows
    return html.page(
        visit,
        "model.html.j2",
        model=model,
        title=in_language(model.title) or model.id,
        headline=in_language(model.headline),
        state=_state(card),
        halves=[_half("maker", _("What its maker says"), card), _half("authority", _("What the authority says"), card)],
        inputs=_inputs(model),
        parameters=_parameters(model),
        outputs=_outputs(model),
        versions=sorted({model.version, *(str(row["version"]) for row in versions)}, reverse=True),
        answers=[_answer(row) for row in kept.rows],
        matched=kept.matched,
    )


@dataclass(frozen=True, slots=True)
class Half:
    """One half of a card: what it says, by section, how many entries are not declared, and whether it says nothing."""

    title: str
    sections: list[Section]
    missing: str
    empty: bool


def _half(half: str, title: str, card: Card) -> Half:
    missing, asked = (
        [path for path in paths if path.startswith(f"{half}.")] for paths in (card.missing(), card.asked())
    )
    said = _("{count} of {total} entries not declared").format(count=len(missing), total=len(asked)) if missing else ""
    sections = card_words.sections(card, half=half)
    return Half(title, sections, said, not card_words.only_said(sections))


def _inputs(model: Model) -> list[list[Any]]:
    return [
        [in_language(one.title) or one.name, one.schema, _("needed") if one.required else _("optional")]
        for one in model.inputs
    ]


def _parameters(model: Model) -> list[list[str]]:
    described = model.parameters.json_schema.get("properties", {})
    return [
        [one.label, one.first or "-", numerals.unit_label(str(described[name].get("unit", "1"))) or "-", one.hint]
        for name, one in zip(described, question_form.fields(model), strict=True)
    ]


def _outputs(model: Model) -> list[list[str]]:
    kinds = {"table": _("table"), "layer": _("map layer"), "file": _("file")}
    return [[in_language(one.title) or one.name, kinds[one.kind], _columns(one.columns)] for one in model.outputs]


def _columns(columns: Any) -> str:
    named = [f"{name} ({label})" if (label := numerals.unit_label(unit)) else name for name, unit in columns.items()]
    return ", ".join(named) or "-"


def _answer(row: Any) -> list[Any]:
    states = {"finished": _("answered"), "failed": _("no answer")}
    return [
        {"text": html.instant(row["started"]), "href": path_of("run", id=row["id"])},
        row["version"],
        states[row["state"]],
        row["project"] or "-",
        _cost(row),
    ]


def ask(visit: Visit) -> Response:
    """The form that asks a model; sent, it leads to the page of the request."""
    entry = askable.find(visit.workspace, visit.path["id"])
    if visit.request.method != "POST":
        return _form(visit, entry.model)
    try:
        accepted = _asked(visit, entry)
    except (InvalidInput, MissingExtra) as error:
        return _form(visit, entry.model, error)
    return RedirectResponse(path_of("request", id=accepted.id), _SEE_OTHER)


def _asked(visit: Visit, entry: askable.Entry) -> Accepted:
    """What was sent, as a question that is accepted; errors as :func:`agglo.portal.questions.ask`."""
    rights.check(visit.workspace, visit.person, "run", Asset("model", entry.model.id))
    faults: list[Fault] = []
    given = question_form.read(entry.model, visit.form, faults)
    if faults:
        raise InvalidInput("", [*faults, *_faults_of(visit, entry, given)])
    return questions.ask(
        visit,
        entry,
        inputs=given.inputs,
        parameters=given.parameters,
        seed=given.seed,
        project=given.project,
        draft=given.draft,
    )


def _faults_of(visit: Visit, entry: askable.Entry, given: Given) -> tuple[Fault, ...]:
    """What else is wrong with a question that cannot be asked anyway."""
    try:
        questions.posed(visit.workspace, visit.person, entry, inputs=given.inputs, parameters=given.parameters)
    except InvalidInput as error:
        return error.faults
    return ()


def _form(visit: Visit, model: Model, error: AggloError | None = None) -> Response:
    """The form, as it is at first or as it was sent, with all that is wrong."""
    chosen = question_form.input_fields(visit.workspace, visit.person, model)
    asked = question_form.fields(model)
    labels = {one.name: one.label for one in (*chosen, *asked)} | {SEED: _("Seed of chance"), PROJECT: _("Project")}
    wrong = _wrong(model, error, labels) if error else []
    typed = dict(visit.form) if error else {}
    may_ask = rights.may(visit.workspace, visit.person, "run", Asset("model", model.id))
    first = {one.name: one.first for one in (*chosen, *asked)} | {SEED: "0", PROJECT: "", DRAFT: ""}
    return html.page(
        visit,
        "ask.html.j2",
        status=_REFUSED if error else 200,
        model=model,
        title=in_language(model.title) or model.id,
        headline=in_language(model.headline),
        inputs=chosen,
        parameters=asked,
        unmet=[one for one in chosen if one.required and not one.first],
        labels=labels,
        typed={name: typed.get(name, value) for name, value in first.items()},
        wrong=fields.by_field(wrong),
        found=wrong,
        may_ask=may_ask,
        against=_against(visit, model) if may_ask else (),
    )


def _against(visit: Visit, model: Model) -> tuple[Refusal, ...]:
    """What the card of a model stands against, drafts apart."""
    try:
        return gate.against(visit.workspace, model)
    except InvalidInput as error:
        return (Refusal("", error.what),)


def _wrong(model: Model, error: AggloError, labels: dict[str, str]) -> list[fields.Wrong]:
    if isinstance(error, MissingExtra):
        said = _("A library that it needs is not installed on the server. Whoever runs the portal can add it.")
        return [fields.Wrong("", in_language(model.title) or model.id, said)]
    return fields.wrongs(error.faults, labels, question_form.places(model, list(error.faults)))


ROUTES = (
    page("/modeles", show_register, name="models"),
    page("/modeles/{id}", show_model, name="model"),
    page("/modeles/{id}/demander", ask, name="ask", methods=("GET", "POST")),
)
