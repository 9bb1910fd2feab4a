"""A small OpenID provider on the loopback, as ProConnect is one; ``wrong`` has it misbehave."""

import base64
import hashlib
import socket
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "agglo-portal", "a-secret-of-the-tests"


class Provider:
    """Everybody who comes is Ada. ``asked`` holds the parameters of the last visit, ``shown`` the last secret shown."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.other_key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.asked: Mapping[str, str] = {}
        self.shown = ""
        self.wrong: set[str] = set()
        self.claims: dict[str, Any] = {}
        self.about = {"sub": "ada-subject", "given_name": "Ada", "usual_name": "Lovelace", "email": "ada@example.org"}
        self.level = "eidas1"
        self._codes: dict[str, Mapping[str, str]] = {}
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.issuer = f"http://127.0.0.1:{self._socket.getsockname()[1]}/api/v2"
        routes = [Route(f"/api/v2{path}", answer, methods=["GET", "POST"]) for path, answer in (
            ("/.well-known/openid-configuration", self._document), ("/authorize", self._authorize),
            ("/token", self._token), ("/userinfo", self._userinfo), ("/jwks", self._jwks),
        )]  # fmt: skip
        config = uvicorn.Config(Starlette(routes=routes), log_level="critical", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))

    def __enter__(self) -> "Provider":
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    async def _document(self, _request: Request) -> Response:
        issuer = "https://elsewhere.example" if "issuer" in self.wrong else self.issuer
        named = {"authorization_endpoint": "authorize", "token_endpoint": "token", "userinfo_endpoint": "userinfo",
                 "jwks_uri": "jwks", "end_session_endpoint": "session/end"}  # fmt: skip
        content: dict[str, Any] = {name: f"{self.issuer}/{path}" for name, path in named.items()}
        if "plain" in self.wrong:
            content["token_endpoint"] = "http://elsewhere.example/token"
        more = {"scopes_supported": ["openid", "given_name", "usual_name", "email"], "acr_values_supported": ["eidas1"],
                "token_endpoint_auth_methods_supported": ["client_secret_post"]}  # fmt: skip
        return JSONResponse({"issuer": issuer, **content, **more})

    async def _jwks(self, _request: Request) -> Response:
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    async def _authorize(self, request: Request) -> Response:
        self.asked = dict(request.query_params)
        code = f"code-{len(self._codes)}"
        self._codes[code] = self.asked
        sent = {"code": code, "state": self.asked["state"], "iss": self.issuer}
        if "refused" in self.wrong:
            sent = {"error": "access_denied", "state": self.asked["state"]}
        if "mixed" in self.wrong:
            sent["iss"] = "https://elsewhere.example"
        return RedirectResponse(f"{self.asked['redirect_uri']}?{urlencode(sent)}", 302)

    async def _token(self, request: Request) -> Response:
        sent = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        self.shown = sent.get("client_secret", "")
        asked = self._codes.pop(sent.get("code", ""), None)
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or challenge != asked.get("code_challenge") or self.shown != SECRET:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": "ada-subject", "aud": CLIENT, "exp": now + 60, "iat": now,
                  "nonce": asked["nonce"], "acr": "eidas1", **self.claims}  # fmt: skip
        return JSONResponse({"access_token": "opaque", "token_type": "Bearer", "expires_in": 60,
                             "id_token": self._signed({k: v for k, v in claims.items() if v is not None})})  # fmt: skip

    def _signed(self, claims: dict[str, Any]) -> str:
        if "unsigned" in self.wrong:
            head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=")
            import json

            body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=")
            return f"{head.decode()}.{body.decode()}."
        key = self.other_key if "signature" in self.wrong else self.key
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)

    async def _userinfo(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer opaque"
        if "json" in self.wrong:
            return JSONResponse(self.about)
        key = self.other_key if "userinfo" in self.wrong else self.key
        claims = {**self.about, "iss": self.issuer, "aud": CLIENT}
        return Response(jwt.encode({"alg": "RS256", "kid": "one"}, claims, key), media_type="application/jwt")
