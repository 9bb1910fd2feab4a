"""Readings of sensors on a regular grid, with what is wrong with them flagged."""
