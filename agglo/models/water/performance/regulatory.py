"""French regulatory indicators of a drinking-water network, as pure functions of a year's volumes.

Definitions: annexes V and VI of articles D. 2224-1 to D. 2224-3 of the code général des collectivités territoriales,
arrêté of 2 May 2007; sheets P104.3, P105.3 and P106.3 of the national observatory of water services (SISPEA,
services.eaufrance.fr). Numbers of annexes are from memory.

Threshold: décret 2012-97 of 27 January 2012, as the observatory quotes it (services.eaufrance.fr, "diagnostic de
conformité du rendement"): the plan of action of article L. 2224-7-1 of the code général des collectivités territoriales
is asked for where the yield "calculated for the year before or, where sales of water vary greatly, over the last three
years" is under 85 %, or, where that is not reached, under 65 plus a fifth of the linear consumption index. That it is
codified at article D. 213-48-14-1 of the code de l'environnement is from memory; that the fixed term is 70 where more
than 2 Mm3 a year is taken from a water-stress zone (zone de répartition des eaux) is from memory and from a course of
ENGEES (ressources.unit.eu, whose "0,02 ILC" is a slip for a fifth).
"""

from typing import Literal

from agglo.models.water.performance.volumes import DAYS, Volumes

HIGHEST_THRESHOLD = 85.0
"""No network is asked for more [%]."""
FIXED_TERM = 65.0
FIXED_TERM_IN_STRESS = 70.0
"""Fixed term [%] where withdrawals in a water-stress zone are over :data:`STRESS_WITHDRAWAL_M3`."""
STRESS_WITHDRAWAL_M3 = 2_000_000.0
"""Withdrawal in a water-stress zone [m3/yr] over which the fixed term is the greater one."""
CONSUMPTION_SHARE = 1 / 5
"""Points of yield for each m3/d/km of consumption [%/(m3/d/km)]."""

Density = Literal["rural", "intermediate", "urban"]

ACCEPTABLE_LOSSES: dict[Density, float] = {"rural": 2.5, "intermediate": 5.0, "urban": 10.0}
"""Greatest loss index that the département of Seine-et-Marne calls acceptable [m3/d/km].

Observatoire de l'eau de Seine-et-Marne (eau.seine-et-marne.fr). No scale is official: E. Renaud, Valeurs de référence
de l'indice linéaire de pertes des réseaux d'alimentation en eau potable, Cemagref, 2009, finds many that disagree.
"""


def network_yield(volumes: Volumes) -> float:
    """P104.3, share of the water put in that is used or sold [%].

    ::

        100 x (authorised consumption + exported) / (produced + imported)

    Volumes put in are above zero.

    >>> round(network_yield(Volumes(1_200_000, 150_000, 80_000, 930_000, 12_000, 18_000)), 3)
    77.037
    """
    return 100 * volumes.used / volumes.put_in


def non_counted_index(volumes: Volumes, network_km: float) -> float:
    """P105.3, water supplied that no customer's meter counted, by day and length of mains [m3/d/km].

    >>> round(non_counted_index(Volumes(1_200_000, 150_000, 80_000, 930_000, 12_000, 18_000), 210), 4)
    4.4357
    """
    return (volumes.supplied - volumes.metered) / DAYS / network_km


def loss_index(volumes: Volumes, network_km: float) -> float:
    """P106.3, losses by day and length of mains, service pipes left out [m3/d/km].

    >>> round(loss_index(Volumes(1_200_000, 150_000, 80_000, 930_000, 12_000, 18_000), 210), 4)
    4.0444
    """
    return (volumes.supplied - volumes.authorised) / DAYS / network_km


def consumption_index(volumes: Volumes, network_km: float) -> float:
    """ILC, authorised consumption and water exported by day and length of mains [m3/d/km].

    >>> round(consumption_index(Volumes(1_200_000, 150_000, 80_000, 930_000, 12_000, 18_000), 210), 4)
    13.5682
    """
    return volumes.used / DAYS / network_km


def fixed_term(stress_withdrawal_m3: float = 0.0) -> float:
    """Fixed term of the threshold [%], from the withdrawal in a water-stress zone [m3/yr].

    >>> fixed_term(), fixed_term(2_000_000.0), fixed_term(2_000_001.0)
    (65.0, 65.0, 70.0)
    """
    return FIXED_TERM_IN_STRESS if stress_withdrawal_m3 > STRESS_WITHDRAWAL_M3 else FIXED_TERM


def yield_threshold(index: float, stress_withdrawal_m3: float = 0.0) -> float:
    """Yield under which a plan of action is asked for [%], from the linear consumption index [m3/d/km].

    ::

        min(85, fixed term + index / 5)

    >>> round(yield_threshold(34.4059), 3), round(yield_threshold(34.4059, 3e6), 3), yield_threshold(500.0)
    (71.881, 76.881, 85.0)
    """
    return min(HIGHEST_THRESHOLD, fixed_term(stress_withdrawal_m3) + CONSUMPTION_SHARE * index)


def excess(volumes: Volumes, threshold: float) -> float:
    """Water put in over what would bring the yield to ``threshold`` [%], consumption unchanged [m3/yr].

    ::

        put in - 100 x (authorised consumption + exported) / threshold

    Above zero it is the volume to save. Consumption does not change, so neither does the index that the threshold rests
    on.

    >>> round(excess(Volumes(1000.0, 0.0, 0.0, 600.0, 0.0, 0.0), 75.0), 9)
    200.0
    """
    return volumes.put_in - 100 * volumes.used / threshold


def density_class(subscribers_per_km: float) -> Density:
    """Rural under 25 subscribers a km of mains, urban over 50 (Seine-et-Marne, as :data:`ACCEPTABLE_LOSSES`).

    >>> density_class(24.9), density_class(25.0), density_class(50.0), density_class(50.1)
    ('rural', 'intermediate', 'intermediate', 'urban')
    """
    if subscribers_per_km < 25:
        return "rural"
    return "intermediate" if subscribers_per_km <= 50 else "urban"
