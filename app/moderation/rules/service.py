"""Reading and changing the rules of the house. A change makes a new version; acts go on citing the one they cited."""

import uuid
from typing import Any, NamedTuple

from sqlalchemy import Row, literal_column, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.audit.service import record
from app.core.errors import Conflict, Forbidden, NotFound, invalid_field
from app.core.localisation import Text
from app.identity.actor import Actor
from app.models import Consortium
from app.models import HouseRules as StoredRules
from app.moderation.rules.schemas import HouseRules, HouseRulesUpdate, Rule

Reader = AsyncConnection | AsyncSession


class RulesChanged(Conflict):
    """Somebody else changed the rules at the same moment."""

    code = "rules_changed"
    detail = Text("그사이 규칙이 바뀌었습니다. 다시 읽어 주세요.", "They have just been changed; read them again.")


class CitedRule(NamedTuple):
    """A rule as an act cites it; both are None where it cites none."""

    version: int | None
    number: int | None


async def locate_consortium(connection: Reader, public_id: uuid.UUID) -> int:
    """The inner id of a consortium. Everybody signed in may know of each.

    :raises NotFound: there is none.
    """
    statement = select(Consortium.id).where(Consortium.public_id == public_id)
    consortium_id = (await connection.execute(statement)).scalar_one_or_none()
    if consortium_id is None:
        raise NotFound
    return consortium_id


async def get_rules(connection: Reader, public_id: uuid.UUID, version: int | None = None) -> HouseRules:
    """The rules of a consortium, the present ones or those of a version.

    :raises NotFound: there is no such consortium, or it never had this version.
    """
    row = await _find(connection, await locate_consortium(connection, public_id), version)
    if row is None:
        if version is not None:
            raise NotFound
        return HouseRules(version=0, rules=[], changed_at=None)
    rules = [Rule(number=n, text_ko=rule["ko"], text_en=rule["en"]) for n, rule in enumerate(row.rules, 1)]
    return HouseRules(version=row.version, rules=rules, changed_at=row.created_at)


async def put_rules(session: AsyncSession, actor: Actor, public_id: uuid.UUID, request: HouseRulesUpdate) -> None:
    """Replace the rules; the same ones again change nothing.

    :raises NotFound: there is no such consortium.
    :raises Forbidden: the actor does not coordinate it.
    :raises RulesChanged: somebody else did so at the same moment.
    """
    consortium_id = await locate_consortium(session, public_id)
    if consortium_id not in actor.coordinated_consortium_ids and not actor.is_operator:
        raise Forbidden
    wished = [{"ko": rule.text_ko, "en": rule.text_en} for rule in request.rules]
    present = await _find(session, consortium_id, None)
    if wished == (present.rules if present else []):
        return
    version = present.version + 1 if present else 1
    try:
        async with session.begin_nested():
            session.add(
                StoredRules(consortium_id=consortium_id, version=version, rules=wished, made_by_id=actor.account_id)
            )
    except IntegrityError as error:
        raise RulesChanged from error
    await record(
        session,
        actor_id=actor.account_id,
        action="house_rules.changed",
        target_kind="consortium",
        target_id=consortium_id,
        consortium_id=consortium_id,
        details={"version": version},
    )


async def cite_rule(session: AsyncSession, consortium_id: int, number: int | None) -> CitedRule:
    """A rule of the present version, by its number.

    :raises Invalid: there is no such rule.
    """
    if number is None:
        return CitedRule(None, None)
    present = await _find(session, consortium_id, None)
    if present is None or number > len(present.rules):
        raise invalid_field(
            "/body/rule_number",
            "unknown_rule",
            "운영 규칙에 없는 번호입니다. 규칙을 다시 읽어 주세요.",
            "The rules of the house have no such number; read them again.",
        )
    return CitedRule(present.version, number)


async def _find(connection: Reader, consortium_id: int, version: int | None) -> Row[*tuple[Any, ...]] | None:
    statement = select(StoredRules.version, StoredRules.rules, StoredRules.created_at).where(
        StoredRules.consortium_id == consortium_id
    )
    if version is not None:
        statement = statement.where(StoredRules.version == version)
    newest = statement.order_by(StoredRules.version.desc()).limit(literal_column("1"))
    return (await connection.execute(newest)).one_or_none()
