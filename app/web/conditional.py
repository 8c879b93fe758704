"""Conditional reads: what a client has already, by the ``ETag`` it was given, is answered with 304 and no body."""

import hashlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_OF_THE_BODY = {"content-length", "content-type"}


class ConditionalReads:
    """Gives each JSON answer to a GET an entity tag, unless its route did, and compares it with ``If-None-Match``.

    The answer is made first, rights included: what a client may not see any more is never confirmed by a 304. A tag
    names what one viewer is shown, in whatever encoding it travels.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        known = ",".join(Headers(scope=scope).getlist("if-none-match"))
        await self.app(scope, receive, _Answer(send, known).send)


class _Answer:
    """Keeps the head of a JSON answer back until its body is there."""

    def __init__(self, send: Send, known: str) -> None:
        self._send = send
        self._known = known
        self._head: Message | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _may_have_tag(message):
            self._head = message
            return
        head, self._head = self._head, None
        if head is not None:
            if not message.get("more_body", False):
                message = self._compare(head, message)
            await self._send(head)
        await self._send(message)

    def _compare(self, head: Message, message: Message) -> Message:
        """Set the tag; where the client has it, make the head one of 304. Returns the body to send."""
        headers = MutableHeaders(scope=head)
        tag = headers.setdefault("ETag", _tag_of(message.get("body", b"")))
        if not _knows(self._known, tag):
            return message
        head["status"] = 304
        for name in _OF_THE_BODY:
            del headers[name]
        return {"type": "http.response.body", "body": b""}


def _may_have_tag(head: Message) -> bool:
    return head["status"] == 200 and Headers(raw=head["headers"]).get("content-type") == "application/json"


def _tag_of(body: bytes) -> str:
    """Weak: lists have no version that a change could be made from."""
    return f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'


def _knows(known: str, tag: str) -> bool:
    """Whether ``If-None-Match`` holds the tag, weakly compared (RFC 9110, 13.1.2)."""
    tags = [each.strip().removeprefix("W/") for each in known.split(",")]
    return "*" in tags or tag.removeprefix("W/") in tags
