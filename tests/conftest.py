"""What every test shares."""

from hypothesis import HealthCheck, settings

# a busy machine is no failure: no example is timed
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
