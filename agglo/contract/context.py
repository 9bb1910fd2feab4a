"""What a model receives besides inputs and parameters: a way to say how far it is, a folder, a seed, a logger."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Context:
    """``scratch`` is a folder of the run's own; what is left there and not returned is thrown away."""

    scratch: Path
    seed: int
    logger: logging.Logger
    report: Callable[[float, str], None]

    def progress(self, fraction: float, text: str = "") -> None:
        """Say how far the work is: ``fraction`` from 0 to 1, and in a few words what is being done."""
        self.report(min(max(fraction, 0.0), 1.0), text)

    @cached_property
    def rng(self) -> "np.random.Generator":
        """The run's only source of chance, seeded by the run's seed."""
        import numpy as np

        return np.random.default_rng(self.seed)
