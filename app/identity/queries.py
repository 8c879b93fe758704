"""The one query that makes an actor: session, account, memberships, roles and links in a single round trip."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    cast,
    literal_column,
    null,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.clock import now
from app.core.localisation import Locale
from app.identity.actor import Actor, ActorMembership
from app.models import (
    AccessToken,
    Account,
    Affiliation,
    ConsortiumLink,
    CoordinatorRole,
    Membership,
    MiniCluster,
    ModerationAct,
    Session,
    TotpFactor,
)
from app.models.accounts import AccountStatus
from app.models.declarative import UtcDateTime
from app.models.memberships import MemberRole
from app.models.moderation import ActKind
from app.models.programme import LinkState

_PERSON, _MEMBERSHIP, _COORDINATED, _LINK, _SUSPENSION = range(5)

_HAS_SECOND_FACTOR = TotpFactor.account_id.is_not(None)


def _rows(who: CTE) -> Any:
    """All that an actor consists of as rows of one shape: kind, four numbers, a flag, a text, three of the person."""
    person = (
        select(
            literal_column(str(_PERSON), Integer).label("kind"),
            who.c.account_id.label("a"),
            cast(who.c.session_id, BigInteger).label("b"),
            Affiliation.organisation_id.label("c"),
            Affiliation.id.label("d"),
            who.c.is_operator.label("flag"),
            who.c.locale.label("text"),
            who.c.public_id.label("public_id"),
            who.c.terms_version.label("terms_version"),
            _HAS_SECOND_FACTOR.label("has_second_factor"),
        )
        .select_from(who)
        .outerjoin(TotpFactor, (TotpFactor.account_id == who.c.account_id) & TotpFactor.confirmed_at.is_not(None))
        .outerjoin(Affiliation, (Affiliation.account_id == who.c.account_id) & Affiliation.ended_at.is_(None))
    )
    nothing = cast(null(), BigInteger)
    rest: tuple[Any, ...] = (nothing, nothing, literal_column("false"))
    no_id: tuple[Any, ...] = (cast(null(), Uuid()), cast(null(), String), literal_column("false"))
    membership = (
        select(
            literal_column(str(_MEMBERSHIP)), Membership.mini_cluster_id, MiniCluster.consortium_id, *rest,
            cast(Membership.role, String), *no_id,
        )
        .select_from(who)
        .join(Membership, (Membership.account_id == who.c.account_id) & Membership.ended_at.is_(None))
        .join(MiniCluster, MiniCluster.id == Membership.mini_cluster_id)
    )  # fmt: skip
    coordinated = (
        select(
            literal_column(str(_COORDINATED)), CoordinatorRole.consortium_id, MiniCluster.id, *rest,
            cast(null(), String), *no_id,
        )
        .select_from(who)
        .join(CoordinatorRole, (CoordinatorRole.account_id == who.c.account_id) & CoordinatorRole.ended_at.is_(None))
        .outerjoin(MiniCluster, MiniCluster.consortium_id == CoordinatorRole.consortium_id)
    )  # fmt: skip
    return union_all(person, membership, coordinated, _suspensions(who, rest, no_id), _links(who, rest, no_id))


def _suspensions(who: CTE, rest: tuple[Any, ...], no_id: tuple[Any, ...]) -> Select[Any]:
    return (
        select(
            literal_column(str(_SUSPENSION)),
            ModerationAct.consortium_id,
            cast(null(), BigInteger),
            *rest,
            cast(null(), String),
            *no_id,
        )
        .select_from(who)
        .join(ModerationAct, (ModerationAct.subject_id == who.c.account_id) & suspends())
    )


def suspends() -> ColumnElement[bool]:
    """The condition on acts under which they keep a member out of a consortium at the moment ``at``."""
    return and_(
        ModerationAct.kind == literal_column(f"'{ActKind.SUSPEND}'"),
        ModerationAct.undone_at.is_(None),
        or_(ModerationAct.until.is_(None), ModerationAct.until > bindparam("at", type_=UtcDateTime())),
    )


def not_kept_out(account: Any, consortium: Any) -> ColumnElement[bool]:
    """The condition that a consortium does not keep an account out at the moment ``at``."""
    kept_out = select(ModerationAct.id).where(
        ModerationAct.subject_id == account, ModerationAct.consortium_id == consortium, suspends()
    )
    tables = [column.table for column in (account, consortium) if hasattr(column, "table")]
    return ~kept_out.correlate(*tables).exists()


def _links(who: CTE, rest: tuple[Any, ...], no_id: tuple[Any, ...]) -> Select[Any]:
    mine = union(
        select(MiniCluster.consortium_id)
        .select_from(who)
        .join(Membership, (Membership.account_id == who.c.account_id) & Membership.ended_at.is_(None))
        .join(MiniCluster, MiniCluster.id == Membership.mini_cluster_id),
        select(CoordinatorRole.consortium_id)
        .select_from(who)
        .join(CoordinatorRole, (CoordinatorRole.account_id == who.c.account_id) & CoordinatorRole.ended_at.is_(None)),
    ).subquery("mine")
    consortium = mine.c.consortium_id
    return (
        select(
            literal_column(str(_LINK)), ConsortiumLink.first_id, ConsortiumLink.second_id, *rest,
            cast(null(), String), *no_id,
        )
        .select_from(mine)
        .join(ConsortiumLink, or_(ConsortiumLink.first_id == consortium, ConsortiumLink.second_id == consortium))
        .where(ConsortiumLink.state == LinkState.ACTIVE)
    )  # fmt: skip


_ACCOUNT_COLUMNS = (
    Account.id.label("account_id"),
    Account.public_id.label("public_id"),
    Account.is_operator.label("is_operator"),
    cast(Account.locale, String).label("locale"),
    Account.terms_version.label("terms_version"),
)

_BY_TOKEN = _rows(
    select(*_ACCOUNT_COLUMNS, Session.id.label("session_id"))
    .select_from(AccessToken)
    .join(Session, Session.id == AccessToken.session_id)
    .join(Account, Account.id == Session.account_id)
    .where(
        AccessToken.digest == bindparam("digest", type_=LargeBinary),
        AccessToken.expires_at > bindparam("at", type_=UtcDateTime()),
        Session.expires_at > bindparam("at", type_=UtcDateTime()),
        Session.ended_at.is_(None),
        Account.status == AccountStatus.ACTIVE,
    )
    .cte("who")
)
_BY_ACCOUNT = _rows(
    select(*_ACCOUNT_COLUMNS, cast(null(), BigInteger).label("session_id"))
    .where(Account.id == bindparam("account_id", type_=BigInteger), Account.status == AccountStatus.ACTIVE)
    .cte("who")
)


async def load_actor_by_token(connection: AsyncConnection | AsyncSession, digest: bytes) -> Actor | None:
    """The actor an access token speaks for; None when token, session or account is no longer good."""
    result = await connection.execute(_BY_TOKEN, {"digest": digest, "at": now()})
    return _actor(result.all())


async def load_actor(connection: AsyncConnection | AsyncSession, account_id: int) -> Actor | None:
    """The actor an account would be if it asked now; None for an account that may not be used."""
    result = await connection.execute(_BY_ACCOUNT, {"account_id": account_id, "at": now()})
    return _actor(result.all())


def _actor(rows: Sequence[Row[Any]]) -> Actor | None:
    by_kind: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        by_kind[row.kind].append(row)
    if not by_kind[_PERSON]:
        return None
    person = by_kind[_PERSON][0]
    suspended = frozenset(row.a for row in by_kind[_SUSPENSION])
    memberships = tuple(
        ActorMembership(row.a, row.b, MemberRole(row.text)) for row in by_kind[_MEMBERSHIP] if row.b not in suspended
    )
    coordinated_ids = frozenset(row.a for row in by_kind[_COORDINATED])
    own = coordinated_ids | {membership.consortium_id for membership in memberships}
    # A consortium one is kept out of links one to nothing.
    linked = {side for row in by_kind[_LINK] if row.a in own or row.b in own for side in (row.a, row.b)}
    public_id: uuid.UUID = person.public_id
    return Actor(
        account_id=person.a,
        public_id=public_id,
        session_id=person.b,
        locale=Locale(person.text),
        is_operator=bool(person.flag),
        organisation_id=person.c,
        affiliation_id=person.d,
        memberships=memberships,
        coordinated=tuple((row.a, row.b) for row in by_kind[_COORDINATED] if row.b is not None),
        coordinated_consortium_ids=coordinated_ids,
        linked_consortium_ids=frozenset(linked - own - suspended),
        suspended_consortium_ids=suspended,
        terms_version=person.terms_version,
        has_second_factor=bool(person.has_second_factor),
        is_member=bool(by_kind[_MEMBERSHIP]),
    )
