"""The statement of a feed page: a lazy k-way merge of streams, then a filter, then the rows of one page.

Each branch reads one stream in index order. The ORDER BY *without* LIMIT inside each branch is what makes PostgreSQL
plan a MergeAppend and SQLite merge its UNION ALL lazily: each takes from every index just the rows it needs. The
limits are literals, for a bound one would keep PostgreSQL from knowing that few rows are wanted.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    union_all,
)

from app.feeds.sorts import Order
from app.ideas.queries import ORGANISATION, VIEWER, idea_columns, join_cards, not_excluded
from app.identity.blocks import not_blocked
from app.models import FeedEntry, Idea

BRANCHES = (4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 480)
"""Statements exist for these numbers of streams; SQLite allows 500 terms in a compound select."""
NO_STREAM = -1
"""Pads the streams of a viewer to the next number of branches: no idea stands in it."""


def padded(streams: list[int]) -> list[int]:
    """``streams`` filled up to the next size a statement exists for.

    :raises ValueError: more streams than one statement can merge.
    """
    size = next((size for size in BRANCHES if size >= len(streams)), None)
    if size is None:
        raise ValueError(f"a feed of {len(streams)} streams; at most {BRANCHES[-1]} can be merged")
    return streams + [NO_STREAM] * (size - len(streams))


@cache
def page_statement(order: Order, branches: int, scan: int, rows: int) -> Select[Any]:
    """The statement that gives up to ``rows`` visible ideas among the next ``scan`` of the merged streams.

    Binds: ``stream_0`` …, ``key`` and ``id`` (where to go on), ``floor`` (entries with a lower key are left out),
    ``bucket`` (the number of the period, for top), ``viewer``, ``organisation``. Columns: ``scanned`` (how many were
    looked at), ``last_key`` and ``last_id`` (the last of them, where the next page goes on when too few were visible),
    then those of an idea, all NULL in the
    single row that comes when none was visible. Built once for each combination and kept: building takes
    milliseconds, running it a fraction of one.
    """
    scanned = _merged(order, branches, scan).cte("scanned").prefix_with("MATERIALIZED", dialect="postgresql")
    last = select(scanned.c.key, scanned.c.idea_id).order_by(scanned.c.key, scanned.c.idea_id).limit(_literal(1))
    tail = select(
        select(func.count()).select_from(scanned).scalar_subquery().label("scanned"),
        last.with_only_columns(scanned.c.key).scalar_subquery().label("last_key"),
        last.with_only_columns(scanned.c.idea_id).scalar_subquery().label("last_id"),
    ).subquery("tail")
    page = (
        select(scanned.c.idea_id, scanned.c.key)
        .where(_visible(scanned.c))
        .order_by(scanned.c.key.desc(), scanned.c.idea_id.desc())
        .limit(_literal(rows))
        .subquery("page")
    )
    shown = (
        select(page.c.key.label("key"), *idea_columns(VIEWER))
        .select_from(join_cards(page.join(Idea.__table__, Idea.id == page.c.idea_id)))
        .subquery("shown")
    )
    return (
        select(tail, *shown.c)
        .select_from(tail.outerjoin(shown, true()))
        .order_by(shown.c.key.desc(), shown.c.id.desc())
    )


def _merged(order: Order, branches: int, scan: int) -> Select[Any]:
    merged = union_all(*(_branch(order, number) for number in range(branches))).subquery("merged")
    return (
        select(merged.c.idea_id, merged.c.key, merged.c.author_id, merged.c.has_exclusions)
        .order_by(merged.c.key.desc(), merged.c.idea_id.desc())
        .limit(_literal(scan))
    )


def _branch(order: Order, number: int) -> Select[Any]:
    entries = FeedEntry.__table__.c
    key = entries[order.key]
    conditions: list[ColumnElement[bool]] = [
        entries.stream_id == bindparam(f"stream_{number}", type_=entries.stream_id.type),
        tuple_(key, entries.idea_id)
        < tuple_(bindparam("key", type_=order.key_type), bindparam("id", type_=BigInteger)),
        key >= bindparam("floor", type_=order.key_type),
    ]
    if order.period:
        conditions.append(entries[order.period] == bindparam("bucket", type_=entries.week.type))
    if order.only_unanswered:
        conditions.append(entries.answered == literal_column("0"))
    ordered: Subquery = (
        select(FeedEntry.idea_id, key.label("key"), FeedEntry.author_id, FeedEntry.has_exclusions)
        .where(*conditions)
        .order_by(key.desc(), FeedEntry.idea_id.desc())
        .subquery()
    )
    return select(ordered)


def _visible(scanned: Any) -> ColumnElement[bool]:
    """The part of ``visible_to`` that streams do not decide."""
    return or_(
        scanned.author_id == VIEWER,
        not_blocked(scanned.author_id, VIEWER)
        & or_(scanned.has_exclusions == literal_column("0"), not_excluded(scanned.idea_id, ORGANISATION)),
    )


def _literal(number: int) -> ColumnElement[int]:
    return literal_column(str(number))
