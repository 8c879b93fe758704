"""Who is told of an event, and why. Sources of recipients are registered per event; the strongest reason wins.

A source only names people by what they have to do with the event. Whether a person may be told at all is asked of each
one afterwards (:mod:`app.notifications.eligibility`).
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.ideas.events import AudienceProposed, CommentAdded, CommentEdited, IdeaStateChanged, VoteCast
from app.models import Comment, CommentMention, IdeaFollow, InboxItem
from app.models.notifications import Reason
from app.notifications.news import News
from app.outbox.events import Event

Named = Iterable[tuple[int, Reason]]
"""Accounts with a reason."""

RecipientSource = Callable[[AsyncSession, News], Awaitable[Named]]
"""Names people who have to do with some news. It may name one twice, and the actor."""

_STRENGTH = {reason: strength for strength, reason in enumerate(Reason)}


class Recipients:
    """The sources of recipients of each kind of event."""

    def __init__(self) -> None:
        self._sources: defaultdict[type[Event], list[RecipientSource]] = defaultdict(list)

    def register(self, event: type[Event], *sources: RecipientSource) -> None:
        """Ask ``sources``, too, whom to tell of such events."""
        self._sources[event].extend(sources)

    async def of(self, session: AsyncSession, news: News) -> list[tuple[int, Reason]]:
        """Everyone who has to do with the news, each once with his strongest reason, ordered by account.

        Never the actor. The order keeps two workers on PostgreSQL from locking the same people's rows crosswise.
        """
        strongest: dict[int, Reason] = {}
        for source in self._sources[type(news.event)]:
            for account_id, reason in await source(session, news):
                known = strongest.get(account_id)
                if known is None or _STRENGTH[reason] < _STRENGTH[known]:
                    strongest[account_id] = reason
        strongest.pop(news.actor_id, None)
        return sorted(strongest.items())


def default_recipients() -> Recipients:
    """Whom this release tells of what."""
    recipients = Recipients()
    recipients.register(CommentAdded, mentioned, answered, idea_author, followers_of_the_thread)
    recipients.register(CommentEdited, newly_mentioned)
    recipients.register(VoteCast, recommended)
    recipients.register(IdeaStateChanged, followers_of_its_way)
    recipients.register(AudienceProposed, author_to_consent)
    return recipients


async def mentioned(session: AsyncSession, news: News) -> Named:
    """Those named in the comment who were not yet told that they are."""
    told = select(InboxItem.account_id).where(
        InboxItem.comment_id == news.comment_id,
        InboxItem.reason == Reason.MENTION,
        InboxItem.event_id != news.event_id,
    )
    statement = select(CommentMention.account_id).where(
        CommentMention.comment_id == news.comment_id, CommentMention.account_id.not_in(told)
    )
    return [(account_id, Reason.MENTION) for account_id in await session.scalars(statement)]


async def newly_mentioned(session: AsyncSession, news: News) -> Named:
    """Those whom an edit named in the comment, and who still are named in it."""
    new = set(news.event.newly_mentioned_ids) if isinstance(news.event, CommentEdited) else set()
    return [(account_id, reason) for account_id, reason in await mentioned(session, news) if account_id in new]


async def answered(session: AsyncSession, news: News) -> Named:
    """The authors of the comments that were answered, unless they deleted them."""
    if not news.answered_ids:
        return []
    statement = select(Comment.author_id).where(Comment.id.in_(news.answered_ids), Comment.deleted_at.is_(None))
    return [(author_id, Reason.REPLY) for author_id in await session.scalars(statement)]


async def idea_author(_session: AsyncSession, news: News) -> Named:
    """The author of the idea that was commented on."""
    return [(news.idea_author_id, Reason.COMMENT)]


async def followers_of_the_thread(session: AsyncSession, news: News) -> Named:
    """All who followed the idea when the comment came, as those do who had commented on it themselves."""
    statement = (
        select(IdeaFollow.account_id)
        .join(Comment, Comment.idea_id == IdeaFollow.idea_id)
        .where(
            Comment.id == news.comment_id,
            IdeaFollow.muted.is_(False),
            IdeaFollow.created_at <= Comment.created_at,
        )
    )
    return [(account_id, Reason.FOLLOWED) for account_id in await session.scalars(statement)]


async def recommended(session: AsyncSession, news: News) -> Named:
    """The author of the recommended idea, once for each member: taking a vote back and casting it anew is no news."""
    earlier = select(InboxItem.id).where(
        InboxItem.account_id == news.idea_author_id,
        InboxItem.idea_id == news.idea_id,
        InboxItem.actor_id == news.actor_id,
        InboxItem.reason == Reason.VOTE,
        InboxItem.event_id != news.event_id,
    )
    if await session.scalar(select(earlier.exists())):
        return []
    return [(news.idea_author_id, Reason.VOTE)]


async def followers_of_its_way(session: AsyncSession, news: News) -> Named:
    """The author of the idea, and all who follow it."""
    followers = await _followers(session, news.idea_id) | {news.idea_author_id}
    return [(account_id, Reason.STATE_CHANGED) for account_id in followers]


async def author_to_consent(_session: AsyncSession, news: News) -> Named:
    """The author, who is asked whether more people may see the idea."""
    return [(news.idea_author_id, Reason.CONSENT_ASKED)]


async def _followers(session: AsyncSession, idea_id: int) -> set[int]:
    statement = select(IdeaFollow.account_id).where(IdeaFollow.idea_id == idea_id, IdeaFollow.muted.is_(False))
    return set(await session.scalars(statement))
