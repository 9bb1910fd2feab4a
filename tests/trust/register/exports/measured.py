"""A use of an algorithm as kept runs would measure it. Figures are made up."""

from agglo.footprint.record import Bounds
from agglo.trust.register.use import Use

USED = Use(
    models=("water.leaks",),
    runs=12,
    known=11,
    first="2025-04-02T06:00:00Z",
    last="2026-10-30T06:00:00Z",
    by_month={"2025-04": 6, "2026-10": 6},
    versions=("4.2.0", "4.2.1"),
    datasets=("night-flows@1", "meters@3"),
    energy_kwh=Bounds(0.125, 0.25, 0.5),
    carbon_g=Bounds(6.0, 12.0, 24.0),
    method="Green Algorithms v3.0",
    factor_set="GA-3.0",
    location="FR",
    statuses={"measured": 11, "unknown": 1},
)
