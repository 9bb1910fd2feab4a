"""EcoLogits' estimate, against figures computed with it for 300 tokens, French electricity, PUE 1.2."""

import pytest

pytest.importorskip("ecologits", reason="needs the extra assistant")

from agglo.footprint.generation import estimate


@pytest.mark.parametrize(
    ("billions", "batch", "energy_wh", "carbon_g"),
    [(8, 64, 0.027, 0.0033), (8, 1, 0.40, 0.095), (24, 64, 0.033, 0.0041), (24, 1, 0.57, 0.136), (70, 1, 4.2, 1.02)],
)
def test_published_figures(billions: float, batch: int, energy_wh: float, carbon_g: float) -> None:
    found = estimate(300, billions=billions, batch=batch)

    assert found.energy_wh == pytest.approx(energy_wh, rel=0.03)
    assert found.carbon_g == pytest.approx(carbon_g, rel=0.03)
    assert found.batch == batch


def test_twice_the_tokens_take_twice_the_energy() -> None:
    once, twice = (estimate(tokens, billions=8, batch=1) for tokens in (100, 200))

    assert twice.energy_wh == pytest.approx(2 * once.energy_wh)
    assert estimate(0, billions=8, batch=1).energy_wh == 0
