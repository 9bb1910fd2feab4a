"""What partners declare of computations made elsewhere: the form, each declaration kept, and their list."""

import datetime
import re
from collections.abc import Mapping
from typing import Any

from starlette.responses import RedirectResponse, Response

from agglo.contract import numerals
from agglo.contract.errors import Fault, InvalidInput, NotFound
from agglo.contract.language import _
from agglo.footprint.declarations import Declaration, Embodied, TokenUse
from agglo.footprint.declarations import declaration as declared
from agglo.footprint.green_algorithms import Computation
from agglo.portal import calculator, html, noting
from agglo.portal.app import path_of
from agglo.portal.fields import Wrong, by_field, figure, wrongs
from agglo.portal.visits import Visit
from agglo.runs import totals
from agglo.store.workspace import Workspace
from agglo.trust.access import rights
from agglo.trust.access.rights import Asset

LISTED = 100
LONGEST_TEXT = 500
_WHO = ("project", "partner", "author", "date", "model", "note")
_TOKENS = ("tokens_in", "tokens_out", "wh_per_1000_tokens", "energy_kwh", "source")
_EMBODIED = ("embodied_g", "embodied_source")
EVERY = (*_WHO, "kind", *calculator.COMPUTATION, *_TOKENS, *_EMBODIED)
_RENAMED = {
    **calculator.RENAMED,
    "tokens": "tokens_in",
    "compute": "cores",
    "embodied.carbon_g": "embodied_g",
    "embodied.source": "embodied_source",
}
_ID = re.compile(r"[0-9a-f-]{36}")


def form(visit: Visit) -> Response:
    """The form; sent, it keeps the declaration and goes to its page, or tells everything that is wrong."""
    if not rights.may(visit.workspace, visit.person, "add", Asset("declaration")):
        rights.check(visit.workspace, visit.person, "add")
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    if visit.request.method != "POST":
        return _shown(visit, {"kind": "compute", "date": today, "location": str(visit.workspace.setting("location"))})
    typed = {name: visit.form.get(name, "").strip() for name in EVERY}
    try:
        made = _read(typed, territory=str(visit.workspace.setting("territory")))
    except InvalidInput as error:
        return _shown(visit, typed, what=error.what, found=wrongs(error.faults, _labels(), _RENAMED))
    identifier = totals.declare(visit.workspace, made)
    noting.note(visit, "added", f"declaration {identifier}")
    return RedirectResponse(f"{path_of('declaration', id=identifier)}?kept=1", 303)


def _read(typed: Mapping[str, str], *, territory: str) -> Declaration:
    """The declaration that was typed; every fault at once."""
    wrong = [
        Fault(
            name,
            _("{count} characters").format(count=len(typed[name])),
            _("at most {count}").format(count=LONGEST_TEXT),
        )
        for name in EVERY
        if len(typed[name]) > LONGEST_TEXT
    ]
    computed = calculator.computation(typed, wrong)
    tokens, embodied = _tokens(typed, wrong), _embodied(typed, wrong)
    of_tokens = typed["kind"] == "tokens"
    location = typed["location"] or None
    given = computed != Computation(location=location)
    try:
        made = declared(
            project=typed["project"],
            partner=typed["partner"],
            author=typed["author"],
            date=typed["date"],
            kind=typed["kind"],
            compute=computed if given or not of_tokens else None,
            tokens=tokens if tokens or not of_tokens else TokenUse(tokens_in=0, tokens_out=0, source=""),
            location=location if of_tokens else None,
            embodied=embodied,
            model=typed["model"] or None,
            territory=territory,
            note=typed["note"],
        )
    except InvalidInput as error:
        raise InvalidInput(error.what, calculator.once(wrong, list(error.faults))) from None
    if wrong:
        raise InvalidInput(_("This declaration cannot be kept."), wrong)
    return made


def _tokens(typed: Mapping[str, str], wrong: list[Fault]) -> TokenUse | None:
    if not any(typed[name] for name in _TOKENS):
        return None
    counts = [figure(typed, name, wrong, 0.0) or 0.0 for name in ("tokens_in", "tokens_out")]
    for name, count in zip(("tokens_in", "tokens_out"), counts, strict=True):
        if count != int(count):
            wrong.append(Fault(name, typed[name][:40], _("a whole number")))
    return TokenUse(
        tokens_in=int(counts[0]),
        tokens_out=int(counts[1]),
        source=typed["source"],
        wh_per_1000_tokens=figure(typed, "wh_per_1000_tokens", wrong),
        energy_kwh=figure(typed, "energy_kwh", wrong),
    )


def _embodied(typed: Mapping[str, str], wrong: list[Fault]) -> Embodied | None:
    carbon_g = figure(typed, "embodied_g", wrong)
    if carbon_g is not None:
        return Embodied(carbon_g, typed["embodied_source"])
    if typed["embodied_source"] and not typed["embodied_g"]:
        wrong.append(Fault("embodied_g", _("nothing"), _("the figure this is the source of")))
    return None


def _shown(visit: Visit, typed: Mapping[str, str], *, what: str = "", found: list[Wrong] | None = None) -> Response:
    kinds = [("compute", _("A computation")), ("tokens", _("The use of a remote language model"))]
    return html.page(
        visit,
        "declare.html.j2",
        status=422 if what else 200,
        typed=dict.fromkeys(EVERY, "") | dict(typed),
        labels=_labels(),
        options=calculator.options() | {"kind": kinds},
        advanced=True,
        what=what,
        found=found or [],
        wrong=by_field(found or []),
    )


def _labels() -> dict[str, str]:
    return calculator.labels() | {
        "project": _("Project"),
        "partner": _("Partner: who ran it"),
        "author": _("Role of whoever declares it"),
        "date": _("Day of the declaration"),
        "model": _("Model or algorithm"),
        "note": _("Anything a reader must know"),
        "kind": _("What is declared"),
        "tokens_in": _("Tokens sent"),
        "tokens_out": _("Tokens received"),
        "wh_per_1000_tokens": _("Energy of 1000 tokens, as its supplier states it (Wh)"),
        "energy_kwh": _("Energy in all, as its supplier states it (kWh)"),
        "source": _("Source of the supplier's figure"),
        "embodied_g": _("Making of the machines (g of CO₂ equivalent)"),
        "embodied_source": _("Source of that figure"),
    }


def declaration(visit: Visit) -> Response:
    """A declaration that is kept."""
    identifier = str(visit.path["id"])
    if not _ID.fullmatch(identifier) or not (visit.workspace.declarations / identifier).is_dir():
        raise NotFound(_("There is no such declaration."))
    kept = totals.load(visit.workspace, identifier)
    return html.page(
        visit,
        "declaration.html.j2",
        id=identifier,
        kept=bool(visit.query.get("kept")),
        declared=kept,
        facts=_facts(kept),
    )


def _facts(kept: Declaration) -> list[tuple[str, str]]:
    kinds = {"compute": _("A computation"), "tokens": _("The use of a remote language model")}
    facts = [
        (_("Energy"), numerals.scaled(kept.energy_kwh.central, "kWh", digits=4)),
        (_("Greenhouse gases"), _carbon(kept.carbon_g.central if kept.carbon_g else None)),
        (_("Partner"), kept.partner),
        (_("Project"), kept.project),
        (_("Model or algorithm"), kept.model or _("not said")),
        (_("What is declared"), kinds[kept.kind]),
        (_("Declared by"), kept.author),
        (_("Day of the declaration"), numerals.day(kept.date)),
        (_("Country of the electricity"), kept.location or _("not said")),
        (_("Method"), kept.method),
        (_("Factors"), f"{kept.factor_set} ({kept.attribution})"),
    ]
    if kept.embodied:
        said = f"{numerals.scaled(kept.embodied.carbon_g, 'gCO2e')} ({kept.embodied.source})"
        facts.append((_("Making of the machines, apart"), said))
    if kept.tokens:
        facts.append((_("Source of the supplier's figure"), kept.tokens.source))
    return [*facts, *([(_("Note"), kept.note)] if kept.note else [])]


def _carbon(value: float | None) -> str:
    return _("not known: the country is not said") if value is None else numerals.scaled(value, "gCO2e", digits=4)


def listing(workspace: Workspace) -> list[list[Any]]:
    """Rows of the table of declarations, latest first."""
    from sqlalchemy import select

    from agglo.store.tables import declarations as table

    found = workspace.index.rows(select(table).order_by(table.c.id.desc()).limit(LISTED))
    return [
        [
            {"text": one["partner"], "href": path_of("declaration", id=one["id"])},
            one["project"],
            one["model"] or "–",
            one["month"],
            numerals.scaled(one["energy_kwh"], "kWh"),
            numerals.scaled(one["carbon_g"], "gCO2e"),
        ]
        for one in found
    ]
