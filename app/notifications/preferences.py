"""What a person wants to be told of, and when: read where people are told, written by themselves."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.clock import now
from app.core.errors import invalid_field
from app.identity.actor import Actor
from app.models import Account, NotificationSettings
from app.models.notifications import Reason
from app.models.upsert import insert_for
from app.notifications import schemas
from app.notifications.news import NOT_PUSHED_UNASKED, TOPIC_OF
from app.notifications.quiet_hours import QuietHours, minutes_of


@dataclass(frozen=True, slots=True)
class Choices:
    """For which reasons a person is told in which way."""

    without_inbox: frozenset[str] = frozenset()
    without_push: frozenset[str] = frozenset(NOT_PUSHED_UNASKED)

    def inbox(self, reason: Reason) -> bool:
        """Whether he is told at all."""
        return reason not in self.without_inbox

    def push(self, reason: Reason) -> bool:
        """Whether he is pushed, too."""
        return reason not in self.without_push


_BY_DEFAULT = Choices()


async def choices_of(session: AsyncSession, people: Collection[int]) -> Mapping[int, Choices]:
    """What each of these people has chosen, or what goes for those who did not."""
    columns = (NotificationSettings.account_id, NotificationSettings.without_inbox, NotificationSettings.without_push)
    statement = select(*columns).where(NotificationSettings.account_id.in_(people))
    chosen = dict.fromkeys(people, _BY_DEFAULT)
    for row in await session.execute(statement) if people else ():
        chosen[row.account_id] = Choices(frozenset(row.without_inbox), frozenset(row.without_push))
    return chosen


async def wants_push(session: AsyncSession, account_id: int, reason: Reason) -> bool:
    """Whether a person is to be pushed for this reason."""
    return (await choices_of(session, [account_id]))[account_id].push(reason)


async def quiet_ends(
    session: AsyncSession, account_ids: Collection[int], at: datetime, usual: QuietHours | None
) -> dict[int, datetime]:
    """When the quiet hours end of those of these people whose phones are to be quiet at ``at``."""
    if not account_ids:
        return {}
    ends: dict[int, datetime] = {}
    for row in await session.execute(_statement().where(Account.id.in_(account_ids))):
        quiet = _quiet_hours(row, usual)
        end = quiet.end_after(at, row.time_zone) if quiet else None
        if end is not None:
            ends[row.account_id] = end
    return ends


async def show_settings(
    connection: AsyncConnection | AsyncSession, actor: Actor, usual: QuietHours | None
) -> schemas.NotificationSettings:
    """How a person is told, by his own choice or by default."""
    row = (await connection.execute(_statement().where(Account.id == actor.account_id))).one()
    quiet = _quiet_hours(row, usual)
    without_inbox = set(row.without_inbox or ())
    without_push = set(NOT_PUSHED_UNASKED if row.without_push is None else row.without_push)
    return schemas.NotificationSettings(
        quiet_hours=None
        if quiet is None
        else schemas.QuietHours(begins_at=_clock(quiet.begins_at), ends_at=_clock(quiet.ends_at)),
        time_zone=row.time_zone,
        hides_content=bool(row.hides_content),
        choices=[
            schemas.Choice(reason=reason, inbox=reason not in without_inbox, push=reason not in without_push)
            for reason in TOPIC_OF
        ],
    )


async def put_settings(session: AsyncSession, actor: Actor, request: schemas.NotificationSettingsUpdate) -> None:
    """Store how a person wants to be told; reasons left out are told of as by default.

    :raises Invalid: a reason is named twice, leaves no choice, or is to be pushed but not to be kept in the inbox.
    """
    _check_choices(request.choices)
    quiet = request.quiet_hours
    begin, end = (None, None) if quiet is None else (_minutes(quiet.begins_at), _minutes(quiet.ends_at))
    if begin == end:  # hours without an extent are none
        begin = end = None
    values: dict[str, Any] = {
        "quiet_from": begin,
        "quiet_until": end,
        "hides_content": request.hides_content,
        "without_inbox": [choice.reason.value for choice in request.choices if not choice.inbox],
        "without_push": _without_push(request.choices),
        "changed_at": now(),
    }
    statement = insert_for(session, NotificationSettings).values(account_id=actor.account_id, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["account_id"], set_=values))


def _without_push(choices: Collection[schemas.ChoiceUpdate]) -> list[str]:
    named = {choice.reason for choice in choices}
    refused = {choice.reason for choice in choices if not choice.push} | (NOT_PUSHED_UNASKED - named)
    return sorted(reason.value for reason in refused)


def _check_choices(choices: Collection[schemas.ChoiceUpdate]) -> None:
    seen: set[Reason] = set()
    for number, choice in enumerate(choices):
        if choice.reason not in TOPIC_OF:
            raise invalid_field(
                f"/body/choices/{number}/reason",
                "no_choice",
                "이 알림은 언제나 받은함에만 남습니다.",
                "This is told in the inbox always, and never pushed.",
            )
        if choice.reason in seen:
            raise invalid_field(
                f"/body/choices/{number}/reason", "duplicate", "같은 항목이 두 번 있습니다.", "It is named twice."
            )
        if choice.push and not choice.inbox:
            raise invalid_field(
                f"/body/choices/{number}/push",
                "push_without_inbox",
                "받은함에 남기지 않는 알림은 푸시로 받을 수 없습니다.",
                "What is not kept in the inbox cannot be pushed.",
            )
        seen.add(choice.reason)


def _statement() -> Any:
    columns: list[Any] = [
        Account.id.label("account_id"),
        Account.time_zone,
        NotificationSettings.account_id.label("chose"),
        NotificationSettings.quiet_from,
        NotificationSettings.quiet_until,
        NotificationSettings.hides_content,
        NotificationSettings.without_inbox,
        NotificationSettings.without_push,
    ]
    return (
        select(*columns)
        .select_from(Account)
        .outerjoin(NotificationSettings, NotificationSettings.account_id == Account.id)
    )


def _quiet_hours(row: Row[Any], usual: QuietHours | None) -> QuietHours | None:
    return usual if row.chose is None else QuietHours.of_minutes(row.quiet_from, row.quiet_until)


def _clock(moment: time) -> str:
    return f"{moment:%H:%M}"


def _minutes(clock: str) -> int:
    return minutes_of(time.fromisoformat(clock))
