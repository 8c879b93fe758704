"""Opening, changing and closing showcases, and choosing what they show.

The manager of a mini-cluster and the coordinators of its consortium choose; each idea waits for its author, even one
that is open to all already. When he consents, the idea becomes open to all and is shown (:func:`show_by_consent`).
"""

import uuid
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.consortia.memberships import require_living
from app.consortia.queries import MiniClusterKey, locate_mini_cluster
from app.core.clock import now
from app.core.errors import Forbidden, NotFound
from app.ideas.access import own_or_visible_idea
from app.ideas.consent.errors import ProposalOutdated
from app.ideas.consent.service import AudienceWish, change_audience, was_made_before
from app.identity.actor import Actor
from app.models import AudienceProposal, Idea, Showcase, ShowcaseIdea
from app.models.ideas import AudienceAct, IdeaStatus, Visibility
from app.models.showcases import IDEAS_PER_SHOWCASE
from app.models.upsert import insert_for
from app.showcases.errors import AlreadyShown, ShowcaseFull, unknown_idea
from app.showcases.figures import count_figures
from app.showcases.schemas import ShowcaseIdeaCreate, ShowcaseOrder, ShowcaseUpdate


async def put_showcase(
    session: AsyncSession, actor: Actor, mini_cluster_id: uuid.UUID, request: ShowcaseUpdate
) -> None:
    """Open a showcase, open it again, or change its profile.

    :raises NotFound: there is no such mini-cluster.
    :raises Forbidden: the actor does not keep it.
    :raises MiniClusterDissolved: it has ended.
    :raises ConsortiumClosed: nothing new begins in its consortium.
    """
    place = await _kept(session, actor, mini_cluster_id)
    await require_living(session, place.id)
    figures, moment = await count_figures(session, place.id), now()
    first = {"profile_ko": request.profile_ko, "mini_cluster_id": place.id, "figures": figures, "opened_at": moment}
    statement = insert_for(session, Showcase).values(**first).on_conflict_do_nothing().returning(Showcase.id)
    made = await session.scalar(statement)
    showcase = await _locked(session, place.id)
    action = "changed"
    if made is not None or showcase.closed_at is not None:
        action = "opened"
        showcase.opened_at, showcase.closed_at, showcase.figures = moment, None, figures
    showcase.profile_ko, showcase.profile_en = request.profile_ko, request.profile_en
    await _record(session, actor, f"showcase.{action}", place)


async def close_showcase(session: AsyncSession, actor: Actor, mini_cluster_id: uuid.UUID) -> None:
    """Show nothing any more; what was chosen is kept for the next opening. Twice is once.

    :raises NotFound: there is no such mini-cluster.
    :raises Forbidden: the actor does not keep it.
    """
    place = await _kept(session, actor, mini_cluster_id)
    showcase = await session.scalar(
        select(Showcase).where(Showcase.mini_cluster_id == place.id, Showcase.closed_at.is_(None)).with_for_update()
    )
    if showcase is not None:
        showcase.closed_at = now()
        await _record(session, actor, "showcase.closed", place)


async def choose_idea(
    session: AsyncSession, actor: Actor, mini_cluster_id: uuid.UUID, request: ShowcaseIdeaCreate
) -> None:
    """Ask an author to have his idea shown; the same id and content again changes nothing.

    :raises NotFound: there is no such mini-cluster, or it shows nothing now.
    :raises Forbidden: the actor does not keep it.
    :raises Invalid: it is no idea of the mini-cluster that can be shown.
    :raises ShowcaseFull: there is no place.
    :raises AlreadyShown: it is shown already.
    :raises IdTaken: the id is in use with other content.
    """
    place = await _kept(session, actor, mini_cluster_id)
    try:
        idea = await own_or_visible_idea(session, actor, request.idea_id, lock=True)
    except NotFound:
        raise unknown_idea() from None
    if await was_made_before(session, actor, idea.id, request.id, request.digest()):
        return
    showcase = await _locked(session, place.id)
    if showcase.closed_at is not None:
        raise NotFound
    is_of_place = (idea.mini_cluster_id, idea.status) == (place.id, IdeaStatus.PUBLISHED)
    if not is_of_place or idea.visibility is Visibility.NAMED:
        raise unknown_idea()
    await _require_room(session, showcase.id, idea.id)
    wish = AudienceWish(
        kind=AudienceAct.SHOWCASE,
        visibility=Visibility.ALL,
        mini_cluster_id=place.id,
        note=request.note,
        public_id=request.id,
        digest=request.digest(),
    )
    await change_audience(session, actor, idea, wish)


async def show_by_consent(session: AsyncSession, proposal: AudienceProposal) -> None:
    """Let the showcase show an idea whose author has just consented.

    :raises ProposalOutdated: the showcase is closed.
    :raises ShowcaseFull: others were quicker.
    """
    if proposal.kind is not AudienceAct.SHOWCASE:
        return
    statement = select(Showcase).where(
        Showcase.mini_cluster_id == proposal.mini_cluster_id, Showcase.closed_at.is_(None)
    )
    showcase = await session.scalar(statement.with_for_update())
    if showcase is None:
        raise ProposalOutdated
    await _require_room(session, showcase.id, proposal.idea_id)
    last = await session.scalar(select(func.max(ShowcaseIdea.position)).where(ShowcaseIdea.showcase_id == showcase.id))
    session.add(
        ShowcaseIdea(
            idea_id=proposal.idea_id,
            showcase_id=showcase.id,
            position=0 if last is None else last + 1,
            added_by_id=proposal.proposed_by_id,
        )
    )
    await session.flush()


async def take_out(session: AsyncSession, actor: Actor, idea_id: uuid.UUID) -> None:
    """Show an idea no longer: its author, or who keeps the mini-cluster. It need not be shown.

    :raises NotFound: it does not exist, or not for this actor.
    :raises Forbidden: it is not the actor's to take out.
    """
    idea = await own_or_visible_idea(session, actor, idea_id)
    is_author = idea.author_id == actor.account_id
    if not is_author and not actor.manages(idea.mini_cluster_id, idea.consortium_id):
        raise Forbidden
    statement = delete(ShowcaseIdea).where(ShowcaseIdea.idea_id == idea.id).returning(ShowcaseIdea.showcase_id)
    showcase_id = await session.scalar(statement.execution_options(synchronize_session=False))
    if showcase_id is not None:
        place = MiniClusterKey(idea.mini_cluster_id, idea.consortium_id, None)
        await _record(session, actor, "showcase.idea_taken_out", place, idea_id=idea.id, by_author=is_author)


async def order_ideas(session: AsyncSession, actor: Actor, mini_cluster_id: uuid.UUID, request: ShowcaseOrder) -> None:
    """Put the ideas of a showcase in order; those that are not named come after, as they stood.

    :raises NotFound: there is no such mini-cluster, or it never showed anything.
    :raises Forbidden: the actor does not keep it.
    :raises Invalid: something named is not shown.
    """
    place = await _kept(session, actor, mini_cluster_id)
    showcase = await _locked(session, place.id)
    statement = (
        select(Idea.public_id, ShowcaseIdea)
        .join(Idea, Idea.id == ShowcaseIdea.idea_id)
        .where(ShowcaseIdea.showcase_id == showcase.id)
        .order_by(ShowcaseIdea.position)
    )
    shown: dict[uuid.UUID, ShowcaseIdea] = {row[0]: row[1] for row in await session.execute(statement)}
    for number, idea_id in enumerate(request.idea_ids):
        if idea_id not in shown:
            raise unknown_idea(f"/body/idea_ids/{number}")
    for position, idea_id in enumerate(dict.fromkeys([*request.idea_ids, *shown])):
        shown[idea_id].position = position
    await _record(session, actor, "showcase.ordered", place)


async def _kept(session: AsyncSession, actor: Actor, mini_cluster_id: uuid.UUID) -> MiniClusterKey:
    place = await locate_mini_cluster(session, mini_cluster_id)
    if not actor.manages(place.id, place.consortium_id):
        raise Forbidden
    return place


async def _locked(session: AsyncSession, mini_cluster_id: int) -> Showcase:
    statement = select(Showcase).where(Showcase.mini_cluster_id == mini_cluster_id).with_for_update()
    showcase = await session.scalar(statement.execution_options(populate_existing=True))
    if showcase is None:
        raise NotFound
    return showcase


async def _require_room(session: AsyncSession, showcase_id: int, idea_id: int) -> None:
    if await session.get(ShowcaseIdea, idea_id) is not None:
        raise AlreadyShown
    number = await session.scalar(
        select(func.count()).select_from(ShowcaseIdea).where(ShowcaseIdea.showcase_id == showcase_id)
    )
    if (number or 0) >= IDEAS_PER_SHOWCASE:
        raise ShowcaseFull


async def _record(session: AsyncSession, actor: Actor, action: str, place: MiniClusterKey, **details: Any) -> None:
    await session.flush()
    await audit.record(
        session,
        actor_id=actor.account_id,
        action=action,
        target_kind="mini_cluster",
        target_id=place.id,
        consortium_id=place.consortium_id,
        details=details,
    )
    await session.flush()
