import logging
from pathlib import Path

from agglo.contract.context import Context


def context(tmp_path: Path, seed: int, said: list[tuple[float, str]]) -> Context:
    return Context(tmp_path, seed, logging.getLogger("test"), lambda fraction, text: said.append((fraction, text)))


def test_progress_stays_between_0_and_1(tmp_path: Path) -> None:
    said: list[tuple[float, str]] = []
    one = context(tmp_path, 0, said)
    for fraction in (-1, 0.5, 7):
        one.progress(fraction, "raining")
    one.progress(1)
    assert said == [(0.0, "raining"), (0.5, "raining"), (1.0, "raining"), (1.0, "")]


def test_chance_is_decided_by_the_seed(tmp_path: Path) -> None:
    first, again, other = (context(tmp_path, seed, []).rng.random(5).tolist() for seed in (3, 3, 4))
    assert first == again != other
