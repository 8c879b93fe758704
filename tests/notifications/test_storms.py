"""Many of the same at once: comments on one idea, and a push service that is down for a while."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.models import Delivery
from app.models.notifications import DeliveryState
from tests.notifications.story import Story, token_of
from tests.push.recording import Situation

DOWN_FOR = 10
"""Rounds of tries."""
PUSHES = 100


async def test_twenty_comments_in_a_minute_are_three_pushes_at_most(story: Story) -> None:
    author, other = await story.person(), await story.person("박바다", device=False)
    idea = await story.idea(author)
    for _ in range(20):
        await story.comment(idea, other)
        await story.work()
        story.clock.forward(seconds=3)
    for _ in range(3):
        story.clock.forward(seconds=60)
        await story.work()
    pushes = story.transport.sent_to(token_of(author))
    assert 2 <= len(pushes) <= 3
    assert len({push.tag for push in pushes}) == 1
    assert pushes[-1].body == "새 댓글 20개 · 박바다님"


@pytest.mark.parametrize("engine", ["sqlite"])  # a thousand sends; the statements are held on both engines elsewhere
async def test_a_thousand_refusals_leave_nothing_stuck_and_nobody_is_asked_too_early(story: Story) -> None:
    author, other = await story.person(), await story.person("박바다", device=False)
    for _ in range(PUSHES):
        await story.comment(await story.idea(author), other)
    story.transport.always_answer(Situation.UNAVAILABLE_FOR_45_SECONDS)
    await story.work()
    while await story.dispatch():
        await story.send()
    for done in range(2, DOWN_FOR + 1):
        async with story.database.read() as connection:
            first, last = (
                await connection.execute(select(func.min(Delivery.not_before), func.max(Delivery.not_before)))
            ).one()
        assert first - story.clock() >= timedelta(seconds=45)
        story.clock.at = first - timedelta(milliseconds=1)
        assert await story.send() == 0
        story.clock.at = last
        assert await story.send() == PUSHES
        assert len(story.transport.sent) == done * PUSHES
    story.transport.always_answer(Situation.ACCEPTED)
    async with story.database.read() as connection:
        story.clock.at = (await connection.execute(select(func.max(Delivery.not_before)))).scalar_one()
    assert await story.send() == PUSHES
    assert {row.state for row in await story.rows(Delivery)} == {DeliveryState.SENT}
