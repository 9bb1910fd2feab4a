"""The calculator: every published case, what the formula must obey, and what it refuses."""

import dataclasses
import json
from typing import Any

import pytest

from agglo.contract.errors import InvalidInput
from agglo.footprint.factors import load
from agglo.footprint.green_algorithms import Computation, equivalences, estimate
from agglo.footprint.scaling import Inference, Training

from .conftest import PUBLISHED

BASE = Computation(cores=12, cpu="Xeon E5-2683 v4", memory_gb=64, hours=12, location="FR")


def changed(**values: Any) -> Computation:
    return dataclasses.replace(BASE, **values)


def close(value: float) -> Any:
    return pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize("case", PUBLISHED["cases"], ids=lambda case: case["name"])
def test_published_case(case: dict[str, Any]) -> None:
    answer = estimate(Computation(**case["inputs"]), factor_set=case["factor_set"])
    assert {name: getattr(answer, name) for name in case["expected"]} == close(case["expected"])


def test_published_training() -> None:
    case = PUBLISHED["training"]
    answer = estimate(Computation(**case["inputs"]), scaling=Training(**case["training"]))
    assert {name: getattr(answer, name) for name in case["expected"]} == close(case["expected"])
    for part in answer.parts:
        assert {"energy_kwh": part.energy_kwh, "carbon_g": part.carbon_g} == close(case["expected_parts"][part.name])
    assert sum(part.energy_kwh for part in answer.parts) == close(answer.energy_kwh)


def test_published_equivalences() -> None:
    same = equivalences(110_000.0, load())
    assert same == close(
        {"tree_months": 120.0, "tree_years": 10.0, "car_km": 110_000 / 175, "flights_paris_london": 2.2}
    )


def test_energy_grows_in_proportion_to_time_and_to_the_factor() -> None:
    once = estimate(BASE).energy_kwh
    assert estimate(changed(hours=24)).energy_kwh == close(2 * once)
    assert estimate(changed(factor=3)).energy_kwh == close(3 * once)


def test_memory_is_not_scaled_by_usage() -> None:
    idle = estimate(changed(cpu_usage=0.0, pue=1.0))
    assert idle.power_w == close(64 * 0.3725)


def test_energy_does_not_depend_on_the_location() -> None:
    here, there = estimate(BASE), estimate(changed(location="PL"))
    assert here.energy_kwh == there.energy_kwh
    assert there.carbon_g / here.carbon_g == close(759.62 / 51.28)


@pytest.mark.parametrize(
    ("values", "pue", "origin"),
    [
        ({}, 1.56, "assumed"),
        ({"platform": "localServer"}, 1.56, "table"),
        ({"platform": "personalComputer"}, 1.0, "table"),
        ({"platform": "personalComputer", "pue": 1.3}, 1.3, "given"),
        ({"platform": "cloudComputing"}, 1.56, "assumed"),
        ({"provider": "azure"}, 1.12, "table"),
        ({"provider": "OVHcloud", "platform": "cloudComputing"}, 1.09, "table"),
        ({"provider": "gcp", "region": "europe-west1", "location": None}, 1.08, "table"),
        ({"provider": "gcp", "region": "europe-west1", "location": None, "pue": 1.4}, 1.4, "given"),
        ({"provider": "gcp", "region": "europe-west2", "location": None}, 1.12, "table"),
    ],
)
def test_pue_is_the_first_that_applies(values: dict[str, Any], pue: float, origin: str) -> None:
    answer = estimate(changed(**values))
    assert answer.pue == pue
    assert [factor.origin for factor in answer.factors if factor.role == "pue"] == [origin]


def test_a_providers_grid_is_that_of_its_region() -> None:
    answer = estimate(changed(provider="gcp", region="europe-west1", location=None))
    assert answer.carbon_intensity_g_per_kwh == 161.89


def test_a_region_without_a_grid_needs_a_location() -> None:
    asked = changed(provider="azure", region="Qatar Central", location=None)
    with pytest.raises(InvalidInput, match="Give a location code"):
        estimate(asked)
    assert estimate(dataclasses.replace(asked, location="AE")).carbon_intensity_g_per_kwh == 417.89


def test_power_given_stands_in_for_the_tables() -> None:
    answer = estimate(changed(cpu="My own", tdp_cpu=5.0, pue=1.0, memory_gb=0.0))
    assert answer.power_w == close(60.0)
    assert answer.factors[0].origin == "given"


def test_what_is_not_said_is_assumed_aloud() -> None:
    answer = estimate(changed(cpu=None))
    assert answer.tdp_cpu_w_per_core == 12.0
    assert [str(assumption) for assumption in answer.assumptions] == [
        'No processor named: the table\'s "Any" is assumed, 12.0 W/core.',
        'PUE 1.56 ("Local server") is assumed: no better one is given or known.',
    ]


def test_every_figure_used_is_told_with_its_source() -> None:
    answer = estimate(changed(gpus=1, gpu="NVIDIA Tesla T4"))
    assert [factor.role for factor in answer.factors] == [
        "tdp_cpu",
        "tdp_gpu",
        "memory_power",
        "pue",
        "carbon_intensity",
    ]
    assert all(factor.source for factor in answer.factors)
    assert answer.factor_set_digest == load().digest


def test_an_estimate_is_a_json_object() -> None:
    answer = estimate(BASE, scaling=Inference(per="week"))
    kept = json.loads(json.dumps(answer.to_dict()))
    assert kept["energy_kwh"] == answer.energy_kwh
    assert Computation.from_dict(kept["inputs"]) == BASE
    assert kept["scaling"]["kind"] == "inference"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"cpu": "Xeon E5-2683 v5"}, 'cpu: found "Xeon E5-2683 v5"'),
        ({"location": "FRA"}, 'location: found "FRA"'),
        ({"location": None}, "location: found nothing"),
        ({"hours": -1.0}, "hours: found -1, expected a number of 0 or more"),
        ({"hours": float("nan")}, "hours: found nan"),
        ({"hours": float("inf")}, "hours: found inf"),
        ({"hours": 0.0}, "expected a run time above 0"),
        ({"minutes": 90.0}, "minutes: found 90.*90 minutes is 1 hour and 30 minutes"),
        ({"minutes": float("nan")}, "minutes: found nan"),
        ({"cpu_usage": 1.2}, "cpu_usage: found 1.2, expected a number from 0 to 1"),
        ({"gpu_usage": -0.1}, "gpu_usage: found -0.1"),
        ({"pue": 0.9}, "pue: found 0.9, expected a number of 1 or more"),
        ({"memory_gb": None}, "memory: found nothing"),
        ({"memory_gb": -4.0}, "memory_gb|memory: found -4"),
        ({"tdp_cpu": 0.0}, "tdp_cpu: found 0, expected a number above 0"),
        ({"factor": 0.0}, "factor: found 0"),
        ({"cores": 0.0, "cpu": None}, "expected a number of cores or of GPUs above 0"),
        ({"cores": 0.0, "gpus": 1.0}, "the number of cores of the processor given"),
        ({"gpu": "NVIDIA Tesla T4"}, "the number of GPUs of the model given"),
        ({"cpu_usage": 0.0, "memory_gb": 0.0}, "nothing here draws power"),
        ({"platform": "laptop"}, 'platform: found "laptop", expected one of: personalComputer'),
        ({"region": "europe-west1"}, "Add the provider"),
        ({"provider": "gcp", "region": "europe-west99"}, 'region: found "europe-west99"'),
        ({"provider": "acme"}, 'provider: found "acme"'),
        ({"provider": "gcp", "platform": "localServer"}, "expected cloudComputing"),
        ({"provider": "gcp", "region": "europe-west1"}, "expected BE, where the region europe-west1 is"),
    ],
)
def test_bad_input_is_refused_with_a_reason(values: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        estimate(changed(**values))


def test_all_faults_are_told_at_once() -> None:
    asked = changed(cpu="Foo", hours=-2.0, cpu_usage=3.0, pue=0.5, minutes=90.0, location="XX", memory_gb=None)
    with pytest.raises(InvalidInput) as refused:
        estimate(asked, scaling=Training(rd_factor=-1))
    told = {fault.where for fault in refused.value.faults}
    assert told == {"cpu", "hours", "cpu_usage", "pue", "minutes", "location", "memory", "rd_factor"}
