import signal
from pathlib import Path

import pytest

from agglo.store import locks

from .conftest import Start, finished

HOLDER = """
import sys
from pathlib import Path
from agglo.store import locks
with locks.hold(Path(sys.argv[1]), shared=sys.argv[2] == "shared"):
    print("held", flush=True)
    sys.stdin.readline()
"""


def is_free(path: Path) -> bool:
    with locks.try_hold(path) as held:
        return held


def test_a_lock_is_held_by_one_process(tmp_path: Path, start: Start) -> None:
    path = tmp_path / "lock"
    assert is_free(path)
    other = start(HOLDER, path, "alone")
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    assert not is_free(path)
    other.communicate("\n")
    assert is_free(path)


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path, start: Start) -> None:
    path = tmp_path / "lock"
    other = start(HOLDER, path, "alone")
    assert other.stdout is not None
    other.stdout.readline()
    other.send_signal(signal.SIGKILL)
    with locks.hold(path):
        assert other.wait(60) == -signal.SIGKILL


def test_shared_holders_do_not_exclude_each_other_but_a_lone_one(tmp_path: Path, start: Start) -> None:
    path = tmp_path / "lock"
    others = [start(HOLDER, path, "shared") for _rank in range(2)]
    for other in others:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
    with locks.hold(path, shared=True):
        assert not is_free(path)
    for other in others:
        other.communicate("\n")
    assert is_free(path)


def test_a_waiter_goes_on_when_the_holder_ends(tmp_path: Path, start: Start) -> None:
    path = tmp_path / "lock"
    with locks.hold(path):
        other = start(HOLDER, path, "alone")
        assert not is_free(path)
    assert finished(other, "\n") == "held\n"


def test_a_lock_is_freed_by_an_error(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with pytest.raises(ZeroDivisionError), locks.hold(path):
        1 / 0  # noqa: B018
    assert is_free(path)
