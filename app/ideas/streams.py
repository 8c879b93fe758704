"""Streams: an idea stands in a few, a viewer may read a few, and the idea is visible where the two meet.

Rows of one idea in ``feed_entries``:

================  =====================================================================================
``(m, v)``        of its mini-cluster m at its visibility v, unless it is for named people
``own:c``         of its consortium c, when it is for the consortium or wider
``wide:c``        of its consortium c, when it is for linked consortia or wider
``open``          when it is for all members
``person:p``      for each named reader and the author, when it is for named people only
``invited:p``     for each expert the author invited, whatever its visibility
================  =====================================================================================

Links between consortia are resolved on the viewer's side, so that a new link moves no rows. The id of a stream is
computed from its kind and its owner; nothing needs to be looked up.
"""

from collections.abc import Iterable
from enum import IntEnum

from app.identity.actor import Actor
from app.models.ideas import Visibility

_KINDS = 16
MAX_OWNER_ID = (2**31 - 1) // _KINDS
"""Ids of streams are 32-bit: owners (accounts, mini-clusters, consortia) are numbered below 134 million."""


class StreamKind(IntEnum):
    """What a stream belongs to; part of its id, so these numbers are never changed."""

    INNER = 1
    FOR_CONSORTIUM = 2
    FOR_LINKED = 3
    FOR_ALL = 4
    OWN = 5
    WIDE = 6
    OPEN = 7
    PERSON = 8
    INVITED = 9


_OF_MINI_CLUSTER = {
    Visibility.MINI_CLUSTER: StreamKind.INNER,
    Visibility.CONSORTIUM: StreamKind.FOR_CONSORTIUM,
    Visibility.LINKED: StreamKind.FOR_LINKED,
    Visibility.ALL: StreamKind.FOR_ALL,
}


def stream_id(kind: StreamKind, owner_id: int = 0) -> int:
    """The id of a stream."""
    if not 0 <= owner_id <= MAX_OWNER_ID:
        raise ValueError(f"owner {owner_id} of a stream is out of range")
    return owner_id * _KINDS + kind


def split_stream(stream: int) -> tuple[StreamKind, int]:
    """The kind of a stream and its owner."""
    return StreamKind(stream % _KINDS), stream // _KINDS


OPEN_STREAM = stream_id(StreamKind.OPEN)


def streams_of_idea(
    visibility: Visibility,
    mini_cluster_id: int,
    consortium_id: int,
    author_id: int,
    reader_ids: Iterable[int] = (),
    expert_ids: Iterable[int] = (),
) -> list[int]:
    """The streams a published idea stands in."""
    invited = [stream_id(StreamKind.INVITED, expert) for expert in sorted(set(expert_ids))]
    if visibility is Visibility.NAMED:
        return [*sorted(stream_id(StreamKind.PERSON, person) for person in {author_id, *reader_ids}), *invited]
    return [*_streams_of_place(visibility, mini_cluster_id, consortium_id), *invited]


def _streams_of_place(visibility: Visibility, mini_cluster_id: int, consortium_id: int) -> list[int]:
    streams = [stream_id(_OF_MINI_CLUSTER[visibility], mini_cluster_id)]
    if visibility is not Visibility.MINI_CLUSTER:
        streams.append(stream_id(StreamKind.OWN, consortium_id))
    if visibility in (Visibility.LINKED, Visibility.ALL):
        streams.append(stream_id(StreamKind.WIDE, consortium_id))
    if visibility is Visibility.ALL:
        streams.append(OPEN_STREAM)
    return streams


def home_streams(actor: Actor) -> list[int]:
    """What the home feed merges: all that concerns a person, without the ideas open to everybody. Disjoint.

    Ideas one was invited into as an expert have a feed of their own: some of them stand in these streams, too.
    """
    return [stream_id(StreamKind.PERSON, actor.account_id), *_common_streams(actor, actor.own_mini_cluster_ids)]


def readable_streams(actor: Actor) -> list[int]:
    """A set of streams that covers every idea an actor may see, exclusions and blocks aside.

    Disjoint but for the open one and what he was invited into.
    """
    return [
        stream_id(StreamKind.PERSON, actor.account_id),
        *invited_streams(actor),
        *_common_streams(actor, actor.inner_mini_cluster_ids),
        *open_streams(actor),
    ]


def invited_streams(actor: Actor) -> list[int]:
    """What the feed of an expert merges: the ideas he was invited into."""
    return [stream_id(StreamKind.INVITED, actor.account_id)]


def open_streams(actor: Actor) -> list[int]:
    """What is open to all members: anybody can have an account, so nothing of it is for those who belong nowhere."""
    return [] if actor.is_outsider else [OPEN_STREAM]


def _common_streams(actor: Actor, mini_cluster_ids: Iterable[int]) -> list[int]:
    return [
        *(stream_id(StreamKind.INNER, mini_cluster) for mini_cluster in sorted(mini_cluster_ids)),
        *(stream_id(StreamKind.OWN, consortium) for consortium in sorted(actor.consortium_ids)),
        *(stream_id(StreamKind.WIDE, consortium) for consortium in sorted(actor.linked_consortium_ids)),
    ]


def consortium_streams(actor: Actor, consortium_id: int, mini_cluster_ids: Iterable[int]) -> list[int]:
    """What the feed of a consortium merges for this actor; ``mini_cluster_ids`` are all of that consortium."""
    if consortium_id in actor.consortium_ids:
        inner = sorted(actor.inner_mini_cluster_ids.intersection(mini_cluster_ids))
        return [
            *(stream_id(StreamKind.INNER, mini_cluster) for mini_cluster in inner),
            stream_id(StreamKind.OWN, consortium_id),
        ]
    if consortium_id in actor.linked_consortium_ids:
        return [stream_id(StreamKind.WIDE, consortium_id)]
    if actor.is_outsider:
        return []
    return [stream_id(StreamKind.FOR_ALL, mini_cluster) for mini_cluster in sorted(mini_cluster_ids)]


def mini_cluster_streams(actor: Actor, mini_cluster_ids: Iterable[int], consortium_id: int) -> list[int]:
    """What the feed of a mini-cluster merges for this actor: what stands in it and in those it came from."""
    if actor.is_outsider:
        return []
    return [
        stream
        for mini_cluster_id in mini_cluster_ids
        for stream in _streams_of_mini_cluster(actor, mini_cluster_id, consortium_id)
    ]


def _streams_of_mini_cluster(actor: Actor, mini_cluster_id: int, consortium_id: int) -> list[int]:
    kinds = [StreamKind.FOR_ALL]
    if consortium_id in actor.consortium_ids | actor.linked_consortium_ids:
        kinds.append(StreamKind.FOR_LINKED)
    if consortium_id in actor.consortium_ids:
        kinds.append(StreamKind.FOR_CONSORTIUM)
    if mini_cluster_id in actor.inner_mini_cluster_ids:
        kinds.append(StreamKind.INNER)
    return [stream_id(kind, mini_cluster_id) for kind in kinds]
