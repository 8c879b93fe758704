"""Writing ideas: draft, publish, edit, withdraw, delete a draft."""

import uuid

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia.memberships import require_living
from app.core.clock import now
from app.core.errors import Conflict, Forbidden, IdTaken, invalid_field
from app.core.localisation import Text
from app.ideas import audience
from app.ideas.access import own_or_visible_idea
from app.ideas.consent.service import supersede
from app.ideas.entries import move_idea, put_into_feeds, take_out_of_feeds
from app.ideas.events import IdeaEdited, IdeaPublished, IdeaWithdrawn
from app.ideas.excerpts import excerpt_of
from app.ideas.follows import follow_by_taking_part
from app.ideas.policy import IdeaAction, allowed_actions, check_not_suspended, may_post_in
from app.ideas.schemas import IdeaCreate, IdeaUpdate
from app.ideas.tags import normal_tags
from app.identity.actor import Actor
from app.models import (
    Idea,
    IdeaExclusion,
    IdeaFollow,
    IdeaReader,
    IdeaReadMark,
    IdeaRevision,
    IdeaStateChange,
    IdeaTag,
    MiniCluster,
)
from app.models.ideas import IdeaStatus, Visibility
from app.outbox import events as outbox

_OF_AUDIENCE = {"mini_cluster_id", "visibility", "reader_ids", "excluded_organisation_ids"}


class IdeaNotOpen(Conflict):
    """The act does not fit the status of the idea."""

    code = "idea_not_open"
    detail = Text(
        "초안, 철회 또는 숨김 상태여서 할 수 없습니다. 다시 읽어 주세요.",
        "Its status does not allow this; read the idea again.",
    )


async def create_idea(session: AsyncSession, actor: Actor, request: IdeaCreate) -> Idea:
    """Make a draft or a published idea; the same request again gives the one it made.

    :raises IdTaken: the id is in use with other content, or by somebody else.
    :raises Invalid: the mini-cluster, a reader, an exclusion or a tag is not acceptable.
    """
    digest = request.digest()
    if (earlier := await _made_before(session, actor, request.id, digest)) is not None:
        return earlier
    mini_cluster = await _mini_cluster_to_post_in(session, actor, request.mini_cluster_id)
    idea = Idea(
        public_id=request.id,
        creation_digest=digest,
        mini_cluster_id=mini_cluster.id,
        consortium_id=mini_cluster.consortium_id,
        author_id=actor.account_id,
        affiliation_id=actor.affiliation_id,
        title=request.title,
        body=request.body,
        excerpt=excerpt_of(request.body),
        tags=normal_tags(request.tags),
        visibility=request.visibility,
        status=IdeaStatus.DRAFT,
    )
    try:
        async with session.begin_nested():
            session.add(idea)
    except IntegrityError:  # the same request, sent twice at once, was first on another connection
        if (earlier := await _made_before(session, actor, request.id, digest)) is None:
            raise
        return earlier
    await _set_tags(session, idea)
    await _set_audience(session, actor, idea, request.reader_ids, request.excluded_organisation_ids)
    if not request.draft:
        await _publish(session, idea)
    return idea


async def publish_idea(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> Idea:
    """Publish a draft; a published idea stays as it is.

    :raises Invalid: the author may not post in its mini-cluster any more.
    """
    idea = await _own_idea(session, actor, public_id)
    if idea.status is IdeaStatus.PUBLISHED:
        return idea
    _check_allowed(actor, idea, IdeaAction.PUBLISH)
    if not may_post_in(actor, idea.mini_cluster_id):
        raise _cannot_post()
    await require_living(session, idea.mini_cluster_id)
    idea.affiliation_id = actor.affiliation_id
    await _publish(session, idea)
    return idea


async def update_idea(session: AsyncSession, actor: Actor, idea: Idea, request: IdeaUpdate) -> None:
    """Change an idea of one's own. The wording before is kept once it was published.

    A narrower audience holds at once; a wider one is the author's own wish, so nobody needs to agree.

    :raises Forbidden: it is somebody else's.
    :raises SuspendedHere: its consortium keeps the actor out.
    """
    if idea.author_id != actor.account_id:
        raise Forbidden
    check_not_suspended(actor, idea.consortium_id)
    _check_allowed(actor, idea, IdeaAction.EDIT)
    if not request.model_fields_set:
        return
    if request.mini_cluster_id is not None:
        place = await _mini_cluster_to_post_in(session, actor, request.mini_cluster_id)
        move_idea(idea, place.id, place.consortium_id)
        await supersede(session, idea.id)
    _keep_wording(session, actor, idea, request)
    await _change_wording(session, idea, request)
    await _change_audience(session, actor, idea, request)
    idea.version += 1
    await session.flush()
    if idea.status is IdeaStatus.PUBLISHED:
        if _OF_AUDIENCE & request.model_fields_set:
            await put_into_feeds(session, idea)
        if {"title", "body", "tags"} & request.model_fields_set:
            await outbox.append(session, IdeaEdited(idea_id=idea.id))


async def withdraw_idea(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> Idea:
    """Take a published idea back, for good: nobody but its author reaches it, or the comments on it, any more.

    The comments stay stored: they are their authors' words and part of their exports. Pushes on their way are
    dropped by the check before sending. Withdrawing twice is withdrawing once.
    """
    idea = await _own_idea(session, actor, public_id)
    if idea.status is IdeaStatus.WITHDRAWN:
        return idea
    _check_allowed(actor, idea, IdeaAction.WITHDRAW)
    idea.status = IdeaStatus.WITHDRAWN
    idea.withdrawn_at = now()
    idea.version += 1
    await supersede(session, idea.id)
    await session.flush()
    await take_out_of_feeds(session, idea.id)
    await outbox.append(session, IdeaWithdrawn(idea_id=idea.id))
    return idea


async def delete_draft(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> None:
    """Delete a draft and all that belongs to it.

    :raises IdeaNotOpen: it was published: then it can only be withdrawn.
    """
    idea = await _own_idea(session, actor, public_id)
    _check_allowed(actor, idea, IdeaAction.DELETE)
    for model in (IdeaTag, IdeaReader, IdeaExclusion, IdeaFollow, IdeaReadMark):
        await session.execute(delete(model).where(model.idea_id == idea.id))
    await session.delete(idea)
    await session.flush()


async def _made_before(session: AsyncSession, actor: Actor, public_id: uuid.UUID, digest: bytes) -> Idea | None:
    idea = await session.scalar(select(Idea).where(Idea.public_id == public_id))
    if idea is not None and (idea.author_id != actor.account_id or idea.creation_digest != digest):
        raise IdTaken
    return idea


async def _mini_cluster_to_post_in(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> MiniCluster:
    mini_cluster = await session.scalar(select(MiniCluster).where(MiniCluster.public_id == public_id))
    if mini_cluster is None or not may_post_in(actor, mini_cluster.id):
        raise _cannot_post()
    await require_living(session, mini_cluster.id)
    return mini_cluster


def _cannot_post() -> Exception:
    return invalid_field(
        "/body/mini_cluster_id",
        "cannot_post_here",
        "회원으로 있는 미니클러스터를 골라 주세요.",
        "Choose a mini-cluster you are a member of.",
    )


async def _own_idea(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> Idea:
    idea = await own_or_visible_idea(session, actor, public_id, lock=True)
    if idea.author_id != actor.account_id:
        raise Forbidden
    return idea


def _check_allowed(actor: Actor, idea: Idea, action: IdeaAction) -> None:
    if action not in allowed_actions(actor, idea):
        raise IdeaNotOpen


async def _publish(session: AsyncSession, idea: Idea) -> None:
    idea.status = IdeaStatus.PUBLISHED
    idea.published_at = now()
    session.add(IdeaStateChange(idea_id=idea.id, state=idea.state, changed_by_id=idea.author_id))
    await session.flush()
    await put_into_feeds(session, idea)
    await follow_by_taking_part(session, idea.author_id, idea.id)
    await outbox.append(session, IdeaPublished(idea_id=idea.id, author_id=idea.author_id))


async def _set_tags(session: AsyncSession, idea: Idea) -> None:
    await session.execute(delete(IdeaTag).where(IdeaTag.idea_id == idea.id))
    session.add_all(IdeaTag(idea_id=idea.id, tag=tag) for tag in idea.tags)


def _keep_wording(session: AsyncSession, actor: Actor, idea: Idea, request: IdeaUpdate) -> None:
    if idea.status is not IdeaStatus.PUBLISHED or not {"title", "body", "tags"} & request.model_fields_set:
        return
    session.add(
        IdeaRevision(
            idea_id=idea.id,
            version=idea.version,
            title=idea.title,
            body=idea.body,
            tags=idea.tags,
            edited_by_id=actor.account_id,
        )
    )
    idea.edited_at = now()


async def _change_wording(session: AsyncSession, idea: Idea, request: IdeaUpdate) -> None:
    if request.title is not None:
        idea.title = request.title
    if request.body is not None:
        idea.body = request.body
        idea.excerpt = excerpt_of(request.body)
    if request.tags is not None:
        idea.tags = normal_tags(request.tags)
        await _set_tags(session, idea)


async def _change_audience(session: AsyncSession, actor: Actor, idea: Idea, request: IdeaUpdate) -> None:
    if not {"visibility", "reader_ids", "excluded_organisation_ids"} & request.model_fields_set:
        return
    if request.visibility is not None:
        idea.visibility = request.visibility
    readers, exclusions = request.reader_ids, request.excluded_organisation_ids
    if readers is None and idea.visibility is not Visibility.NAMED:
        readers = []
    await supersede(session, idea.id)
    await _set_audience(session, actor, idea, readers, exclusions)


async def _set_audience(
    session: AsyncSession,
    actor: Actor,
    idea: Idea,
    readers: list[uuid.UUID] | None,
    exclusions: list[uuid.UUID] | None,
) -> None:
    """Replace the named readers and the exclusions; None leaves them as they are."""
    if readers is not None:
        _check_readers_fit(idea.visibility, readers)
        reader_ids = await audience.resolve_readers(session, actor, readers)
        await session.execute(delete(IdeaReader).where(IdeaReader.idea_id == idea.id))
        session.add_all(IdeaReader(idea_id=idea.id, account_id=reader_id) for reader_id in reader_ids)
    if exclusions is not None:
        excluded_ids = await audience.resolve_exclusions(session, actor, exclusions)
        await session.execute(delete(IdeaExclusion).where(IdeaExclusion.idea_id == idea.id))
        session.add_all(IdeaExclusion(idea_id=idea.id, organisation_id=excluded) for excluded in excluded_ids)
        idea.has_exclusions = bool(excluded_ids)
    await session.flush()


def _check_readers_fit(visibility: Visibility, readers: list[uuid.UUID]) -> None:
    if (visibility is Visibility.NAMED) == bool(readers):
        return
    if readers:
        raise invalid_field(
            "/body/reader_ids",
            "readers_without_named",
            "공개 범위가 named일 때만 열람자를 지정할 수 있습니다.",
            "Readers can be named only for the visibility `named`.",
        )
    raise invalid_field(
        "/body/reader_ids",
        "readers_missing",
        "열람자를 한 명 이상 지정해 주세요.",
        "Name at least one reader.",
    )
