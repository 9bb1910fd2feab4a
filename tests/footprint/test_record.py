"""Footprint records: bounds, status, what they rest on, and computing an old one again."""

import json
from typing import Any

import pytest

from agglo.contract.errors import InvalidInput
from agglo.footprint.factors import load
from agglo.footprint.green_algorithms import Computation, estimate
from agglo.footprint.meter import Measurement
from agglo.footprint.record import Bounds, FootprintRecord, footprint_of, recompute, unmeasured
from agglo.footprint.statements import Statement

RUN = Measurement(wall_s=1800.0, cpu_s=5400.0, peak_memory_bytes=4_000_000_000)
XEON = "Intel(R) Xeon(R) CPU E5-2683 v4 @ 2.10GHz"


def record(run: Measurement = RUN, **settings: Any) -> FootprintRecord:
    return footprint_of(run, **({"location": "FR", "cpu_name": XEON} | settings))


def test_central_is_the_calculators_answer() -> None:
    same = Computation(cores=3, cpu="Xeon E5-2683 v4", memory_gb=4, minutes=30, location="FR")
    expected, got = estimate(same), record()
    assert got.status == "measured"
    assert got.energy_kwh is not None
    assert got.carbon_g is not None
    assert got.energy_kwh.central == pytest.approx(expected.energy_kwh, rel=1e-12)
    assert got.carbon_g.central == pytest.approx(expected.carbon_g, rel=1e-12)


def ordered(bounds: Bounds | None) -> tuple[float, float, float]:
    assert bounds is not None
    assert bounds.low is not None
    assert bounds.central is not None
    assert bounds.high is not None
    assert 0 < bounds.low < bounds.central < bounds.high
    return bounds.low, bounds.central, bounds.high


@pytest.mark.parametrize("cpu_name", [XEON, None, "AMD EPYC", "Cortex-A72", *load().cpus])
@pytest.mark.parametrize("pue", [None, 1.0, 1.2])
def test_low_central_high_are_in_order(cpu_name: str | None, pue: float | None) -> None:
    got = record(cpu_name=cpu_name, pue=pue)
    ordered(got.energy_kwh)
    ordered(got.carbon_g)


@pytest.mark.parametrize("cpu_name", list(load().cpus))
def test_knowing_the_processor_never_widens_the_bounds(cpu_name: str) -> None:
    known, unknown = ordered(record(cpu_name=cpu_name).energy_kwh), ordered(record(cpu_name=None).energy_kwh)
    assert unknown[0] <= known[0]
    assert known[2] <= unknown[2]


def test_bounds_by_hand() -> None:
    got = record(Measurement(wall_s=3600.0, cpu_s=3600.0, peak_memory_bytes=1_000_000_000))
    low, central, high = ordered(got.energy_kwh)
    assert low == pytest.approx(1.0 * 3.75 / 1000)
    assert central == pytest.approx(1.56 * (7.5 + 0.3725) / 1000)
    assert high == pytest.approx(2.5 * (15.0 + 2 * 0.3725) / 1000)


def test_a_given_pue_is_not_varied() -> None:
    got = record(pue=1.2)
    assert got.basis is not None
    assert {basis.pue for basis in got.basis.values()} == {1.2}
    assert "PUE 1.2 is given and not varied." in [str(assumption) for assumption in got.assumptions]


def test_an_unknown_processor_is_assumed_aloud() -> None:
    got = record(cpu_name="AMD EPYC")
    assert got.processor_row == "Any"
    assert got.status == "measured"
    assert str(got.assumptions[0]).startswith('Processor "AMD EPYC" is not in the factor set: 12.0 W a core')


@pytest.mark.parametrize("missing", [{"wall_s": None}, {"wall_s": 0.0}, {"cpu_s": None}, {"cpu_s": 0.0}])
def test_nothing_measured_is_unknown_and_never_zero(missing: dict[str, Any]) -> None:
    values = {"wall_s": 10.0, "cpu_s": 5.0, "peak_memory_bytes": 1_000_000, "missing": tuple(missing)}
    got = record(Measurement(**(values | missing)))
    assert (got.status, got.energy_kwh, got.carbon_g) == ("unknown", None, None)
    assert "was not measured" in str(got.why[0])
    assert recompute(got) == (None, None)


def test_memory_not_measured_is_partial() -> None:
    got = record(Measurement(wall_s=10.0, cpu_s=5.0, peak_memory_bytes=None, missing=("peak_memory_bytes",)))
    assert got.status == "partial"
    assert [str(reason) for reason in got.why] == ["Its peak memory was not measured: the figures leave memory out."]
    ordered(got.energy_kwh)


def test_cpu_time_cut_short_is_partial() -> None:
    got = record(Measurement(wall_s=10.0, cpu_s=5.0, peak_memory_bytes=10**9, missing=("cpu_s",)))
    assert got.status == "partial"
    assert "the figures are too low" in str(got.why[0])


def test_no_location_leaves_carbon_null() -> None:
    got = record(location=None)
    assert got.carbon_g is None
    assert got.status == "partial"
    assert recompute(got) == (got.energy_kwh, None)


def test_machine_energy_changes_no_figure() -> None:
    got = record(Measurement(wall_s=1800.0, cpu_s=5400.0, peak_memory_bytes=4_000_000_000, machine_energy_j=9e9))
    assert got.energy_kwh == record().energy_kwh
    assert any("no part is attributed" in str(assumption) for assumption in got.assumptions)


@pytest.mark.parametrize("cpu_name", [XEON, None])
@pytest.mark.parametrize("location", ["FR", None])
def test_a_kept_record_reads_back_and_recomputes_identically(cpu_name: str | None, location: str | None) -> None:
    got = record(cpu_name=cpu_name, location=location)
    kept = FootprintRecord.from_dict(json.loads(json.dumps(got.to_dict())))
    assert kept == got
    assert recompute(kept) == (got.energy_kwh, got.carbon_g)


def test_an_old_record_recomputes_from_its_own_factors(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = json.loads(json.dumps(record().to_dict()))
    monkeypatch.setattr("agglo.footprint.record.load", lambda _: pytest.fail("no factor set is needed"))
    for basis in kept["basis"].values():
        basis["carbon_intensity_g_per_kwh"] = 100.0
    energy, carbon = recompute(FootprintRecord.from_dict(kept))
    assert energy is not None
    assert carbon is not None
    assert carbon.central == pytest.approx(energy.central * 100.0)


def test_the_keys_readers_rely_on() -> None:
    kept = record().to_dict()
    assert set(kept["energy_kwh"]) == set(kept["carbon_g"]) == {"low", "central", "high"}
    assert kept["factor_set"] == "green-algorithms-v3.0"
    assert kept["factor_set_digest"] == load().digest
    assert kept["measurement"]["complete"] is True


def test_a_run_of_which_nothing_is_known() -> None:
    got = unmeasured(Statement("The worker was killed before its first sample."))
    assert (got.status, got.energy_kwh) == ("unknown", None)
    assert FootprintRecord.from_dict(json.loads(json.dumps(got.to_dict()))) == got


def test_bad_settings_are_refused_together() -> None:
    with pytest.raises(InvalidInput, match=r'(?s)location: found "Paris".*pue: found 0\.5') as refused:
        record(location="Paris", pue=0.5)
    assert len(refused.value.faults) == 2
