import hashlib
from pathlib import Path

import pytest

from agglo.contract.errors import Damaged, InvalidInput, NotFound
from agglo.store import blobs
from agglo.store.workspace import Workspace

from .conftest import Start, finished, left_over

CONTENT = b"\x00some bytes" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(CONTENT)
    return path


@pytest.mark.parametrize("content", [b"", b"x", CONTENT])
def test_bytes_are_kept_under_their_digest(workspace: Workspace, content: bytes) -> None:
    digest = blobs.put(workspace, content)
    assert digest == hashlib.sha256(content).hexdigest()
    assert blobs.get(workspace, digest) == content
    assert blobs.check(workspace, digest) == workspace.blobs / digest[:2] / digest


def test_a_file_is_copied_and_left_as_it_is(workspace: Workspace, source: Path) -> None:
    assert blobs.put_file(workspace, source) == DIGEST
    assert source.read_bytes() == blobs.get(workspace, DIGEST)
    assert not source.samefile(blobs.path_of(workspace, DIGEST))


def test_a_link_is_kept_as_what_it_leads_to(workspace: Workspace, source: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(source)
    assert blobs.put_file(workspace, tmp_path / "link") == DIGEST
    assert not blobs.path_of(workspace, DIGEST).is_symlink()


def test_the_same_content_is_written_once(workspace: Workspace, source: Path) -> None:
    blobs.put(workspace, CONTENT)
    before = blobs.path_of(workspace, DIGEST).stat()
    assert blobs.put(workspace, CONTENT) == blobs.put_file(workspace, source) == DIGEST
    after = blobs.path_of(workspace, DIGEST).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_blob_cannot_be_written_to_and_nothing_is_left_aside(workspace: Workspace, source: Path) -> None:
    blobs.put(workspace, b"x")
    blobs.put_file(workspace, source)
    assert blobs.path_of(workspace, DIGEST).stat().st_mode & 0o777 == 0o444
    assert left_over(workspace) == []


def test_a_source_that_changes_meanwhile_is_kept_as_it_was_copied(
    workspace: Workspace, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = blobs.sha256_of, []

    def changing(path: Path) -> tuple[str, int]:
        found = real(path)
        if not calls:
            source.write_bytes(b"changed")
        calls.append(path)
        return found

    monkeypatch.setattr(blobs, "SMALL_BYTES", 0)
    monkeypatch.setattr(blobs, "sha256_of", changing)
    digest = blobs.put_file(workspace, source)
    assert digest == hashlib.sha256(b"changed").hexdigest()
    assert blobs.get(workspace, digest) == b"changed"
    assert not blobs.path_of(workspace, DIGEST).exists()


def test_a_changed_blob_is_damaged(workspace: Workspace) -> None:
    path = blobs.path_of(workspace, blobs.put(workspace, CONTENT))
    path.chmod(0o644)
    path.write_bytes(CONTENT[:-1])
    for read in (blobs.get, blobs.check):
        with pytest.raises(Damaged, match=f"blobs/{DIGEST[:12]}: found .*expected {DIGEST[:12]}"):
            read(workspace, DIGEST)


def test_a_missing_blob_is_not_found(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match=f"No blob {DIGEST[:12]} in this workspace"):
        blobs.get(workspace, DIGEST)


@pytest.mark.parametrize("digest", ["", "abc", "../" * 21 + "a", DIGEST.upper(), f"{DIGEST}\n", "g" * 64])
def test_what_is_not_a_digest_is_refused(workspace: Workspace, digest: str) -> None:
    with pytest.raises(InvalidInput, match="expected 64 hexadecimal digits"):
        blobs.path_of(workspace, digest)


def test_a_failure_leaves_nothing(workspace: Workspace, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(blobs, "sync", fail)
    for keep in (lambda: blobs.put(workspace, CONTENT), lambda: blobs.put_file(workspace, source)):
        with pytest.raises(OSError, match="No space left"):
            keep()
    assert left_over(workspace) == []
    assert not blobs.path_of(workspace, DIGEST).exists()


WRITER = """
import sys
from pathlib import Path
from agglo.store import blobs
from agglo.store.workspace import open_workspace
workspace = open_workspace(Path(sys.argv[1]))
source = Path(sys.argv[1]).parent / f"source-{sys.argv[2]}"
sys.stdin.readline()
for rank in range(100):
    content = f"blob {rank}".encode() * 500
    source.write_bytes(content)
    kept = blobs.put_file(workspace, source) if sys.argv[2] == "1" else blobs.put(workspace, content)
    assert blobs.get(workspace, kept) == content
    print(kept)
"""


def test_processes_may_keep_the_same_blobs_at_once(workspace: Workspace, start: Start) -> None:
    writers = [start(WRITER, workspace.root, rank) for rank in range(3)]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    kept = [finished(writer).split() for writer in writers]
    assert kept[0] == kept[1] == kept[2]
    assert len(set(kept[0])) == 100
    for digest in kept[0]:
        blobs.check(workspace, digest)
    assert left_over(workspace) == []
