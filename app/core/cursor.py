"""Opaque signed cursors: a place in an ordered list, never a right to see it (each page is authorised anew)."""

import base64
import binascii
import hmac
from collections.abc import Sequence

import orjson

from app.core.errors import AppError, invalid_field
from app.core.tokens import keyed_digest

_SIGNATURE_BYTES = 12
MAX_CURSOR_LENGTH = 512

CursorValue = int | str


class CursorCodec:
    """Encodes and verifies cursors with the key of the installation."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def encode(self, list_name: str, values: Sequence[CursorValue]) -> str:
        """A URL-safe cursor into the list ``list_name``."""
        body = orjson.dumps([list_name, *values])
        return base64.urlsafe_b64encode(self._sign(body) + body).rstrip(b"=").decode()

    def decode(
        self, list_name: str, cursor: str, shape: Sequence[type], *, longest: int = MAX_CURSOR_LENGTH
    ) -> list[CursorValue]:
        """The values of a cursor made for the same list.

        :raises Invalid: it was cut, altered, or made for another list.
        """
        raw = self._unpack(cursor, longest)
        body = raw[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(raw[:_SIGNATURE_BYTES], self._sign(body)):
            raise invalid_cursor()
        name, *values = _as_list(orjson.loads(body))
        if name != list_name or [type(value) for value in values] != list(shape):
            raise invalid_cursor()
        return values

    def _sign(self, body: bytes) -> bytes:
        return keyed_digest(self._key, "cursor", body)[:_SIGNATURE_BYTES]

    @staticmethod
    def _unpack(cursor: str, longest: int) -> bytes:
        if len(cursor) > longest:
            raise invalid_cursor()
        try:
            return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise invalid_cursor() from None


def _as_list(body: list[CursorValue]) -> list[CursorValue]:
    return body


def invalid_cursor() -> AppError:
    """What a cursor gives that was not made for this list and this person."""
    return invalid_field(
        "/query/cursor",
        "invalid_cursor",
        "커서가 올바르지 않습니다. 첫 페이지부터 다시 읽어 주세요.",
        "The cursor is not valid for this list; start again from the first page.",
    )
