"""Totals, the calculator and the declarations of partners."""

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from agglo.contract.language import speaking
from agglo.contract.numerals import significant
from agglo.footprint.green_algorithms import Computation, estimate
from agglo.portal import calculator, costs
from agglo.runs import totals
from agglo.store.workspace import Workspace
from agglo.trust.access import people, visibility
from agglo.trust.access.people import PUBLIC
from agglo.trust.access.rights import Asset

from .conftest import post

SignedIn = Callable[..., TestClient]
PUBLISHED: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "published" / "green_algorithms.json").read_text(encoding="utf-8")
)
BASE = {"cores": "12", "cpu": "Xeon E5-2683 v4", "memory": "64", "hours": "12", "location": "FR"}
DECLARED = BASE | {
    "kind": "compute", "project": "flood-alert", "partner": "Acme", "author": "data lead", "date": "2025-03-01",
}  # fmt: skip
EVIL = '<script>alert(1)</script>"x'


def restrict(workspace: Workspace, run: str) -> None:
    visibility.set_(workspace, people.operator(workspace), Asset("run", run), "restricted")


def runs(workspace: Workspace) -> list[str]:
    return sorted(path.name for path in workspace.runs.iterdir())


# totals


@pytest.mark.parametrize("by", costs.GROUPS)
def test_groups_add_up_to_the_report(workspace: Workspace, by: str) -> None:
    whole = costs.total(costs.groups(workspace, PUBLIC, by))
    expected = totals.report(workspace, by)[-1]
    assert whole.counts["entries"] == expected.entries
    assert whole.energy_kwh == pytest.approx(expected.energy_kwh)
    assert whole.carbon_g == pytest.approx(expected.carbon_g)
    assert {status: whole.counts[status] for status in expected.coverage} == dict(expected.coverage)


@pytest.mark.parametrize("default", ["draft", "restricted", "public"])
def test_what_is_closed_is_one_sum_without_a_name(
    client: TestClient, workspace: Workspace, default: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGGLO_VISIBILITY", default)
    before = costs.total(costs.groups(workspace, PUBLIC, "model"))
    for run in runs(workspace):
        restrict(workspace, run)
    found = costs.groups(workspace, PUBLIC, "model")
    assert [one.group for one in found] == [costs.OTHERS]
    assert found[0].carbon_g == pytest.approx(before.carbon_g)
    main = client.get("/empreinte").text.split("<main")[1]
    assert "others, not public" in main
    for hidden in ("land.sinks", "climate.effort", "local-green-deal"):
        assert hidden not in main


def test_a_run_that_nobody_decided_about_is_counted(workspace: Workspace) -> None:
    from agglo.store.sealed import Sealed

    run = runs(workspace)[0]
    for path in (workspace.runs / run / "events").glob("*visibility*"):
        path.unlink()
    workspace.index.add("run", Sealed(workspace.runs / run))
    found = {one.group: one.counts["entries"] for one in costs.groups(workspace, PUBLIC, "month")}
    assert found[costs.OTHERS] == 1
    assert sum(found.values()) == len(runs(workspace))


def test_the_page_gives_figures_with_how_much_is_known(client: TestClient, workspace: Workspace) -> None:
    text = client.get("/empreinte").text
    whole = costs.total(costs.groups(workspace, PUBLIC, "model"))
    for said in ("land.sinks", "climate.effort", f"{whole.counts['measured']} measured", "doi:10.1002/advs.202100707"):
        assert said in text
    assert "is not measured" in text
    assert "never counted as zero" in text


def test_what_is_not_known_is_null_never_zero() -> None:
    empty = costs.Cost("a").plus(costs.Cost("b"))
    assert empty.energy_kwh is None
    assert costs.rows([empty])[0][1:4] == ["no data", "no data", "no bounds kept"]
    assert costs.everyday(None) == []


def test_an_empty_workspace_says_what_to_do(tmp_path: Path) -> None:
    from agglo.portal import app
    from agglo.store.workspace import open_workspace

    with TestClient(app.create(open_workspace(tmp_path / "empty"))) as client:
        text = client.get("/empreinte").text
    assert "No answer is kept yet" in text
    assert "No partner has declared a computation yet." in text


@pytest.mark.parametrize(("km", "said"), [(628.0, "628"), (0.004, "4"), (0.00002, "2"), (4.1e-6, "4.1")])
def test_distances_are_in_the_unit_that_suits(km: float, said: str) -> None:
    assert costs.distance(km).startswith(said)


# calculator


def address(case: dict[str, Any]) -> str:
    """The address of a published case."""
    renamed = {"memory_gb": "memory"}
    typed = {renamed.get(key, key): str(value) for key, value in case["inputs"].items()}
    typed["factor_set"] = case["factor_set"]
    typed |= {key: str(value) for key, value in case.get("training", {}).items()}
    return f"/empreinte/calculer?{urlencode(typed)}"


@pytest.mark.parametrize("case", [*PUBLISHED["cases"], PUBLISHED["training"]], ids=lambda case: case["name"])
def test_published_cases_are_the_figures_of_the_page(client: TestClient, case: dict[str, Any]) -> None:
    answer = client.get(address(case))
    assert answer.status_code == 200
    shown = re.findall(r'<p class="value">([^ <]+)', answer.text)
    names = [name for name in ("energy_kwh", "carbon_g", "power_w") if name in case["expected"]]
    expected = [significant(case["expected"][name], 4) for name in names]
    assert shown[: len(expected)] == expected
    for figure in case.get("expected_parts", {}).values():
        assert significant(figure["energy_kwh"], 4) in answer.text


def test_the_form_needs_no_account(client: TestClient) -> None:
    text = client.get("/empreinte/calculer").text
    assert '<option value="FR" selected>' in text
    assert "No account is needed" in text


def test_an_address_is_short_and_can_be_shared(client: TestClient) -> None:
    answer = client.get(f"/empreinte/calculer?{urlencode(BASE | {'gpus': '', 'region': ' '})}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/empreinte/calculer?{urlencode(BASE)}")
    text = client.get(answer.headers["location"]).text
    assert f"http://testserver/empreinte/calculer?{urlencode(BASE)}".replace("&", "&amp;") in text


def test_all_faults_at_once(client: TestClient) -> None:
    wrong = {"cores": "many", "hours": "-1", "memory": "", "location": "Atlantis", "pue": "0.5", "cpu_usage": "3"}
    answer = client.get("/empreinte/calculer?" + urlencode({key: one for key, one in wrong.items() if one}))
    assert answer.status_code == 422
    for name in ("cores", "hours", "memory", "location", "pue"):
        assert f'href="#f-{name}"' in answer.text
    assert 'value="many"' in answer.text


@pytest.mark.parametrize("value", ["nan", "inf", "1e999", "-", "1,2,3", EVIL, "9" * 500])
def test_odd_numbers_are_faults(client: TestClient, value: str) -> None:
    answer = client.get(f"/empreinte/calculer?{urlencode(BASE | {'hours': value})}")
    assert answer.status_code in (200, 422)
    assert "<script>" not in answer.text
    if value not in ("9" * 500,):
        assert answer.status_code == 422


@pytest.mark.parametrize(
    "name", ["cpu", "gpu", "provider", "region", "location", "platform", "factor_set", "period_mode"]
)
def test_odd_words_are_faults(client: TestClient, name: str) -> None:
    answer = client.get(f"/empreinte/calculer?{urlencode(BASE | {name: EVIL})}")
    assert answer.status_code == 422
    assert "<script>" not in answer.text


def test_a_comma_is_a_decimal_point(client: TestClient) -> None:
    comma = client.get(f"/empreinte/calculer?{urlencode(BASE | {'hours': '1,5'})}").text
    point = client.get(f"/empreinte/calculer?{urlencode(BASE | {'hours': '1.5'})}").text
    values = re.compile(r'<p class="value">([^ <]+)')
    assert values.findall(comma) == values.findall(point)


@pytest.mark.parametrize(
    "typed",
    [
        BASE,
        BASE | {"cpu": ""},
        BASE | {"pue": "1.2"},
        BASE | {"tdp_cpu": "9"},
        BASE | {"provider": "gcp", "region": "europe-west1", "location": ""},
        BASE | {"cores": "0", "cpu": "", "gpus": "2"},
        BASE | {"inference_runs": "10", "inference_per": "day"},
    ],
)
def test_bounds_hold_the_estimate(typed: dict[str, str]) -> None:
    made = calculator.bounded(typed)
    for name in ("energy_kwh", "carbon_g", "power_w"):
        low, central, high = (getattr(one, name) for one in (made.low, made.central, made.high))
        assert 0 < low <= central <= high
        assert math.isfinite(high)


def test_bounds_are_those_of_a_record_but_for_memory() -> None:
    made = calculator.bounded(BASE)
    low = estimate(Computation(cores=12, tdp_cpu=3.75, memory_gb=0, hours=12, pue=1.0, location="FR"))
    high = estimate(Computation(cores=12, tdp_cpu=15.0, memory_gb=64, hours=12, pue=2.5, location="FR"))
    assert (made.low.energy_kwh, made.high.energy_kwh) == pytest.approx((low.energy_kwh, high.energy_kwh))


def test_every_assumption_and_source_is_told(client: TestClient) -> None:
    text = client.get(f"/empreinte/calculer?{urlencode(BASE | {'cpu': 'Any'})}").text
    assert "is assumed: no better one is given or known" in text
    assert "Production mix factor" in text
    assert "51.28" in text


def test_words_are_french_for_the_french(client: TestClient) -> None:
    text = client.get(f"/empreinte/calculer?{urlencode(BASE | {'lang': 'fr'})}").text
    assert '<html lang="fr">' in text
    with speaking("fr"):
        assert significant(2.1310848, 4) in text


# declarations


def test_declaring_is_for_those_who_may_add(client: TestClient, signed_in: SignedIn) -> None:
    assert client.get("/empreinte/declarer").status_code == 403
    assert client.post("/empreinte/declarer", data=DECLARED).status_code == 403
    assert signed_in("contributor").get("/empreinte/declarer").status_code == 200


def test_a_declaration_is_kept_and_counted(client: TestClient, signed_in: SignedIn, workspace: Workspace) -> None:
    before = costs.total(costs.groups(workspace, PUBLIC, "project"))
    answer = post(
        signed_in("contributor"), "/empreinte/declarer", DECLARED | {"embodied_g": "5000", "embodied_source": "x"}
    )
    assert answer.status_code == 303
    identifier = answer.headers["location"].split("/")[-1].split("?")[0]
    kept = totals.load(workspace, identifier)
    assert kept.energy_kwh.central == pytest.approx(2.1310848)
    assert kept.embodied
    page = client.get(answer.headers["location"]).text
    assert f"Its identifier is {identifier}" in page
    assert "nobody here has measured it" in page
    after = costs.total(costs.groups(workspace, PUBLIC, "project"))
    assert after.counts["declared"] == before.counts["declared"] + 1
    assert after.energy_kwh == pytest.approx((before.energy_kwh or 0) + 2.1310848)
    assert after.embodied_g == 5000
    listed = client.get("/empreinte").text
    assert "Acme" in listed
    assert "flood-alert" in listed


def test_tokens_can_be_declared(signed_in: SignedIn, workspace: Workspace) -> None:
    typed = {key: DECLARED[key] for key in ("project", "partner", "author", "date")}
    typed |= {"kind": "tokens", "tokens_in": "900", "tokens_out": "100", "wh_per_1000_tokens": "2", "source": "card"}
    answer = post(signed_in("contributor"), "/empreinte/declarer", typed)
    assert answer.status_code == 303, answer.text
    kept = totals.load(workspace, answer.headers["location"].split("/")[-1].split("?")[0])
    assert kept.energy_kwh.central == pytest.approx(0.002)
    assert kept.carbon_g is None


def test_all_faults_of_a_declaration_at_once(signed_in: SignedIn, workspace: Workspace) -> None:
    typed = {"kind": "compute", "partner": EVIL, "author": "me@example.org", "date": "yesterday", "cores": "x",
             "embodied_source": "sheet", "tokens_in": "1.5"}  # fmt: skip
    answer = post(signed_in("contributor"), "/empreinte/declarer", typed)
    assert answer.status_code == 422
    for name in ("project", "author", "date", "cores", "memory", "hours", "location", "embodied_g", "tokens_in"):
        assert f'href="#f-{name}"' in answer.text, name
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert not list(workspace.declarations.iterdir())


def test_tokens_without_tokens_say_what_is_missing(signed_in: SignedIn) -> None:
    answer = post(signed_in("contributor"), "/empreinte/declarer", DECLARED | {"kind": "tokens"})
    assert answer.status_code == 422
    for name in ("tokens_in", "energy_kwh", "source"):
        assert f'href="#f-{name}"' in answer.text


def test_nothing_of_a_declaration_becomes_markup(client: TestClient, signed_in: SignedIn) -> None:
    typed = DECLARED | dict.fromkeys(("project", "partner", "author", "model", "note"), EVIL)
    answer = post(signed_in("contributor"), "/empreinte/declarer", typed)
    for page in (client.get(answer.headers["location"]).text, client.get("/empreinte").text):
        assert "<script>" not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize("id", ["x", "0" * 36, "%2e%2e%2fruns", "-" * 36])
def test_there_is_no_such_declaration(client: TestClient, id: str) -> None:
    assert client.get(f"/empreinte/declarations/{id}").status_code == 404


def test_declaring_is_noted(signed_in: SignedIn, workspace: Workspace) -> None:
    from agglo.trust.accounts import audit

    contributor = signed_in("contributor")
    post(contributor, "/empreinte/declarer", DECLARED)
    entries, _count = audit.listing(workspace, action="added")
    assert entries[0]["asset"].startswith("declaration ")
    assert entries[0]["actor"] == contributor.actor  # type: ignore[attr-defined]
