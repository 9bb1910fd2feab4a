"""Drinking water: BattLeDIM's scoring rule, simulated leaky years to judge detectors on, and what the engine costs."""
