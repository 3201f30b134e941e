"""Ctrl-C and SIGTERM: drift ends within a second, or reports what it has read, whatever it waits for."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from types import FrameType

    from drift.live.patience import Patience

GRACE = 0.7
"""Seconds for what is under way to come to its end by itself."""


class Interrupts:
    """What happens on a signal. The first one stops the run, or makes it report; the second ends it at once."""

    def __init__(self) -> None:
        self._patience: Patience | None = None
        self._report = False
        self.signal = 0
        """The first signal that came; 0 for none."""

    def install(self) -> None:
        """Take over both signals; main thread alone."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._handle)

    @property
    def status(self) -> int:
        """What the shell expects of a process that a signal ended: 130 for Ctrl-C, 143 for SIGTERM."""
        return 128 + (self.signal or signal.SIGINT)

    @contextlib.contextmanager
    def watched(self, patience: Patience, *, report: bool) -> Iterator[None]:
        """While an account is asked: who waits for it is let go, and `report` makes the run go on to its report."""
        self._patience, self._report = patience, report
        try:
            yield
        finally:
            self._patience, self._report = None, False

    def _handle(self, number: int, _: FrameType | None) -> None:
        if self.signal:
            _leave(128 + number)
        self.signal = number
        if self._patience is not None:
            # in a thread of its own: this one may hold the lock that is needed
            threading.Thread(target=self._patience.stop, daemon=True).start()
        if self._report:
            with contextlib.suppress(OSError, ValueError):
                os.write(2, b"Stopping: the report tells what was read so far. Once more ends it at once.\n")
            return
        timer = threading.Timer(GRACE, _leave, (self.status,))
        timer.daemon = True
        timer.start()
        raise KeyboardInterrupt


def _leave(status: int) -> NoReturn:
    """End now, whatever threads do: with nothing left behind."""
    if "multiprocessing" in sys.modules:
        import multiprocessing

        for child in multiprocessing.active_children():
            child.kill()
    os._exit(status)


INTERRUPTS = Interrupts()
"""Of this process: there is one set of signals."""
