"""Looking at what was posted, in the transaction that completes the event: a second look finds nothing new."""

from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record
from app.core.clock import now
from app.core.localisation import Locale, Text
from app.ideas.events import CommentAdded, CommentEdited, IdeaEdited, IdeaPublished
from app.models import Account, Comment, Idea, Membership, MiniCluster, ModerationAct, ModerationActText
from app.models.ideas import IdeaStatus
from app.models.moderation import ActKind, CaseOrigin, Watching
from app.moderation.acts.effects import apply_act
from app.moderation.acts.telling import tell_subject
from app.moderation.cases.opening import open_case
from app.moderation.watch.service import find_watch_list
from app.moderation.watch.words import uses_any
from app.outbox.subscriptions import Occurrence, Subscriptions

NEW_FOR = timedelta(days=14)
BURST_WITHIN = timedelta(minutes=10)
_WEIGHTS = {CaseOrigin.WORDS: 2, CaseOrigin.BURST: 3}
_HELD = Text(
    "자동 점검에 걸려 담당자가 확인할 때까지 숨겼습니다.",
    "Held by an automatic check until somebody has looked at it.",
)


class _Posted(NamedTuple):
    """A text that was posted or edited."""

    idea_id: int
    comment_id: int | None
    consortium_id: int
    author_id: int
    texts: tuple[str, ...]


def subscribe(subscriptions: Subscriptions) -> None:
    """Let the relay show what is posted. To be subscribed before those who tell people of it."""
    subscriptions.in_transaction(IdeaPublished, _look_at_idea)
    subscriptions.in_transaction(IdeaEdited, _look_at_idea)
    subscriptions.in_transaction(CommentAdded, _look_at_comment)
    subscriptions.in_transaction(CommentEdited, _look_at_comment)


async def _look_at_idea(session: AsyncSession, occurrence: Occurrence[IdeaPublished] | Occurrence[IdeaEdited]) -> None:
    statement = select(Idea.id, Idea.consortium_id, Idea.author_id, Idea.title, Idea.body, Idea.tags).where(
        Idea.id == occurrence.event.idea_id, Idea.status == IdeaStatus.PUBLISHED
    )
    row = (await session.execute(statement)).one_or_none()
    if row is not None:
        texts = (row.title, row.body, *row.tags)
        posted = _Posted(row.id, None, row.consortium_id, row.author_id, texts)
        await _look(session, posted, is_new=isinstance(occurrence.event, IdeaPublished))


async def _look_at_comment(
    session: AsyncSession, occurrence: Occurrence[CommentAdded] | Occurrence[CommentEdited]
) -> None:
    statement = (
        select(Comment.id, Comment.idea_id, Idea.consortium_id, Comment.author_id, Comment.body)
        .join(Idea, Idea.id == Comment.idea_id)
        .where(Comment.id == occurrence.event.comment_id, Comment.deleted_at.is_(None), Comment.hidden_at.is_(None))
    )
    row = (await session.execute(statement)).one_or_none()
    if row is not None:
        posted = _Posted(row.idea_id, row.id, row.consortium_id, row.author_id, (row.body,))
        await _look(session, posted, is_new=isinstance(occurrence.event, CommentAdded))


async def _look(session: AsyncSession, posted: _Posted, *, is_new: bool) -> None:
    watched = await find_watch_list(session, posted.consortium_id)
    if watched is None:
        return
    if watched.on_word is not Watching.OFF and uses_any(watched.words, *posted.texts):
        await _act(session, posted, CaseOrigin.WORDS, watched.on_word)
    elif is_new and watched.on_burst is not Watching.OFF and await _is_burst(session, posted, watched):
        await _act(session, posted, CaseOrigin.BURST, watched.on_burst)


async def _is_burst(session: AsyncSession, posted: _Posted, watched: Row[*tuple[Any, ...]]) -> bool:
    """Whether a member who is new in the consortium has posted more than he may within ten minutes."""
    moment = now()
    joined = (
        select(func.min(Membership.started_at))
        .join(MiniCluster, MiniCluster.id == Membership.mini_cluster_id)
        .where(Membership.account_id == posted.author_id, MiniCluster.consortium_id == posted.consortium_id)
    )
    since = await session.scalar(joined)
    if since is None or since < moment - NEW_FOR:
        return False
    begin = moment - BURST_WITHIN
    ideas = select(func.count()).where(
        Idea.author_id == posted.author_id,
        Idea.consortium_id == posted.consortium_id,
        Idea.published_at > begin,
    )
    comments = (
        select(func.count())
        .select_from(Comment)
        .join(Idea, Idea.id == Comment.idea_id)
        .where(
            Comment.author_id == posted.author_id,
            Comment.created_at > begin,
            Idea.consortium_id == posted.consortium_id,
        )
    )
    total = (await session.scalar(ideas) or 0) + (await session.scalar(comments) or 0)
    return total > int(watched.burst_limit)


async def _act(session: AsyncSession, posted: _Posted, origin: CaseOrigin, watching: Watching) -> None:
    case_id, is_new = await open_case(session, posted.idea_id, posted.comment_id, origin, weight=_WEIGHTS[origin])
    if not is_new or watching is not Watching.HOLD:
        return
    if not await apply_act(session, ActKind.HIDE, posted.idea_id, posted.comment_id, [], posted.author_id):
        return
    act = ModerationAct(
        creation_digest=b"automatic",
        kind=ActKind.HIDE,
        consortium_id=posted.consortium_id,
        idea_id=posted.idea_id,
        comment_id=posted.comment_id,
        subject_id=posted.author_id,
        case_id=case_id,
    )
    session.add(act)
    await session.flush()
    locale = await session.scalar(select(Account.locale).where(Account.id == posted.author_id))
    session.add(ModerationActText(act_id=act.id, words=_HELD.render(locale or Locale.KOREAN)))
    await tell_subject(session, act)
    await record(
        session,
        actor_id=None,
        action="act.held",
        target_kind="idea" if posted.comment_id is None else "comment",
        target_id=posted.comment_id or posted.idea_id,
        consortium_id=posted.consortium_id,
        details={"act_id": act.id, "case_id": case_id, "origin": origin.value},
    )
