"""What holds for the whole house: what it imports, what it is licensed under, what committed files may hold."""

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PERMITTED = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|LGPL|Unlicense|HPND|EUPL|Zlib|0BSD|CC0",
    re.IGNORECASE,
)
REFUSED = re.compile(r"(?<!L)(?<!Lesser )(A?GPL|General Public License)", re.IGNORECASE)


def _base_distributions() -> set[str]:
    """Every distribution the base install brings, dependencies of dependencies included."""
    found: set[str] = set()
    waiting = ["agglo"]
    while waiting:
        name = waiting.pop()
        for line in metadata.requires(name) or []:
            if "extra ==" in line:
                continue
            needed = re.split(r"[\s<>=!~;\[(]", line, maxsplit=1)[0].lower().replace("_", "-")
            if needed in found or not _installed(needed):
                continue
            found.add(needed)
            waiting.append(needed)
    return found


def _installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _licence(name: str) -> str:
    described = metadata.metadata(name)
    classifiers = [one for one in described.get_all("Classifier") or [] if one.startswith("License ::")]
    return " | ".join(
        filter(None, [described.get("License-Expression"), (described.get("License") or "")[:300], *classifiers])
    )


def test_every_base_dependency_has_a_permitted_licence() -> None:
    names = _base_distributions()
    assert {"pyarrow", "sqlalchemy", "pydantic", "numpy"} <= names
    wrong = {}
    for name in sorted(names):
        said = _licence(name)
        if not PERMITTED.search(said) or (REFUSED.search(said) and not re.search(r"\bOR\b|LGPL|Apache|MIT|BSD", said)):
            wrong[name] = said
    assert wrong == {}


def test_importing_agglo_brings_no_heavy_library() -> None:
    heavy = ("pandas", "pyarrow", "geopandas", "numpy", "shapely", "sqlalchemy", "pydantic", "typer", "rich")
    code = f"import agglo, sys; print([name for name in {heavy!r} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def _committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def _texts() -> dict[str, str]:
    found = {}
    for path in _committed():
        if not path.is_file() or path.name == "LICENSE":
            continue
        content = path.read_bytes()
        if b"\0" not in content[:4096]:
            found[path.relative_to(ROOT).as_posix()] = content.decode("utf-8", "replace")
    return found


def test_no_committed_file_names_a_download_host() -> None:
    pattern = re.compile(
        r'"resolved": *"http|index-url|find-links|registry *= *"?http|https?://[^ ]*/(simple|packages)/'
    )
    here = Path(__file__).relative_to(ROOT).as_posix()
    found = [name for name, text in _texts().items() if name != here and pattern.search(text)]
    assert found == []


def test_every_translation_is_complete_and_compiled() -> None:
    babel = pytest.importorskip("babel.messages.pofile", reason="Babel comes with the extra check")
    mofile = pytest.importorskip("babel.messages.mofile")
    folder = ROOT / "agglo" / "contract" / "locale" / "fr" / "LC_MESSAGES"
    with (folder / "agglo.po").open("rb") as file:
        catalogue = babel.read_po(file)
    with (folder / "agglo.mo").open("rb") as file:
        compiled = {_key(one.id): _forms(one.string) for one in mofile.read_mo(file) if one.id}
    messages = {_key(one.id): _forms(one.string) for one in catalogue if one.id}
    untranslated = [one for one, forms in messages.items() if not all(forms)]
    assert untranslated == []
    assert {one: compiled[one] for one in messages} == messages
    assert _extracted() <= set(messages)


def _key(message: str | tuple[str, ...] | list[str]) -> str:
    """The message, or its singular."""
    return message if isinstance(message, str) else message[0]


def _forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    """A translation, or its singular and plural."""
    return [text] if isinstance(text, str) else list(text)


def _extracted() -> set[str]:
    """Every message of the code."""
    from babel.messages.extract import extract_from_dir

    keywords = {"_": None, "N_": None, "ngettext": (1, 2)}
    methods = [("**.py", "python"), ("**.j2", "jinja2"), ("**.html", "jinja2")]
    found = set()
    for _file, _line, message, _comments, _context in extract_from_dir(
        ROOT / "agglo", methods, keywords=keywords, options_map={}
    ):
        found.add(_key(message))
    return {one for one in found if one}


def test_translations_keep_every_place_holder() -> None:
    babel = pytest.importorskip("babel.messages.pofile")
    with (ROOT / "agglo/contract/locale/fr/LC_MESSAGES/agglo.po").open("rb") as file:
        catalogue = babel.read_po(file)
    holes = re.compile(r"\{[^{}]*\}|%\([a-z_]+\)s")
    wrong = [
        one.id
        for one in catalogue
        if isinstance(one.id, str) and one.id and set(holes.findall(one.id)) != set(holes.findall(str(one.string)))
    ]
    assert wrong == []
