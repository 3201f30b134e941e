"""What drift did, as it goes: one event after another, for whoever keeps a log of it.

Nothing is kept unless somebody listens: `drift check --log-file FILE` does, and `-vv`. An event is a record of the
logger `drift` whose fields are its attribute `fields`: names, numbers and texts, never a value of a resource.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

LOG: Final = logging.getLogger("drift")
LOG.addHandler(logging.NullHandler())
LOG.propagate = False  # nobody else's handler scrubs what it writes

FIELDS: Final = "fields"
"""The attribute of a record that holds an event's fields."""


def is_kept() -> bool:
    """Whether somebody listens: what is dear to work out for the log is worked out only then."""
    return LOG.isEnabledFor(logging.INFO)


def note(event: str, /, **fields: Any) -> None:
    """An event has happened."""
    if is_kept():
        LOG.info(event, extra={FIELDS: fields})


@contextmanager
def timed(event: str, /, **fields: Any) -> Iterator[dict[str, Any]]:
    """An event that takes time: `seconds` are added once it is over, and `failed`, an exception's name, where it fails.

    What is put into the dictionary that is given becomes a field, too.
    """
    began, found = time.perf_counter(), dict(fields)
    try:
        yield found
    except BaseException as error:
        found["failed"] = type(error).__name__
        raise
    finally:
        note(event, **found, seconds=round(time.perf_counter() - began, 3))
