"""Acting and undoing: the effect, its record, its words, and the case it decides, in one transaction."""

import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record
from app.core.clock import now
from app.core.errors import AppError, FieldError, IdTaken, Invalid
from app.core.localisation import Text
from app.ideas.tags import normal_tags
from app.identity.actor import Actor
from app.models import Idea, IdeaMerge, ModerationAct, ModerationActText
from app.models.moderation import ACTS_ON_MEMBERS, ActKind, CaseOutcome
from app.moderation.acts.checks import check_request
from app.moderation.acts.effects import apply_act, lock_idea, revert_act
from app.moderation.acts.errors import AlreadySo
from app.moderation.acts.members import find_member
from app.moderation.acts.reading import find_act
from app.moderation.acts.schemas import ActCreate
from app.moderation.acts.targets import find_target
from app.moderation.acts.telling import tell_subject
from app.moderation.cases.schemas import CaseClosing
from app.moderation.cases.service import close_case
from app.moderation.merging.effects import merge, part
from app.moderation.merging.errors import ConsentNeeded, MergeFinal
from app.moderation.merging.rules import UNDO_TIME, check_mergeable, lock_both, needs_consent
from app.moderation.rules.service import cite_rule


async def create_act(session: AsyncSession, actor: Actor, request: ActCreate) -> uuid.UUID:
    """Do something to an idea, a comment or a member; the same request again gives the act that it made.

    :raises NotFound: it does not exist, or not for this actor.
    :raises Forbidden: the actor may not do this to it.
    :raises Invalid: target, tags, rule or case do not fit.
    :raises AlreadySo, TargetGone, TooManyPins: there is nothing to do, or no room.
    :raises CaseClosed, CaseClaimed: the case is not the actor's to decide any more.
    :raises IdTaken: the id is in use with other content, or by somebody else.
    """
    if await _made_before(session, actor, request):
        return request.id
    check_request(request)
    if request.kind in ACTS_ON_MEMBERS:
        member = await find_member(session, actor, request)
        await _store(session, actor, request, consortium_id=member.consortium_id, subject_id=member.account_id)
        return request.id
    if request.kind is ActKind.MERGE:
        await _merge(session, actor, request)
        return request.id
    target = await find_target(session, actor, request)
    case_id = await _decide_case(session, actor, request)
    tags = normal_tags(request.tags or []) if request.kind is ActKind.RETAG else None
    before = None if tags is None else (await lock_idea(session, target.idea_id)).tags
    if not await apply_act(session, request.kind, target.idea_id, target.comment_id, tags or [], actor.account_id):
        raise AlreadySo
    await _store(
        session,
        actor,
        request,
        consortium_id=target.consortium_id,
        subject_id=target.author_id,
        idea_id=target.idea_id,
        comment_id=target.comment_id,
        case_id=case_id,
        tags_before=before,
        tags_after=tags,
    )
    return request.id


async def _merge(session: AsyncSession, actor: Actor, request: ActCreate) -> None:
    """Merge an idea into another one of which the actor takes care, too, where nobody has to be asked.

    :raises ConsentNeeded: more people would see what stands under it.
    """
    found = await find_target(session, actor, request)
    into = await find_target(
        session, actor, request.model_copy(update={"idea_id": request.into_idea_id, "case_id": None})
    )
    source, target = await lock_both(session, found.idea_id, into.idea_id)
    await check_mergeable(session, source, target)
    if await needs_consent(session, source, target):
        raise ConsentNeeded
    case_id = await _decide_case(session, actor, request)
    merging = IdeaMerge(source_id=source.id, target_id=target.id)
    rule = await cite_rule(session, source.consortium_id, request.rule_number)
    act = ModerationAct(
        public_id=request.id,
        creation_digest=request.digest(),
        kind=ActKind.MERGE,
        consortium_id=source.consortium_id,
        idea_id=source.id,
        subject_id=source.author_id,
        actor_id=actor.account_id,
        case_id=case_id,
        rules_version=rule.version,
        rule_number=rule.number,
    )
    await store_merge(session, merging, source, target, act, request.words)


async def store_merge(
    session: AsyncSession, merging: IdeaMerge, source: Idea, target: Idea, act: ModerationAct, words: str
) -> None:
    """Merge, with the act by which it is done and its words."""
    await _insert(session, act, words)
    await merge(session, merging, source, target, act.id)
    await _record(session, act.actor_id, act, f"act.{act.kind}")
    await tell_subject(session, act)


async def _store(
    session: AsyncSession,
    actor: Actor,
    request: ActCreate,
    *,
    consortium_id: int,
    subject_id: int,
    idea_id: int | None = None,
    comment_id: int | None = None,
    case_id: int | None = None,
    tags_before: list[str] | None = None,
    tags_after: list[str] | None = None,
) -> None:
    """The act, its words apart from it, and the record."""
    rule = await cite_rule(session, consortium_id, request.rule_number)
    act = ModerationAct(
        public_id=request.id,
        creation_digest=request.digest(),
        kind=request.kind,
        consortium_id=consortium_id,
        idea_id=idea_id,
        comment_id=comment_id,
        subject_id=subject_id,
        actor_id=actor.account_id,
        case_id=case_id,
        rules_version=rule.version,
        rule_number=rule.number,
        until=request.until,
    )
    await _insert(session, act, request.words, tags_before, tags_after)
    await _record(session, actor.account_id, act, f"act.{request.kind}")
    await tell_subject(session, act)


async def _insert(
    session: AsyncSession,
    act: ModerationAct,
    words: str,
    tags_before: list[str] | None = None,
    tags_after: list[str] | None = None,
) -> None:
    try:
        async with session.begin_nested():
            session.add(act)
    except IntegrityError as error:  # the same id, sent twice at once
        raise IdTaken from error
    session.add(ModerationActText(act_id=act.id, words=words, tags_before=tags_before, tags_after=tags_after))


async def create_acts(session: AsyncSession, actor: Actor, requests: list[ActCreate]) -> list[uuid.UUID]:
    """Do all of it or nothing.

    :raises Invalid: something can't be done; it is named by its place in the list.
    """
    made = []
    for number, request in enumerate(requests):
        try:
            made.append(await create_act(session, actor, request))
        except AppError as error:
            pointer = f"/body/acts/{number}"
            if error.fields:
                inner = [field._replace(pointer=field.pointer.replace("/body", pointer, 1)) for field in error.fields]
                raise Invalid(fields=inner) from error
            text = error.detail or error.title
            raise Invalid(fields=[FieldError(pointer, error.code, _filled(text, error.values))]) from error
    return made


async def undo_act(session: AsyncSession, actor: Actor, public_id: uuid.UUID, words: str) -> None:
    """Make it as it was before; undoing twice is undoing once.

    :raises NotFound: it does not exist, or is not the actor's to undo.
    """
    row = await find_act(session, actor, public_id)
    await undo(session, actor, row.id, words)


async def undo(session: AsyncSession, actor: Actor, act_id: int, words: str) -> None:
    """Undo an act that the actor may undo."""
    act = await session.get_one(ModerationAct, act_id, with_for_update=True, populate_existing=True)
    if act.undone_at is not None:
        return
    text = await session.get_one(ModerationActText, act_id)
    if act.kind is ActKind.MERGE:
        await _part(session, act)
    elif act.idea_id is not None:
        tags = (text.tags_before or [], text.tags_after or [])
        await revert_act(session, act.kind, act.idea_id, act.comment_id, tags, actor.account_id)
    act.undone_at = now()
    act.undone_by_id = actor.account_id
    text.undo_words = words
    await session.flush()
    await _record(session, actor.account_id, act, f"act.{act.kind}_undone")
    await tell_subject(session, act)


async def _part(session: AsyncSession, act: ModerationAct) -> None:
    """Undo a merge.

    :raises MergeFinal: it comes too late.
    """
    if act.created_at < now() - UNDO_TIME:
        raise MergeFinal
    merging = (await session.scalars(select(IdeaMerge).where(IdeaMerge.act_id == act.id))).one()
    source, target = await lock_both(session, merging.source_id, merging.target_id)
    await part(session, merging, source, target)


def _filled(text: Text, values: dict[str, Any]) -> Text:
    return Text(text.ko.format(**values), text.en.format(**values)) if values else text


async def _made_before(session: AsyncSession, actor: Actor, request: ActCreate) -> bool:
    statement = select(ModerationAct.actor_id, ModerationAct.creation_digest).where(
        ModerationAct.public_id == request.id
    )
    row = (await session.execute(statement)).one_or_none()
    if row is not None and (row.actor_id != actor.account_id or row.creation_digest != request.digest()):
        raise IdTaken
    return row is not None


async def _decide_case(session: AsyncSession, actor: Actor, request: ActCreate) -> int | None:
    if request.case_id is None:
        return None
    return await close_case(
        session, actor, request.case_id, CaseClosing(outcome=CaseOutcome.ACTED, words=request.words)
    )


async def _record(session: AsyncSession, actor_id: int | None, act: ModerationAct, action: str) -> None:
    await record(
        session,
        actor_id=actor_id,
        action=action,
        target_kind=_target_kind(act),
        target_id=act.comment_id or act.idea_id or act.subject_id,
        consortium_id=act.consortium_id,
        details={
            "act_id": act.id,
            "subject_id": act.subject_id,
            "case_id": act.case_id,
            "rule": [act.rules_version, act.rule_number] if act.rule_number else None,
        },
    )


def _target_kind(act: ModerationAct) -> str:
    if act.idea_id is None:
        return "account"
    return "idea" if act.comment_id is None else "comment"
