"""The cursor of a client: where it stands in the log, what its person may see, and what is half told."""

import base64
import binascii
import zlib
from dataclasses import dataclass, replace

from app.core.cursor import CursorCodec, invalid_cursor
from app.sync.access import NOTHING, Access
from app.sync.log import Place

MAX_LENGTH = 4_096
_NAME = "changes"
_MOST = 2**63 - 1
_SHAPE = [str, int, int, int, int, int, int, int, int, int, int, int, str]
_MAX_TOKENS_BYTES = 65_536


@dataclass(frozen=True)
class Round:
    """A stretch of changes that is being told, over one or more pages: kinds one after the other, newest rows first."""

    until: Place
    phase: int = 0
    before: int = _MOST
    """Of the kind of this phase, rows above this number were told."""

    def at(self, phase: int, before: int = _MOST) -> "Round":
        """The same stretch, further on."""
        return replace(self, phase=phase, before=before)


@dataclass(frozen=True)
class ChangeCursor:
    """What a client gives back to be told the rest."""

    epoch: str
    account_id: int
    since: int
    """Microseconds: the beginning of the window, fixed when the client began."""
    floor: int
    """The same for ideas and what hangs on them: later, where there were too many."""
    place: Place
    access: Access = NOTHING
    round: Round | None = None


def encode(codec: CursorCodec, cursor: ChangeCursor) -> str:
    """The cursor as clients see it."""
    going = cursor.round or Round(cursor.place, -1)
    access = cursor.access
    parts = (access.settled, access.lost, access.gained, access.former)
    tokens = "/".join(" ".join(sorted(part)) for part in parts)
    packed = base64.b85encode(zlib.compress(tokens.encode(), 9)).decode()
    return codec.encode(
        _NAME,
        [
            cursor.epoch, cursor.account_id, cursor.since, cursor.floor, *cursor.place,
            *going.until, going.phase, going.before, packed,
        ],
    )  # fmt: skip


def decode(codec: CursorCodec, text: str, account_id: int) -> ChangeCursor:
    """The cursor that was given to this account.

    :raises Invalid: it was cut, altered, made for another list or for another member.
    """
    values = codec.decode(_NAME, text, _SHAPE, longest=MAX_LENGTH)
    epoch, packed = str(values[0]), str(values[-1])
    owner, since, floor, xid, number, at, until_xid, until_id, until_at, phase, before = map(int, values[1:-1])
    if owner != account_id:
        raise invalid_cursor()
    going = Round(Place(until_xid, until_id, until_at), phase, before) if phase >= 0 else None
    return ChangeCursor(epoch, owner, since, floor, Place(xid, number, at), _access(packed), going)


def _access(packed: str) -> Access:
    try:
        text = zlib.decompressobj().decompress(base64.b85decode(packed), _MAX_TOKENS_BYTES).decode()
    except (binascii.Error, ValueError, zlib.error):
        raise invalid_cursor() from None
    return Access(*(frozenset(part.split()) for part in text.split("/")))
