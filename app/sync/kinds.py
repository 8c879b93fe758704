"""The kinds that phones store beside ideas and comments. To add one, write its ``Kind`` and put it into ``KINDS``.

``ask`` tells which of its things the actor is shown, by internal ids downwards (:func:`answer` does the paging);
what he is not shown any more is ``gone``. ``watches`` say which writes are its changes: ``idea-storage migrate``
makes triggers of them. The row must be what the actor is shown elsewhere, rights included: nothing is decided here.
"""

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.announcements.queries import announcement_view, select_announcements, told_to
from app.announcements.schemas import Announcement as AnnouncementView
from app.consortia.queries import select_mini_clusters
from app.consortia.rows import mini_cluster_view
from app.consortia.schemas import MiniCluster as MiniClusterView
from app.ideas.streams import StreamKind
from app.models import Announcement, Consortium, InboxItem, Membership, MiniCluster
from app.notifications.inbox import item_view, select_items
from app.notifications.schemas import InboxItem as InboxItemView
from app.notifications.shown import shown_binds
from app.sync.schemas import SyncedMembership
from app.sync.telling import Answer, Kind, Question
from app.sync.watches import DELETE, INSERT, UPDATE, WATCHES, Watch, of_place

Show = Callable[[Sequence[int]], Awaitable[Mapping[int, Any]]]


async def answer(
    connection: AsyncConnection, question: Question, things: Select[int, uuid.UUID], key: ColumnElement[int], show: Show
) -> Answer:
    """Answer by ``things``, a select of internal and public id of all that may concern; ``show`` gives rows of some."""
    page = things.where(key < question.before).order_by(key.desc()).limit(literal_column(str(question.limit + 1)))
    found = (await connection.execute(page)).all()
    looked_at = found[: question.limit]
    shown = await show([row.id for row in looked_at]) if looked_at else {}
    return Answer(
        [shown[row.id] for row in looked_at if row.id in shown],
        [row.public_id for row in looked_at if row.id not in shown],
        looked_at[-1].id if len(found) > question.limit else None,
    )


async def _ask_inbox(connection: AsyncConnection, question: Question) -> Answer:
    actor = question.actor
    things = select(InboxItem.id, InboxItem.public_id).where(
        InboxItem.account_id == actor.account_id, InboxItem.created_at >= question.since
    )
    if (touched := question.touched) is not None:
        things = things.where(
            or_(
                InboxItem.id.in_(sorted(touched.objects)),
                InboxItem.idea_id.in_(sorted(touched.ideas)),
                InboxItem.comment_id.in_(sorted(touched.comments)),
                InboxItem.actor_id.in_(sorted(touched.persons)),
            )
        )

    async def show(ids: Sequence[int]) -> Mapping[int, Any]:
        rows = await connection.execute(select_items(actor).where(InboxItem.id.in_(ids)), shown_binds(actor))
        return {row.id: item_view(row) for row in rows}

    return await answer(connection, question, things, InboxItem.__table__.c.id, show)


async def _ask_memberships(connection: AsyncConnection, question: Question) -> Answer:
    mine = select(Membership.mini_cluster_id).where(Membership.account_id == question.actor.account_id)
    things = select(MiniCluster.id, MiniCluster.public_id).where(MiniCluster.id.in_(mine))
    if question.touched is not None:
        things = things.where(MiniCluster.id.in_(sorted(question.touched.objects)))

    async def show(ids: Sequence[int]) -> Mapping[int, Any]:
        statement = (
            select(
                MiniCluster.id,
                MiniCluster.public_id,
                Consortium.public_id.label("consortium_public_id"),
                Membership.role,
                Membership.started_at,
            )
            .join(MiniCluster, MiniCluster.id == Membership.mini_cluster_id)
            .join(Consortium, Consortium.id == MiniCluster.consortium_id)
            .where(MiniCluster.id.in_(ids), Membership.account_id == question.actor.account_id)
            .where(Membership.ended_at.is_(None))
        )
        return {
            row.id: SyncedMembership(
                id=row.public_id, consortium_id=row.consortium_public_id, role=row.role, started_at=row.started_at
            )
            for row in await connection.execute(statement)
        }

    return await answer(connection, question, things, MiniCluster.__table__.c.id, show)


async def _ask_mini_clusters(connection: AsyncConnection, question: Question) -> Answer:
    things = select(MiniCluster.id, MiniCluster.public_id)
    if question.touched is not None:
        things = things.where(MiniCluster.id.in_(sorted(question.touched.objects)))

    async def show(ids: Sequence[int]) -> Mapping[int, Any]:
        statement = select_mini_clusters(question.actor.inner_mini_cluster_ids).where(MiniCluster.id.in_(ids))
        return {row.id: mini_cluster_view(row, question.actor) for row in await connection.execute(statement)}

    return await answer(connection, question, things, MiniCluster.__table__.c.id, show)


async def _ask_announcements(connection: AsyncConnection, question: Question) -> Answer:
    actor = question.actor
    # Those of elsewhere are none of his: of them he is not even told that they are gone.
    own = Announcement.consortium_id.in_(question.known.owners(StreamKind.OWN))
    things = select(Announcement.id, Announcement.public_id).where(
        Announcement.created_at >= question.since,
        or_(
            Announcement.mini_cluster_id.in_(question.known.owners(StreamKind.INNER)),
            and_(Announcement.mini_cluster_id.is_(None), own),
        ),
    )
    if (touched := question.touched) is not None:
        things = things.where(
            or_(Announcement.id.in_(sorted(touched.objects)), Announcement.author_id.in_(sorted(touched.persons)))
        )

    async def show(ids: Sequence[int]) -> Mapping[int, Any]:
        rows = await connection.execute(select_announcements(actor).where(Announcement.id.in_(ids), told_to(actor)))
        return {row.id: announcement_view(row, actor) for row in rows}

    return await answer(connection, question, things, Announcement.__table__.c.id, show)


_PLACE_COLUMNS = (
    "name_ko", "name_en", "industry", "complex_id", "dissolved_at", "merged_into_id", "split_from_id", "consortium_id",
)  # fmt: skip
_CONSORTIUM_COLUMNS = ("name_ko", "name_en", "kind", "region_id", "ends_on", "archived_at")


def _of_inbox(table: str, reference: str, *columns: str) -> Watch:
    """What people were told about a row of another table is shown otherwise, or no more, when these columns change."""
    return Watch(
        table,
        "inbox",
        (UPDATE,),
        columns,
        object_id="i.id",
        account_id="i.account_id",
        source=f"FROM inbox_items i WHERE i.{reference} = {{row}}.id",
    )


KINDS: tuple[Kind, ...] = (
    Kind(
        "memberships",
        SyncedMembership,
        "My present memberships",
        "membership",
        _ask_memberships,
        (
            Watch(
                "memberships",
                "membership",
                (INSERT, UPDATE),
                ("role", "ended_at"),
                object_id="{row}.mini_cluster_id",
                account_id="{row}.account_id",
            ),
        ),
    ),
    Kind(
        "mini_clusters",
        MiniClusterView,
        "Mini-clusters, dissolved ones too. What depends on the calendar is as of the day they are told",
        "mini_cluster",
        _ask_mini_clusters,
        (
            # The card of its consortium counts them: all of one consortium are shown otherwise.
            of_place("mini_clusters", "m.consortium_id = {row}.consortium_id", (INSERT, UPDATE), _PLACE_COLUMNS),
            of_place("consortia", "m.consortium_id = {row}.id", (UPDATE,), _CONSORTIUM_COLUMNS),
            of_place("memberships", "m.id = {row}.mini_cluster_id", (INSERT, UPDATE), ("role", "ended_at")),
            of_place("coordinator_roles", "m.consortium_id = {row}.consortium_id", (INSERT, UPDATE), ("ended_at",)),
        ),
    ),
    Kind(
        "inbox_items",
        InboxItemView,
        "What I was told",
        "inbox",
        _ask_inbox,
        (
            Watch("inbox_items", "inbox", columns=("read_at",), account_id="{row}.account_id", has_public_id=True),
            _of_inbox("announcements", "announcement_id", "title", "withdrawn_at"),
            _of_inbox("applications", "application_id", "state"),
            _of_inbox("cases", "case_id", "state"),
        ),
    ),
    Kind(
        "announcements",
        AnnouncementView,
        "What is announced to me, also when its time is over; `reader_count` as of its last change",
        "announcement",
        _ask_announcements,
        (
            Watch(
                "announcements",
                "announcement",
                columns=("title", "body", "link", "valid_until", "edited_at", "withdrawn_at"),
                has_public_id=True,
            ),
            Watch(
                "announcement_reads",
                "announcement",
                (INSERT, DELETE),
                object_id="{row}.announcement_id",
                account_id="{row}.account_id",
            ),
        ),
    ),
)


def all_watches() -> tuple[Watch, ...]:
    """All that is logged."""
    return (*WATCHES, *(watch for kind in KINDS for watch in kind.watches))
