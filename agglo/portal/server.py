"""The server: one process for pages and API, and workers beside it that answer questions."""

import errno
import importlib.util
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _
from agglo.portal import app, memory
from agglo.portal.connections import Connection
from agglo.portal.workers import Workers
from agglo.store.workspace import Workspace

_BACKLOG = 256
_MOST_CONNECTIONS = 500
_KEEP_ALIVE_S = 15
_CLOSING_S = 3
_PORTS_TRIED = 100
_LAST_PORT = 65_535


class _Server(uvicorn.Server):
    """A server that tells its application that it is stopping, so that what streams can end."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        served: Starlette = self.config.app  # type: ignore[assignment]
        served.state.stopping = True
        super().handle_exit(sig, frame)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there.

    Raises
    ------
    InvalidInput
        The port is taken, and the next free one is named; or the place is not one to listen at.
    """
    try:
        family, kind, protocol, _name, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return _bound(family, kind, protocol, place)
    except socket.gaierror:
        found = Fault("--host", host, _("an address of this machine, such as 127.0.0.1"))
    except OSError as error:
        found = _refused(host, port, error)
    raise InvalidInput(_("The portal cannot be served there."), [found])


def _bound(family: int, kind: int, protocol: int, place: object) -> socket.socket:
    made = socket.socket(family, kind, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(place)  # type: ignore[arg-type]
        made.listen(_BACKLOG)
        made.setblocking(False)
    except OSError:
        made.close()
        raise
    return made


def _refused(host: str, port: int, error: OSError) -> Fault:
    if error.errno == errno.EADDRINUSE:
        free = _next_free(host, port)
        repair = _("Add: --port {port}").format(port=free) if free else ""
        return Fault("--port", _("{port}, taken by another program").format(port=port), _("a free port"), repair)
    if error.errno == errno.EACCES:
        return Fault("--port", str(port), _("a port you may open, such as 8000"))
    return Fault("--host", f"{host}: {error.strerror}", _("an address of this machine, such as 127.0.0.1"))


def _next_free(host: str, taken: int) -> int | None:
    for port in range(taken + 1, min(taken + _PORTS_TRIED, _LAST_PORT) + 1):
        try:
            family, kind, protocol, _name, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            _bound(family, kind, protocol, place).close()
        except OSError:
            continue
        return port
    return None


def serve(workspace: Workspace, listening: socket.socket, *, workers: int, ready: Callable[[], None]) -> None:
    """Serve a workspace until told to stop, then end the workers and what they compute."""
    memory.settle()
    served = app.create(workspace)
    beside = Workers(workspace.root, workers)
    served.state.wake, served.state.stopping = beside.wake, False
    beside.start()
    try:
        ready()
        memory.warm_up()
        _Server(_configuration(served, workspace)).run(sockets=[listening])
    finally:
        beside.stop()
        listening.close()


def _configuration(served: Starlette, workspace: Workspace) -> uvicorn.Config:
    return uvicorn.Config(
        served,
        http=Connection,
        loop="uvloop" if importlib.util.find_spec("uvloop") else "asyncio",
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(workspace.setting("address")),
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_CLOSING_S,
    )
