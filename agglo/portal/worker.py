"""The process that answers questions for the portal, as they come: ``python -m agglo.portal.worker FOLDER``.

A byte on its standard input wakes it; it looks by itself every two seconds. It ends once its standard input does, which
is when the server is no longer there, however that died, or at SIGTERM; the model at work then ends first, and is kept
as interrupted.
"""

import logging
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from agglo.runs import asking, process, requests
from agglo.runs.process import Stop
from agglo.store import locks
from agglo.store.workspace import Workspace, open_workspace

EVERY_S = 2.0
_NICENESS = 5
"""How much models give way to the pages that people wait for."""

log = logging.getLogger("agglo.portal.worker")


class Worker:
    """Executes the requests of a workspace, one after another."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._stop = Stop()
        self._woken = threading.Event()

    def wake(self) -> None:
        """Have it look for requests now."""
        self._woken.set()

    def end(self) -> None:
        """Have it end, and the model's process before it."""
        self._stop.tell(SystemExit(0))
        self._woken.set()

    def run(self) -> None:
        """Answer until told to end, which raises ``SystemExit``."""
        with locks.hold(self._workspace.lock("asking")):
            requests.point_again(self._workspace)
        with self._stop.heeded():
            while True:
                self._woken.clear()
                self._work()
                process.heed()
                self._woken.wait(EVERY_S)
                process.heed()

    def _work(self) -> None:
        """Answer what waits. What goes wrong is told and tried again later: the worker itself goes on."""
        try:
            asking.work(self._workspace)
        except Exception:
            log.exception("A request could not be executed.")


def main(arguments: list[str]) -> None:
    """Work on the workspace that the command names."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    os.nice(_NICENESS)
    worker = Worker(open_workspace(Path(arguments[0])))

    def ended(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=worker.end, daemon=True).start()

    def left_to_the_server(_number: int, _frame: FrameType | None) -> None:
        """Ctrl-C reaches every process of a terminal; the server hears it too, and says when to end."""

    signal.signal(signal.SIGTERM, ended)
    signal.signal(signal.SIGINT, left_to_the_server)
    threading.Thread(target=_listen, args=(worker,), daemon=True).start()
    worker.run()


def _listen(worker: Worker) -> None:
    while os.read(0, 4096):
        worker.wake()
    worker.end()


if __name__ == "__main__":
    main(sys.argv[1:])
