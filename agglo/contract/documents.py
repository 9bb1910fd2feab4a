"""YAML files that people write: read without losing anything they wrote."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _

if TYPE_CHECKING:
    from yaml import Node

_DATES = "tag:yaml.org,2002:timestamp"


def read_yaml(path: Path, what: str) -> Any:
    """The content of a YAML file; dates stay texts, as they were written. ``what`` begins the error.

    Raises
    ------
    InvalidInput
        The file is missing, is not YAML in UTF-8, or gives a key twice (YAML readers keep the last, silently).
    """
    import yaml

    try:
        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(path.read_text(encoding="utf-8-sig"))
        loader.yaml_implicit_resolvers = {
            first: [(tag, pattern) for tag, pattern in resolvers if tag != _DATES]
            for first, resolvers in loader.yaml_implicit_resolvers.items()
        }
        node = loader.get_single_node()
        faults = _keys_given_twice(node, path.name, set())
        content = None if node is None or faults else loader.construct_document(node)
    except (OSError, UnicodeDecodeError, RecursionError, yaml.YAMLError) as error:
        raise InvalidInput(what, [_unread(path, error)]) from None
    if faults:
        raise InvalidInput(what, faults)
    return content


def _unread(path: Path, error: Exception) -> Fault:
    """Why a file cannot be read, in words for whoever wrote it."""
    if isinstance(error, OSError):
        return Fault(path.name, str(error.strerror), _("a YAML file"))
    if isinstance(error, UnicodeDecodeError):
        return Fault(path.name, _("another encoding"), _("a YAML file"), _("Save it as UTF-8."))
    if isinstance(error, RecursionError):
        return Fault(path.name, _("entries set in without end"), _("a YAML file"))
    mark, problem = getattr(error, "problem_mark", None), str(getattr(error, "problem", None) or error)
    if mark is None:
        return Fault(path.name, " ".join(problem.split())[:200], _("a YAML file"))
    lines = path.read_text(encoding="utf-8-sig").splitlines() or [""]
    number = min(mark.line, len(lines) - 1)
    where = _("{file}, line {line}").format(file=path.name, line=number + 1)
    if "tab" in problem.split() or "'\\t'" in problem:
        return Fault(where, _("a tab"), _("a YAML file"), _("Begin lines with spaces, never with a tab."))
    repair = _("Here or just before: a quotation mark too many or missing, or a text that is not set in.")
    return Fault(where, repr(lines[number].strip()[:80]), _("a YAML file"), repair)


def _keys_given_twice(node: "Node | None", file: str, visited: set[int]) -> list[Fault]:
    from yaml import MappingNode, SequenceNode

    if not isinstance(node, MappingNode | SequenceNode) or id(node) in visited:
        return []
    visited.add(id(node))
    if isinstance(node, SequenceNode):
        return [fault for one in node.value for fault in _keys_given_twice(one, file, visited)]
    found, seen = [], set()
    for key, value in node.value:
        if isinstance(key.value, str) and key.value in seen:
            place = _("{file}, line {line}").format(file=file, line=key.start_mark.line + 1)
            found.append(Fault(place, str(key.value)[:80], _("each key once")))
        seen.add(key.value if isinstance(key.value, str) else id(key))
        found += _keys_given_twice(value, file, visited)
    return found
