"""A geography service of the tests' own, on the loopback."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ANSWERS = Path(__file__).parent / "answers"
SIREN = "200099992"
EPCI, COMMUNES, SEARCH = f"/epcis/{SIREN}", f"/epcis/{SIREN}/communes", "/epcis"


@dataclass
class Service:
    """What the service answers by path: status and body; ``hold`` names the paths whose answer never ends."""

    address: str
    answers: dict[str, tuple[int, bytes]]
    hold: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)


def _handler(service: Service) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            service.asked.append(self.path)
            status, body = service.answers.get(path, (404, b"Not Found"))
            self.send_response(status)
            self.end_headers()
            if path in service.hold:
                self.drip()
            else:
                self.wfile.write(body)

        def drip(self) -> None:
            try:
                while not service.released.wait(0.02):
                    self.wfile.write(b" ")
                    self.wfile.flush()
            except OSError:
                pass

        def log_message(self, *arguments: object) -> None:
            pass

    return Handler


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    made = Service(
        "",
        {
            EPCI: (200, (ANSWERS / "epci.json").read_bytes()),
            COMMUNES: (200, (ANSWERS / "communes.json").read_bytes()),
            SEARCH: (200, (ANSWERS / "search.json").read_bytes()),
        },
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made))
    made.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.released.set()
    server.shutdown()
    server.server_close()
    thread.join()
