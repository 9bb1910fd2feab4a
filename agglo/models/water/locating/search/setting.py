"""Figures of the search: what is assumed of models and networks, and when a sign becomes a leak."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """What a search assumes. Defaults were chosen on simulated years of L-Town whose leaks were drawn by chance.

    Attributes
    ----------
    roughness_error, demand_error
        Standard deviation of the error of the model's roughness and base demands [1].
    signature_error
        Error of what a leak does to a sensor, beyond that of place and network [1].
    networks
        Networks drawn to say what those errors do to pressures.
    evidence
        Logarithm of the likelihood ratio from which there is a leak; more is asked of 1 and 2 hours alone.
    least_flow_m3_h
        Smaller leaks are not looked for.
    mass
        Probability that the leak lies within reach of one pipe from which the pipe is named at once; after
        ``patience_h`` hours ``late_mass`` is enough.
    reach_m
        Distance along pipes within which a crew finds a leak [m].
    """

    roughness_error: float = 0.10
    demand_error: float = 0.15
    signature_error: float = 0.06
    networks: int = 120
    evidence: float = 17.0
    least_flow_m3_h: float = 0.7
    mass: float = 0.6
    late_mass: float = 0.35
    patience_h: int = 72
    reach_m: float = 300.0


FIRST_EVIDENCE = {1: 22.0, 2: 20.0, 4: 18.0}
"""Evidence asked of windows of so many hours: there are more of them in a year."""
WINDOWS = ((1, 1), (2, 1), (4, 1), (8, 2), (16, 4), (24, 4), (48, 8), (96, 12), (168, 24), (336, 24), (672, 24))
"""Length of a window, and every how many hours it is looked at [h]."""
