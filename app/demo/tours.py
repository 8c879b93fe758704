"""What demo people show to members elsewhere: showcases of mini-clusters, and experts invited into ideas."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.demo.accounts import COLLEAGUE, COORDINATOR
from app.demo.places import HOME_MINI_CLUSTER, Places
from app.ideas.entries import put_into_feeds
from app.models import Account, Expert, Idea, IdeaExpert, Membership, MiniCluster, Showcase, ShowcaseIdea
from app.models.ideas import IdeaStatus, Visibility
from app.showcases.figures import count_figures

SHOWCASES = 6
_IDEAS_SHOWN = 3
_IDEAS_WITH_AN_EXPERT = 3
_IS_OPEN = (Idea.visibility == Visibility.ALL, Idea.status == IdeaStatus.PUBLISHED)
_FIELD = "제조 데이터 분석"


async def open_showcases(session: AsyncSession, places: Places) -> None:
    """Let some mini-clusters of different consortia show themselves, with their most recommended open ideas."""
    coordinator_id = await _account_id(session, COORDINATOR.email)
    open_ideas = Counter(await session.scalars(select(Idea.mini_cluster_id).where(*_IS_OPEN)))
    home = places.of_code(HOME_MINI_CLUSTER)
    best_first = sorted(places.mini_clusters, key=lambda place: (place != home, -open_ideas[place.id], place.id))
    one_of_each = {place.consortium_id: place for place in reversed(best_first)}
    chosen = sorted(one_of_each.values(), key=best_first.index)
    for place in chosen[:SHOWCASES]:
        mini_cluster = await session.get_one(MiniCluster, place.id)
        showcase = Showcase(
            mini_cluster_id=place.id,
            profile_ko=f"{mini_cluster.name_ko} 미니클러스터입니다. 회원 기업의 현장 과제를 함께 풀고, 시제품을 나누어"
            " 시험합니다. 공동 과제를 찾는 분은 언제든 찾아 주세요.",
            profile_en=f"{mini_cluster.name_en} mini-cluster. We solve problems of our members' shop floors together"
            " and share the testing of prototypes. Whoever looks for a joint project is welcome.",
            figures=await count_figures(session, place.id),
        )
        session.add(showcase)
        await session.flush()
        session.add_all(
            ShowcaseIdea(idea_id=idea_id, showcase_id=showcase.id, position=position, added_by_id=coordinator_id)
            for position, idea_id in enumerate(await _open_ideas(session, place.id))
        )
    await session.flush()


async def invite_experts(session: AsyncSession) -> None:
    """Make the member's colleague an expert, invited into some ideas of mini-clusters that are not his."""
    colleague_id = await _account_id(session, COLLEAGUE.email)
    designated_by_id = await _account_id(session, COORDINATOR.email)
    session.add(Expert(account_id=colleague_id, field=_FIELD, designated_by_id=designated_by_id))
    own = select(Membership.mini_cluster_id).where(Membership.account_id == colleague_id)
    statement = (
        select(Idea)
        .where(
            Idea.visibility == Visibility.MINI_CLUSTER,
            Idea.status == IdeaStatus.PUBLISHED,
            Idea.has_exclusions.is_(False),
            Idea.mini_cluster_id.not_in(own),
        )
        .order_by(Idea.published_at.desc(), Idea.id.desc())
        .limit(literal_column(str(_IDEAS_WITH_AN_EXPERT)))
    )
    for idea in (await session.scalars(statement)).all():
        session.add(IdeaExpert(idea_id=idea.id, account_id=colleague_id))
        await session.flush()
        await put_into_feeds(session, idea)


async def _open_ideas(session: AsyncSession, mini_cluster_id: int) -> Sequence[int]:
    statement = (
        select(Idea.id)
        .where(Idea.mini_cluster_id == mini_cluster_id, *_IS_OPEN)
        .order_by(Idea.vote_count.desc(), Idea.id)
        .limit(literal_column(str(_IDEAS_SHOWN)))
    )
    return (await session.scalars(statement)).all()


async def _account_id(session: AsyncSession, email: str) -> int:
    return (await session.scalars(select(Account.id).where(Account.email == email))).one()
