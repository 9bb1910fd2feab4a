import pytest

from agglo.footprint.meter import Measurement
from agglo.footprint.record import footprint_of, unmeasured
from agglo.footprint.statements import Statement
from agglo.studies.report import costs
from agglo.studies.report.comparison import LabelledRun

from .conftest import Keep


def test_the_sum_of_the_runs_in_kwh_and_in_time_of_a_lamp(keep: Keep) -> None:
    hour = Measurement(wall_s=3600.0, cpu_s=7200.0, peak_memory_bytes=2_000_000_000)
    xeon = footprint_of(hour, location="FR", pue=1.0, cpu_name="Intel(R) Xeon(R) CPU E5-2683 v4 @ 2.10GHz")
    assert xeon.energy_kwh is not None
    assert xeon.energy_kwh.central == pytest.approx(0.015745)
    told = costs.in_all([keep("a", footprint=xeon.to_dict()), keep("b", footprint=xeon.to_dict())])
    assert "These 2 answers took 0.031 kWh" in told
    assert "10 W lamp lit for 3.1\u00a0h" in told
    assert "gCO₂e of greenhouse gases" in told


def test_a_cost_that_is_not_known_is_no_sum_and_not_zero(keep: Keep, runs: list[LabelledRun]) -> None:
    unknown = keep("c", footprint=unmeasured(Statement("It was not measured.")).to_dict())
    assert costs.in_all([*runs, unknown]) == ""
    assert "It was not measured." in costs.assumptions([unknown])


def test_an_unknown_place_leaves_gases_out(keep: Keep) -> None:
    measured = Measurement(wall_s=1.0, cpu_s=1.0, peak_memory_bytes=1)
    nowhere = keep("a", footprint=footprint_of(measured, location=None).to_dict())
    assert "gCO₂e" not in costs.in_all([nowhere])
    assert "kWh" in costs.in_all([nowhere])


def test_numbers_of_assumptions_are_those_of_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGLO_LANGUAGE", "fr")
    assert costs.said(Statement("PUE {pue}, {cores} c, {name}", {"pue": 1.56, "cores": 12.0, "name": "A 1.5"})) == (
        "PUE 1,56, 12 c, A 1.5"
    )


def test_method_and_attribution_are_stated(runs: list[LabelledRun]) -> None:
    (method,) = costs.methods(runs)
    assert "Green Algorithms" in method
    assert "CC BY 4.0" in method
