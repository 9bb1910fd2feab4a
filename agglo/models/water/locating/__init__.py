"""Leaks located on the hydraulic model, or by sector and sensor where there is none."""
