from itertools import combinations, pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agglo.studies.report import classes
from agglo.studies.report.classes import BLUES, INK, ORANGES, WHITE, ZERO, contrast, natural_breaks, scale_of

DEUTERANOPIA = ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))
PROTANOPIA = ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998))
TRITANOPIA = ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900))
"""Machado, Oliveira and Fernandes 2009, doi:10.1109/TVCG.2009.113, severity 1; on linear RGB."""


def linear(colour: str) -> list[float]:
    shares = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    return [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]


def seen(colour: str, matrix: tuple[tuple[float, ...], ...]) -> list[float]:
    """A colour as someone with that deficiency sees it, in CIE L*a*b* (D65)."""
    rgb = [
        min(1.0, max(0.0, sum(weight * part for weight, part in zip(row, linear(colour), strict=True))))
        for row in matrix
    ]
    to_xyz = ((0.4124, 0.3576, 0.1805, 0.9505), (0.2126, 0.7152, 0.0722, 1.0), (0.0193, 0.1192, 0.9505, 1.089))
    xyz = [sum(w * p for w, p in zip(row, rgb, strict=False)) / row[3] for row in to_xyz]
    f = [v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz]
    return [116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])]


def apart(one: str, other: str, matrix: tuple[tuple[float, ...], ...]) -> float:
    return sum((a - b) ** 2 for a, b in zip(seen(one, matrix), seen(other, matrix), strict=True)) ** 0.5


@pytest.mark.parametrize("matrix", [DEUTERANOPIA, PROTANOPIA, TRITANOPIA], ids=["deutan", "protan", "tritan"])
def test_neighbours_and_opposite_sides_stay_apart_for_the_colour_blind(matrix) -> None:
    for side in (BLUES, ORANGES):
        assert min(apart(one, other, matrix) for one, other in pairwise((ZERO, *side))) > 8
    assert min(apart(blue, orange, matrix) for blue, orange in product(BLUES, ORANGES)) > 12


def test_darker_is_further_from_zero_so_that_the_order_survives_in_grey() -> None:
    for side in (BLUES, ORANGES):
        lightness = [classes.luminance(colour) for colour in (ZERO, *side)]
        assert lightness == sorted(lightness, reverse=True)
        assert all(contrast(one, other) > 1.05 for one, other in combinations((ZERO, *side), 2))


def test_a_label_is_readable_on_every_class() -> None:
    for colour in (*BLUES, *ORANGES, ZERO):
        assert max(contrast(INK, colour), contrast(WHITE, colour)) >= 4.5


def test_contrast_of_black_and_white_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_natural_breaks_are_the_best_of_all_groupings() -> None:
    values = [0.1, 0.8, 1.7, 24, 25, 32, 45, 62, 116, 245, 492]

    def cost(groups: list[list[float]]) -> float:
        return sum(sum((value - sum(group) / len(group)) ** 2 for value in group) for group in groups)

    every = [
        [values[start:end] for start, end in pairwise((0, *cuts, len(values)))]
        for cuts in combinations(range(1, len(values)), 3)
    ]
    assert cost(natural_breaks(values, 4)) == pytest.approx(min(map(cost, every)))


def test_zero_has_its_own_class_and_what_is_not_known_has_none() -> None:
    scale = scale_of([None, 0.0, -3.0, 5.0])
    assert [one.label for one in scale.classes] == ["−3 to 0", "0", "0 to 5"]
    assert scale.of(0.0).colour == ZERO


def test_orange_is_bad_and_blue_good() -> None:
    assert scale_of([-5.0], better="higher").of(-5.0).colour in ORANGES
    assert scale_of([5.0], better="higher").of(5.0).colour in BLUES
    assert scale_of([5.0], better="lower").of(5.0).colour in ORANGES
    assert scale_of([-5.0], better="lower").of(-5.0).colour in BLUES


def test_no_value_gives_no_class() -> None:
    assert scale_of([None, None]).classes == ()


def test_limits_are_round_and_signed_where_asked() -> None:
    labels = [one.label for one in scale_of([0.0, 11.0, 12.0, 246.0], signed=True).classes]
    assert labels == ["0", "0 to +200", "+200 to +250"]


@given(st.lists(st.floats(-1e6, 1e6).filter(lambda value: value == 0 or abs(value) > 1e-3), min_size=1, max_size=40))
def test_every_value_lies_in_its_class_and_classes_do_not_overlap(values: list[float]) -> None:
    scale = scale_of(values, better="higher")
    for value in values:
        found = scale.of(value)
        assert found.near <= abs(value) <= found.far
        assert found.sign == (value > 0) - (value < 0)
    for side in (-1, 1):
        limits = sorted((one.near, one.far) for one in scale.classes if one.sign == side)
        assert all(before[1] == after[0] for before, after in pairwise(limits))
