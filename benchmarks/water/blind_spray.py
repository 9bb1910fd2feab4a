"""The submission that looks at no sensor: a few pipes near every pipe, named again and again.

``python -m benchmarks.water.blind_spray NETWORK.inp FLOWS.parquet [LEAKS.csv] [--write FILE]``

On L-Town and its leaks of 2019, 37 pipes named on the first of every second month earn 378,138 EUR (20 true, 137
false), more than the best entry of 2020. It stands beside every score, for euros alone can be gamed.
"""

import argparse
from pathlib import Path

import numpy as np

from benchmarks.water import leaks, pipes, scoring, submission
from benchmarks.water.leaks import STEP, Year
from benchmarks.water.pipes import Pipes
from benchmarks.water.scoring import BATTLEDIM, Detection, Result

TIMES_A_YEAR = (1, 4, 6, 12)
USUAL = 6


def cover(network: Pipes, reach_m: float = BATTLEDIM.reach_m) -> tuple[str, ...]:
    """Pipes such that every pipe lies within ``reach_m`` [m] of one of them, each the one that covers most pipes not
    covered before (the first in the network's order among equals)."""
    covered_by = {pipe.id: set(network.within(pipe.id, reach_m)) for pipe in network.pipes}
    left = set(covered_by)
    chosen = []
    while left:
        best = max(covered_by, key=lambda pipe: len(covered_by[pipe] & left))
        chosen.append(best)
        left -= covered_by[best]
    return tuple(chosen)


def spray(chosen: tuple[str, ...], year: Year, times: int = USUAL) -> list[Detection]:
    """Every chosen pipe at the first step after the start of every (12 / ``times``)-th month of the year."""
    first = year.start.astype("datetime64[M]")
    months = [first + np.timedelta64(month, "M") for month in range(0, 12, 12 // times)]
    return [Detection(pipe, month.astype("datetime64[s]") + STEP) for month in months for pipe in chosen]


def blind(year: Year, network: Pipes, times: int = USUAL) -> Result:
    return scoring.score(spray(cover(network), year, times), year, network)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", type=Path)
    parser.add_argument("flows", type=Path)
    parser.add_argument("listed", type=Path, nargs="?")
    parser.add_argument("--write", type=Path, help="write the usual submission to this file")
    options = parser.parse_args()
    network, year = pipes.read(options.network), leaks.read(options.flows, options.listed)
    chosen = cover(network)
    print(f"{len(chosen)} pipes cover {len(network.pipes)}; no sensor is used")
    for times in TIMES_A_YEAR:
        result = scoring.score(spray(chosen, year, times), year, network)
        print(
            f"{times:>3} x a year {result.score_eur:>14,.2f} EUR, {result.true_positives} true, "
            f"{result.false_positives} false, maximum {result.maximum_eur:,.2f} EUR"
        )
    if options.write:
        options.write.write_text(submission.text_of(spray(chosen, year)), encoding="utf-8")


if __name__ == "__main__":
    main()
