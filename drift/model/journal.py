"""Events for the log: what drift does, step by step.

Events are dropped unless somebody listens (`drift check --log-file FILE`, or `-vv`). An event is a record of the logger
`drift`, with its fields in the attribute `fields`: names, numbers and texts, never the value of a resource.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

LOG: Final = logging.getLogger("drift")
LOG.addHandler(logging.NullHandler())
LOG.propagate = False  # other handlers would not remove secrets

FIELDS: Final = "fields"
"""The attribute of a log record that contains an event's fields."""


def is_kept() -> bool:
    """Whether somebody listens. Fields that are expensive to compute are computed only then."""
    return LOG.isEnabledFor(logging.INFO)


def note(event: str, /, **fields: Any) -> None:
    """Record an event."""
    if is_kept():
        LOG.info(event, extra={FIELDS: fields})


@contextmanager
def timed(event: str, /, **fields: Any) -> Iterator[dict[str, Any]]:
    """Record an event that takes time: `seconds` is added at its end, and `failed` (the name of the exception) if it
    fails.

    Entries that are added to the returned dictionary become fields too.
    """
    began, found = time.perf_counter(), dict(fields)
    try:
        yield found
    except BaseException as error:
        found["failed"] = type(error).__name__
        raise
    finally:
        note(event, **found, seconds=round(time.perf_counter() - began, 3))
