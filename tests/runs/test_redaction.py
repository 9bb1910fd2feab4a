"""No user name, host name or absolute path in what is sealed: units, then every byte of real runs."""

import json
import re
import shutil
import socket
import subprocess
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from agglo.runs import redaction
from agglo.store import files
from agglo.store.workspace import open_workspace
from runs.checks import runs_of

WEB = re.compile(r"[a-z]+://[^\s\"'<>]*")
ABSOLUTE = re.compile(r"(?<![\w<>./~-])/(?:[^\s/\"'<>|:]+/)+[^\s\"'<>|:]*")


@pytest.fixture(autouse=True)
def _names_are_read_again():
    redaction._names.cache_clear()
    redaction._usual_places.cache_clear()
    yield
    redaction._names.cache_clear()
    redaction._usual_places.cache_clear()


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ('File "/srv/w/staging/1/out/x.py", line 3', 'File "<out>/x.py", line 3'),
        ("/srv/w/agglo.toml and /srv/workshop/x", "<workspace>/agglo.toml and <path>/x"),
        ("see /opt/data/2024/x.csv", "see <path>/x.csv"),
        ("cwd:/opt/data/x", "cwd:<path>/x"),
        ("path=/opt/data/x", "path=<path>/x"),
        ("file:///opt/data/x", "<path>/x"),
        ("gcc -I/opt/include/x", "gcc -I<path>/x"),
        ("['/mnt/Mes documents/a b/x.csv']", "['<path>/x.csv']"),
        ("of /home/jeanne", "of <home>"),
        ("of /Users/jeanne/x.csv", "of <home>/x.csv"),
        ("OSError: [Errno 2]: '/a/b'", "OSError: [Errno 2]: '<path>/b'"),
    ],
)
def test_folders_are_replaced(text, redacted) -> None:
    places = {"/srv/w": "<workspace>", "/srv/w/staging/1/out": "<out>"}
    assert redaction.redacted(text, places) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/a/b/c.html?x=1#d",
        "http://example.org:8000/tmp/usr/home/x",
        "s3://bucket/a/b",
        "1,500 tCO2/ha/yr and km/h, 3/4/5, and/or",
        "<in>/lakes.parquet",
        "./a/b ../a/b ~/a/b a/b/c",
        "an option /x and 1 / 2 / 3",
        "",
    ],
)
def test_what_is_no_path_is_left_as_it_is(text) -> None:
    assert redaction.redacted(text, {"/tmp": "<workspace>", "/usr": "<x>"}) == text


def test_the_place_of_a_workspace_at_the_root_does_not_eat_other_words() -> None:
    assert redaction.redacted("km/w and /w/runs and /words/x", {"/w": "<workspace>"}) == (
        "km/w and <workspace>/runs and <path>/x"
    )


def test_names_are_replaced_as_whole_words_in_any_case(monkeypatch) -> None:
    monkeypatch.setenv("USER", "jeanne")
    monkeypatch.setattr(socket, "gethostname", lambda: "moulon.example.org")
    redaction._names.cache_clear()
    assert redaction.redacted("Jeanne_x on MOULON, jeannette, moulon.example.org", {}) == (
        "<user>_x on <host>, jeannette, <host>"
    )


@pytest.mark.parametrize("name", ["root", "x", ""])
def test_a_name_that_names_nobody_is_left(monkeypatch, name) -> None:
    for variable in ("USER", "LOGNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(variable, name)
    assert redaction.redacted("root x", {}) == "root x"


def test_json_is_redacted_at_every_depth_and_keys_are_kept() -> None:
    content = {"/a/b/c": ["/a/b/c", {"x": ("/a/b/c", 3, None)}]}
    assert redaction.redacted_json(content, {}) == {"/a/b/c": ["<path>/c", {"x": ["<path>/c", 3, None]}]}


def test_a_text_that_cannot_be_written_becomes_one_that_can() -> None:
    assert redaction.redacted("a \ud800 b", {}) == "a ? b"


def leaks(folder: Path, names: list[str]) -> list[str]:
    """Where a sealed folder holds one of these names or an absolute path; Parquet is read as well as searched."""
    found = []
    for path in files.walk(folder):
        texts = [path.read_bytes().decode("utf-8", "replace")]
        if path.suffix == ".parquet":
            table = pq.ParquetFile(path).read()
            texts += [json.dumps(table.to_pylist(), default=str), str(table.schema.metadata), str(table.schema)]
        else:
            found += [f"{path.name}: {one}" for text in texts for one in ABSOLUTE.findall(WEB.sub("", text))]
        whole = "\n".join(texts)
        found += [
            f"{path.name}: {name}"
            for name in names
            if re.search(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", whole, re.IGNORECASE)
        ]
    return found


@pytest.fixture
def place(tmp_path) -> Path:
    """A folder with a name that is easily found."""
    folder = tmp_path / "zanzibar place"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("behaviour", ["answer", "tell"])
def test_no_name_and_no_absolute_path_is_in_any_sealed_byte(place, lake_folder, behaviour) -> None:
    names = ["zebulon", "zanzibar", str(place), str(lake_folder.parent)]
    known = {"USER": "zebulon", "LOGNAME": "zebulon", "HOME": str(place / "zebulon"), "PATH": "/usr/bin:/bin"}
    (place / "zebulon").mkdir()
    command = f'{_python()} -c "from agglo.cli import main; main()" run "{lake_folder}" --set behaviour={behaviour}'
    if _can_rename_the_host():
        command = f"unshare --uts sh -c 'hostname zorglub; {command} --workspace \"{place}/w\"'"
        names.append("zorglub")
    else:
        command += f' --workspace "{place}/w"'
        names.append(socket.gethostname())
    ended = subprocess.run(["/bin/sh", "-c", command], env=known, capture_output=True, text=True, check=False)
    [run] = runs_of(open_workspace(place / "w"))
    assert ended.returncode == (1 if behaviour == "tell" else 0), ended.stderr
    assert leaks(run.sealed.folder, names) == []
    if behaviour == "tell":
        assert re.search(r"told: (root|<user>) <host> <out> <code>/lake/__init__.py", run.log)
        assert "on <host> by - in <out>" in run.log


def _python() -> str:
    import sys

    return sys.executable


def _can_rename_the_host() -> bool:
    """Whether a process may be given a host name of its own."""
    if not shutil.which("unshare"):
        return False
    return subprocess.run(["unshare", "--uts", "hostname", "zorglub"], capture_output=True, check=False).returncode == 0


def test_the_search_finds_what_is_not_redacted(place, ask, monkeypatch) -> None:
    monkeypatch.setattr(redaction, "redacted", lambda text, _places: text)
    run = ask(open_workspace(place / "w"), behaviour="tell").run
    found = leaks(run.sealed.folder, ["zanzibar", socket.gethostname()])
    files_with_names = {one.partition(":")[0] for one in found if one.endswith(("zanzibar", socket.gethostname()))}
    assert files_with_names == {"log.txt", "run.json", "ro-crate-metadata.json"}
    assert any(one.startswith("log.txt: /") for one in found)


def test_the_search_reads_what_parquet_compresses(place, ask) -> None:
    run = ask(open_workspace(place / "w"), rain_m=0.2).run
    assert leaks(run.sealed.folder, ["91272"]) == ["indicators.parquet: 91272", "volumes.parquet: 91272"]
