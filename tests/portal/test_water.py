"""The page of drinking water: three lines that say where, how sure and how much; what stands behind; who reads it."""

import datetime
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from agglo.catalogue import datasets
from agglo.contract.model import find
from agglo.models.water.town.files import BUNDLED
from agglo.models.water.watching import decisions as of_model
from agglo.portal import app, made, outputs
from agglo.portal.pages import water as page
from agglo.portal.water import blocks, decisions, lines, networks, nights, words
from agglo.portal.water.networks import Answer, Network
from agglo.runs import asking, questions
from agglo.store.workspace import Workspace, open_workspace
from agglo.trust.access import reading, visibility
from agglo.trust.access.people import operator
from agglo.trust.access.rights import Asset
from portal.conftest import SignedIn, post

SOURCE = "Clairvane, ville inventée (pas Paris-Saclay)"
DESCRIBED: Mapping[str, Any] = {"licence": "CC0-1.0", "source": SOURCE, "owner": "Clairvane"}
EXPORTS = [BUNDLED / "clairvane-regie.csv", BUNDLED / "clairvane-eaux-du-val.csv"]
WATCHED = {"readings": "clairvane-readings", "sensors": "clairvane-sensors", "meters": "clairvane-meters"}
ASKED: Mapping[str, Mapping[str, str]] = {
    "water.readings": WATCHED,
    "water.alarms": WATCHED,
    "water.night-flow": {**WATCHED, "sectors": "clairvane-sectors"},
    "water.indicators": {"volumes": "clairvane-volumes"},
}
VAL, HAUT = "flow:val:2025-04-02", "flow:haut:2025-04-03"


@pytest.fixture(scope="module")
def town(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a workspace that answered about Clairvane; its answers are drafts. Not to be changed."""
    pytest.importorskip("numpy", reason="models of water need numpy")
    folder = tmp_path_factory.mktemp("town") / "workspace"
    shutil.copytree(example, folder, symlinks=True)
    with (folder / "agglo.toml").open("a", encoding="utf-8") as file:
        file.write('\nlanguage = "en"\n')
    here = open_workspace(folder)
    mapping = BUNDLED / "clairvane.yaml"
    title = "Clairvane, ville inventée : {}"
    named: dict[str, Any] = {"name": "clairvane-readings", "schema": "water-readings", "title": title.format("relevés")}
    datasets.add(here, EXPORTS, mapping=mapping, **named, **DESCRIBED)
    for name in ("sensors", "meters", "sectors", "volumes"):
        named = {"name": f"clairvane-{name}", "schema": f"water-{name}", "title": title.format(name)}
        datasets.add(here, BUNDLED / f"clairvane-{name}.csv", **named, **DESCRIBED)
    for model, inputs in ASKED.items():
        asking.ask(here, questions.pose(here, find(model), inputs=inputs))
    return folder


@pytest.fixture
def workspace(town: Path, tmp_path: Path) -> Workspace:
    """A copy of it, to be changed at will."""
    shutil.copytree(town, tmp_path / "workspace", symlinks=True)
    made.forget()
    return open_workspace(tmp_path / "workspace")


@pytest.fixture
def public(workspace: Workspace) -> Workspace:
    """The same, with everything published as an example."""
    publish(workspace)
    return workspace


@pytest.fixture
def client(workspace: Workspace) -> Iterator[TestClient]:
    with TestClient(app.create(workspace), follow_redirects=False) as client:
        yield client


def publish(workspace: Workspace, *models: str) -> None:
    """Publish the answers of some models (all if none is named) and what they read."""
    for row in reading.runs(workspace, operator(workspace), limit=None).rows:
        run = reading.run(workspace, operator(workspace), row["id"])
        if row["model"] in (models or ASKED):
            inputs = [Asset("dataset", f"{one['dataset']}@{one['version']}") for one in run.content["inputs"].values()]
            for asset in (*inputs, Asset("run", run.id)):
                visibility.set_(workspace, operator(workspace), asset, "public", why="test", example=True)


def text_of(markup: str) -> str:
    """What a page reads, without its markup."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", markup)))


def shown(client: TestClient, address: str = "/eau") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.text


def first_lines(markup: str) -> list[str]:
    """The lines of the morning as text."""
    listed = markup.partition('<ol class="dearest">')[2].partition("</ol>")[0]
    return [text_of(one) for one in listed.split("<li>")[1:]]


# what a visitor reads


def test_three_lines_say_where_how_sure_how_much_since_when_and_what_waiting_costs(
    public: Workspace, client: TestClient
) -> None:
    found = first_lines(shown(client))
    assert len(found) == 2
    assert re.search(
        r"Sector val \(Clairvane, le val\): likely \(chance alone gives such an alarm once in [\d.]+ years\); "
        r"€?\d+\s?€? a day \(between \d+ and \d+\); since 2 April 2025; one more week of waiting costs about \d+",
        found[0],
    )
    assert "Sector haut" in found[1]
    assert "where in the sector is not known" in found[0]
    euros = [float(re.search(r"(\d+)\s€ a day", one)[1]) for one in found]  # type: ignore[index]
    assert euros == sorted(euros, reverse=True)
    low, high = map(float, re.search(r"between (\d+) and (\d+)\)", found[0]).groups())  # type: ignore[union-attr]
    assert low < 5.0 * 24 * 0.8 < high, "the leak that was put in"


def test_the_date_of_the_readings_is_said_and_that_they_are_old(public: Workspace, client: TestClient) -> None:
    text = text_of(shown(client))
    assert "Readings up to 14 April 2025. Computed on" in text
    days = (blocks.today() - datetime.date(2025, 4, 14)).days
    assert f"These readings stopped {days} days ago: what has happened since is not known." in text


@pytest.mark.parametrize(("days", "said"), [(0, False), (2, False), (3, True), (400, True)])
def test_fresh_readings_are_not_called_old(days: int, said: bool) -> None:
    until = datetime.date(2026, 1, 1)
    assert bool(words.age(until, until + datetime.timedelta(days=days))) is said


def test_what_comes_from_the_made_up_town_says_so(public: Workspace, client: TestClient) -> None:
    markup = shown(client)
    text = text_of(markup)
    assert "Made-up town, not Paris-Saclay: no figure below is that of a real network." in text
    assert "“Clairvane, ville inventée : relevés”" in text
    assert "Example of a made-up town, not Paris-Saclay: Clairvane, ville inventée: of 100 litres" in text


@pytest.mark.parametrize(
    ("described", "told"),
    [
        ({"title": "Relevés", "source": "export", "caveats": []}, ""),
        ({"title": "Clairvane, VILLE INVENTEE", "source": "export", "caveats": []}, "Clairvane, VILLE INVENTEE"),
        ({"title": "Readings", "source": "L-Town, a made-up town", "caveats": []}, "L-Town, a made-up town"),
        ({"title": "R", "source": "s", "caveats": [{"fr": "Ville inventée.", "en": "Nothing."}]}, "Nothing."),
        ({"title": {"fr": "Réseau fictif", "en": "A network"}, "source": "", "caveats": []}, "A network"),
        ({"title": "Ville de Gif", "source": "s", "caveats": [{"fr": "Des relevés manquent.", "en": "Gaps."}]}, ""),
    ],
)
def test_a_made_up_town_is_known_by_what_its_data_say(described: dict[str, Any], told: str) -> None:
    assert networks.made_up(described) == told


def test_each_part_leads_to_its_answer_and_tables(public: Workspace, client: TestClient) -> None:
    markup = shown(client)
    section = markup.partition('<section class="network"')[2].partition("</section>")[0]
    addresses = set(re.findall(r'href="(/reponses/[^"#]+)"', section))
    assert len([one for one in addresses if one.endswith("/csv") or ".csv" in one]) >= 8
    for address in sorted(addresses):
        assert client.get(unescape(address)).status_code == 200, address


def test_readings_nights_and_indicators_are_told_in_words(public: Workspace, client: TestClient) -> None:
    text = text_of(shown(client))
    assert "16 sensors; 99.8% of the readings due are there and trusted." in text
    assert re.search(r"Flat line\s*1\s*EV-P08", text)
    assert "Mean flow of the last nights" in text
    assert "– assumed" in text, "leakage rests on an assumed night use"
    assert "yield 91.4% (between 88.8 and 94.0). The threshold of the regulation is reached." in text
    assert "100 × (520,485 + 0) / (569,541 + 0) = 91.387%" in text
    assert "100 × (520\u202f485 + 0) / (569\u202f541 + 0) = 91,387" in shown(client, "/eau?lang=fr")


def test_a_part_nobody_asked_for_says_what_to_do(public: Workspace, client: TestClient, signed_in: SignedIn) -> None:
    said = "Nobody has asked what repairs or a lower pressure would bring"
    command = (
        "agglo run water.what-if --input network=NETWORK --input measures=MEASURES --input volumes=clairvane-volumes"
    )
    assert said in text_of(shown(client))
    assert command not in text_of(shown(client))
    assert command in text_of(shown(signed_in("contributor")))


def test_nothing_to_read_is_a_sentence_that_says_what_to_do(client: TestClient) -> None:
    text = text_of(shown(client))
    assert "No answer about drinking water can be read here yet." in text
    assert "No public answer says yet how well the network holds its water." in text
    assert "clairvane" not in text.lower(), "drafts are not told to visitors"


def test_residents_read_public_answers_and_no_others(workspace: Workspace, signed_in: SignedIn) -> None:
    steward = signed_in("steward")
    text = text_of(shown(steward))
    assert "Sector val" in text, "stewards read drafts"
    assert "of 100 litres" not in text
    publish(workspace, "water.indicators")
    text = text_of(shown(steward))
    assert "of 100 litres put into the network in 2024, about 91 were used, and the others were lost" in text
    assert "The law asks for 73.1% here: it is reached." in text
    assert "no trend is sure" in text
    assert "likely leaks were being followed" not in text, "alarms are still drafts"
    publish(workspace, "water.alarms")
    assert "2 likely leaks were being followed on 14 April 2025." in text_of(shown(steward))


def test_pages_that_speak_of_water_lead_there(public: Workspace, client: TestClient) -> None:
    assert 'href="/eau"' in shown(client, "/")
    part = shown(client, "/strategie").split('<li id="aquavance">')[1].split("</li>")[0]
    assert 'href="/eau"' in part


# decisions


def _form(client: TestClient, alarm: str = VAL) -> str:
    """The address of the form of an alarm, from its link on the page."""
    found = re.findall(r'href="(/eau/decision\?[^"]+)"', shown(client))
    return next(unescape(one) for one in found if alarm.replace(":", "%3A") in one)


def _fields(address: str) -> dict[str, str]:
    from urllib.parse import parse_qsl, urlsplit

    return dict(parse_qsl(urlsplit(address).query))


def test_a_decision_is_a_new_version_of_the_decisions(public: Workspace, signed_in: SignedIn) -> None:
    steward = signed_in("steward")
    address = _form(steward)
    today = blocks.today().isoformat()
    row = {"state": "confirmed", "date": "2025-04-09", "pipe": "C202", "flow_m3_h": "5,2", "note": "heard; = there"}
    answer = post(steward, "/eau/decision", {**_fields(address), **row}, page=address)
    assert answer.status_code == 303
    kept = datasets.find(public, "clairvane-readings-decisions")
    assert answer.headers["location"] == f"/eau?kept=clairvane-readings-decisions%40{kept.version}"
    assert kept.schema_name == "water-decisions"
    day = datetime.date(2025, 4, 9)
    held = {"id": VAL, **row, "date": day, "flow_m3_h": 5.2}
    assert kept.table().to_pylist() == [held]
    assert networks.made_up(kept.description), "decisions about the made-up town say so too"
    text = text_of(shown(steward, answer.headers["location"]))
    assert f"Recorded: {kept.reference}." in text
    assert "Recorded since: confirmed, 9 April 2025. It counts from the next answer on." in text
    again = post(steward, "/eau/decision", {**_fields(address), "state": "repaired", "date": today}, page=address)
    assert again.status_code == 303
    assert [one["state"] for one in datasets.find(public, kept.name).table().to_pylist()] == ["confirmed", "repaired"]
    assert "This alarm is over" in shown(steward, address)


def test_the_model_takes_what_the_form_kept(public: Workspace, signed_in: SignedIn) -> None:
    steward = signed_in("steward")
    address = _form(steward)
    post(steward, "/eau/decision", {**_fields(address), "state": "false", "date": "2025-04-09"}, page=address)
    inputs = {**WATCHED, "decisions": "clairvane-readings-decisions"}
    run = asking.ask(public, questions.pose(public, find("water.alarms"), inputs=inputs)).run
    states = {row["id"]: row["state"] for row in run.table("alarms").to_pylist()}
    assert states == {VAL: "false", HAUT: "open"}
    found = first_lines(shown(steward))
    assert len(found) == 1
    assert "Sector haut" in found[0]


def test_every_fault_of_a_decision_is_told_and_nothing_is_kept(public: Workspace, signed_in: SignedIn) -> None:
    steward = signed_in("steward")
    address = _form(steward)
    row = {"state": "open", "date": "2025-04-01", "pipe": "x" * 81, "flow_m3_h": "-1", "note": "<b>mine</b>"}
    answer = post(steward, "/eau/decision", {**_fields(address), **row}, page=address)
    assert answer.status_code == 422
    text = text_of(answer.text)
    for said in ("2025-04-05, when it was raised, or later", "one of the list", "at most 80", "a number, 0 or more"):
        assert said in text
    assert "&lt;b&gt;mine&lt;/b&gt;" in answer.text
    assert not (public.datasets / "clairvane-readings-decisions").exists()


def test_visitors_do_not_decide(public: Workspace, client: TestClient, signed_in: SignedIn) -> None:
    assert "/eau/decision" not in shown(client)
    address = _form(signed_in("steward"))
    assert client.get(address).status_code == 403
    assert client.post("/eau/decision", data=_fields(address)).status_code == 403


def test_an_alarm_that_is_not_there_is_not_found(public: Workspace, signed_in: SignedIn) -> None:
    steward = signed_in("steward")
    assert steward.get(_form(steward).replace("val", "nowhere")).status_code == 404
    assert steward.get("/eau/decision?reponse=nothing&alarme=nothing").status_code == 404
    assert "Choose the alarm first" in shown(steward, "/eau/decision")


def test_decisions_that_one_may_not_read_are_not_forked(public: Workspace, signed_in: SignedIn) -> None:
    steward, contributor = signed_in("steward"), signed_in("contributor")
    address = _form(steward)
    post(steward, "/eau/decision", {**_fields(address), "state": "confirmed", "date": "2025-04-09"}, page=address)
    kept = datasets.find(public, "clairvane-readings-decisions")
    visibility.set_(public, operator(public), Asset("dataset", kept.reference), "restricted", why="test")
    sent = {**_fields(address), "state": "false", "date": "2025-04-10"}
    answer = post(contributor, "/eau/decision", sent, page=address)
    assert answer.status_code == 422
    assert "yours cannot be added to them" in text_of(answer.text)
    assert datasets.find(public, kept.name).version == kept.version


def test_the_portal_and_the_model_know_the_same_states() -> None:
    assert decisions.NEXT == of_model.NEXT


# leaks on the model of the network


@dataclass(frozen=True)
class Told(Answer):
    """An answer whose tables are given."""

    run: Any
    tables: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    def rows(self, output: str) -> Sequence[Mapping[str, Any]]:
        return self.tables.get(output, ())


@dataclass
class FakeRun:
    id: str
    content: Mapping[str, Any]


def _content(model: str, inputs: Mapping[str, str] | None = None, **parameters: Any) -> dict[str, Any]:
    read = {name: {"dataset": one, "version": "1"} for name, one in (inputs or {}).items()}
    properties = {name: {"default": value} for name, value in parameters.items()}
    about = {"id": model, "parameters": {"properties": properties}, "outputs": {}}
    return {"model": about, "inputs": read, "parameters": parameters, "outcome": {"outputs": {}}}


def _leak(**changed: Any) -> dict[str, Any]:
    row = {
        "leak": "L1", "state": "open", "pipe": "p123", "sector": "A", "nearest_sensor": "n54",
        "since": "2026-01-05T03:00", "found": "2026-01-06T00:00",
        "flow_m3_h": 5.0, "flow_low_m3_h": 4.0, "flow_high_m3_h": 6.0, "eur_d": 96.0,
        "eur_d_low": 76.8, "eur_d_high": 115.2, "days_until_visit_pays": 5.2, "probability": 0.7, "method": "model",
        "false_per_year": None,
    }  # fmt: skip
    return row | changed


def _answer(rows: Sequence[Mapping[str, Any]], candidates: Sequence[Mapping[str, Any]] = ()) -> Told:
    inputs = {"readings": "town", "network": "model"}
    content = _content("water.leaks", inputs, reach=300.0, water_cost=0.8, visit_cost=500.0)
    return Told(FakeRun("run-1", content), True, {"leaks": rows, "candidates": candidates})


def _network(*answers: Answer, ends: Mapping[str, datetime.date] | None = None) -> Network:
    return Network("town", "Town", "", {one.model: one for one in answers}, {}, ends or {})


def test_a_leak_on_the_model_says_its_pipe_and_what_to_look_at_next() -> None:
    pipes = [{"leak": "L1", "rank": rank, "pipe": f"p{rank}", "probability": 0.4 / rank} for rank in (2, 1, 3, 50)]
    answer = _answer([_leak()], pipes)
    told = lines.morning(
        _network(answer, ends={"water.leaks": datetime.date(2026, 1, 15)}), today=datetime.date(2026, 1, 16)
    )
    assert told is not None
    (line,) = told.first
    assert line.where == "sector A, pipe p123, nearest sensor n54"
    assert line.sentence == (
        "likely within 300\u00a0m of that pipe (70%); 96\u00a0€ a day (between 77 and 115); since 5 January 2026; "
        "one more week of waiting costs about 670\u00a0€"
    )
    assert [pipe for pipe, _share in line.candidates] == ["p1", "p2", "p3"]
    assert "Lost from then to the last reading: about 960\u00a0€, if the flow stayed the same." in line.more


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"probability": 0.95}, "very likely within"),
        ({"probability": 0.4}, "perhaps within"),
        ({"probability": 0.1}, "place not sure"),
        ({"probability": None, "method": "sensors", "false_per_year": 0.05}, "very likely (chance alone"),
        ({"probability": None, "method": "sensors", "false_per_year": 0.5}, "likely (chance alone"),
        ({"probability": None, "method": "decisions", "state": "confirmed"}, "recorded by people"),
    ],
)
def test_how_sure_is_said_in_words_with_the_number(changed: dict[str, Any], said: str) -> None:
    answer = _answer([_leak(**changed)])
    line = lines.line_of(_network(answer), answer, "L1")
    assert line is not None
    assert line.sure.startswith(said)


def test_the_dearest_open_lines_come_first_and_those_without_a_flow_last() -> None:
    rows = [
        _leak(leak="small", eur_d=10.0),
        _leak(leak="unknown", eur_d=None, flow_m3_h=None, eur_d_high=None),
        _leak(leak="mended", eur_d=900.0, state="repaired"),
        _leak(leak="big", eur_d=50.0, state="not-back"),
        _leak(leak="badly-known", eur_d=None, flow_m3_h=None, eur_d_low=0.0, eur_d_high=30.0),
    ]
    told = lines.morning(_network(_answer(rows)), today=datetime.date(2026, 1, 16))
    assert told is not None
    assert [one.id for one in told.first] == ["big", "small", "unknown"]
    assert told.opened == 4
    assert told.lines[-1].id == "mended"
    by_id = {one.id: one for one in told.lines}
    assert "not known" in by_id["unknown"].euros
    assert by_id["badly-known"].euros == "at most 30\u00a0€ a day, the flow being badly known"
    assert by_id["mended"].waiting == ""


def test_the_answer_with_the_latest_readings_speaks_and_leaks_before_alarms() -> None:
    leaks = _answer([_leak()])
    alarms = Told(FakeRun("run-2", _content("water.alarms")), True)
    day = datetime.date(2026, 1, 15)
    same = _network(leaks, alarms, ends={"water.leaks": day, "water.alarms": day})
    later = replace(same, ends={"water.leaks": day, "water.alarms": day + datetime.timedelta(days=1)})
    assert same.watching() is leaks
    assert later.watching() is alarms


def test_the_map_is_an_image_in_which_nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "map.svg"
    file.write_text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert("1")</script></svg>', encoding="utf-8")
    answer = _answer([_leak()])
    assert page._map(answer) == ""
    monkeypatch.setattr(Told, "has", lambda _self, name: name == "map")
    monkeypatch.setattr(outputs, "find", lambda _run, _name: type("Output", (), {"path": file}))
    address = page._map(answer)
    assert address.startswith("data:image/svg+xml,")
    assert not set("<>\"'#") & set(address)
    file.write_bytes(b" " * 300_000)
    assert page._map(answer) == "", "too heavy for a page"


# networks


class _Described:
    """Sources of groups, in place of the datasets."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self.sources = sources

    def described(self, group: Any) -> set[tuple[str, str]]:
        return {(self.sources[name], "owner") for name in group.names}


def _asked(model: str, **inputs: str) -> Told:
    return Told(FakeRun(f"{model}-{'-'.join(inputs.values())}", _content(model, inputs)), True)


def test_answers_that_share_data_are_of_one_network_and_decisions_do_not_count() -> None:
    answers = [
        _asked("water.alarms", readings="north", decisions="all"),
        _asked("water.alarms", readings="south", decisions="all"),
        _asked("water.night-flow", readings="north", meters="north-meters"),
        _asked("water.leaks", readings="south", network="south-model"),
        _asked("water.what-if", network="south-model", volumes="south-volumes"),
        _asked("water.indicators", volumes="south-volumes"),
    ]
    found = [{one.model for one in group.answers} for group in networks._groups(answers)]
    assert sorted(map(sorted, found)) == [
        ["water.alarms", "water.indicators", "water.leaks", "water.what-if"],
        ["water.alarms", "water.night-flow"],
    ]


@pytest.mark.parametrize(("south", "count"), [("other", 2), ("town", 3)])
def test_volumes_join_the_only_network_of_their_source(south: str, count: int) -> None:
    answers = [
        _asked("water.alarms", readings="north"),
        _asked("water.alarms", readings="south"),
        _asked("water.indicators", volumes="volumes"),
    ]
    known: Any = _Described({"north": "town", "south": south, "volumes": "town"})
    found = networks._joined(networks._groups(answers), known)
    assert len(found) == count


# nights


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("told", ""),
        (
            "loss-not-told",
            "A: too noisy to tell. Leakage is between −13.0\u00a0m³/d and 34.0\u00a0m³/d, and may be zero.",
        ),
        ("leak-not-told", "A: too noisy to see a leak of 5.00\u00a0m³/h from one night to the next"),
        ("no-night-use", "A: night use is not known"),
        ("too-few-nights", "A: 9 nights are known, too few"),
        ("no-variation", "A: its inflow never changes."),
    ],
)
def test_what_nights_cannot_tell_is_said(verdict: str, said: str) -> None:
    row = {"sector": "A", "nights": 9.0, "noise_m3_h": 6.2, "leakage_low_m3_d": -13.0, "leakage_high_m3_d": 34.0}
    told = nights._silence({**row, "verdict": verdict}, 5.0)
    assert told.startswith(said) if said else not told


def test_the_drawing_of_nights_stops_where_a_night_is_not_known() -> None:
    days = ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-05", "2026-01-06"]
    flows = [5.0, None, 4.0, 4.5, 4.4]
    rows = [{"sector": "A", "night": day, "mean_flow_m3_h": flow} for day, flow in zip(days, flows, strict=True)]
    answer = Told(FakeRun("run-1", _content("water.night-flow")), True, {"nights": rows})
    drawn = nights._drawn(answer, nights._nights(answer, ["A"]))
    assert drawn is not None
    (line,) = drawn.lines
    assert line.path.count("M") == 3, "after an unknown night, and after a night without a row"
    assert drawn.axis.ticks_x[0][1] == "1 January"
