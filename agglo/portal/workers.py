"""The workers of a server: started with it, woken when a question comes, started again if they die, ended with it."""

import logging
import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

_LOOK_EVERY_S = 1.0
_LONGEST_PAUSE_S = 60.0
_STEADY_S = 10.0
"""A worker that lived longer than this is started again at once [s]."""
_PATIENCE_S = 20.0
"""How long the workers have to end their models and keep what there is [s]."""

log = logging.getLogger("agglo.portal.workers")


@dataclass
class _Place:
    """One worker, and the one that takes its place if it dies."""

    process: "subprocess.Popen[bytes]"
    started: float = field(default_factory=monotonic)
    pause_s: float = 0.0


class Workers:
    """So many worker processes on one workspace."""

    def __init__(self, folder: Path, count: int) -> None:
        self._folder, self._count = folder, count
        self._places: list[_Place] = []
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._watched, name="agglo-workers", daemon=True)

    def start(self) -> None:
        """Start all of them."""
        self._places = [_Place(self._spawn()) for _rank in range(self._count)]
        self._watch.start()

    def wake(self) -> None:
        """Have those that rest look for requests. Never waits."""
        for place in self._places:
            with suppress(OSError, ValueError):
                assert place.process.stdin is not None
                place.process.stdin.write(b"\n")

    def stop(self) -> None:
        """End all of them, and wait until they are gone."""
        self._over.set()
        self._watch.join()
        for place in self._places:
            assert place.process.stdin is not None
            place.process.stdin.close()
        end = monotonic() + _PATIENCE_S
        for place in self._places:
            try:
                place.process.wait(max(0.0, end - monotonic()))
            except subprocess.TimeoutExpired:
                place.process.kill()
                place.process.wait()

    def _spawn(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "agglo.portal.worker", str(self._folder)]
        started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, bufsize=0)
        assert started.stdin is not None
        os.set_blocking(started.stdin.fileno(), False)
        return started

    def _watched(self) -> None:
        while not self._over.wait(_LOOK_EVERY_S):
            for rank, place in enumerate(self._places):
                if place.process.poll() is not None and monotonic() >= place.started + place.pause_s:
                    self._places[rank] = self._replaced(place)

    def _replaced(self, dead: _Place) -> _Place:
        """A worker in place of one that died; sooner and sooner deaths are given longer and longer."""
        log.warning("A worker ended with code %s; another takes its place.", dead.process.returncode)
        if dead.process.stdin:
            dead.process.stdin.close()
        steady = monotonic() - dead.started - dead.pause_s > _STEADY_S
        pause_s = 0.0 if steady else min(_LONGEST_PAUSE_S, 2 * dead.pause_s + 1)
        return _Place(self._spawn(), pause_s=pause_s)
