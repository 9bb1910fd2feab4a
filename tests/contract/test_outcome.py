import json

import pytest

from agglo.contract.outcome import (
    Bitwise,
    Comparison,
    Numerical,
    Outcome,
    Statistical,
    comparison_from_dict,
    comparison_to_dict,
)


@pytest.mark.parametrize(
    ("comparison", "content"),
    [
        (Bitwise(), {"kind": "bitwise"}),
        (Numerical(absolute=0.5), {"kind": "numerical", "absolute": 0.5, "relative": 1e-9}),
        (
            Statistical("kolmogorov-smirnov", 30, 0.05),
            {"kind": "statistical", "test": "kolmogorov-smirnov", "replicates": 30, "threshold": 0.05},
        ),
    ],
)
def test_a_comparison_goes_through_json(comparison: Comparison, content: dict[str, object]) -> None:
    assert comparison_to_dict(comparison) == content
    assert comparison_from_dict(json.loads(json.dumps(content))) == comparison


def test_what_is_not_said_has_its_default() -> None:
    assert comparison_from_dict({"kind": "numerical", "absolute": 1.0}) == Numerical(absolute=1.0, relative=1e-9)


@pytest.mark.parametrize("content", [{"kind": "guess"}, {}, {"kind": "numerical", "tolerance": 1}])
def test_another_comparison_is_an_error(content: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError), match=r"guess|kind|tolerance"):
        comparison_from_dict(content)


def test_an_outcome_may_be_empty() -> None:
    assert Outcome() == Outcome(indicators=[], tables={}, layers={}, files={}, notes=[])
