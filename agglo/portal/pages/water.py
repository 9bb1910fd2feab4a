"""Drinking water: what to do this morning, how sure, how many euros a day; and what stands behind it, by network."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from starlette.responses import RedirectResponse, Response

from agglo.contract.errors import InvalidInput, NotFound
from agglo.contract.language import _
from agglo.portal import fields, html, noting, outputs
from agglo.portal.app import path_of
from agglo.portal.routing import page
from agglo.portal.visits import Visit
from agglo.portal.water import blocks, decisions, lines, networks, nights, residents, words
from agglo.portal.water.networks import ALARMS, INDICATORS, LEAKS, NIGHTS, READINGS, WHAT_IF, Answer, Network
from agglo.trust.access import rights
from agglo.trust.access.rights import Asset

_SEE_OTHER, _REFUSED = 303, 422
_LARGEST_MAP_BYTES = 200_000
_BESIDE = ("candidates", "bands", "common_changes")
"""Tables that stand beside leaks or alarms in their answers."""


@dataclass(frozen=True, slots=True)
class Part:
    """The section of a network. What nobody asked for is None, and ``missing`` says how to ask."""

    id: str
    title: str
    made_up: str
    until: str
    age: str
    morning: lines.Morning | None
    asked: str
    links: blocks.Links | None
    recorded: Mapping[str, str]
    recording: Mapping[str, str]
    map: str
    map_links: blocks.Links | None
    quality: blocks.Quality | None
    nights: nights.NightFlow | None
    performance: blocks.Performance | None
    measures: blocks.Measures | None
    missing: Mapping[str, blocks.Missing]


def show(visit: Visit) -> Response:
    """Everything that kept answers say of drinking water, real networks first."""
    found = networks.found(visit)
    return html.page(
        visit,
        "water.html.j2",
        paragraphs=residents.paragraphs(visit, found),
        parts=[_part(visit, one) for one in found],
        nothing={model: blocks.missing(None, model) for model in (READINGS, ALARMS, NIGHTS, INDICATORS, WHAT_IF)},
        may_ask=rights.may(visit.workspace, visit.person, "run", Asset("model", ALARMS)),
        kept=visit.query.get("kept", "")[:100],
    )


def _part(visit: Visit, network: Network) -> Part:
    today = blocks.today()
    morning = lines.morning(network, today=today)
    until = network.ends.get(morning.answer.model) if morning else network.until
    held = decisions.held(visit, network) if morning else []
    return Part(
        id=blocks.anchor_of(network),
        title=network.title,
        made_up=network.made_up,
        until=words.day(until) if until else "",
        age=words.age(until, today) if until else "",
        morning=morning,
        asked=html.day(morning.answer.run.content["finished"]) if morning else "",
        links=blocks.links(morning.answer, morning.output, *_BESIDE) if morning else None,
        recorded=_recorded(morning, held),
        recording=_recording(visit, network, morning),
        map=_map(morning.answer) if morning else "",
        map_links=blocks.links(network.latest[ALARMS], "alarms") if _also_alarms(network, morning) else None,
        quality=blocks.quality(network),
        nights=nights.night_flow(network),
        performance=blocks.performance(visit, network),
        measures=blocks.measures(network),
        missing={model: blocks.missing(network, model) for model in (READINGS, ALARMS, NIGHTS, INDICATORS, WHAT_IF)},
    )


def _also_alarms(network: Network, morning: lines.Morning | None) -> bool:
    return bool(morning and morning.answer.model == LEAKS and ALARMS in network.latest)


def _recorded(morning: lines.Morning | None, held: list[Mapping[str, Any]]) -> dict[str, str]:
    """What people decided of the lines since the answer was made, where it does not know it yet."""
    found = {}
    for one in morning.lines if morning else ():
        last = decisions.last_of(held, one.id)
        if last is not None and last["state"] != one.state and one.state != "not-back":
            said = _("Recorded since: {state}, {day}. It counts from the next answer on.")
            found[one.id] = said.format(state=words.word(words.STATES, last["state"]), day=words.day(last["date"]))
    return found


def _recording(visit: Visit, network: Network, morning: lines.Morning | None) -> dict[str, str]:
    """Where the decision about each line is recorded, for whoever may."""
    if morning is None or not rights.may(visit.workspace, visit.person, "add", Asset("dataset", network.decisions)):
        return {}
    return {one.id: _address(morning.answer, one.id) for one in morning.lines}


def _address(answer: Answer, alarm: str) -> str:
    return f"{path_of('water_decision')}?{urlencode({'reponse': answer.run.id, 'alarme': alarm})}"


def _map(answer: Answer) -> str:
    """The map of an answer as the address of an image, in which no script can run; empty where there is none, where no
    model of the network was read, or where it is too heavy for a page."""
    if not answer.has("map") or "network" not in answer.inputs:
        return ""
    path = outputs.find(answer.run, "map").path
    if path.suffix != ".svg" or path.stat().st_size > _LARGEST_MAP_BYTES:
        return ""
    return f"data:image/svg+xml,{quote(path.read_bytes(), safe=' =:/;,()')}"


def decide(visit: Visit) -> Response:
    """The form that records what was found of an alarm; sent, it leads back to the lines."""
    asked = visit.form or visit.query
    if "alarme" not in asked:
        rights.check(visit.workspace, visit.person, "add", Asset("dataset"))
        return html.page(visit, "water_decision.html.j2", line=None)
    network, answer, line = _alarm(visit, asked.get("reponse", ""), asked["alarme"])
    rights.check(visit.workspace, visit.person, "add", Asset("dataset", network.decisions))
    if visit.request.method != "POST":
        return _form(visit, network, answer, line)
    try:
        states = decisions.allowed(decisions.held(visit, network), line.id)
        decision = decisions.read(visit.form, line.id, states, first=_raised(answer, line.id), last=blocks.today())
        reference = decisions.keep(visit, network, decision)
    except InvalidInput as error:
        return _form(visit, network, answer, line, error)
    noting.note(visit, "added", f"dataset {reference}")
    return RedirectResponse(f"{path_of('water')}?{urlencode({'kept': reference})}", _SEE_OTHER)


def _alarm(visit: Visit, run: str, alarm: str) -> tuple[Network, Answer, lines.Line]:
    """The network, the answer and the line of an alarm; only what the visitor may read is there."""
    for network in networks.found(visit):
        answer = network.watching()
        line = lines.line_of(network, answer, alarm) if answer and answer.run.id == run else None
        if answer and line:
            return network, answer, line
    raise NotFound(_("This alarm is not among the latest ones."), repair=_("Start again from the page on water."))


def _raised(answer: Answer, alarm: str) -> datetime.date | None:
    row = lines.row_of(answer, alarm) or {}
    return words.date_of(row.get("raised") or row.get("found"))


def _form(
    visit: Visit, network: Network, answer: Answer, line: lines.Line, error: InvalidInput | None = None
) -> Response:
    states = decisions.allowed(decisions.held(visit, network), line.id)
    labels = {
        "state": _("What was found"),
        "date": _("Day"),
        "pipe": _("Pipe"),
        "flow_m3_h": _("Flow of the leak (m³/h)"),
        "note": _("Remark"),
    }
    wrong = fields.wrongs(error.faults, labels) if error else []
    first = dict.fromkeys(labels, "") | {"date": blocks.today().isoformat()}
    typed = first | ({name: visit.form.get(name, "") for name in labels} if error else {})
    return html.page(
        visit,
        "water_decision.html.j2",
        status=_REFUSED if error else 200,
        line=line,
        network=network,
        run=answer.run.id,
        what=error.what if error else "",
        repair=error.repair if error else "",
        found=wrong,
        wrong=fields.by_field(wrong),
        labels=labels,
        typed=typed,
        options=[("", _("Choose")), *((one, _said(one)) for one in states)],
        states=states,
        earlier=_earlier(visit, network, line.id),
    )


def _said(state: str) -> str:
    texts = {
        "confirmed": _("There is a leak: confirmed"),
        "repaired": _("The leak was repaired"),
        "false": _("There is no leak: false alarm"),
    }
    return texts[state]


def _earlier(visit: Visit, network: Network, alarm: str) -> list[str]:
    return [
        _("{day}: {state}").format(day=words.day(row["date"]), state=words.word(words.STATES, row["state"]))
        for row in decisions.held(visit, network)
        if row["id"] == alarm
    ]


ROUTES = (
    page("/eau", show, name="water"),
    page("/eau/decision", decide, name="water_decision", methods=("GET", "POST")),
)
