"""What protects the portal: tokens of forms, cookies, headers, hosts, sizes, times."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.responses import PlainTextResponse, Response
from starlette.testclient import TestClient

from agglo.contract.errors import TooMany
from agglo.portal import app, bodies, routing, security
from agglo.portal.visits import Visit
from agglo.store.workspace import Workspace, open_workspace
from agglo.trust.access.people import PUBLIC, Person
from agglo.trust.accounts import accounts, audit, database, passwords, sessions, tokens

from .conftest import PASSWORD, Account, SignedIn, post, token_of

SECRET_DETAIL = "/srv/secret/place.sqlite"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path / "workspace")


def _seen(visit: Visit) -> Response:
    files = {name: len(file.file.read()) for name, file in visit.files.items()}
    return PlainTextResponse(f"{dict(visit.form)} {files} {len(visit.body)}")


def _broken(visit: Visit) -> Response:
    raise RuntimeError(f"SELECT * FROM {SECRET_DETAIL} line 7")


def _with_extra(visit: Visit) -> Response:
    return PlainTextResponse("x", headers={security.EXTRA_HEADER: "worker-src blob:; img-src https://tiles.example"})


@pytest.fixture
def _more_routes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Routes that answer what they were sent, or break."""
    more = (
        routing.page("/test/form", _seen, name="test_form", methods=("GET", "POST")),
        routing.page("/test/broken", _broken, name="test_broken"),
        routing.page("/test/extra", _with_extra, name="test_extra"),
        routing.endpoint("/ogc/test", _seen, name="test_ogc", methods=("GET", "POST", "DELETE")),
        routing.endpoint("/ogc/broken", _broken, name="test_ogc_broken"),
    )
    known = app.routes()
    monkeypatch.setattr(app, "routes", lambda: (*more, *known))


pytestmark = pytest.mark.usefixtures("_more_routes")


# forms


def test_a_form_without_its_token_is_refused(signed_in: SignedIn) -> None:
    here = signed_in("steward")
    for sent in ({}, {"token": ""}, {"token": "x.y"}, {"token": "." + "0" * 64}, {"token": "é.é"}):
        answer = here.post("/test/form", data=sent)
        assert answer.status_code == 403
        assert "This form cannot be taken." in answer.text
    assert here.post("/test/form", data={"token": token_of(here, "/compte")}).status_code == 200


def test_a_token_of_another_session_is_refused(signed_in: SignedIn, client: TestClient) -> None:
    ada, bob = signed_in("steward"), signed_in("steward")
    for token in (token_of(bob, "/compte"), token_of(client, "/connexion")):
        assert ada.post("/test/form", data={"token": token}).status_code == 403


def test_a_token_from_before_signing_in_is_refused_after(client: TestClient, account: Account) -> None:
    login, password = account("steward")
    before = token_of(client, "/connexion")
    assert client.post("/connexion", data={"login": login, "password": password, "token": before}).status_code == 303
    assert client.post("/test/form", data={"token": before}).status_code == 403


def test_nobody_can_be_signed_in_by_another_site(client: TestClient, account: Account) -> None:
    login, password = account("steward")
    assert client.post("/connexion", data={"login": login, "password": password}).status_code == 403
    assert "session" not in client.cookies


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.elsewhere.example"},
        {"Origin": "http://["},
    ],
)
def test_a_form_of_another_site_is_refused_even_with_a_token(
    client: TestClient, signed_in: SignedIn, headers: dict[str, str]
) -> None:
    here = signed_in("steward")
    token = token_of(here, "/compte")
    del here.headers["Sec-Fetch-Site"]
    assert here.post("/test/form", data={"token": token}, headers=headers).status_code == 403
    assert here.post("/test/form", data={"token": token}, headers={"Origin": "http://testserver"}).status_code == 200


def test_a_program_shows_a_token_and_a_browser_where_it_comes_from(
    signed_in: SignedIn, client: TestClient, workspace: Workspace
) -> None:
    here = signed_in("steward")
    assert here.post("/ogc/test", json={}).status_code == 200
    assert here.post("/ogc/test", data={"a": "b"}).status_code == 415
    assert here.delete("/ogc/test").status_code == 200
    del here.headers["Sec-Fetch-Site"]
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        refused = here.post("/ogc/test", json={}, headers=headers)
        assert refused.status_code == 403
        assert refused.headers["content-type"] == "application/problem+json"
    shown = {"Authorization": f"Bearer {tokens.add(workspace, here.actor, 'script')}"}
    assert client.post("/ogc/test", json={}, headers=shown).status_code == 200
    assert client.post("/ogc/test", json={}, headers={"Authorization": "Bearer agglo_no"}).status_code == 401


# sessions


def test_cookies_are_closed(client: TestClient, account: Account) -> None:
    login, password = account("steward")
    given = post(client, "/connexion", {"login": login, "password": password}).headers.get_list("set-cookie")
    (cookie,) = [one for one in given if one.startswith("session=")]
    assert re.fullmatch(r"session=[\w-]{43}; HttpOnly; Path=/; SameSite=lax", cookie)


def test_cookies_are_of_this_host_alone_over_https(workspace: Workspace, account: Account) -> None:
    login, password = account("steward")
    with TestClient(app.create(workspace), base_url="https://testserver", follow_redirects=False) as client:
        page = client.get("/connexion")
        assert page.headers["set-cookie"].startswith("__Host-form=")
        given = post(client, "/connexion", {"login": login, "password": password}).headers.get_list("set-cookie")
        (cookie,) = [one for one in given if "session=" in one]
        assert re.fullmatch(r"__Host-session=[\w-]{43}; HttpOnly; Path=/; SameSite=lax; Secure", cookie)
        assert client.get("/compte").status_code == 200
        assert client.get("/compte").headers["strict-transport-security"] == "max-age=31536000"


def test_whoever_shows_nothing_costs_no_look_at_the_database(client: TestClient, workspace: Workspace) -> None:
    assert client.get("/test/form").status_code == 200
    assert not database.path_of(workspace).exists()


def test_ten_thousand_wrong_passwords(
    client: TestClient, account: Account, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same 10,000 are tried on the function in tests/trust/accounts; here, the page in front of it."""
    login, _password = account("contributor")
    token, checked = token_of(client, "/connexion"), []
    really = passwords.verified
    monkeypatch.setattr(passwords, "verified", lambda kept, text: checked.append(1) or really(kept, text))
    codes = [
        client.post("/connexion", data={"login": login, "password": f"wrong {rank}", "token": token}).status_code
        for rank in range(200)
    ]
    assert set(codes) == {422, 429}
    assert len(checked) == codes.count(422) < 20
    assert audit.listing(workspace, action="sign-in-failed")[1] == len(checked)


# headers


def test_every_page_has_a_strict_policy(client: TestClient, signed_in: SignedIn) -> None:
    for who, address in ((client, "/connexion"), (client, "/no-such-page"), (signed_in("steward"), "/compte")):
        headers = who.get(address).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:;")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert "Cookie" in headers["vary"]
        assert "access-control-allow-origin" not in headers


def test_no_page_has_a_style_or_a_script_inside(client: TestClient, signed_in: SignedIn) -> None:
    chief = signed_in("administrator")
    pages = [client.get("/connexion"), chief.get("/compte")]
    pages += [chief.get(f"/administration{one}") for one in ("", "/droits", "/journal", f"/comptes/{chief.actor}")]
    for page in pages:
        assert page.status_code == 200
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=|javascript:", page.text)


def test_a_page_may_ask_for_more(client: TestClient) -> None:
    headers = client.get("/test/extra").headers
    assert "img-src 'self' data: https://tiles.example;" in headers["content-security-policy"]
    assert headers["content-security-policy"].endswith("worker-src blob:")
    assert security.EXTRA_HEADER not in headers


def test_what_is_for_one_person_is_kept_nowhere(client: TestClient, signed_in: SignedIn) -> None:
    assert client.get("/test/form").headers["cache-control"] == "no-cache"
    here = signed_in("steward")
    assert here.get("/test/form").headers["cache-control"] == "no-store"
    assert here.get("/compte").headers["cache-control"] == "no-store"
    assert client.get("/connexion").headers["cache-control"] == "no-store"


def test_other_sites_read_what_is_open_of_the_api(client: TestClient, signed_in: SignedIn) -> None:
    open_ = client.get("/ogc/test").headers
    assert open_["access-control-allow-origin"] == "*"
    assert open_["cross-origin-resource-policy"] == "cross-origin"
    assert "Authorization" in open_["vary"]
    assert "access-control-allow-origin" not in client.post("/ogc/test", json={}).headers
    assert "access-control-allow-origin" not in signed_in("steward").get("/ogc/test").headers


@pytest.mark.parametrize(
    ("host", "status"),
    [("agglo.example.fr", 404), ("AGGLO.example.fr:443", 404), ("elsewhere.example", 400),
     ("agglo.example.fr:8443", 400), ("agglo.example.fr.elsewhere.example", 400), ("", 400)],
)  # fmt: skip
def test_only_the_published_host_is_answered(workspace: Workspace, host: str, status: int) -> None:
    (workspace.root / "agglo.toml").write_text('address = "https://agglo.example.fr"\n')
    here = open_workspace(workspace.root)
    with TestClient(app.create(here), follow_redirects=False) as client:
        answer = client.get("/no-such-page", headers={"Host": host})
        assert answer.status_code == status
        assert "content-security-policy" in answer.headers
        if status == 400:
            assert "This portal has another address." in answer.text


# errors


@pytest.mark.parametrize("address", ["/test/broken", "/ogc/broken"])
def test_errors_tell_nothing_of_the_inside(client: TestClient, address: str, caplog: pytest.LogCaptureFixture) -> None:
    answer = client.get(address)
    assert answer.status_code == 500
    for inside in (SECRET_DETAIL, "RuntimeError", "SELECT", "Traceback", "agglo/portal", "line 7", ".py"):
        assert inside not in answer.text
    assert "Something went wrong on our side." in answer.text
    assert SECRET_DETAIL in caplog.text


def test_unknown_addresses_are_pages_or_problems(client: TestClient) -> None:
    page = client.get("/no-such-page")
    assert page.status_code == 404
    assert "There is no such page." in page.text
    assert 'lang="en"' in page.text or 'lang="fr"' in page.text
    wrong = client.put("/connexion")
    assert wrong.status_code == 405
    assert "GET" in wrong.headers["allow"]
    problem = client.get("/ogc/no-such")
    assert problem.status_code == 404
    assert problem.headers["content-type"] == "application/problem+json"


# sizes and times


def test_what_is_too_large_is_refused(client: TestClient, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    here = signed_in("steward")
    token = token_of(here, "/compte")
    form = here.post("/test/form", data={"token": token, "text": "x" * 1_000_001})
    assert form.status_code == 413
    assert "What was sent is too large." in form.text
    assert here.post("/ogc/test", json={"text": "x" * 5_000_000}).status_code == 413
    monkeypatch.setattr(bodies, "PUBLIC_UPLOAD_BYTES", 100_000)
    files = {"file": b"x" * 200_000}
    assert here.post("/test/form", data={"token": token}, files=files).status_code == 200
    refused = client.post("/test/form", data={"token": token_of(client, "/connexion")}, files=files)
    assert refused.status_code == 413


def test_the_setting_is_the_limit_of_uploads(workspace: Workspace, signed_in: SignedIn) -> None:
    (workspace.root / "agglo.toml").write_text("upload_limit_mb = 1\n")
    here = signed_in("steward")
    here.app.state.workspace = open_workspace(workspace.root)  # type: ignore[attr-defined]
    token = token_of(here, "/compte")
    sent = here.post("/test/form", data={"token": token}, files={"file": b"x" * 990_000})
    assert "{'file': 990000}" in sent.text
    assert here.post("/test/form", data={"token": token}, files={"file": b"x" * 1_000_001}).status_code == 413


def test_a_body_that_lies_about_its_size_is_counted(client: TestClient) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 100_000

    assert client.post("/ogc/test", content=pieces()).status_code == 413


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=a", b"--a\r\nContent-Disposition: form-data\r\n\r\nx\r\n--a--"),
        ("multipart/form-data; boundary=a", b"no such boundary"),
        ("multipart/form-data; boundary=a; charset=unicode_escape",
         b'--a\r\nContent-Disposition: form-data; name="x"\r\n\r\n\\ud800\r\n--a--\r\n'),
        ("application/x-www-form-urlencoded", b"\xff=%ff%00&&&=;"),
        ("application/x-www-form-urlencoded", b"&".join(b"a=b" for _ in range(9_000))),
    ],
)  # fmt: skip
def test_broken_forms_are_refused_soberly(client: TestClient, kind: str, content: bytes) -> None:
    assert client.post("/test/form", content=content, headers={"Content-Type": kind}).status_code in {400, 403}


@pytest.fixture
def served(workspace: Workspace) -> Iterator[int]:
    """A real server on the loopback; the answer is its port."""
    with _serve(app.create(workspace)) as port:
        yield port


class _serve:
    def __init__(self, application: Any) -> None:
        config = uvicorn.Config(application, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))

    def __enter__(self) -> int:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        port: int = self._socket.getsockname()[1]
        return port

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


def _spoken(port: int, *pieces: bytes, between: Callable[[], None] = lambda: None) -> bytes:
    """What a real server answers to bytes, until it closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        for piece in pieces:
            connection.sendall(piece)
            between()
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
    return answer


def _head(size: int, kind: str = "application/json", address: str = "/ogc/test") -> bytes:
    return (f"POST {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n"
            f"Connection: close\r\n\r\n").encode()  # fmt: skip


def test_a_real_server_refuses_what_is_too_large(served: int) -> None:
    answer = _spoken(served, _head(6_000_000), b"x" * 6_000_000)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"too large" in answer


def test_a_real_server_waits_for_no_one(served: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SILENCE_S", 0.2)
    answer = _spoken(served, _head(1_000), b"{")
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"Sending took too long." in answer


def test_a_real_server_refuses_a_trickle(served: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SILENCE_S", 2.0)
    monkeypatch.setattr(bodies, "LEAST_BYTES_PER_S", 1e9)
    monkeypatch.setattr(bodies, "monotonic", iter(float(10 * rank) for rank in range(1, 1_000)).__next__)
    answer = _spoken(served, _head(1_000, "multipart/form-data; boundary=a", "/test/form"), b"--a\r\n", b"x")
    assert answer.startswith(b"HTTP/1.1 408")


def test_a_real_server_takes_a_large_file_to_the_disk(served: int, workspace: Workspace, account: Account) -> None:
    login, _password = account("steward")
    session = sessions.begin(workspace, accounts.find(workspace, login).id)
    page = _spoken(
        served, f"GET /compte HTTP/1.1\r\nHost: x\r\nCookie: session={session}\r\nConnection: close\r\n\r\n".encode()
    )
    token = re.search(rb'name="token" value="([^"]+)"', page)
    assert token
    part = b'--a\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    body = part % (b"token", b"", token[1]) + part % (b"file", b'; filename="f"', b"x" * 8_000_000) + b"--a--\r\n"
    head = _head(len(body), "multipart/form-data; boundary=a", "/test/form")
    head = head.replace(b"Host", f"Cookie: session={session}\r\nHost".encode(), 1)
    assert b"{'file': 8000000}" in _spoken(served, head, body)


# how often


def _visit(client: TestClient, workspace: Workspace, person: Person, address: str = "192.0.2.1") -> Visit:
    from starlette.requests import Request

    return Visit(Request({"type": "http", "client": (address, 1), "headers": []}), workspace, person, "en")


def test_asking_has_a_limit_by_account_and_by_address(
    client: TestClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = 0.0
    monkeypatch.setattr(security, "monotonic", lambda: moment)
    limits = security.Limits({"ask": (security.Rate(2, 0.1), security.Rate(5, 1.0))})
    ada = _visit(client, workspace, Person("actor-a", "contributor"))
    limits.take(ada, "ask")
    limits.take(ada, "ask")
    with pytest.raises(TooMany) as raised:
        limits.take(ada, "ask")
    assert raised.value.wait_s == pytest.approx(10)
    limits.take(_visit(client, workspace, Person("actor-b", "contributor")), "ask")
    for _ in range(2):
        limits.take(_visit(client, workspace, PUBLIC), "ask")
    with pytest.raises(TooMany):
        limits.take(_visit(client, workspace, PUBLIC), "ask")
    limits.take(_visit(client, workspace, PUBLIC, "192.0.2.2"), "ask")
    moment = 10.0
    limits.take(ada, "ask")


def test_a_limit_is_told_with_when_to_come_back(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = security.Limits({"ask": (security.Rate(1, 0.1), security.Rate(1, 0.1))})

    def ask(visit: Visit) -> Response:
        limits.take(visit, "ask")
        return PlainTextResponse("asked")

    client.app.router.routes.insert(0, routing.page("/test/ask", ask, name="test_ask"))  # type: ignore[attr-defined]
    assert client.get("/test/ask").status_code == 200
    refused = client.get("/test/ask")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 10
    assert "You have asked for a lot in a short time." in refused.text


def test_a_password_is_in_no_page_and_no_log(
    client: TestClient, account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    login, _password = account("contributor")
    answer = post(client, "/connexion", {"login": login, "password": f"{PASSWORD} but wrong"})
    assert PASSWORD not in answer.text
    assert PASSWORD not in caplog.text
