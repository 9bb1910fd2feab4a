"""Drinking water: readings, losses, leaks and what to repair first.

Each model is in a module of this folder; what it is made of is in the folders beside.
"""
