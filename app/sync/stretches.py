"""A stretch of the log, sorted by what it says has changed."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from app.sync import comments, ideas
from app.sync.kinds import KINDS
from app.sync.log import Entry
from app.sync.telling import Touched
from app.sync.watches import AUDIENCE, COMMENT, COUNTERS, IDEA, MARKS, PERSON

_KIND_OF_DELETED = {AUDIENCE: ideas.IDEAS, COMMENT: comments.COMMENTS} | {kind.entity: kind.name for kind in KINDS}


@dataclass
class Stretch:
    """What some rows of the log name, by internal ids."""

    audience: set[int] = field(default_factory=set)
    """Ideas to be told anew with all that hangs on them."""
    left: set[int] = field(default_factory=set)
    """Of these, ideas that came into, or left, a stream the client reads."""
    objects: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    """Other things, by entity."""
    deleted: list[tuple[str, uuid.UUID]] = field(default_factory=list)
    """Rows that do not exist any more: kind and public id."""

    def touched(self, entity: str) -> Touched:
        """What a kind, whose changes are logged as ``entity``, is asked about."""
        return Touched(
            objects=frozenset(self.objects[entity]),
            ideas=frozenset(self.audience | self.objects[IDEA]),
            comments=frozenset(self.objects[COMMENT]),
            persons=frozenset(self.objects[PERSON]),
        )

    def parts(self) -> dict[str, set[int]]:
        """Ideas of which only something has changed, by what it is."""
        changed = {
            ideas.IDEAS: self.objects[IDEA],
            ideas.COUNTERS: self.objects[COUNTERS],
            ideas.MARKS: self.objects[MARKS],
        }
        return {kind: ids - self.audience for kind, ids in changed.items()}


def sort_entries(entries: Iterable[Entry], streams: Collection[int]) -> Stretch:
    """Sort rows of the log for a client that reads these streams; what happened in others is nothing to him."""
    stretch = Stretch()
    read = frozenset(streams)
    take: dict[str, Callable[[Entry], object]] = {AUDIENCE: lambda entry: _take_audience(stretch, entry, read)}
    for entry in entries:
        if entry.public_id is not None:
            if entry.entity in _KIND_OF_DELETED:
                stretch.deleted.append((_KIND_OF_DELETED[entry.entity], entry.public_id))
        elif entry.entity in take:
            take[entry.entity](entry)
        elif entry.stream_id is None or entry.stream_id in read:
            stretch.objects[entry.entity].add(entry.object_id)
    return stretch


def _take_audience(stretch: Stretch, entry: Entry, read: frozenset[int]) -> None:
    if entry.stream_id is None:
        stretch.audience.add(entry.object_id)
    elif entry.stream_id in read:
        stretch.audience.add(entry.object_id)
        stretch.left.add(entry.object_id)
