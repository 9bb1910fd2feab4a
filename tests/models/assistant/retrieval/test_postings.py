"""BM25, against values computed by hand from the formula."""

from math import log

import numpy as np
import pytest

from agglo.models.assistant.retrieval.postings import K1, B, Postings, build


def texts(*rows: list[int]) -> list[np.ndarray]:
    return [np.array(row, dtype=np.int32) for row in rows]


def scores(found: Postings, *terms: int) -> np.ndarray:
    given = np.zeros(found.count, dtype=np.float32)
    for term in terms:
        found.add(given, term)
    return given


def test_a_weight_is_that_of_the_formula() -> None:
    found = build(texts([0, 0, 1], [1], [2, 2]), 3)

    information = log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    expected = information * 2 * (K1 + 1) / (2 + K1 * (1 - B + B * 3 / 2))
    assert scores(found, 0) == pytest.approx([expected, 0, 0], rel=0.005)
    assert found.unknown == pytest.approx(log(1 + 3.5 / 0.5))


def test_a_term_that_every_text_holds_still_counts_for_something() -> None:
    found = build(texts([0], [0, 1]), 2)

    assert (scores(found, 0) > 0).all()


def test_no_weight_is_off_by_more_than_one_level() -> None:
    random = np.random.default_rng(3)
    given = [random.integers(0, 40, size).astype(np.int32) for size in random.integers(1, 60, 50)]
    found = build(given, 40)

    length = np.array([len(one) for one in given])
    for term in range(40):
        times = np.array([(one == term).sum() for one in given])
        held = (times > 0).sum()
        exact = (
            log(1 + (50 - held + 0.5) / (held + 0.5))
            * times
            * (K1 + 1)
            / (times + K1 * (1 - B + B * length / length.mean()))
        )
        assert abs(scores(found, term) - exact).max() <= exact.max() / 255


def test_scores_do_not_depend_on_the_order_of_words() -> None:
    found = build(texts([0, 1, 2], [2, 1], [0]), 3)

    assert scores(found, 0, 1, 2) == pytest.approx(scores(found, 2, 0, 1))


@pytest.mark.parametrize("given", [texts(), texts([], [])])
def test_nothing_to_search_is_no_error(given: list[np.ndarray]) -> None:
    found = build(given, 0)

    assert found.count == len(given)
    assert found.bytes > 0


def test_a_posting_takes_three_bytes() -> None:
    random = np.random.default_rng(1)
    given = [random.choice(5_000, 200, replace=False).astype(np.int32) for _ in range(1_000)]
    found = build(given, 5_000)

    assert found.texts.nbytes + found.levels.nbytes == 3 * 200 * 1_000
