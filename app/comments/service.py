"""Posting, editing and deleting comments. The counter of the idea is changed by the database's own arithmetic."""

import hashlib
import uuid

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.comments.mentions import change_mentions, named_in, resolve_mentions
from app.comments.policy import check_may_edit, check_open, check_unlocked
from app.comments.queries import IdeaFacts, find_comment, find_idea, find_in_idea
from app.comments.schemas import CommentCreate, CommentReceipt, CommentUpdate
from app.core.clock import now
from app.core.errors import Forbidden, IdTaken, NotFound, invalid_field
from app.ideas.entries import set_answered
from app.ideas.events import CommentAdded, CommentEdited, ResponseChanged
from app.ideas.follows import follow_by_taking_part
from app.ideas.policy import check_not_suspended
from app.ideas.reading import mark_read
from app.identity.actor import Actor
from app.models import Comment, CommentMention, CommentRevision, Idea
from app.models.ideas import IdeaStatus
from app.models.upsert import insert_for
from app.outbox import events as outbox


async def create_comment(
    session: AsyncSession, actor: Actor, idea_public_id: uuid.UUID, request: CommentCreate
) -> CommentReceipt:
    """Post a comment, or a reply; the same request again changes nothing.

    :raises NotFound: the idea does not exist, or not for this actor.
    :raises IdTaken: the id is in use with other content, or by somebody else.
    :raises IdeaNotOpen: it is an idea of the actor's own that is not published.
    :raises IdeaLocked: it takes no new comments.
    :raises SuspendedHere: its consortium keeps the actor out.
    :raises Invalid: the comment to answer is not there, or a member named may not be.
    """
    idea = await find_idea(session, actor, idea_public_id)
    digest = hashlib.sha256(idea.public_id.bytes + request.digest()).digest()
    if await _made_before(session, actor, request.id, digest):
        return CommentReceipt(id=request.id)
    check_not_suspended(actor, idea.consortium_id)
    check_open(idea.status)
    check_unlocked(is_locked=idea.is_locked)
    parent_id, reply_to_id = await _thread(session, actor, idea, request.reply_to)
    named = await resolve_mentions(session, actor, idea.id, request.mention_ids)
    statement = insert_for(session, Comment).values(
        public_id=request.id,
        creation_digest=digest,
        idea_id=idea.id,
        parent_id=parent_id,
        reply_to_id=reply_to_id,
        author_id=actor.account_id,
        affiliation_id=actor.affiliation_id,
        body=request.body,
    )
    # The same request sent twice at once: the second waits here for the first, and then adds nothing.
    added = statement.on_conflict_do_nothing(index_elements=["public_id"]).returning(Comment.id)
    comment_id = await session.scalar(added)
    if comment_id is None:
        await _made_before(session, actor, request.id, digest)
    else:
        await change_mentions(session, comment_id, (), named)
        await _take_part(session, actor, idea.id, comment_id)
    return CommentReceipt(id=request.id)


async def comment_to_edit(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> Comment:
    """A comment of the actor's own, locked until the end of the transaction.

    :raises NotFound: it does not exist, or not for this actor, or is deleted.
    :raises Forbidden: it is somebody else's, or hidden by a moderator.
    :raises IdeaNotOpen: the idea, the actor's own, is not published any more.
    """
    row = await find_comment(session, actor, public_id)
    check_may_edit(is_author=row.author_id == actor.account_id, is_hidden=row.is_hidden)
    check_not_suspended(actor, row.consortium_id)
    check_open(row.idea_status)
    comment = await session.get_one(Comment, row.id, with_for_update={"key_share": True})
    if comment.deleted_at is not None:
        raise NotFound
    return comment


async def edit_comment(session: AsyncSession, actor: Actor, comment: Comment, request: CommentUpdate) -> None:
    """Change body or mentions of a comment; the wording before is kept. What changes nothing leaves no trace.

    :raises Invalid: a member newly named may not be.
    """
    before = after = await named_in(session, comment.id)
    if "mention_ids" in request.model_fields_set:
        after = await resolve_mentions(session, actor, comment.idea_id, request.mention_ids, named_before=before)
    body = request.body if "body" in request.model_fields_set else comment.body
    if body == comment.body and after == before:
        return
    if body != comment.body:
        session.add(CommentRevision(comment_id=comment.id, version=comment.version, body=comment.body))
    comment.body = body
    comment.version += 1
    comment.edited_at = now()
    await change_mentions(session, comment.id, before, after)
    await outbox.append(
        session,
        CommentEdited(
            idea_id=comment.idea_id,
            comment_id=comment.id,
            author_id=actor.account_id,
            newly_mentioned_ids=sorted(after - before),
        ),
    )
    await session.flush()


async def delete_comment(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> None:
    """Delete a comment of one's own with all its wordings; doing so twice is doing so once.

    :raises NotFound: it does not exist, or not for this actor.
    :raises Forbidden: it is somebody else's.
    :raises IdeaNotOpen: the idea, the actor's own, is not published any more.
    """
    row = await find_comment(session, actor, public_id)
    if row.author_id != actor.account_id:
        raise Forbidden
    if row.deleted_at is not None:
        return
    check_open(row.idea_status)
    statement = (
        update(Comment)
        .where(Comment.id == row.id, Comment.deleted_at.is_(None))
        .values(body="", deleted_at=now(), version=Comment.version + 1)
        .returning(Comment.hidden_at)
        .execution_options(synchronize_session=False)
    )
    deleted = (await session.execute(statement)).one_or_none()
    if deleted is None:
        return  # the same request was quicker on another connection
    for model in (CommentRevision, CommentMention):
        await session.execute(delete(model).where(model.comment_id == row.id))
    if deleted.hidden_at is None:  # a hidden one was not counted any more
        await _count(session, row.idea_id, -1)


async def _made_before(session: AsyncSession, actor: Actor, public_id: uuid.UUID, digest: bytes) -> bool:
    statement = select(Comment.author_id, Comment.creation_digest).where(Comment.public_id == public_id)
    row = (await session.execute(statement)).one_or_none()
    if row is not None and (row.author_id != actor.account_id or row.creation_digest != digest):
        raise IdTaken
    return row is not None


async def _thread(
    session: AsyncSession, actor: Actor, idea: IdeaFacts, reply_to: uuid.UUID | None
) -> tuple[int | None, int | None]:
    """Parent and answered comment of a new one."""
    if reply_to is None:
        return None, None
    answered = await find_in_idea(session, actor, idea.id, reply_to)
    if answered is None or answered.is_hidden:
        raise invalid_field(
            "/body/reply_to",
            "cannot_reply",
            "답글을 달 댓글이 없거나 삭제되었습니다. 다시 읽어 주세요.",
            "The comment to answer does not exist on this idea, or not any more; read the thread again.",
        )
    return answered.parent_id or answered.id, answered.id


async def _take_part(session: AsyncSession, actor: Actor, idea_id: int, comment_id: int) -> None:
    await follow_by_taking_part(session, actor.account_id, idea_id)
    await mark_read(session, actor.account_id, idea_id)
    await outbox.append(session, CommentAdded(idea_id=idea_id, comment_id=comment_id, author_id=actor.account_id))
    await _count(session, idea_id, 1)


async def _count(session: AsyncSession, idea_id: int, difference: int) -> None:
    """Move the counter, last of all, since all who respond to the idea wait for its row.

    :raises NotFound: the idea was withdrawn or hidden meanwhile.
    :raises IdeaLocked: it was locked meanwhile, and this is a new comment.
    """
    await outbox.append(session, ResponseChanged(idea_id=idea_id))
    await session.flush()
    statement = (
        update(Idea)
        .where(Idea.id == idea_id, Idea.status == IdeaStatus.PUBLISHED)
        .values(comment_count=Idea.comment_count + difference)
        .returning(Idea.comment_count, Idea.locked_at)
        .execution_options(synchronize_session=False)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    check_unlocked(is_locked=difference > 0 and row.locked_at is not None)
    if row.comment_count == max(difference, 0):  # the first comment came, or the last one went
        await set_answered(session, idea_id, answered=row.comment_count > 0)
