"""Sobol indices: the published ones of the Ishigami function, and which assumption a trajectory depends on."""

import builtins
from pathlib import Path

import numpy as np
import pytest

from agglo.contract import card
from agglo.contract.errors import InvalidInput, MissingExtra
from agglo.models.climate import sobol
from agglo.models.climate.sensitivity import sensitivity

from . import scenes
from .scenes import aim, held, measure, rows_of

pytest.importorskip("SALib", reason="SALib comes with the extra climate")


def ishigami(uniforms) -> dict[str, np.ndarray]:
    """sin x1 + 7 sin(x2)^2 + 0.1 x3^4 sin x1, on [-pi, pi]."""
    first, second, third = (np.pi * (2 * uniforms[name] - 1) for name in ("x1", "x2", "x3"))
    return {"y": np.sin(first) + 7 * np.sin(second) ** 2 + 0.1 * third**4 * np.sin(first)}


def test_the_published_indices_of_ishigami() -> None:
    """Ishigami and Homma, 1990, doi:10.1109/ISUMA.1990.151285; analytic for a = 7, b = 0.1."""
    found = sobol.indices(ishigami, ["x1", "x2", "x3"], size=8192, seed=0)["y"]
    first = {name: one.first for name, one in found.items()}
    total = {name: one.total for name, one in found.items()}
    assert first == pytest.approx({"x1": 0.3139, "x2": 0.4424, "x3": 0.0}, abs=0.01)
    assert total == pytest.approx({"x1": 0.5576, "x2": 0.4424, "x3": 0.2437}, abs=0.01)
    for name, exact in (("x1", 0.3139), ("x2", 0.4424), ("x3", 0.0)):
        assert abs(found[name].first - exact) <= 2 * found[name].first_error


def test_same_seed_same_indices() -> None:
    for seed in (0, 5):
        pair = [sobol.indices(ishigami, ["x1", "x2", "x3"], size=64, seed=seed) for _time in range(2)]
        assert pair[0] == pair[1]
    other = sobol.indices(ishigami, ["x1", "x2", "x3"], size=64, seed=1)
    assert other != pair[0]


def test_a_result_that_does_not_vary_has_no_index() -> None:
    assert sobol.indices(lambda of: {"y": np.ones(len(of["x"]))}, ["x"], size=64, seed=0) == {}


def ask(folder: Path, inventory, actions=(), pathways=(), **parameters):
    tables = {"inventory": inventory} | ({"actions": actions} if actions else {})
    tables |= {"pathways": pathways} if pathways else {}
    return scenes.ask(
        sensitivity, scenes.write(folder, **tables), **{"sample": 256, "trend_halfwidth": 0.0} | parameters
    )


def test_the_widest_effect_matters_most(tmp_path) -> None:
    """Two effects that add up on pots of their own: variances of ranges 4 and 2 wide share as 16 and 4."""
    inventory = [held(1000.0), held(1000.0, "waste"), held(10.0, "tertiary")]
    actions = [measure("wide", 10, 0, 2, 4), measure("narrow", 10, 1, 2, 3, sector="waste"), measure("sure", 1, 1)]
    found = ask(tmp_path, inventory, actions, sample=1024)
    rows = rows_of(found, "indices")
    assert [(row["assumption"], row["rank"]) for row in rows] == [("effect wide", 1), ("effect narrow", 2)]
    assert [row["first_order"] for row in rows] == pytest.approx([0.8, 0.2], abs=0.03)
    assert [row["total_order"] for row in rows] == pytest.approx([0.8, 0.2], abs=0.03)
    assert (rows[0]["title_en"], rows[0]["quantity"], rows[0]["year"]) == ("Wide", "emissions", 2030)
    assert any("1024 x (2 assumptions + 2)" in note for note in found.notes)


def test_the_inventory_moves_emissions_and_not_the_gap_to_a_change(tmp_path) -> None:
    inventory = [held(1000.0, uncertainty=0.3), held(1000.0, year=2012, uncertainty=0.3)]
    inventory += [held(10.0, substance="energy")]
    goal = aim(-0.2, reference_year=2012)
    found = ask(tmp_path, inventory, [measure("a", 100, 1, 2, 4)], [goal, aim(0.5, year=2040, pathway="later")])
    first = {(row["quantity"], row["assumption"]): row["first_order"] for row in rows_of(found, "indices")}
    assert first["emissions", "inventory residential"] > 0.5 > first["gap", "inventory residential"]
    assert {row["target"] for row in rows_of(found, "indices")} == {"", "plan"}


def test_the_doubt_of_a_reference_year_moves_the_gap(tmp_path) -> None:
    inventory = [held(1000.0), held(1000.0, year=2012, uncertainty=0.3)]
    found = ask(tmp_path, inventory, [measure("a", 100, 1, 2, 4)], [aim(-0.2, reference_year=2012)])
    gap = {row["assumption"]: row["first_order"] for row in rows_of(found, "indices", quantity="gap")}
    emissions = {row["assumption"]: row["total_order"] for row in rows_of(found, "indices", quantity="emissions")}
    assert gap["inventory residential"] > 0.5
    assert emissions == {"effect a": pytest.approx(1, abs=0.05), "inventory residential": 0.0}


def test_trends_are_assumptions_too(tmp_path) -> None:
    found = ask(tmp_path, [held(100.0), held(10.0, "waste")], trend_halfwidth=1.0)
    assert [row["assumption"] for row in rows_of(found, "indices")] == ["trend residential", "trend waste"]


def test_without_doubt_there_is_nothing_to_share(tmp_path) -> None:
    found = ask(tmp_path, [held(100.0)], [measure("a", 10, 1)])
    assert rows_of(found, "indices") == []
    assert any("no variance to share" in note for note in found.notes)


def test_a_sample_that_is_no_power_of_two_and_a_year_out_of_reach_are_refused(tmp_path) -> None:
    with pytest.raises(InvalidInput, match="sample: found 1000, expected a power of two") as caught:
        ask(tmp_path, [held(100.0)], sample=1000, year=2070)
    assert len(caught.value.faults) == 2


def test_a_missing_salib_is_an_error_that_names_the_extra(monkeypatch) -> None:
    real = builtins.__import__

    def without_salib(name, *args, **kwargs):
        if name.startswith("SALib"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_salib)
    with pytest.raises(MissingExtra, match=r"agglo\[climate\]") as caught:
        sobol.indices(ishigami, ["x1", "x2", "x3"], size=64, seed=0)
    assert "SALib" in caught.value.what
    assert "agglo[climate]" in MissingExtra("SALib").repair


def test_the_card_is_complete() -> None:
    assert [name for name in card.of(sensitivity).missing() if name.startswith("maker.")] == []
