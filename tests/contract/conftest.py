"""Property tests are never timed: the machine may be slow."""

from hypothesis import HealthCheck, settings

settings.register_profile("agglo", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("agglo")
