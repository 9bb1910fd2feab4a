"""A dismissal as the process heeds it that executes the request."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from agglo.runs import failures
from agglo.runs.process import Stop
from agglo.runs.requests import Request

_EVERY_S = 0.3


class Dismissal(Stop):
    """Ends the model's process once its request is dismissed, by whatever process."""

    def __init__(self, request: Request) -> None:
        super().__init__()
        self._request = request
        self._why = failures.dismissed()

    @contextmanager
    def watching(self, pid: int) -> Iterator[None]:
        """Look for the mark from time to time while the process runs; the thread that does is there no longer."""
        over = threading.Event()
        thread = threading.Thread(target=self._watch, args=(over,), daemon=True)
        thread.start()
        try:
            with super().watching(pid):
                yield
        finally:
            over.set()
            thread.join()

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(_EVERY_S):
            if self._request.dismissed:
                self.tell(self._why)
                return
