"""People as rights know them: an opaque identifier and a role, never a name."""

from dataclasses import dataclass

from agglo.store.workspace import Workspace

PUBLIC_ROLE = "public"
OPERATOR_ROLE = "operator"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who asks: ``id`` is the opaque identifier that runs keep, empty for whoever has not signed in."""

    id: str = ""
    role: str = PUBLIC_ROLE

    @property
    def signed_in(self) -> bool:
        return bool(self.id)


PUBLIC = Person()
"""Whoever has not signed in."""


def operator(workspace: Workspace) -> Person:
    """Whoever uses the command line, and so holds the disk."""
    return Person(workspace.actor, OPERATOR_ROLE)
