"""Connections of the server: the head of a request may be neither endless nor endlessly slow."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD_BYTES = 65_536
LONGEST_HEAD_S = 30.0


class Connection(HttpToolsProtocol):
    """Closes a connection whose request has no end of head in sight."""

    _head_bytes = 0
    _in_head = True
    _clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
                self.send_400_response("The head of this request is too long.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes, self._in_head = 0, True
        self._wait_for_head()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._forget_clock()
        super().on_headers_complete()

    def _wait_for_head(self) -> None:
        if self._clock is None:
            self._clock = self.loop.call_later(LONGEST_HEAD_S, self._close)

    def _forget_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _close(self) -> None:
        self._clock = None
        self.transport.close()
