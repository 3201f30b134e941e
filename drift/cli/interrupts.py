"""Ctrl-C and SIGTERM: drift stops within a second, or stops reading and writes its report."""

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

    from drift.live.patience import Patience, Patiences

GRACE = 0.7
"""Seconds that a stopping run may take before the process is ended."""


class Interrupts:
    """Handles both signals. The first stops the run, or makes it write its report; the second ends the process."""

    def __init__(self) -> None:
        self._patience: Patience | Patiences | None = None
        self._report = False
        self.signal = 0
        """The first signal received; 0 for none."""

    def install(self) -> None:
        """Install the handlers. Only the main thread may call this."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._handle)

    @property
    def status(self) -> int:
        """The exit status that shells use after a signal: 130 for Ctrl-C, 143 for SIGTERM."""
        return 128 + (self.signal or signal.SIGINT)

    @contextlib.contextmanager
    def watched(self, patience: Patience | Patiences, *, report: bool) -> Iterator[None]:
        """Within this context, a signal stops all reading from the account; with `report` the run then writes its
        report."""
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
            # in another thread: this one may hold the lock that stop() needs
            threading.Thread(target=self._patience.stop, daemon=True).start()
        if self._report:
            with contextlib.suppress(OSError, ValueError):
                os.write(
                    2, b"Stopping: the report will contain what was read so far. Press Ctrl-C again to stop at once.\n"
                )
            return
        timer = threading.Timer(GRACE, _leave, (self.status,))
        timer.daemon = True
        timer.start()
        raise KeyboardInterrupt


def _leave(status: int) -> NoReturn:
    """End the process now, whatever its threads do, and its worker processes."""
    if "multiprocessing" in sys.modules:
        import multiprocessing

        for child in multiprocessing.active_children():
            child.kill()
    os._exit(status)


INTERRUPTS = Interrupts()
"""The handlers of this process. There is one instance, because signals belong to the process."""
