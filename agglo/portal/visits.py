"""A visit: one request to the portal, with who asks, in which language, about which workspace."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from agglo.store.workspace import Workspace
from agglo.trust.access.people import Person

if TYPE_CHECKING:
    from agglo.territory.communes import Territory


@dataclass(frozen=True)
class Visit:
    """What a page or an answer of the API is made from.

    ``form`` and ``files`` are filled for POST requests only, after the check of the form's token.
    """

    request: Request
    workspace: Workspace
    person: Person
    language: str
    form: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, UploadFile] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> Mapping[str, Any]:
        """The variable parts of the address."""
        return self.request.path_params

    @property
    def query(self) -> Mapping[str, str]:
        """The query, the last value of each name; ``request.query_params.getlist`` gives all."""
        return self.request.query_params

    @property
    def address(self) -> str:
        """The beginning of every absolute address of this portal, without a final slash: ``http://127.0.0.1:8000``."""
        configured = self.workspace.setting("address")
        return str(configured or self.request.base_url).rstrip("/")

    @cached_property
    def territory(self) -> "Territory":
        from agglo.territory import perimeters

        return perimeters.load(self.workspace.setting("territory"), cache=self.workspace.cache)
