"""The transport of a machine without a mail server: it prints what would arrive in the mailbox."""

import sys
from typing import TextIO

from app.mail.transport import Mail


class ConsoleMailTransport:
    """Prints each mail as a block of lines, to standard output unless another stream is given."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._closed = False

    async def send(self, mail: Mail) -> None:
        """Print the mail. See MailTransport.send."""
        if self._closed:
            raise RuntimeError("the mail transport was closed")
        # Standard output is looked up at each mail, so that whoever replaces it later is served too.
        stream = self._stream or sys.stdout
        stream.write(rendered(mail))
        stream.flush()

    async def aclose(self) -> None:
        """Refuse further mails; the stream stays open, since it is not ours."""
        self._closed = True


def rendered(mail: Mail) -> str:
    """The mail as a block of lines, ending in a line break."""
    lines = [f"to       {mail.to}", f"subject  {mail.subject}", "", *mail.text.splitlines()]
    return "\n".join(["┌─ mail " + "─" * 41, *(f"│ {line}".rstrip() for line in lines), "└" + "─" * 48, ""])
