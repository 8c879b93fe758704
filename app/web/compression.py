"""Compressed answers: zstd where a client accepts it, else gzip. Small ones and streams travel as they are."""

import zstandard
from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipResponder, IdentityResponder
from starlette.types import ASGIApp, Receive, Scope, Send

LEAST = 1_024
"""Bytes: what fits into one packet anyway is not worth the time."""
_GZIP_LEVEL = 6
_ZSTD_LEVEL, _ZSTD_LEVEL_OF_LARGE = 9, 3
_LARGE = 65_536
"""A page of 20 ideas takes 0.8 ms at level 9 (5 at 15, for 4 % less), one of 100 ideas 1.1 ms at level 3 (12 at 9)."""


class Compression:
    """Compresses answers in an encoding that the client accepts."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        accepted = _accepted(Headers(scope=scope).get("accept-encoding", ""))
        if "zstd" in accepted:
            await _ZstdResponder(self._app, LEAST)(scope, receive, send)
        elif "gzip" in accepted:
            await GZipResponder(self._app, LEAST, _GZIP_LEVEL)(scope, receive, send)
        else:
            await IdentityResponder(self._app, LEAST)(scope, receive, send)


def _accepted(header: str) -> set[str]:
    """The encodings a client names, without those it refuses by a weight of 0 (RFC 9110, 12.5.3)."""
    accepted = set()
    for part in header.split(","):
        name, _, weight = part.partition(";")
        if weight.replace(" ", "").rstrip("0") not in ("q=", "q=0."):
            accepted.add(name.strip().lower())
    return accepted


class _ZstdResponder(IdentityResponder):
    """Compresses one answer. Its parts, where it comes in several, are flushed one by one."""

    content_encoding = "zstd"

    def __init__(self, app: ASGIApp, minimum_size: int) -> None:
        super().__init__(app, minimum_size)
        self._stream: zstandard.ZstdCompressionObj | None = None

    async def apply_compression(self, body: bytes, *, more_body: bool) -> bytes:
        if self._stream is None:
            level = _ZSTD_LEVEL if len(body) < _LARGE else _ZSTD_LEVEL_OF_LARGE
            size = -1 if more_body else len(body)
            self._stream = zstandard.ZstdCompressor(level=level).compressobj(size=size)
        end = zstandard.COMPRESSOBJ_FLUSH_BLOCK if more_body else zstandard.COMPRESSOBJ_FLUSH_FINISH
        return self._stream.compress(body) + self._stream.flush(end)
