"""YAML files that people write: read without losing anything they wrote."""

from pathlib import Path
from typing import Any

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _


def read_yaml(path: Path, what: str) -> Any:
    """The content of a YAML file; dates stay texts, as they were written. ``what`` begins the error.

    Raises
    ------
    InvalidInput
        The file is missing, is not YAML in UTF-8, or gives a key twice (YAML readers keep the last, silently).
    """
    import yaml

    class Loader(yaml.SafeLoader):
        """Safe YAML, without dates, each key once."""

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    twice: list[Fault] = []

    def mapping(loader: Any, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[tuple[str, str]] = set()
        for key, _value in node.value:
            identity = (str(key.tag), str(key.value))
            if identity in seen:
                place = _("{file}, line {line}").format(file=path.name, line=key.start_mark.line + 1)
                twice.append(Fault(place, str(key.value)[:80], _("each key once")))
            seen.add(identity)
        content: dict[Any, Any] = yaml.SafeLoader.construct_mapping(loader, node, deep)
        return content

    Loader.construct_mapping = mapping  # type: ignore[method-assign]
    try:
        content = yaml.load(path.read_text(encoding="utf-8-sig"), Loader)  # noqa: S506
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        said = error.strerror if isinstance(error, OSError) else " ".join(str(error).split())
        raise InvalidInput(what, [Fault(path.name, str(said)[:200], _("a YAML file"))]) from None
    if twice:
        raise InvalidInput(what, twice)
    return content
