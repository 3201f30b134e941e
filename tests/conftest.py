"""What every test shares."""

import gc
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from drift.desired.backends.s3 import _made as s3_clients
from drift.desired.hcl.evaluate import evaluate
from drift.desired.hcl.syntax import parse_template

# a busy machine is no failure: no example is timed
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# the first evaluation of a process raises the limit of recursion, and Hypothesis fails a test in which that happens:
# which test is the first depends on how they are divided
evaluate(parse_template(""), None)

# nothing may depend on where the machine stands: the suite runs far from UTC, by a rule that needs no table of zones
os.environ.setdefault("TZ", "NST+3:30NDT,M3.2.0,M11.1.0")
time.tzset()


def pytest_collection_finish() -> None:
    """Nothing that was imported or collected becomes garbage: it is never looked through again.

    Ten thousand tests and all modules of AWS's types are a million objects. To look for garbage among them, again and
    again, took a quarter of all time; what a test leaves behind is small, and may wait.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


CONFIGURED = ("AWS_", "TF_", "CI_", "GITLAB_", "CONSUL_", "PG", "KUBE", "GOOGLE_", "STORAGE_", "ARM_", "AZURE_", "TG_")
"""What names of environment variables begin with that say where states are, or open them."""


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Configurations that were parsed are not kept in the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRIFT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def nothing_selected(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment that names no place and no credentials."""
    for name in [n for n in os.environ if n.startswith(CONFIGURED)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    s3_clients.cache_clear()
