"""The register of models, their cards, and the form that asks one."""

import html
import json
import re
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from agglo.contract.errors import InvalidInput
from agglo.contract.model import installed
from agglo.portal import askable, question_form
from agglo.runs import asking, questions, requests
from agglo.runs.requests import Request
from portal.card_files import LEAKS, publish
from portal.conftest import post
from portal.offered import offer


@pytest.fixture(autouse=True)
def _offered(tmp_path, monkeypatch) -> None:
    offer(tmp_path / "site", monkeypatch)


def shown(answer) -> str:
    """The words of a page."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


class TestRegister:
    def test_every_model_is_there_for_everybody(self, client) -> None:
        answer = client.get("/modeles")
        assert answer.status_code == 200
        for model in ("land.sinks", "climate.trajectory", "echo", "test.pebble"):
            assert f'href="/modeles/{model}"' in answer.text
        words = shown(answer)
        assert "Made by The contributors of agglo" in words
        assert re.search(r"Draft: \d+ entries not declared by the authority", words)
        assert re.search(
            r"Draft: \d+ entries not declared by its maker, \d+ entries not declared by the authority", words
        )
        assert "3 answers kept" in words
        assert "of electricity" in words

    def test_one_that_cannot_be_imported_hides_none_of_the_others(self, client) -> None:
        text = client.get("/modeles").text
        assert "test.broken" not in text
        assert "test.quitting" not in text
        assert 'href="/modeles/test.pebble"' in text

    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("pebble", ["test.pebble"]),
            ("PEBBLE weight", ["test.pebble"]),
            ("galet", ["test.pebble"]),
            ("écho", ["echo"]),
            ("ECHO", ["echo"]),
            ("certified api", ["echo"]),
            ("xyzzy", []),
            ("%%", []),
            (".", []),
            ("' UNION SELECT", []),
        ],
    )
    def test_search_finds_words_whatever_their_accents_and_capitals(self, client, words, found) -> None:
        answer = client.get("/modeles", params={"q": words})
        assert re.findall(r'<h2><a href="/modeles/([^"]+)"', answer.text) == found

    def test_signs_alone_say_that_they_find_nothing(self, client) -> None:
        assert "Signs alone find nothing" in shown(client.get("/modeles?q=%25%25"))
        assert "Signs alone" not in shown(client.get("/modeles?q=xyzzy"))

    def test_what_is_sought_is_shown_as_text(self, client) -> None:
        answer = client.get("/modeles", params={"q": "<script>x</script>"})
        assert "<script>x" not in answer.text
        assert "No model holds these words" in answer.text

    def test_no_code_of_a_model_is_in_the_server(self, workspace, monkeypatch) -> None:
        for name in [name for name in sys.modules if name.startswith(("agglo.models", "agglo_samples"))]:
            monkeypatch.delitem(sys.modules, name)
        assert "land.sinks" in askable.entries(workspace)
        assert [name for name in sys.modules if name.startswith(("agglo.models.land", "agglo_samples"))] == []

    def test_interfaces_are_kept_until_code_changes(self, workspace, monkeypatch) -> None:
        shutil.rmtree(workspace.cache / "portal")
        calls, process = [], askable._process
        monkeypatch.setattr(
            askable, "_process", lambda words, given="": (calls.append(words), process(words, given))[1]
        )
        monkeypatch.setattr(askable, "_LOOK_EVERY_S", -1.0)
        askable.entries(workspace)
        askable.entries(workspace)
        assert calls == [["list"]]
        [kept] = (workspace.cache / "portal").glob("models-*.json")
        content = json.loads(kept.read_bytes())
        content["stamps"] = dict.fromkeys(content["stamps"], "another")
        kept.write_text(json.dumps(content))
        askable.entries(workspace)
        assert calls == [["list"], ["list"]]
        kept.write_text("{")
        askable.entries(workspace)
        assert len(calls) == 3


class TestCard:
    def test_what_the_maker_says_is_there_by_section(self, client) -> None:
        answer = client.get("/modeles/land.sinks")
        words = shown(answer)
        for said in ("Purpose", "Limits", "Custody of the code", "Subcontractors"):
            assert f"<dt>{said}</dt>" in answer.text
        for section in ("What it is", "Who makes it, and on what terms"):
            assert f"<h3>{section}</h3>" in answer.text
        assert "source code held" in words
        assert "Aldo's authors advise against" in words
        assert "land-cover-changes" in words
        assert "tCO₂/yr" in words or "tC" in words
        assert "land.sinks@1.0.0" in words
        assert 'href="/registre/land.sinks"' in answer.text

    def test_what_the_authority_has_not_published_is_not_there(self, client) -> None:
        answer = client.get("/modeles/land.sinks")
        half = answer.text[answer.text.index("What the authority says") : answer.text.index("What it reads")]
        assert "Nothing is public here yet." in half
        assert "<dt>" not in half

    def test_what_the_authority_declares_is_read_by_whoever_may(self, client, workspace, signed_in) -> None:
        said = {"owner": "Direction de l'environnement <b>", "cost": "0 EUR"}
        (workspace.register / "land.sinks.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
        assert "Direction de l" not in client.get("/modeles/land.sinks").text
        answer = signed_in("steward").get("/modeles/land.sinks")
        [missing, total] = re.search(r"(\d+) of (\d+) entries not declared", shown(answer)).groups()
        assert int(total) - int(missing) == 2
        assert "Direction de l&#39;environnement &lt;b&gt;" in answer.text

    def test_what_was_published_is_there_for_everybody(self, client, workspace) -> None:
        publish(workspace, "land.sinks", {name: value for name, value in LEAKS.items() if name != "maker"})
        answer = client.get("/modeles/land.sinks")
        assert "Responsable du réseau" in answer.text
        assert "minimal risk" in shown(answer)

    def test_an_unreadable_register_is_as_if_nothing_were_declared(self, client, workspace) -> None:
        (workspace.register / "land.sinks.yaml").write_text("[", encoding="utf-8")
        assert "<dt>Purpose</dt>" in client.get("/modeles/land.sinks").text
        assert client.get("/modeles").status_code == 200

    def test_its_answers_and_what_each_cost(self, client) -> None:
        answer = client.get("/modeles/land.sinks")
        runs = re.findall(r'href="/reponses/([0-9a-f-]{36})"', answer.text)
        assert len(set(runs)) == 3
        assert shown(answer).count("of electricity") == 3

    @pytest.mark.parametrize("id", ["nothing", "...", "land.sink", "%00", "a" * 300])
    def test_an_unknown_model_is_a_page_that_says_so(self, client, id) -> None:
        for address in (f"/modeles/{id}", f"/modeles/{id}/demander"):
            answer = client.get(address)
            assert answer.status_code == 404
            assert "Traceback" not in answer.text

    def test_french(self, client) -> None:
        assert 'lang="fr"' in client.get("/modeles/echo?lang=fr").text


class TestFields:
    def field(self, workspace, model: str, name: str) -> question_form.Field:
        every = question_form.fields(askable.find(workspace, model).model)
        return next(one for one in every if one.name == f"p-{name}")

    @pytest.mark.parametrize(
        ("name", "kind", "first"),
        [
            ("text", "text", "hello"),
            ("number", "number", "1.5"),
            ("whole", "number", "3"),
            ("flag", "choice", "true"),
            ("choice", "choice", "green"),
            ("values", "json", "[1.0, 2.0]"),
            ("table", "json", '{"a": 1.0}'),
            ("remark", "text", ""),
            ("pause", "number", "0"),
        ],
    )
    def test_every_kind_has_its_field_and_its_default(self, workspace, name, kind, first) -> None:
        field = self.field(workspace, "echo", name)
        assert (field.kind, field.first) == (kind, first)

    def test_units_ranges_and_sources_are_said(self, workspace) -> None:
        assert self.field(workspace, "echo", "pause").hint == (
            "In s. From 0 to 600. Source of the default value: assumed."
        )
        assert "4 values." in self.field(workspace, "echo", "box").hint
        since = self.field(workspace, "climate.effort", "since_year")
        assert (since.kind, since.first) == ("number", "")
        assert "From 1900 to 2200. May be left empty." in since.hint
        assert "A whole number." in since.hint

    def test_choices(self, workspace) -> None:
        assert self.field(workspace, "echo", "flag").options == (("true", "yes"), ("false", "no"))
        assert [value for value, _label in self.field(workspace, "echo", "choice").options] == ["red", "green", "blue"]

    def test_references_nulls_and_constants(self) -> None:
        schema = {
            "properties": {
                "way": {"anyOf": [{"$ref": "#/$defs/Way"}, {"type": "null"}], "default": None},
                "one": {"const": "only"},
                "either": {"type": ["integer", "null"], "minimum": 2},
                "anything": {},
            },
            "required": ["one"],
            "$defs": {"Way": {"type": "string", "enum": ["up", "down"]}},
        }
        from agglo.contract.model import from_interface

        described = {"id": "a", "version": "1.0.0", "command": ["x"], "parameters": schema}
        way, one, either, anything = question_form.fields(from_interface(described, Path()))
        assert way.options == (("", "none"), ("up", "up"), ("down", "down"))
        assert (one.options, one.required) == ((("", "to be chosen"), ("only", "only")), True)
        assert (either.kind, either.hint) == ("number", "A whole number. From 2 on. May be left empty.")
        assert anything.kind == "json"

    def test_the_first_values_ask_what_the_command_line_asks(self, workspace) -> None:
        own = {"land.sinks", "climate.effort", "climate.inventory", "climate.trajectory", "climate.ex-post", "echo"}
        for name in own & set(installed()):
            model, here = installed()[name](), askable.find(workspace, name)
            form = {one.name: one.first for one in question_form.fields(here.model)}
            faults: list = []
            given = question_form.read(here.model, form, faults)
            assert faults == []
            assert here.resolve(given.parameters) == model.parameters.resolve({}), name
            assert here.model.interface() == model.interface(), name
            assert here.says_all

    def test_one_question_has_one_fingerprint_here_and_there(self, workspace) -> None:
        model, here = installed()["land.sinks"](), askable.find(workspace, "land.sinks").model
        inputs = {"land_cover": "land-cover-2023", "changes": "land-cover-changes-2012-2018", "communes": "communes"}
        posed = [
            questions.pose(workspace, one, inputs=inputs, parameters={"sealed_share": "80 %"}) for one in (model, here)
        ]
        assert posed[0].fingerprint == posed[1].fingerprint

    def test_rules_that_a_schema_does_not_say_are_asked_of_the_code(self, workspace) -> None:
        entry = askable.find(workspace, "test.ordered")
        assert not entry.says_all
        assert entry.resolve({"low": "1", "high": "200 %"}) == {"low": 1.0, "high": 2.0}
        with pytest.raises(InvalidInput, match="low is above high"):
            entry.resolve({"low": 3, "high": 2})


class TestAsking:
    def test_without_an_account_the_form_says_how_to_ask_and_has_no_button(self, client) -> None:
        answer = client.get("/modeles/land.sinks/demander")
        assert answer.status_code == 200
        assert "To ask this model, sign in" in shown(answer)
        assert "Ask this question" not in answer.text
        assert 'name="p-sealed_share"' in answer.text

    def test_somebody_without_the_right_is_told(self, signed_in) -> None:
        answer = signed_in("public").get("/modeles/land.sinks/demander")
        assert "Your account may not ask this model" in shown(answer)
        assert "Ask this question" not in answer.text

    def test_nobody_can_send_the_form_without_the_right(self, client, signed_in, workspace) -> None:
        assert client.post("/modeles/echo/demander", data={"p-text": "x"}).status_code == 403
        held = signed_in("public")
        assert held.post("/modeles/echo/demander", data={"p-text": "x", "token": "x"}).status_code == 403
        assert requests.pending(workspace) == []

    def test_a_question_is_accepted_with_its_asker_and_the_workers_woken(self, signed_in, workspace) -> None:
        held, woken = signed_in(), []
        held.app.state.wake = lambda: woken.append(True)
        answer = post(
            held, "/modeles/echo/demander", {"p-text": "é", "p-whole": "1 000", "p-flag": "false", "project": "A"}
        )
        assert answer.status_code == 303
        [request] = requests.pending(workspace)
        assert answer.headers["location"] == f"/demandes/{request.id}"
        content = request.content()
        assert content["parameters"] | {"text": "é", "whole": 1000, "flag": False} == content["parameters"]
        assert request.actors() == {held.actor}
        asked = json.loads(request.askings()[0].read_bytes())
        assert (asked["role"], asked["project"]) == ("contributor", "A")
        assert woken == [True]

    @pytest.mark.parametrize(
        ("card", "reason"),
        [
            ("ai_act_class: prohibited\n", "Its practice is prohibited."),
            ("holding: none\n", "It runs here, and its card says that no system is held."),
            ("ned: x\n", "This card cannot be read."),
        ],
    )
    def test_what_the_card_stands_against_is_asked_as_a_draft_alone(self, signed_in, workspace, card, reason) -> None:
        (workspace.register / "echo.yaml").write_text(card, encoding="utf-8")
        held = signed_in()
        shown_form = held.get("/modeles/echo/demander").text
        assert reason in shown_form
        assert 'name="draft"' in shown_form
        refused = post(held, "/modeles/echo/demander", {"p-text": "x"})
        assert (refused.status_code, requests.pending(workspace)) == (422, [])
        assert post(held, "/modeles/echo/demander", {"p-text": "x", "draft": "yes"}).status_code == 303
        [request] = requests.pending(workspace)
        assert json.loads(request.askings()[0].read_bytes())["draft"] is True

    def test_two_accounts_that_ask_the_same_are_given_one_request_and_one_run(self, signed_in, workspace) -> None:
        one, other = signed_in(), signed_in("steward")
        addresses = {
            post(held, "/modeles/echo/demander", {"p-text": "same"}).headers["location"] for held in (one, other)
        }
        assert len(addresses) == 1
        [run] = asking.work(workspace)
        assert [event["actor"] for event in run.sealed.events("asked")] == [one.actor, other.actor]
        again = post(other, "/modeles/echo/demander", {"p-text": "same"}).headers["location"]
        assert again == f"/demandes/{run.id}"
        assert other.get(again).headers["location"] == f"/reponses/{run.id}"

    def test_a_kept_answer_of_somebody_else_is_given_to_who_may_compute_it(self, signed_in, workspace) -> None:
        one, other = signed_in(), signed_in()
        post(one, "/modeles/echo/demander", {"p-text": "mine"})
        [run] = asking.work(workspace)
        assert other.get(f"/demandes/{run.id}").status_code == 404
        assert post(other, "/modeles/echo/demander", {"p-text": "mine"}).headers["location"] == f"/demandes/{run.id}"
        assert other.get(f"/demandes/{run.id}").headers["location"] == f"/reponses/{run.id}"

    def test_all_faults_are_said_at_once_beside_their_fields(self, signed_in, workspace) -> None:
        sent = {
            "p-number": "many",
            "p-box": "[1, 2",
            "p-whole": "1.5",
            "p-choice": "purple",
            "seed": "-1",
            "project": "x" * 99,
        }
        answer = post(signed_in(), "/modeles/echo/demander", sent)
        assert answer.status_code == 422
        for name in sent:
            assert re.search(rf'<a href="#f-{name}">', answer.text), name
            assert re.search(rf'id="f-{name}"[^>]*aria-invalid="true"', answer.text), name
            assert f'id="w-{name}"' in answer.text
        assert 'value="many"' in answer.text
        assert "[1, 2</textarea>" in answer.text
        assert requests.pending(workspace) == []

    def test_missing_and_wrong_inputs_are_said_with_the_parameters(self, signed_in, workspace) -> None:
        sent = {"in-land_cover": "communes", "in-changes": "nothing@1", "p-sealed_share": "2", "p-area_overrides": "x"}
        answer = post(signed_in(), "/modeles/land.sinks/demander", sent)
        assert answer.status_code == 422
        for name in ("in-land_cover", "in-changes", "in-communes", "p-sealed_share", "p-area_overrides"):
            assert re.search(rf'<a href="#f-{name}">', answer.text), name
        assert "--input" not in answer.text

    def test_a_place_inside_a_value_leads_to_its_field(self, signed_in) -> None:
        answer = post(signed_in(), "/modeles/echo/demander", {"p-table": '{"a": "x"}'})
        assert '<a href="#f-p-table">' in answer.text

    def test_only_datasets_that_may_be_read_are_offered_or_taken(self, signed_in, workspace) -> None:
        from agglo.trust.access import people, visibility
        from agglo.trust.access.rights import Asset

        name = next(iter(workspace.datasets.glob("land-cover-2023/*")))
        visibility.set_(
            workspace, people.operator(workspace), Asset("dataset", f"land-cover-2023@{name.name}"), "restricted"
        )
        held = signed_in()
        page = held.get("/modeles/land.sinks/demander")
        assert f"land-cover-2023@{name.name}" not in page.text
        answer = post(held, "/modeles/land.sinks/demander", {"in-land_cover": f"land-cover-2023@{name.name}"})
        unknown = post(held, "/modeles/land.sinks/demander", {"in-land_cover": "land-cover-2023@0000"})
        assert answer.status_code == unknown.status_code == 422
        said = [re.search(r'id="w-in-land_cover">([^<]*)', one.text)[1] for one in (answer, unknown)]
        assert said[0].replace(name.name, "0000") == said[1]
        assert f"land-cover-2023@{name.name}" in signed_in("steward").get("/modeles/land.sinks/demander").text

    def test_land_sinks_is_asked_from_the_form_as_it_is_shown(self, signed_in, workspace) -> None:
        held = signed_in()
        page = held.get("/modeles/land.sinks/demander").text
        sent = {
            name: re.search(rf'<select id="f-{name}".*?<option value="([^"]+)"', page, re.DOTALL)[1]
            for name in ("in-land_cover", "in-changes", "in-communes")
        }
        sent |= {
            "p-sealed_share": "0,5",
            "p-land_take_factor": "50 %",
            "p-temporary_grassland": "cropland",
            "p-area_overrides": "{}",
        }
        assert post(held, "/modeles/land.sinks/demander", sent).status_code == 303
        [request] = requests.pending(workspace)
        assert request.content()["parameters"]["land_take_factor"] == 0.5

    def test_asking_too_often_is_refused(self, signed_in) -> None:
        from agglo.portal.security import limits

        held = signed_in()
        token = re.search(r'name="token" value="([^"]+)"', held.get("/modeles/echo/demander").text)[1]
        statuses = []
        for rank in range(int(limits.rates["ask"][0].burst) + 2):
            data = {"token": token, "p-whole": f"bad {rank}"}
            statuses.append(held.post("/modeles/echo/demander", data=data).status_code)
        assert statuses[0] == 422
        assert statuses[-1] == 429

    def test_a_model_without_its_data_says_so(self, signed_in) -> None:
        answer = signed_in().get("/modeles/test.shell/demander")
        assert "no dataset of this kind that you may read" in shown(answer)

    def test_a_missing_library_is_said_without_details(self, signed_in, monkeypatch) -> None:
        from agglo.contract.errors import MissingExtra

        def missing(*_given, **_more):
            raise MissingExtra("SALib")

        monkeypatch.setattr(questions, "pose", missing)
        answer = post(signed_in(), "/modeles/echo/demander", {"p-text": "x"})
        assert answer.status_code == 422
        assert "A library that it needs is not installed" in shown(answer)
        assert "pip" not in answer.text

    def test_what_is_typed_comes_back_as_text(self, signed_in) -> None:
        answer = post(signed_in(), "/modeles/echo/demander", {"p-text": '"><script>x</script>', "p-whole": "x"})
        assert answer.status_code == 422
        assert "<script>x" not in answer.text


def test_an_accepted_request_outlives_the_models_package(signed_in, workspace, tmp_path) -> None:
    post(signed_in(), "/modeles/test.pebble/demander", {"p-weight": "2"})
    shutil.rmtree(tmp_path / "site")
    [run] = asking.work(workspace)
    assert run.state == "finished"
    assert Request(workspace, run.id).exists is False
