"""What waits for those who moderate in the demo: rules of the house, and reports by its member."""

from typing import Any

from sqlalchemy import literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.ids import new_public_id
from app.demo.accounts import COORDINATOR, MEMBER
from app.ideas.queries import visible_to
from app.identity.actor import Actor
from app.identity.queries import load_actor
from app.models import Account, Comment, Consortium, Idea
from app.models.ideas import Visibility
from app.models.moderation import ReportReason
from app.moderation.reports.schemas import ReportCreate
from app.moderation.reports.service import create_report
from app.moderation.rules.schemas import HouseRulesUpdate, RuleText
from app.moderation.rules.service import put_rules

_RULES = (
    RuleText(text_ko="거래처 이름과 단가를 적지 않습니다.", text_en="Names of customers and prices are not posted."),
    RuleText(text_ko="사람이 아니라 아이디어를 이야기합니다.", text_en="We talk about ideas, not about persons."),
    RuleText(text_ko="광고는 올리지 않습니다.", text_en="No advertising."),
)
_ON_IDEAS = (
    (ReportReason.SECRET, "거래처가 알려 준 단가가 들어 있는 것 같습니다."),
    (ReportReason.OFF_TOPIC, ""),
    (ReportReason.RIGHTS, "다른 회사가 출원한 특허와 같은 내용입니다."),
)
_ON_COMMENTS = ((ReportReason.ABUSE, "말이 지나칩니다."), (ReportReason.SPAM, "여러 글에 같은 광고를 달고 있습니다."))


async def fill_queue(session: AsyncSession) -> None:
    """Let the member report ideas and comments of his consortium, and its coordinator give rules."""
    coordinator = await _actor(session, COORDINATOR.email)
    ids = select(Consortium.public_id).where(Consortium.id.in_(coordinator.coordinated_consortium_ids))
    for consortium_id in (await session.scalars(ids)).all():
        await put_rules(session, coordinator, consortium_id, HouseRulesUpdate(rules=list(_RULES)))
    member = await _actor(session, MEMBER.email)
    ideas = select(Idea.public_id).where(*_readable(member, coordinator), Idea.author_id != member.account_id)
    newest = ideas.order_by(Idea.id.desc()).limit(literal_column(str(len(_ON_IDEAS))))
    for (reason, words), idea_id in zip(_ON_IDEAS, (await session.scalars(newest)).all(), strict=False):
        await create_report(
            session, member, ReportCreate(id=new_public_id(), idea_id=idea_id, reason=reason, words=words)
        )
    comments = (
        select(Comment.public_id)
        .join(Idea, Idea.id == Comment.idea_id)
        .where(*_readable(member, coordinator), Comment.author_id != member.account_id, Comment.deleted_at.is_(None))
    )
    latest = comments.order_by(Comment.id.desc()).limit(literal_column(str(len(_ON_COMMENTS))))
    for (reason, words), comment_id in zip(_ON_COMMENTS, (await session.scalars(latest)).all(), strict=False):
        await create_report(
            session, member, ReportCreate(id=new_public_id(), comment_id=comment_id, reason=reason, words=words)
        )


def _readable(member: Actor, coordinator: Actor) -> tuple[Any, ...]:
    here = Idea.consortium_id.in_(sorted(coordinator.coordinated_consortium_ids))
    return here, Idea.visibility != Visibility.NAMED, visible_to(member)


async def _actor(session: AsyncSession, email: str) -> Actor:
    account_id = (await session.scalars(select(Account.id).where(Account.email == email))).one()
    actor = await load_actor(session, account_id)
    if actor is None:
        raise LookupError(email)
    return actor
