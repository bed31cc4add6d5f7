"""What tests of every kind share."""

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import postgres
from tests.private_key import make_private_key

__all__ = ["postgres"]  # a fixture, for whoever asks

# A busy machine is no finding: speed is measured in `bench/`.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


@pytest.fixture(scope="session")
def private_key() -> str:
    """One RSA key for the whole run: making one takes a while."""
    return make_private_key()
