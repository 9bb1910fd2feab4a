"""What a territory's land use does to its carbon. ``sinks`` is the model; its science is in ``aldo``."""

from agglo.models.land.carbon_sinks import sinks

__all__ = ["sinks"]
