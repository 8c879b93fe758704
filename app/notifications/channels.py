"""For which reasons a person is told in which channel: by default, by choice, and by choice for a mini-cluster."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.models import MiniClusterNotificationSettings, NotificationSettings
from app.models.notifications import NoticeChannel, Reason
from app.notifications.news import TOPIC_OF

_ALL = frozenset(NoticeChannel)
_WITHOUT_DIGEST = frozenset({NoticeChannel.INBOX, NoticeChannel.PUSH})
DEFAULTS: Mapping[Reason, frozenset[NoticeChannel]] = {
    **dict.fromkeys(TOPIC_OF, _ALL),
    Reason.NEW_IDEA: frozenset({NoticeChannel.INBOX, NoticeChannel.DIGEST}),
    # Of these two mails of their own tell.
    Reason.APPLICATION_DECIDED: _WITHOUT_DIGEST,
    Reason.WAITING: _WITHOUT_DIGEST,
    Reason.MODERATED: frozenset({NoticeChannel.INBOX}),
}


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person has chosen: the channels of each reason he chose for; the others are as by default."""

    chosen: Mapping[str, Collection[str]] = field(default_factory=dict)

    def channels(self, reason: Reason) -> Collection[str]:
        """The channels in which he is told for a reason."""
        # A reason of a later release is told of as that release put it into the inbox: not pushed by this one.
        return self.chosen.get(reason, DEFAULTS.get(reason, ()))

    def inbox(self, reason: Reason) -> bool:
        """Whether he is told at all."""
        return NoticeChannel.INBOX in self.channels(reason)

    def push(self, reason: Reason) -> bool:
        """Whether he is pushed, too."""
        return NoticeChannel.PUSH in self.channels(reason)

    def digest(self, reason: Reason) -> bool:
        """Whether it stands in his digest while he has not read it."""
        return NoticeChannel.DIGEST in self.channels(reason)

    def narrowed(self, chosen: Mapping[str, Collection[str]] | None) -> "Choices":
        """With what he chose for one mini-cluster."""
        return Choices({**self.chosen, **chosen}) if chosen else self


NO_CHOICE = Choices()


def general_choices(row: Row[Any]) -> Choices:
    """From a row with the columns of ``notification_settings``, which are NULL for who has none."""
    if row.choices is not None:
        return Choices(row.choices)
    # Written by the release before, which knew neither digests nor reasons that are not pushed by default.
    without_inbox, without_push = row.without_inbox or (), row.without_push or ()
    unpushed = {reason: channels - {NoticeChannel.PUSH} for reason, channels in DEFAULTS.items()}
    chosen: dict[str, Collection[str]] = {
        reason: channels for reason, channels in unpushed.items() if reason in without_push
    }
    return Choices(chosen | dict.fromkeys(without_inbox, ()))


async def choices_of(
    connection: AsyncConnection | AsyncSession, people: Collection[int], mini_cluster_id: int | None = None
) -> Mapping[int, Choices]:
    """What goes for each of these people, for news of a mini-cluster where one is given."""
    chosen = dict.fromkeys(people, NO_CHOICE)
    if not people:
        return chosen
    columns = NotificationSettings.__table__.c
    for row in await connection.execute(select(*columns).where(columns.account_id.in_(people))):
        chosen[row.account_id] = general_choices(row)
    if mini_cluster_id is not None:
        places = MiniClusterNotificationSettings.__table__.c
        statement = select(places.account_id, places.choices).where(
            places.account_id.in_(people), places.mini_cluster_id == mini_cluster_id
        )
        for row in await connection.execute(statement):
            chosen[row.account_id] = chosen[row.account_id].narrowed(row.choices)
    return chosen
