import json
from typing import Any

import pytest

from agglo.contract.errors import InvalidInput
from agglo.footprint.declarations import Declaration, Embodied, TokenUse, declaration
from agglo.footprint.green_algorithms import Computation, estimate
from agglo.footprint.scaling import Training

ASKED = Computation(cores=12, cpu="Xeon E5-2683 v4", memory_gb=64, hours=12, location="FR")
TOKENS = TokenUse(tokens_in=900_000, tokens_out=100_000, wh_per_1000_tokens=2.0, source="supplier's card, 2025")


def declared(**values: Any) -> Declaration:
    base = {"project": "flood-alert", "partner": "Acme", "author": "data lead", "date": "2025-03-01"}
    return declaration(**(base | {"kind": "compute", "compute": ASKED} | values))


def of_tokens(**values: Any) -> Declaration:
    return declared(**({"kind": "tokens", "compute": None, "tokens": TOKENS} | values))


def test_a_declared_computation_is_the_calculators_estimate() -> None:
    got, expected = declared(scaling=Training(rd_factor=1)), estimate(ASKED, scaling=Training(rd_factor=1))
    assert got.status == "declared"
    assert got.energy_kwh.central == expected.energy_kwh
    assert got.carbon_g is not None
    assert got.carbon_g.central == expected.carbon_g
    assert got.location == "FR"


def test_tokens_by_energy_per_thousand() -> None:
    got = of_tokens(location="FR")
    assert got.energy_kwh.central == pytest.approx(2.0)
    assert got.carbon_g is not None
    assert got.carbon_g.central == pytest.approx(2.0 * 51.28)


def test_tokens_by_energy_in_all() -> None:
    tokens = TokenUse(tokens_in=10, tokens_out=5, energy_kwh=0.25, source="invoice 12")
    assert of_tokens(tokens=tokens).energy_kwh.central == 0.25


def test_tokens_of_an_unknown_place_have_no_carbon() -> None:
    got = of_tokens()
    assert got.carbon_g is None
    assert got.carbon_intensity_g_per_kwh is None


def test_the_embodied_part_is_apart() -> None:
    without, with_it = declared(), declared(embodied=Embodied(5000.0, "maker's sheet"))
    assert with_it.carbon_g == without.carbon_g
    assert with_it.to_dict()["embodied"] == {"carbon_g": 5000.0, "source": "maker's sheet"}


@pytest.mark.parametrize(
    "said",
    [
        declared(scaling=Training(rd_factor=2), model="land.sinks", territory="200056232", note="first"),
        of_tokens(location="FR", embodied=Embodied(1.0, "sheet")),
        of_tokens(),
    ],
)
def test_a_declaration_survives_being_kept(said: Declaration) -> None:
    assert Declaration.from_dict(json.loads(json.dumps(said.to_dict()))) == said


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"project": " "}, "project: found nothing"),
        ({"partner": ""}, "partner: found nothing"),
        ({"author": "jane@acme.example"}, "a role or an opaque identifier"),
        ({"date": "01/03/2025"}, 'date: found "01/03/2025", expected a day written YYYY-MM-DD'),
        ({"date": "20250301"}, "YYYY-MM-DD"),
        ({"kind": "guess"}, "expected one of: compute, tokens"),
        ({"compute": None}, "compute: found nothing"),
        ({"tokens": TOKENS}, "tokens: found something"),
        ({"location": "FR"}, "Give it with the computation"),
        ({"embodied": Embodied(0.0, "")}, r"embodied\.carbon_g: found 0"),
    ],
)
def test_bad_declarations_are_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        declared(**values)


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        ({"source": " "}, "source: found nothing"),
        ({"tokens_in": 0, "tokens_out": 0}, "a number of tokens above 0"),
        ({"tokens_in": -5}, "tokens_in: found -5"),
        ({"wh_per_1000_tokens": None}, "energy_kwh: found neither"),
        ({"energy_kwh": 1.0}, "energy_kwh: found both"),
        ({"wh_per_1000_tokens": float("nan")}, "wh_per_1000_tokens: found nan"),
    ],
)
def test_bad_token_use_is_refused(tokens: dict[str, Any], message: str) -> None:
    values = {"tokens_in": 10, "tokens_out": 5, "source": "card", "wh_per_1000_tokens": 1.0} | tokens
    with pytest.raises(InvalidInput, match=message):
        of_tokens(tokens=TokenUse(**values))


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        declared(project="", date="soon", compute=Computation(cores=1, memory_gb=1, hours=-1, location="XX"))
    assert {fault.where for fault in refused.value.faults} == {"project", "date", "hours", "location"}
