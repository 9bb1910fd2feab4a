import errno
import hashlib
import json
import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from agglo.store import files

from .conftest import Start, finished


def test_a_file_is_written_whole_and_nothing_is_left_aside(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for content in (b"first", b"", b"second" * 1000):
        files.write_atomically(path, content)
        assert path.read_bytes() == content
    assert [one.name for one in tmp_path.iterdir()] == ["a.json"]


def test_a_failure_leaves_the_old_content_and_nothing_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    files.write_atomically(path, b"old")

    def fail(_descriptor: int) -> None:
        raise OSError(errno.EIO, "broken disk")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="broken disk"):
        files.write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["a.json"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB; a limit on the size of files where it cannot be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True, check=False
        ).returncode
    )
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    if not mounted:
        resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, before[1]))
    yield folder
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)
    if mounted:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_leaves_the_old_content_and_nothing_aside(small_disk: Path) -> None:
    path = small_disk / "a.json"
    files.write_atomically(path, b"old")
    with pytest.raises(OSError, match=r"No space left|File too large") as error:
        files.write_atomically(path, b"x" * 200_000)
    assert error.value.errno in (errno.ENOSPC, errno.EFBIG)
    assert path.read_bytes() == b"old"
    assert [one.name for one in small_disk.iterdir()] == ["a.json"]


def test_files_written_in_order_are_on_the_disk_before_they_have_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, list[str]]] = []
    real = files.sync

    def sync(path: Path) -> None:
        real(path)
        seen.append((path.name, sorted(one.name for one in tmp_path.iterdir() if not one.name.startswith("."))))

    monkeypatch.setattr(files, "sync", sync)
    files.write_in_order([(tmp_path / "b", b"first"), (tmp_path / "a", b"second")])
    assert [present for _name, present in seen] == [[], [], ["a", "b"]]
    assert seen[-1][0] == tmp_path.name
    assert [(tmp_path / name).read_bytes() for name in "ba"] == [b"first", b"second"]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a", "b"]


def test_a_failure_between_two_files_leaves_nothing_aside(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    with pytest.raises(OSError, match="directory"):
        files.write_in_order([(tmp_path / "a", b"first"), (tmp_path / "b", b"second")])
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a", "b"]


def test_files_and_folders_are_synced_together_where_the_system_cannot_be_told_to_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "posix_fadvise", raising=False)
    (tmp_path / "a").write_bytes(b"a")
    synced = []
    monkeypatch.setattr(files, "sync", synced.append)
    files.sync_all([tmp_path / "a", tmp_path])
    assert synced == [tmp_path / "a", tmp_path]


READER = """
import json, sys
from pathlib import Path
seen = 0
path = Path(sys.argv[1])
print("ready", flush=True)
while seen < 50:
    content = json.loads(path.read_bytes())
    assert content["text"] == str(content["n"]) * 10_000, "a part of a file was seen"
    seen += 1
"""


def test_a_reader_sees_the_old_content_or_the_new_never_a_part(tmp_path: Path, start: Start) -> None:
    path = tmp_path / "a.json"

    def write(number: int) -> None:
        files.write_atomically(path, files.to_json({"n": number % 10, "text": str(number % 10) * 10_000}))

    write(0)
    reader = start(READER, path)
    number = 0
    while reader.poll() is None:
        number += 1
        write(number)
    finished(reader)


def test_json_is_stable_readable_and_without_nan() -> None:
    assert files.to_json({"b": "été", "a": 1}) == '{\n "b": "été",\n "a": 1\n}\n'.encode()
    with pytest.raises(ValueError, match="not JSON compliant"):
        files.to_json(float("nan"))


def test_json_is_read_back(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(files.to_json({"é": [1, None]}))
    assert files.read_json(tmp_path / "a.json") == {"é": [1, None]}
    (tmp_path / "a.json").write_bytes(b"{")
    with pytest.raises(json.JSONDecodeError):
        files.read_json(tmp_path / "a.json")


@pytest.mark.parametrize("size", [0, 1, files.CHUNK_BYTES, files.CHUNK_BYTES + 1])
def test_the_digest_of_a_file_of_any_size(tmp_path: Path, size: int) -> None:
    content = bytes(size)
    (tmp_path / "a").write_bytes(content)
    assert files.sha256_of(tmp_path / "a") == (hashlib.sha256(content).hexdigest(), size)


def test_walking_gives_files_in_order_and_follows_no_link(tmp_path: Path) -> None:
    for name in ("b/x", "a", "b/c/y", ".hidden"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "link").symlink_to("a")
    (tmp_path / "up").symlink_to("..")
    assert [str(path.relative_to(tmp_path)) for path in files.walk(tmp_path)] == [".hidden", "a", "b/c/y", "b/x"]


def test_removing_what_is_not_there_is_fine(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for _again in range(2):
        files.remove_tree(tmp_path / "a")
        assert not (tmp_path / "a").exists()
