"""The transport of a machine without Firebase: it prints what would appear on the phone."""

import sys
import uuid
from typing import TextIO

from app.push.transport import OutcomeKind, PushMessage, PushOutcome

_TOKEN_CHARACTERS = 12


class ConsoleTransport:
    """Prints each push as a block of lines, to standard output unless another stream is given, and answers "sent"."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    async def send(self, message: PushMessage) -> PushOutcome:
        """Print the push. See PushTransport.send."""
        # Standard output is looked up at each send, so that whoever replaces it later is served too.
        stream = self._stream or sys.stdout
        stream.write(rendered(message))
        stream.flush()
        return PushOutcome(OutcomeKind.SENT, message_id=f"console/{uuid.uuid4()}")

    async def aclose(self) -> None:
        """Nothing is held; the stream stays open, since it is not ours."""


def rendered(message: PushMessage) -> str:
    """Return the push as a block of lines, ending in a line break."""
    heading = "silent push" if message.silent else "push"
    shown = [] if message.silent else [f"{message.title}", *_indented(message.body or ""), ""]
    badge = "unchanged" if message.badge is None else message.badge
    priority = "high" if message.high_priority else "normal"
    lines = [
        *shown,
        f"to       {message.token_kind} {message.token[:_TOKEN_CHARACTERS]}…",
        f"tag      {message.tag}   thread {message.thread_id}",
        f"channel  {message.channel_id}   priority {priority}   badge {badge}   ttl {message.ttl_seconds} s",
        *(f"data     {key} = {value}" for key, value in message.data.items()),
    ]
    return "\n".join([f"┌─ {heading} " + "─" * 40, *(f"│ {line}".rstrip() for line in lines), "└" + "─" * 48, ""])


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in text.splitlines()]
