"""Critical values are those of N. Smirnov (1948), Annals of Mathematical Statistics 19(2), 279-281."""

import json
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from agglo.contract.model import from_folder
from agglo.contract.outcome import Statistical
from agglo.runs import asking, questions
from agglo.runs.distributions import kolmogorov_smirnov, kolmogorov_survival
from agglo.runs.verification import distribution_differences, verify


@pytest.mark.parametrize(
    ("value", "probability"), [(0.8276, 0.5), (1.2238, 0.1), (1.3581, 0.05), (1.4802, 0.025), (1.6276, 0.01)]
)
def test_published_critical_values(value: float, probability: float) -> None:
    assert kolmogorov_survival(value) == pytest.approx(probability, rel=1e-3)


def test_the_survival_falls_from_one_to_nothing() -> None:
    values = [kolmogorov_survival(value) for value in np.linspace(0.0, 5.0, 200)]
    assert values[0] == 1.0
    assert values[-1] < 1e-20
    assert all(later <= earlier + 1e-12 for earlier, later in pairwise(values))


def test_samples_of_one_distribution_are_seldom_told_apart() -> None:
    rng = np.random.default_rng(7)
    chances = [kolmogorov_smirnov(rng.normal(size=60), rng.normal(size=300)) for _ in range(400)]
    assert 0.02 < np.mean(np.array(chances) < 0.05) < 0.08


def test_samples_of_two_distributions_are_told_apart() -> None:
    rng = np.random.default_rng(7)
    assert kolmogorov_smirnov(rng.normal(size=200), rng.normal(loc=1.0, size=200)) < 1e-6


def test_empty_samples() -> None:
    nothing, something = np.empty(0), np.ones(3)
    assert kolmogorov_smirnov(nothing, nothing) == 1.0
    assert kolmogorov_smirnov(nothing, something) == 0.0


def test_the_column_that_changed_is_named() -> None:
    rng = np.random.default_rng(3)

    def table(shift: float) -> pa.Table:
        return pa.table({"place": ["x"] * 100, "flow": rng.normal(size=100), "level": rng.normal(loc=shift, size=100)})

    declared = Statistical("kolmogorov-smirnov", 3, 0.001)
    found = distribution_differences("levels", table(5.0), [table(0.0) for _ in range(3)], declared)
    assert [fault.where for fault in found] == ["levels, level"]
    assert distribution_differences("levels", table(0.0), [table(0.0) for _ in range(3)], declared) == []


DICE = """#!/bin/sh
seed=$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')
awk -v seed="$seed" 'BEGIN { srand(seed); print "throw,value"; for (i = 0; i < 300; i++) print i "," rand() }' > "$5/t"
mv "$5/t" "$5/t.csv"
echo '{"tables": {"throws": {"path": "t.csv"}}}' > "$5/outputs.json"
"""


def test_a_model_without_a_seed_is_verified_by_its_distribution(workspace, tmp_path) -> None:
    folder = tmp_path / "dice"
    folder.mkdir()
    program = folder / "dice.sh"
    program.write_text(DICE, encoding="utf-8")
    program.chmod(0o755)
    compare = {"kind": "statistical", "test": "kolmogorov-smirnov", "replicates": 3, "threshold": 1e-6}
    throws = {"kind": "table", "columns": {"throw": "count", "value": "1"}, "compare": compare}
    described = {"id": "test.dice", "version": "1.0.0", "command": ["dice.sh"], "outputs": {"throws": throws}}
    (folder / "model.json").write_text(json.dumps(described), encoding="utf-8")
    run = asking.ask(workspace, questions.pose(workspace, from_folder(folder), inputs={})).run
    assert run.state == "finished", run.content["failure"]
    certificate = verify(workspace, run)
    assert certificate.verdict == "within tolerance", certificate
    one = run.footprint.measurement
    assert certificate.footprint is not None
    assert certificate.footprint["measurement"]["wall_s"] > one.wall_s
