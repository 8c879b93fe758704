"""Which changes of which tables are logged, and for whom. Triggers are made of this (``triggers.py``).

A column that clients come to be shown must stand in a watch of its table: ``tests/sync/test_triggers.py`` holds that
each column of a watched table is either watched or named as one that nobody is shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.models.changes import SHARED

AUDIENCE = "audience"
"""Who sees an idea may have changed, or what may be done under it: it and all that hangs on it is read anew."""
IDEA = "idea"
COUNTERS = "counters"
MARKS = "marks"
COMMENT = "comment"
MOVED = "comment_moved"
"""A comment has left an idea, in a stream of which it was to be read: it may be gone for those who read that."""
PERSON = "person"
"""Of a person everything is shown otherwise, or to somebody else."""

INSERT, UPDATE, DELETE = "INSERT", "UPDATE", "DELETE"
ALWAYS = (INSERT, UPDATE, DELETE)


@dataclass(frozen=True)
class Watch:
    """Changes of one table that are logged as one entity.

    In the SQL texts ``{row}`` stands for the changed row, ``{old}`` for what it was before an update.
    """

    table: str
    entity: str
    events: tuple[str, ...] = ALWAYS
    columns: tuple[str, ...] = ()
    """An update is logged where it changes one of these."""
    object_id: str = "{row}.id"
    account_id: str = str(SHARED)
    stream_id: str = "NULL"
    has_public_id: bool = False
    """Whether the log keeps the public id of a deleted row, which nobody could look up afterwards."""
    source: str = ""
    """``FROM …`` of what the columns above are selected from, where one change is logged as several."""


def of_place(table: str, where: str, events: tuple[str, ...], columns: Iterable[str]) -> Watch:
    """Mini-clusters are shown otherwise."""
    return Watch(
        table,
        "mini_cluster",
        events,
        tuple(columns),
        object_id="m.id",
        source=f"FROM mini_clusters m WHERE {where}",
    )


def _moved(
    entity: str, object_id: str, source: str = "", *, account_id: str = str(SHARED), stream_id: str = "NULL"
) -> Watch:
    """A merge of ideas, or its undoing, has moved a comment."""
    return Watch("comments", entity, (UPDATE,), ("idea_id",), object_id, account_id, stream_id, source=source)


_MINE = "{row}.account_id"
_OF_IDEA = "{row}.idea_id"
_EMPLOYED = "m.id IN (SELECT mini_cluster_id FROM memberships WHERE account_id = {row}.id AND ended_at IS NULL)"
_WORDING = (
    "title", "excerpt", "tags", "visibility", "state", "version", "edited_at", "published_at",
    "mini_cluster_id", "consortium_id", "affiliation_id",
)  # fmt: skip

WATCHES = (
    Watch("ideas", AUDIENCE, (INSERT,), account_id="{row}.author_id"),
    Watch("ideas", AUDIENCE, (DELETE,), account_id="{row}.author_id", has_public_id=True),
    Watch("ideas", AUDIENCE, (UPDATE,), ("status", "locked_at")),
    Watch(
        "ideas",
        IDEA,
        (UPDATE,),
        _WORDING,
    ),
    Watch("ideas", COUNTERS, (UPDATE,), ("vote_count", "comment_count")),
    Watch("feed_entries", AUDIENCE, (INSERT, DELETE), object_id=_OF_IDEA, stream_id="{row}.stream_id"),
    Watch("idea_exclusions", AUDIENCE, columns=("organisation_id",), object_id=_OF_IDEA),
    Watch(
        "comments",
        COMMENT,
        columns=("body", "version", "edited_at", "deleted_at", "hidden_at", "affiliation_id", "idea_id"),
        has_public_id=True,
    ),
    _moved(MOVED, "{row}.id", "FROM feed_entries f WHERE f.idea_id = {old}.idea_id", stream_id="f.stream_id"),
    _moved(MOVED, "{row}.id", "FROM ideas i WHERE i.id = {old}.idea_id", account_id="i.author_id"),
    _moved(MARKS, "{old}.idea_id"),
    Watch("comment_mentions", COMMENT, (INSERT, DELETE), object_id="{row}.comment_id"),
    Watch("votes", MARKS, (INSERT, DELETE), object_id=_OF_IDEA, account_id=_MINE),
    Watch("idea_follows", MARKS, columns=("muted",), object_id=_OF_IDEA, account_id=_MINE),
    Watch("idea_read_marks", MARKS, columns=("last_comment_id",), object_id=_OF_IDEA, account_id=_MINE),
    Watch("accounts", PERSON, (UPDATE,), ("name", "status")),
    Watch("affiliations", PERSON, columns=("organisation_id", "position", "ended_at"), object_id=_MINE),
    Watch(
        "organisations",
        PERSON,
        (UPDATE,),
        ("name", "kind"),
        object_id="a.account_id",
        source="FROM affiliations a WHERE a.organisation_id = {row}.id",
    ),
    Watch("blocks", PERSON, (INSERT, DELETE), object_id="{row}.blocked_id", account_id="{row}.blocker_id"),
    Watch("blocks", PERSON, (INSERT, DELETE), object_id="{row}.blocker_id", account_id="{row}.blocked_id"),
    of_place("accounts", _EMPLOYED, (UPDATE,), ["status"]),
)
"""What ideas and comments are made of. Each further kind brings its own: see ``kinds.py``."""
