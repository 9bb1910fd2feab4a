"""A model's process: started on a folder of questions, watched, measured, stopped."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from agglo.contract.model import Model
from agglo.footprint.meter import Measurement, Meter

Progress = Callable[[float, str], None]

_PARENT_DEATH_SIGNAL = 1
_PATIENCE_S = 2.0
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "AGGLO_LANGUAGE", "PYTHONPATH", "LD_LIBRARY_PATH")
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: exit code (negative: the signal that ended it) and what it used."""

    exit_code: int
    measurement: Measurement


def command_of(model: Model, code: Path, folder_in: Path, folder_out: Path) -> list[str]:
    """The words that ask a model, its code being checked out at ``code``."""
    folders = ["run", "--in", str(folder_in), "--out", str(folder_out)]
    if model.command:
        program = code / model.command[0]
        return [str(program) if program.is_file() else model.command[0], *model.command[1:], *folders]
    worker = [sys.executable, "-B", "-m", "agglo.contract.worker"]
    return [*worker, *folders, "--entry", model.entry, "--code", str(code)]


def run(command: list[str], *, folder: Path, log: Path, progress: Progress | None = None) -> Ended:
    """Run a command to its end in ``folder``; its standard error goes to ``log``, its progress to ``progress``.

    Whatever interrupts this call ends the process and its group first.
    """
    with log.open("wb") as errors:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=_environment(folder),
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509
        )
        meter = Meter(process.pid)
        meter.start()
        reader = threading.Thread(target=_read, args=(process, errors, progress), daemon=True)
        reader.start()
        try:
            _pid, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            _stop(process)
            meter.stop()
            raise
        process.returncode = os.waitstatus_to_exitcode(status)
        measurement = meter.stop(usage)
        reader.join(_PATIENCE_S)
    return Ended(process.returncode, measurement)


def _environment(folder: Path) -> dict[str, str]:
    """Only what a program needs: nothing of the person who runs it."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return {**kept, "HOME": str(folder), "TMPDIR": str(folder), "PYTHONHASHSEED": "0", "PYTHONNOUSERSITE": "1"}


def _die_with_parent() -> None:
    """Have the kernel end this process when agglo dies, however it dies."""
    if _LIBC is not None:
        _LIBC.prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End the process and all it started: asked first, then made to."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        if _gone(process):
            break


def _gone(process: "subprocess.Popen[bytes]") -> bool:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        if process.poll() is not None:
            return True
        time.sleep(0.01)
    return False


def _read(process: "subprocess.Popen[bytes]", log: BinaryIO, progress: Progress | None) -> None:
    """Take progress from standard output; any other line goes to the log."""
    assert process.stdout is not None
    for line in process.stdout:
        try:
            said = json.loads(line)
            fraction, text = float(said["progress"]), str(said.get("text", ""))
        except (ValueError, KeyError, TypeError):
            log.write(line)
            continue
        if progress:
            progress(fraction, text)
