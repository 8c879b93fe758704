"""From forms to acts."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row

from app.console.forms import Form
from app.core.clock import SEOUL
from app.core.errors import invalid_field
from app.models.moderation import ActKind
from app.moderation.acts.schemas import ActCreate


def act_of(form: Form, case: Row[Any], case_id: uuid.UUID, **more: Any) -> ActCreate:
    """An act on what a case is about, which decides it.

    :raises Invalid: a field does not fit.
    """
    target = {"comment_id": case.comment_public_id} if case.comment_public_id else {"idea_id": case.idea_public_id}
    names = ["id", "kind", "words", "rule_number"]
    if form.text("kind") == ActKind.MERGE:
        names.append("into_idea_id")
    tags = {"tags": form.lines("tags")} if form.text("kind") == ActKind.RETAG else {}
    return form.model(ActCreate, *names, **{**target, **tags, "case_id": case_id, **more})


def act_on_member(form: Form, member_id: uuid.UUID, consortium_id: uuid.UUID) -> ActCreate:
    """A note on a member of a consortium, a warning, or a suspension to the end of a day in Korea.

    :raises Invalid: a field does not fit.
    """
    until = {"until": end_of_day(form.text("until"), "until")} if form.text("until").strip() else {}
    return form.model(
        ActCreate, "id", "kind", "words", "rule_number", member_id=member_id, consortium_id=consortium_id, **until
    )


def end_of_day(text: str, name: str) -> datetime:
    """The end of the day in Korea that a field names.

    :raises Invalid: it names none.
    """
    try:
        following = date.fromisoformat(text.strip()) + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise invalid_field(
            f"/body/{name}", "invalid_date", "2026-12-31처럼 적어 주세요.", "Write it like 2026-12-31."
        ) from error
    return datetime(following.year, following.month, following.day, tzinfo=SEOUL)
