import pytest

from agglo.contract.errors import InvalidInput
from agglo.footprint.green_algorithms import Computation, estimate, scaling_to_dict
from agglo.footprint.scaling import Inference, Scaling, Training, scaling_from_dict

ASKED = Computation(cores=1, memory_gb=1, hours=1, location="FR")


@pytest.mark.parametrize(
    ("per", "mode", "runs_in_a_year"),
    [
        ("day", "compat", 360),
        ("week", "compat", 48),
        ("month", "compat", 12),
        ("year", "compat", 1),
        ("day", "calendar", 365.25),
        ("week", "calendar", 365.25 / 7),
        ("month", "calendar", 12),
        ("year", "calendar", 1),
    ],
)
def test_a_year_of_inference(per: str, mode: str, runs_in_a_year: float) -> None:
    once, year = estimate(ASKED), estimate(ASKED, scaling=Inference(per=per, mode=mode))
    assert year.energy_kwh / once.energy_kwh == pytest.approx(runs_in_a_year, rel=1e-12)
    assert year.carbon_g / once.carbon_g == pytest.approx(runs_in_a_year, rel=1e-12)


def test_a_known_period_of_several_units_and_another_report() -> None:
    scaling = Inference(runs=5, per="week", per_length=2, reporting_length=6, reporting_unit="month")
    assert scaling.parts() == {"inference": pytest.approx(5 * 6 * 4 / 2)}


def test_no_extra_training_changes_nothing() -> None:
    assert estimate(ASKED, scaling=Training()).energy_kwh == estimate(ASKED).energy_kwh


@pytest.mark.parametrize("scaling", [Training(rd_factor=2), Inference(per="week", runs=3, mode="calendar")])
def test_scalings_survive_being_kept(scaling: Scaling) -> None:
    kept = scaling_to_dict(scaling)
    assert kept is not None
    assert scaling_from_dict(kept) == scaling


@pytest.mark.parametrize(
    ("scaling", "message"),
    [
        (Training(rd_factor=-1), "rd_factor: found -1"),
        (Training(rd_factor=float("nan")), "rd_factor: found nan"),
        (Training(retrainings=4), "retrainings 4, retraining_factor 0.*1 for the same cost"),
        (Training(retraining_factor=0.5), "expected a number of retrainings and the factor of one"),
        (Inference(per=""), "per: found"),
        (Inference(per="hour"), 'per: found "hour", expected one of: day, week, month, year'),
        (Inference(per="day", runs=0), "runs: found 0, expected a number above 0"),
        (Inference(per="day", reporting_length=-1), "reporting_length: found -1"),
        (Inference(per="day", reporting_unit="century"), 'reporting_unit: found "century"'),
        (Inference(per="day", mode="julian"), "expected one of: compat, calendar"),
    ],
)
def test_bad_scaling_is_refused(scaling: Scaling, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        estimate(ASKED, scaling=scaling)
