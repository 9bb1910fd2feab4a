"""The use of an algorithm: its finished runs that a person may read, and what was declared of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agglo.contract.card import AuthorityPart, Card, MakerPart, Source
from agglo.footprint.declarations import TokenUse, declaration
from agglo.footprint.record import Bounds
from agglo.runs import totals
from agglo.runs.run import load
from agglo.store.workspace import Workspace
from agglo.trust.access.people import PUBLIC, Person, operator
from agglo.trust.register import use
from agglo.trust.register.use import Use
from trust.access.conftest import ANN, BOB, Made, ask, carded, empty, fill, identifier, made, run_row, template

__all__ = ["empty", "fill", "made", "template"]

OPERATOR = Person("actor-x", "operator")
NOTHING = Card()
WATER = Card(authority=AuthorityPart(models=["water.*"]))


def declare(workspace: Workspace, model: str, wh: float, location: str | None = "FR") -> None:
    tokens = TokenUse(tokens_in=900, tokens_out=100, wh_per_1000_tokens=wh, source="its supplier")
    said = declaration(
        project="p", partner="Acme", author="lead", date="2026-03-01", kind="tokens", location=location, tokens=tokens,
        model=model,
    )  # fmt: skip
    totals.declare(workspace, said)


def test_what_was_never_run_has_no_figure(made: Made) -> None:
    found = use.of(made.workspace, operator(made.workspace), "never", NOTHING)
    assert found == Use()
    assert use.describe(found) == ["No answer of it is kept here, and nobody declared what it costs."]


def test_a_model_that_ran_is_told_from_its_runs(made: Made) -> None:
    run = load(made.workspace, made.reading_run)
    found = use.of(made.workspace, OPERATOR, "test.shell", NOTHING)
    assert (found.models, found.runs, found.known, found.declared) == (("test.shell",), 1, 1, 0)
    assert (found.first, found.last) == (run.content["finished"], run.content["finished"])
    assert found.by_month == {run.content["finished"][:7]: 1}
    assert found.versions == (run.content["model"]["version"],)
    assert found.datasets == (made.dataset,)
    assert found.sources == (Source(what="Lakes", source="a test"),)
    assert found.energy_kwh == run.footprint.energy_kwh
    assert found.carbon_g == run.footprint.carbon_g
    assert sum(found.statuses.values()) == 1
    assert (found.method, found.factor_set) == (run.footprint.method, run.footprint.factor_set)
    assert found.location == (run.footprint.location or "")


def test_what_a_person_may_not_read_is_not_counted(made: Made) -> None:
    assert use.of(made.workspace, ANN, "test.pebble", NOTHING).runs == 1
    assert use.of(made.workspace, ANN, "test.shell", NOTHING) == Use(), "she may not read its input"
    assert use.of(made.workspace, BOB, "test.pebble", NOTHING) == Use()
    assert use.of(made.workspace, PUBLIC, "test.pebble", NOTHING) == Use()


def test_bounds_of_several_runs_are_summed(made: Made, tmp_path: Path) -> None:
    model = carded(tmp_path, "pebble")
    runs = [load(made.workspace, made.plain_run), ask(made.workspace, model, weight=3)]
    found = use.of(made.workspace, ANN, "test.pebble", NOTHING)
    assert found.runs == 2
    for name in ("low", "central", "high"):
        one = sum(getattr(run.footprint.energy_kwh, name) for run in runs)
        assert getattr(found.energy_kwh, name) == pytest.approx(one)


def test_models_of_a_system_and_the_cards_own(fill: Callable[..., Workspace], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(use, "FEW", 0)
    monkeypatch.setattr(use, "_with_latest", lambda _workspace, found, _where: found)
    figures: dict[str, Any] = {"energy_kwh": 0.5, "carbon_g": 20.0, "carbon_low_g": 10.0, "carbon_high_g": 40.0}
    rows = [
        run_row(1, model="water.leaks", version="1.0.0", finished="2026-01-05T10:00:00Z", **figures),
        run_row(2, model="water.leaks", version="2.0.0", finished="2026-03-05T10:00:00Z", **figures),
        run_row(3, model="leaks", version="1.0.0", finished="2026-02-05T10:00:00Z", **figures),
        run_row(4, model="waterways", finished="2026-02-05T10:00:00Z", **figures),
        run_row(5, model="water.leaks", state="failed", finished="2026-02-05T10:00:00Z", **figures),
    ]
    found = use.of(fill(rows), OPERATOR, "leaks", WATER)
    assert (found.models, found.runs, found.known) == (("leaks", "water.leaks"), 3, 3)
    assert found.by_month == {"2026-01": 1, "2026-02": 1, "2026-03": 1}
    assert found.versions == ("1.0.0", "2.0.0")
    assert found.carbon_g == Bounds(30.0, 60.0, 120.0)
    assert found.energy_kwh == Bounds(None, 1.5, None), "the index holds no bounds of energy"


def test_a_bound_that_one_run_lacks_is_not_that_of_all(
    fill: Callable[..., Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(use, "FEW", 0)
    monkeypatch.setattr(use, "_with_latest", lambda _workspace, found, _where: found)
    day = {"finished": "2026-01-02T08:00:00Z"}
    unknown = {"energy_kwh": None, "carbon_g": None, "carbon_low_g": None, "carbon_high_g": None}
    rows = [
        run_row(1, model="m", **day, carbon_g=1.0, carbon_low_g=0.5, carbon_high_g=2.0, energy_kwh=1.0),
        run_row(2, model="m", **day, carbon_g=1.0, carbon_low_g=None, carbon_high_g=2.0, energy_kwh=1.0),
        run_row(3, model="m", **day, footprint_status="unknown", **unknown),
    ]
    found = use.of(fill(rows), OPERATOR, "m", NOTHING)
    assert found.carbon_g == Bounds(None, 2.0, 4.0)
    assert (found.runs, found.known, found.statuses) == (3, 2, {"measured": 2, "unknown": 1})
    assert "What 1 answer cost is not known." in use.describe(found)


def test_declarations_are_added_and_counted(made: Made) -> None:
    declare(made.workspace, "remote.writer", 2.0)
    declare(made.workspace, "remote.writer", 3.0)
    declare(made.workspace, "remote.other", 9.0)
    found = use.of(made.workspace, PUBLIC, "remote.writer", NOTHING)
    assert (found.runs, found.declared) == (0, 2)
    assert found.energy_kwh is not None
    assert found.energy_kwh.central == pytest.approx(0.005)
    assert use.describe(found)[0] == "No answer of it is kept here."
    assert "2 declarations are in these sums." in use.describe(found)
    assert any("5" in line and "declared" in line for line in use.describe(found))
    together = use.of(made.workspace, OPERATOR, "test.shell", Card(authority=AuthorityPart(models=["remote.*"])))
    assert (together.runs, together.declared) == (1, 3)


def test_carbon_declared_without_a_place_leaves_the_sum_of_what_is_known(made: Made) -> None:
    declare(made.workspace, "remote.writer", 2.0, location=None)
    found = use.of(made.workspace, PUBLIC, "remote.writer", NOTHING)
    assert (found.declared, found.carbon_g) == (1, None)


def test_sentences() -> None:
    counted = Use(
        runs=42, known=42, first="2025-12-01T08:00:00Z", last="2026-11-03T08:00:00Z", statuses={"measured": 42},
        energy_kwh=Bounds(0.05, 0.1302, 0.4), carbon_g=Bounds(None, 6.7, None),
    )  # fmt: skip
    assert use.describe(counted) == [
        "42 answers, from 2025-12-01 to 2026-11-03.",
        "Electricity: 3.1\u00a0Wh an answer, 130\u00a0Wh (50\u00a0Wh to 400\u00a0Wh) in all, measured.",
        "Greenhouse gases: 160\u00a0mgCO₂e an answer, 6.7\u00a0gCO₂e in all, measured.",
    ]
    once = Use(runs=1, known=0, first="2026-01-02T08:00:00Z", last="2026-01-02T09:00:00Z", statuses={"unknown": 1})
    assert use.describe(once) == ["1 answer, on 2026-01-02.", "What 1 answer cost is not known."]


def test_prefilled_fills_what_is_empty_alone() -> None:
    known = Use(runs=1, first="2026-03-05T10:00:00Z", versions=("1.0.0", "2.0.0"), sources=(Source(what="Lakes"),))
    filled = use.prefilled(Card(authority=AuthorityPart(state="in-use")), known)
    assert (filled.maker.version, filled.authority.since) == ("2.0.0", "2026-03")
    assert filled.authority.sources == [Source(what="Lakes")]
    assert "authority.sources" not in filled.lacking()
    said = Card(
        maker=MakerPart(version="9"),
        authority=AuthorityPart(state="project", sources=[Source(what="Pumps")]),
    )
    kept = use.prefilled(said, known)
    assert (kept.maker.version, kept.authority.since, kept.authority.sources) == ("9", "", [Source(what="Pumps")])
    assert use.prefilled(NOTHING, Use()) == NOTHING


def test_ten_thousand_runs_are_counted_by_the_index(
    fill: Callable[..., Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(use, "_with_latest", lambda _workspace, found, _where: found)
    opened: list[str] = []
    monkeypatch.setattr(use, "_kept", lambda _workspace, run: opened.append(run))
    workspace = fill(run_row(number, model="m", finished=f"2026-{number % 12 + 1:02}-01") for number in range(10_000))
    found = use.of(workspace, OPERATOR, "m", NOTHING)
    assert (found.runs, len(found.by_month), opened) == (10_000, 12, [])
    assert identifier(1) not in found.models
