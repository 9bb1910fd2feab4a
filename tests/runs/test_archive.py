import hashlib
import importlib.util
import json
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from agglo.contract.errors import AggloError, Damaged, InvalidInput, NotFound
from agglo.runs import archive, unpacking
from agglo.runs.asking import Asked
from agglo.runs.listing import listing
from agglo.runs.run import Run, load
from agglo.runs.verification import verify
from agglo.store import blobs, files
from agglo.store.workspace import Workspace, open_workspace
from runs.checks import assert_whole, rewrite, snapshot

ARCHIVES = Path(__file__).parents[1] / "archives"
HEADER = "agglo-archive.json"


@pytest.fixture
def asked(ask, add_lakes, shell) -> Callable[[Workspace], Asked]:
    """Ask the shell script about the lakes, in any workspace that holds them or not yet."""

    def asking(workspace: Workspace) -> Asked:
        add_lakes(workspace)
        return ask(workspace, shell, inputs={"lakes": "lakes"}, factor=2)

    return asking


@pytest.fixture
def run(workspace, asked) -> Run:
    return asked(workspace).run


_made: dict[str, tuple[Path, Run]] = {}


@pytest.fixture
def kept(tmp_path_factory, asked) -> tuple[Path, Run]:
    """An archive and the run it was made of, the same for all tests: they read them and change nothing."""
    if not _made:
        folder = tmp_path_factory.mktemp("archive")
        workspace = open_workspace(folder / "workspace")
        run = asked(workspace).run
        _made["archive"] = archive.export(workspace, run, folder / "run.zip"), run
    return _made["archive"]


@pytest.fixture
def exported(kept) -> Path:
    return kept[0]


@pytest.fixture
def held(kept) -> Run:
    """The run that the archive was made of."""
    return kept[1]


@pytest.fixture
def elsewhere(tmp_path) -> Workspace:
    return open_workspace(tmp_path / "elsewhere")


def test_a_run_exported_and_imported_elsewhere_verifies_as_identical(workspace, run, elsewhere, tmp_path) -> None:
    exported = archive.export(workspace, run, tmp_path / "run.zip")
    shutil.rmtree(workspace.root)
    kept = archive.import_(elsewhere, exported)
    assert kept.id == run.id
    assert verify(elsewhere, kept).verdict == "identical"
    assert [row["id"] for row in listing(elsewhere)] == [run.id]
    assert_whole(elsewhere)


def test_what_is_imported_is_an_answer(exported, elsewhere, asked) -> None:
    kept = archive.import_(elsewhere, exported)
    again = asked(elsewhere)
    assert (again.reused, again.run.id) == (True, kept.id)


def test_the_same_content_gives_the_same_bytes(workspace, run, elsewhere, tmp_path) -> None:
    exported = archive.export(workspace, run, tmp_path / "run.zip")
    assert archive.export(workspace, run, tmp_path / "again.zip").read_bytes() == exported.read_bytes()
    kept = archive.import_(elsewhere, exported)
    assert archive.export(elsewhere, kept, tmp_path / "from elsewhere.zip").read_bytes() == exported.read_bytes()


def test_a_failed_run_travels_too(workspace, ask, elsewhere, tmp_path) -> None:
    failed = ask(workspace, behaviour="raise").run
    kept = archive.import_(elsewhere, archive.export(workspace, failed, tmp_path / "failed.zip"))
    assert (kept.state, kept.log) == ("failed", failed.log)


def test_importing_twice_adds_only_what_is_new(workspace, run, elsewhere, tmp_path) -> None:
    exported = archive.export(workspace, run, tmp_path / "run.zip")
    archive.import_(elsewhere, exported)
    before = snapshot(elsewhere)
    archive.import_(elsewhere, exported)
    assert snapshot(elsewhere) == before
    verify(workspace, run)
    kept = archive.import_(elsewhere, archive.export(workspace, run, tmp_path / "verified.zip"))
    assert [one["verdict"] for one in kept.certificates] == ["identical"]
    assert listing(elsewhere)[0]["certificate"] == "identical"


def test_a_dataset_that_was_added_here_on_its_own_is_the_same_dataset(exported, elsewhere, add_lakes) -> None:
    mine = add_lakes(elsewhere)
    before = mine.sealed.json("dataset.json")
    archive.import_(elsewhere, exported)
    assert mine.sealed.json("dataset.json") == before
    assert len(list((elsewhere.datasets / "lakes").iterdir())) == 1


def test_an_import_that_died_half_way_is_finished_by_the_next(exported, elsewhere, monkeypatch) -> None:
    real = archive._publish

    def dying(source: Path, target: Path) -> None:
        real(source, target)
        if target.parent.name == "runs":
            raise KeyboardInterrupt

    monkeypatch.setattr(archive, "_publish", dying)
    with pytest.raises(KeyboardInterrupt):
        archive.import_(elsewhere, exported)
    monkeypatch.undo()
    kept = archive.import_(elsewhere, exported)
    assert [row["id"] for row in listing(elsewhere)] == [kept.id]
    assert_whole(elsewhere)


def test_a_file_that_exists_or_cannot_be_written_is_refused(workspace, run, exported, tmp_path) -> None:
    before = exported.read_bytes()
    with pytest.raises(InvalidInput, match="already exists"):
        archive.export(workspace, run, exported)
    assert exported.read_bytes() == before
    with pytest.raises(InvalidInput, match="cannot be written"):
        archive.export(workspace, run, tmp_path / "no such folder" / "run.zip")


def test_what_is_damaged_is_not_exported(workspace, run, tmp_path) -> None:
    code = blobs.path_of(workspace, run.sealed.manifest["blobs"][1])
    content = code.read_bytes()
    code.chmod(0o644)
    code.write_bytes(b"")
    with pytest.raises(Damaged, match="has changed"):
        archive.export(workspace, run, tmp_path / "a.zip")
    code.unlink()
    with pytest.raises(NotFound, match="No blob"):
        archive.export(workspace, run, tmp_path / "a.zip")
    code.write_bytes(content)
    (run.sealed.folder / "more.txt").write_text("x")
    with pytest.raises(Damaged, match=r"more\.txt"):
        archive.export(workspace, run, tmp_path / "a.zip")
    assert list(tmp_path.glob("*.zip")) == list(tmp_path.glob(".*zip*")) == []


def test_an_event_half_written_is_left_out(workspace, run, elsewhere, tmp_path) -> None:
    (run.sealed.folder / "events" / ".x.certified.json.1.ab").write_text("{")
    assert archive.import_(elsewhere, archive.export(workspace, run, tmp_path / "run.zip")).id == run.id


Entries = dict[str, bytes]


@pytest.fixture
def altered(exported, tmp_path) -> Callable[[Callable[[Entries], object]], Path]:
    """The archive with its entries changed by a function that is given them by name."""

    def make(change: Callable[[Entries], object]) -> Path:
        with zipfile.ZipFile(exported) as source:
            entries = {name: source.read(name) for name in source.namelist()}
        change(entries)
        path = tmp_path / "altered.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            for name, content in entries.items():
                target.writestr(zipfile.ZipInfo(name), content, compress_type=zipfile.ZIP_DEFLATED)
        return path

    return make


def refused(workspace: Workspace, path: Path, error: type[AggloError], said: str) -> None:
    """Assert that an archive is refused with that reason and that nothing of it is kept."""
    before = snapshot(workspace)
    with pytest.raises(error) as caught:
        archive.import_(workspace, path)
    assert said in str(caught.value)
    assert snapshot(workspace) == before
    assert listing(workspace) == []
    assert list(workspace.staging.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    [
        "../outside", "runs/../../outside", "/etc/outside", "//outside", "runs\\..\\outside", "C:/outside", "C:outside",
        "runs/./x", "runs//x", ".", "", "runs/x\0y", "./runs/x",
    ],
)  # fmt: skip
def test_a_path_that_leaves_the_archive_is_refused(exported, elsewhere, tmp_path, name) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(exported) as source, zipfile.ZipFile(path, "w") as target:
        for entry in source.infolist():
            target.writestr(entry, source.read(entry))
        info = zipfile.ZipInfo("placeholder")
        info.filename = name
        target.writestr(info, b"x")
    refused(elsewhere, path, InvalidInput, "a path that leaves the archive")
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO, stat.S_IFCHR])
def test_an_entry_that_is_no_plain_file_is_refused(elsewhere, tmp_path, kind) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as target:
        info = zipfile.ZipInfo("runs/link")
        info.external_attr = (kind | 0o777) << 16
        target.writestr(info, b"/etc/hostname")
    refused(elsewhere, tmp_path / "x.zip", InvalidInput, "a link or a folder")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_comes_twice_is_refused(elsewhere, tmp_path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as target:
        target.writestr("a", b"1")
        target.writestr("a", b"2")
    refused(elsewhere, tmp_path / "x.zip", InvalidInput, "a: found twice, expected once")


def test_a_bomb_is_refused_before_it_is_unpacked(elsewhere, tmp_path, monkeypatch) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("bomb", bytes(unpacking.SMALL_BYTES + 1))
    monkeypatch.setattr(unpacking, "_extract", lambda *_given: pytest.fail("unpacked"))
    refused(elsewhere, tmp_path / "x.zip", InvalidInput, "at most 200 times as many")


def test_a_bomb_of_many_small_files_is_refused(elsewhere, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(unpacking, "SMALL_BYTES", 100_000)
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as target:
        for rank in range(20):
            target.writestr(f"bomb-{rank}", bytes(90_000))
    refused(elsewhere, tmp_path / "x.zip", InvalidInput, "archive: found 1800000 bytes packed into")


def test_an_archive_that_is_too_large_is_refused(elsewhere, exported, monkeypatch) -> None:
    monkeypatch.setattr(unpacking, "MAXIMUM_FILES", 3)
    refused(elsewhere, exported, InvalidInput, "at most 3 files")


@pytest.mark.parametrize("declared", [10, 5_000_000])
def test_sizes_that_lie_are_refused(elsewhere, tmp_path, declared) -> None:
    path, content = tmp_path / "x.zip", bytes(range(256)) * 4000
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("liar", content)
    written, size = bytearray(path.read_bytes()), len(content).to_bytes(4, "little")
    assert written.count(size) == 2
    path.write_bytes(written.replace(size, declared.to_bytes(4, "little")))
    refused(elsewhere, path, InvalidInput, "x.zip: found Bad CRC" if declared == 10 else "expected 5000000 bytes")


def test_an_encrypted_entry_and_another_compression_are_refused(elsewhere, tmp_path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_BZIP2) as target:
        target.writestr("a", b"1")
    refused(elsewhere, tmp_path / "x.zip", InvalidInput, "encrypted or compressed otherwise")
    with zipfile.ZipFile(tmp_path / "y.zip", "w") as target:
        target.writestr("a", b"1")
    content = bytearray((tmp_path / "y.zip").read_bytes())
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "y.zip").write_bytes(content)
    refused(elsewhere, tmp_path / "y.zip", InvalidInput, "encrypted or compressed otherwise")


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.99])
def test_a_truncated_archive_is_refused(elsewhere, exported, tmp_path, share) -> None:
    content = exported.read_bytes()
    (tmp_path / "x.zip").write_bytes(content[: int(len(content) * share)])
    refused(elsewhere, tmp_path / "x.zip", InvalidInput, "x.zip")


def test_a_file_that_is_no_archive_is_refused(elsewhere, tmp_path) -> None:
    (tmp_path / "x.zip").write_bytes(b"insee;area\n")
    refused(elsewhere, tmp_path / "x.zip", InvalidInput, "cannot be read")
    refused(elsewhere, tmp_path / "none.zip", InvalidInput, "No such file")
    with zipfile.ZipFile(tmp_path / "y.zip", "w") as target:
        target.writestr("readme.txt", b"hello")
    refused(elsewhere, tmp_path / "y.zip", InvalidInput, "not an archive of agglo")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (b"{}", "not an archive of agglo"),
        (b"[]", "not an archive of agglo"),
        (b"\xff", "not an archive of agglo"),
        (b'{"format": 2, "run": "x"}', "found format 2, expected format 1. Use a newer agglo."),
        (b'{"format": 1, "run": "../../x"}', "the identifier of a run"),
        (b'{"format": 1, "run": ""}', "the identifier of a run"),
        (b'{"format": 1, "run": "01a2062a-3d1d-7d31-b7de-000000000000"}', "Nothing is kept under"),
    ],
)
def test_another_header_is_refused(altered, elsewhere, header, said) -> None:
    path = altered(lambda entries: entries.update({HEADER: header}))
    refused(elsewhere, path, AggloError, said)


def _named(entries: Entries, end: str) -> str:
    return next(name for name in entries if name.endswith(end))


def test_a_blob_whose_digest_does_not_match_is_refused(altered, elsewhere, held) -> None:
    digest = held.sealed.manifest["blobs"][0]
    path = altered(lambda entries: entries.update({f"blobs/{digest}": b"other"}))
    refused(elsewhere, path, Damaged, f"blobs/{digest[:12]}: found ")


def test_a_missing_blob_is_refused(altered, elsewhere, held) -> None:
    digest = held.sealed.manifest["blobs"][-1]
    refused(elsewhere, altered(lambda entries: entries.pop(f"blobs/{digest}")), Damaged, "found nothing")


@pytest.mark.parametrize("end", ["run.json", "log.txt", "indicators.parquet", "data.parquet", "dataset.json"])
def test_a_changed_or_missing_file_is_refused(altered, elsewhere, end) -> None:
    refused(elsewhere, altered(lambda entries: entries.update({_named(entries, end): b"{}"})), Damaged, end)
    refused(elsewhere, altered(lambda entries: entries.pop(_named(entries, end))), Damaged, end)


@pytest.mark.parametrize("end", ["run.json", "data.parquet", "indicators.parquet"])
def test_an_empty_file_under_a_manifest_that_agrees_is_refused(altered, elsewhere, end) -> None:
    refused(elsewhere, altered(lambda entries: _forge(entries, end, b"")), Damaged, "")


def test_a_missing_dataset_is_refused(altered, elsewhere) -> None:
    def drop(entries: Entries) -> None:
        for name in [name for name in entries if name.startswith("datasets/")]:
            del entries[name]

    refused(elsewhere, altered(drop), Damaged, "Nothing is kept under")


@pytest.mark.parametrize("name", ["extra.txt", "runs/another/x", "datasets/lakes/other/x", "agglo.toml", "events/x"])
def test_a_file_that_is_no_part_of_the_run_is_refused(altered, elsewhere, name) -> None:
    refused(elsewhere, altered(lambda entries: entries.update({name: b"x"})), Damaged, name)


@pytest.mark.parametrize("event", [b"{", b"[]", b"{}", b'{"id": "other", "kind": "asked"}'])
def test_an_event_that_is_none_is_refused(altered, elsewhere, held, event) -> None:
    name = f"runs/{held.id}/events/x.asked.json"
    refused(elsewhere, altered(lambda entries: entries.update({name: event})), Damaged, name)


def _forge(entries: Entries, end: str, content: bytes) -> None:
    """Change a file and its manifest with it, as somebody who means it would."""
    name = _named(entries, end)
    manifests = [one for one in entries if one.endswith("/manifest.json")]
    manifest = next(one for one in manifests if name.startswith(one.removesuffix("manifest.json")))
    described = json.loads(entries[manifest])
    digest = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    described["files"][name.removeprefix(manifest.removesuffix("manifest.json"))] = digest
    entries[name], entries[manifest] = content, json.dumps(described).encode()


def _forge_run(entries: Entries, change: Callable[[dict], object]) -> None:
    content = json.loads(entries[_named(entries, "run.json")])
    change(content)
    _forge(entries, "run.json", json.dumps(content).encode())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda run: run["inputs"]["lakes"].update(dataset="../../outside"), "../../outside"),
        (lambda run: run["inputs"]["lakes"].update(version=".."), "lakes/.."),
        (lambda run: run["inputs"]["lakes"].update(version=3), "lakes/3"),
        (lambda run: run["inputs"]["lakes"].update(digest="0" * 64), "datasets/lakes"),
        (lambda run: run.update(id="01a2062a-3d1d-7d31-b7de-000000000000"), "one identifier"),
        (lambda run: run.update(fingerprint="0" * 64), "expected"),
        (lambda run: run["parameters"].update(factor=3), "expected"),
        (lambda run: run["model"].update(code="0" * 64), "the model's code"),
        (lambda run: run.update(state=None), "Error"),
        (lambda run: run.pop("footprint"), "footprint"),
        (lambda run: run.update(inputs=[]), "Error"),
        (lambda run: run.update(finished=None), "Error"),
    ],
)
def test_a_run_forged_with_its_manifest_is_refused(altered, elsewhere, tmp_path, change, said) -> None:
    path = altered(lambda entries: _forge_run(entries, change))
    refused(elsewhere, path, Damaged, said)
    assert not (tmp_path / "outside").exists()


def test_a_manifest_that_names_a_blob_outside_is_refused(altered, elsewhere, held) -> None:
    def change(entries: Entries) -> None:
        name = f"runs/{held.id}/manifest.json"
        entries[name] = json.dumps({**json.loads(entries[name]), "blobs": ["../../x"]}).encode()

    refused(elsewhere, altered(change), Damaged, "../../x")


def test_another_content_under_the_same_name_is_refused(exported, elsewhere) -> None:
    run = archive.import_(elsewhere, exported)
    manifest = run.sealed.folder / "manifest.json"
    manifest.chmod(0o644)
    rewrite(manifest, state="failed")
    before = snapshot(elsewhere)
    with pytest.raises(InvalidInput, match=f"Another content is already kept under this name.\n  - runs/{run.id}"):
        archive.import_(elsewhere, exported)
    assert snapshot(elsewhere) == before


def test_importing_never_keeps_a_part_for_want_of_room(exported, elsewhere, monkeypatch) -> None:
    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(unpacking, "_extract", full)
    refused(elsewhere, exported, AggloError, "The disk is full.")


@pytest.mark.parametrize("path", sorted(ARCHIVES.glob("format-*.zip")), ids=lambda path: path.stem)
def test_archives_of_every_format_are_read_and_verified(elsewhere, path) -> None:
    kept = archive.import_(elsewhere, path)
    assert load(elsewhere, kept.id).model == "test.lake@1.0.0"
    assert [(one.place, one.value) for one in kept.indicators] == [
        ("91272", 106250.0), ("91477", 68000.425), ("91534", 0.0)
    ]  # fmt: skip
    assert kept.content["scenario"]["name"] == "wet-year"
    assert kept.footprint.energy_kwh.central > 0
    assert [one["verdict"] for one in kept.certificates] == ["identical"]
    assert verify(elsewhere, kept).verdict in ("identical", "within tolerance")
    assert [row["checks"] for row in listing(elsewhere)] == [2]


def test_there_is_an_archive_of_the_format_in_force_and_it_is_small() -> None:
    path = ARCHIVES / f"format-{archive.FORMAT}.zip"
    assert path.stat().st_size < 100_000


def test_the_script_still_makes_such_an_archive(tmp_path, elsewhere) -> None:
    spec = importlib.util.spec_from_file_location("make_archive", ARCHIVES / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = module.make(tmp_path / "made.zip")
    assert archive.import_(elsewhere, made).state == "finished"
    assert files.sha256_of(made)[1] < 100_000
