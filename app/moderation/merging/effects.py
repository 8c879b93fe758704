"""Moving votes and comments from one idea to another, and back. Nobody counts twice.

Both ideas are locked until the end of the transaction. Counters are counted anew, for they equal their rows.
"""

from collections.abc import Sequence

from sqlalchemy import (
    ColumnElement,
    Delete,
    Insert,
    Update,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.core.clock import now
from app.ideas.entries import put_into_feeds
from app.ideas.events import ResponseChanged
from app.ideas.moderated import hide_idea, unhide_idea
from app.models import Comment, Idea, IdeaFollow, IdeaMerge, MergedComment, MergedVote, Vote
from app.models.ideas import IdeaStatus
from app.models.upsert import insert_for
from app.outbox import events as outbox


async def merge(session: AsyncSession, merging: IdeaMerge, source: Idea, target: Idea, act_id: int) -> None:
    """Move what stands under the source to the target; the source is gone for all but its author."""
    merging.act_id, merging.merged_at = act_id, now()
    session.add(merging)
    await session.flush()
    await _move_votes(session, merging.id, source, target)
    await _move_comments(session, merging.id, source.id, target.id)
    await _let_follow(session, merging, source)
    await hide_idea(session, source)
    await _count_anew(session, source, target)


async def part(session: AsyncSession, merging: IdeaMerge, source: Idea, target: Idea) -> None:
    """Move back what came with the source, and what was replied to it since.

    Who has taken back his vote since has none on either; new votes and threads stay where they were made.
    """
    await _move_votes_back(session, merging.id, source.id, target.id)
    top = select(MergedComment.comment_id).where(MergedComment.merge_id == merging.id)
    await _run(
        session,
        update(Comment)
        .where(Comment.idea_id == target.id, Comment.parent_id.is_(None), Comment.id.in_(top))
        .values(idea_id=source.id),
    )
    await _run(
        session,
        delete(IdeaFollow).where(IdeaFollow.idea_id == target.id, IdeaFollow.created_at == merging.merged_at),
    )
    await _run(session, delete(MergedComment).where(MergedComment.merge_id == merging.id))
    await _run(session, delete(MergedVote).where(MergedVote.merge_id == merging.id))
    merging.undone_at = now()
    await session.flush()
    await _count_anew(session, source, target)
    await unhide_idea(session, source)


async def _move_votes(session: AsyncSession, merge_id: int, source: Idea, target: Idea) -> None:
    """The vote of the target's author stays where it is: nobody recommends what he wrote."""
    there = aliased(Vote)
    has_both = exists().where(there.idea_id == target.id, there.account_id == Vote.account_id)
    of_source = and_(Vote.idea_id == source.id, Vote.account_id != target.author_id)
    remembered = select(literal(merge_id), Vote.account_id, ~has_both, Vote.voted_at).where(of_source)
    await _run(session, insert(MergedVote).from_select(["merge_id", "account_id", "moved", "voted_at"], remembered))
    moved = select(MergedVote.account_id, literal(target.id), MergedVote.voted_at).where(
        MergedVote.merge_id == merge_id, MergedVote.moved
    )
    await _run(session, insert(Vote).from_select(["account_id", "idea_id", "voted_at"], moved))
    await _run(session, delete(Vote).where(of_source))


async def _move_votes_back(session: AsyncSession, merge_id: int, source_id: int, target_id: int) -> None:
    there = aliased(Vote)
    mine = MergedVote.merge_id == merge_id
    stands = exists().where(there.idea_id == target_id, there.account_id == MergedVote.account_id)
    back = select(MergedVote.account_id, literal(source_id), MergedVote.voted_at).where(mine, stands)
    # ``WHERE`` keeps SQLite from reading ``ON CONFLICT`` as the condition of a join.
    await _run(
        session,
        insert_for(session, Vote).from_select(["account_id", "idea_id", "voted_at"], back).on_conflict_do_nothing(),
    )
    came = select(MergedVote.account_id).where(mine, MergedVote.moved)
    heirs = await _heirs(session, merge_id, target_id)
    for heir_id, account_id in heirs:
        heir = and_(MergedVote.merge_id == heir_id, MergedVote.account_id == account_id)
        await _run(session, update(MergedVote).where(heir).values(moved=True))
    kept = [account_id for _, account_id in heirs]
    await _run(
        session,
        delete(Vote).where(Vote.idea_id == target_id, Vote.account_id.in_(came), Vote.account_id.not_in(kept)),
    )


async def _heirs(session: AsyncSession, merge_id: int, target_id: int) -> Sequence[tuple[int, int]]:
    """Other merges by which members whose votes came with this one have recommended the target, too."""
    mine, other = aliased(MergedVote), aliased(MergedVote)
    statement = (
        select(func.min(other.merge_id), other.account_id)
        .join(IdeaMerge, IdeaMerge.id == other.merge_id)
        .join(mine, mine.account_id == other.account_id)
        .where(
            mine.merge_id == merge_id,
            mine.moved,
            other.merge_id != merge_id,
            ~other.moved,
            IdeaMerge.target_id == target_id,
            IdeaMerge.undone_at.is_(None),
        )
        .group_by(other.account_id)
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def _move_comments(session: AsyncSession, merge_id: int, source_id: int, target_id: int) -> None:
    """Replies, cases and acts follow their comments: the database moves them along."""
    top: ColumnElement[bool] = and_(Comment.idea_id == source_id, Comment.parent_id.is_(None))
    remembered = select(literal(merge_id), Comment.id).where(top)
    await _run(session, insert(MergedComment).from_select(["merge_id", "comment_id"], remembered))
    await _run(session, update(Comment).where(top).values(idea_id=target_id))


async def _let_follow(session: AsyncSession, merging: IdeaMerge, source: Idea) -> None:
    """Who follows the source, its author among them, follows the target; by the moment they are told apart."""
    followers = select(
        IdeaFollow.account_id, literal(merging.target_id), IdeaFollow.muted, literal(merging.merged_at)
    ).where(IdeaFollow.idea_id == source.id)
    columns = ["account_id", "idea_id", "muted", "created_at"]
    await _run(session, insert_for(session, IdeaFollow).from_select(columns, followers).on_conflict_do_nothing())
    author = insert_for(session, IdeaFollow).values(
        account_id=source.author_id, idea_id=merging.target_id, muted=False, created_at=merging.merged_at
    )
    await _run(session, author.on_conflict_do_nothing())


async def _count_anew(session: AsyncSession, source: Idea, target: Idea) -> None:
    votes = select(func.count()).where(Vote.idea_id == Idea.id).correlate(Idea).scalar_subquery()
    readable = (Comment.idea_id == Idea.id, Comment.deleted_at.is_(None), Comment.hidden_at.is_(None))
    comments = select(func.count()).where(*readable).correlate(Idea).scalar_subquery()
    counted = update(Idea).where(Idea.id.in_((source.id, target.id)))
    await _run(session, counted.values(vote_count=votes, comment_count=comments))
    for idea in (source, target):
        await session.refresh(idea)
        await outbox.append(session, ResponseChanged(idea_id=idea.id))
    if target.status is IdeaStatus.PUBLISHED:
        await put_into_feeds(session, target)


async def _run(session: AsyncSession, statement: Delete | Insert | Update) -> None:
    await session.execute(statement.execution_options(synchronize_session=False))
