"""What changes with time while a network is simulated: one value for each step, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isnan
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from agglo.models.water.hydraulics.engine import Engine

Values = Mapping[str, "np.ndarray"]


@dataclass(frozen=True, eq=False)
class Schedule:
    """Arrays (steps,) by name, one value for each ``step_s`` from the start; the last holds on; NaN leaves as it is.

    ``leaks`` constant flows at junctions [m3/h]; ``emitters`` coefficients at junctions [m3/h/m^N1]; ``demands`` base
    demands of the first category [m3/h]; ``factors`` of all demands of a junction [1]; ``settings`` of valves (m, m3/h)
    or pumps (speed); ``open`` links (1 open, 0 closed); ``levels`` of tanks, heads of reservoirs [m]; ``factor`` of all
    demands.

    A pattern that changes at each pattern step needs none of this: see :meth:`.engine.Engine.set_pattern`, far quicker.
    """

    step_s: int
    leaks: Values = field(default_factory=dict)
    emitters: Values = field(default_factory=dict)
    demands: Values = field(default_factory=dict)
    factors: Values = field(default_factory=dict)
    settings: Values = field(default_factory=dict)
    open: Values = field(default_factory=dict)
    levels: Values = field(default_factory=dict)
    factor: "np.ndarray | None" = None

    def applied_to(self, engine: "Engine") -> Callable[[int], None]:
        """A function that sets on ``engine`` what changed at a time [s].

        Levels are set each time, since EPANET moves them.
        """
        moves = self._moves(engine)
        levels = [(name, values.tolist()) for name, values in self.levels.items()]
        held: list[float | None] = [None] * len(moves)
        last = -1

        def apply(time_s: int) -> None:
            nonlocal last
            at = time_s // self.step_s
            for rank, (setter, name, values) in enumerate(moves if at != last else ()):
                value = values[min(at, len(values) - 1)]
                if not isnan(value) and value != held[rank]:
                    setter(name, value)
                    held[rank] = value
            last = at
            for name, values in levels:
                value = values[min(at, len(values) - 1)]
                if not isnan(value):
                    engine.set_level(name, value)

        return apply

    def _moves(self, engine: "Engine") -> list[tuple[Callable[[str, float], None], str, list[float]]]:
        """What sets each value, its name and its values; the factor of all demands first, which leaks are set after."""
        for node in self.leaks:
            engine.add_leak(node, 0.0)
        setters: tuple[tuple[Values, Callable[[str, float], None]], ...] = (
            (self.leaks, engine.add_leak),
            (self.emitters, engine.set_emitter),
            (self.demands, engine.set_base_demand),
            (self.factors, engine.scale_node),
            (self.settings, engine.set_setting),
            (self.open, lambda name, value: engine.set_open(name, bool(value))),
        )
        factor = [] if self.factor is None else [(_for_all(engine), "", self.factor.tolist())]
        moves = [(setter, name, values.tolist()) for group, setter in setters for name, values in group.items()]
        return [*factor, *moves]


def _for_all(engine: "Engine") -> Callable[[str, float], None]:
    return lambda _name, value: engine.scale_demands(value)
