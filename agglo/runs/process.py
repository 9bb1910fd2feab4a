"""A model's process: started on a folder of questions, watched, measured, stopped."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from agglo.contract.model import Model
from agglo.footprint.meter import Measurement, Meter

if TYPE_CHECKING:
    from resource import struct_rusage

Progress = Callable[[float, str], None]

_PARENT_DEATH_SIGNAL = 1
_PATIENCE_S = 2.0
_INTERVAL_S = 0.01
_LONGEST_LINE = 65_536
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "AGGLO_LANGUAGE", "PYTHONPATH", "LD_LIBRARY_PATH")
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: exit code (negative: the signal that ended it), what it used, what interrupted it."""

    exit_code: int
    measurement: Measurement
    interruption: BaseException | None = None


def command_of(model: Model, folder_in: Path, folder_out: Path) -> list[str]:
    """The words that ask a model, its code being where it says."""
    folders = ["run", "--in", str(folder_in), "--out", str(folder_out)]
    if model.command:
        program = model.code / model.command[0]
        return [str(program) if program.is_file() else model.command[0], *model.command[1:], *folders]
    worker = [sys.executable, "-B", "-m", "agglo.contract.worker"]
    return [*worker, *folders, "--entry", model.entry, "--code", str(model.code)]


def run(command: list[str], *, folder: Path, log: Path, progress: Progress | None = None) -> Ended:
    """Run a command to its end in ``folder``; its standard error goes to ``log``, its progress to ``progress``.

    Whatever interrupts this call (Ctrl-C, SIGTERM, SIGHUP; in a thread, any :class:`Stop` it heeds) ends the process
    and all it started, and comes back as ``interruption`` for the caller to raise.
    """
    with log.open("wb", buffering=0) as errors, Interruptions() as interruptions:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=_environment(folder),
            start_new_session=True,
            preexec_fn=_dying_with(os.getpid()),  # noqa: PLW1509
        )
        try:
            return _watch(process, folder, errors, progress, interruptions)
        finally:
            if process.returncode is None:
                _reap(process)


def end_left_in(folder: Path) -> None:
    """End the processes left at work in a folder, known by their ``HOME``, where the system shows them."""
    mark = f"\0HOME={folder}".encode()
    for place in _PROC.glob("[0-9]*"):
        with suppress(OSError):
            variables = b"\0" + (place / "environ").read_bytes()
            if mark + b"\0" in variables or mark + b"/" in variables:
                os.kill(int(place.name), signal.SIGKILL)


def _watch(
    process: "subprocess.Popen[bytes]",
    folder: Path,
    log: BinaryIO,
    progress: Progress | None,
    interruptions: "Interruptions",
) -> Ended:
    meter = Meter(process.pid)
    meter.start()
    reader = threading.Thread(target=_read, args=(process.stdout, log, progress), daemon=True)
    reader.start()
    try:
        with interruptions.heard(), _heeding(process.pid):
            _wait(process.pid)
    except BaseException as error:
        interruptions.first = error
        _ask_to_end(process.pid)
    measurement = meter.stop(_reap(process))
    reader.join(_PATIENCE_S)
    if interruptions.first is not None or reader.is_alive():
        end_left_in(folder)
        reader.join(_PATIENCE_S)
    return Ended(process.returncode, measurement, interruptions.first)


def _environment(folder: Path) -> dict[str, str]:
    """Only what a program needs: nothing of the person who runs it."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return {**kept, "HOME": str(folder), "TMPDIR": str(folder), "PYTHONHASHSEED": "0", "PYTHONNOUSERSITE": "1"}


def _dying_with(parent: int) -> Callable[[], None]:
    """Have the kernel end the new process when agglo dies, however it dies."""

    def prepare() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)

    return prepare


class Stop:
    """Ends the processes that several threads run, at the word of another; each comes back as interrupted.

    Signals reach the main thread alone: it tells this what it heard, and the threads heed it.
    """

    def __init__(self) -> None:
        self.reason: BaseException | None = None
        self._lock = threading.Lock()
        self._running: set[int] = set()

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """In the thread that enters this, :func:`run` ends its process once this is told."""
        token = _STOPS.set((*_STOPS.get(), self))
        try:
            yield
        finally:
            _STOPS.reset(token)

    def tell(self, reason: BaseException) -> None:
        """Ask every process to end, leave them some time, then end them; those started later end at once."""
        with self._lock:
            self.reason = self.reason or reason
            self._signal(signal.SIGTERM)
        end = time.monotonic() + _PATIENCE_S
        while self._running and time.monotonic() < end:
            time.sleep(_INTERVAL_S)
        with self._lock:
            self._signal(signal.SIGKILL)

    @contextmanager
    def watching(self, pid: int) -> Iterator[None]:
        """Have a process, which is not reaped meanwhile, end when this is told; the reason is raised at the end."""
        with self._lock:
            self._running.add(pid)
        try:
            self.check()
            yield
        finally:
            with self._lock:
                self._running.discard(pid)
        self.check()

    def check(self) -> None:
        """Raise the reason, if there is one."""
        if self.reason is not None:
            raise self.reason

    def _signal(self, number: signal.Signals) -> None:
        for pid in self._running:
            _signal_group(pid, number)


_STOPS: ContextVar[tuple[Stop, ...]] = ContextVar("stops", default=())


def heed() -> None:
    """Raise what a :class:`Stop` that this thread heeds was told, if one was."""
    for stop in _STOPS.get():
        stop.check()


@contextmanager
def _heeding(pid: int) -> Iterator[None]:
    with ExitStack() as stops:
        for stop in _STOPS.get():
            stops.enter_context(stop.watching(pid))
        yield


class Interruptions:
    """Ctrl-C, SIGTERM and SIGHUP: what they raise is held back until it can be answered, so that a process that has
    just been started is never forgotten. Those that would end this process without a word raise ``SystemExit``."""

    def __init__(self) -> None:
        self.first: BaseException | None = None
        self._heard = False
        self._usual: dict[int, Any] = {}

    def __enter__(self) -> "Interruptions":
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                if signal.getsignal(number) not in (signal.SIG_IGN, None):
                    self._usual[number] = signal.signal(number, self._come)
        return self

    def __exit__(self, *_error: object) -> None:
        for number, handler in self._usual.items():
            signal.signal(number, handler)

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Raise what came before, and what comes meanwhile."""
        self._heard = True
        try:
            if self.first is not None:
                raise self.first
            yield
        finally:
            self._heard = False

    def _come(self, number: int, frame: FrameType | None) -> None:
        if self.first is not None:
            return
        try:
            handler = _leave if self._usual[number] is signal.SIG_DFL else self._usual[number]
            handler(number, frame)
        except BaseException as error:
            self.first = error
            if self._heard:
                raise


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def _wait(pid: int) -> None:
    """Wait for a process to end; it is left to be reaped, so that its number stays its own meanwhile."""
    if hasattr(os, "waitid"):
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    while not _has_ended(pid):
        time.sleep(_INTERVAL_S)


def _has_ended(pid: int) -> bool:
    if hasattr(os, "waitid"):
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None
    import psutil

    return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def _ask_to_end(pid: int) -> None:
    """Ask a process and its group to end, and leave them some time to do so."""
    _signal_group(pid, signal.SIGTERM)
    end = time.monotonic() + _PATIENCE_S
    while not _has_ended(pid) and time.monotonic() < end:
        time.sleep(_INTERVAL_S)


def _reap(process: "subprocess.Popen[bytes]") -> "struct_rusage":
    """End what is left of a process and of its group; the answer is what it used."""
    _signal_group(process.pid, signal.SIGKILL)
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage


def _signal_group(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, number)


def _read(output: BinaryIO, log: BinaryIO, progress: Progress | None) -> None:
    """Take progress from a process's output to its end; any other line goes to the log, as far as that can be written.

    The output is read whatever happens: a process that nobody reads would wait for ever.
    """
    with output:
        while line := output.readline(_LONGEST_LINE):
            said = _progress_of(line)
            with suppress(OSError, ValueError):
                if said is None:
                    log.write(line)
                elif progress:
                    progress(*said)


def _progress_of(line: bytes) -> tuple[float, str] | None:
    try:
        said = json.loads(line)
        fraction, text = float(said["progress"]), str(said.get("text", ""))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return (fraction, text) if 0.0 <= fraction <= 1.0 else None
