"""Pushes that were given up, and trying them anew; how the pushes stand."""

from app.models import Delivery, InboxItem
from app.models.notifications import DeliveryState
from app.notifications import dead_letters
from tests.notifications.story import Story
from tests.push.recording import Situation


async def test_given_up_seen_and_tried_anew(story: Story) -> None:
    author, other = await story.person(), await story.person(device=False)
    ideas = [await story.idea(author) for _ in range(3)]
    for idea in ideas:
        await story.comment(idea, other)
    await story.work()
    rows = await story.rows(Delivery)
    for row in rows[:2]:
        await story.change(Delivery, row.id, state=DeliveryState.DEAD, last_code="INVALID_ARGUMENT", attempts=3)
    await story.comment(ideas[2], other)
    await story.fan_out()
    async with story.database.read() as connection:
        status = await dead_letters.read_status(connection, story.clock())
        dead = await dead_letters.list_dead(connection, 10)
    assert (status.waiting_jobs, status.due, status.oldest_due) == (1, 0, None)
    assert status.by_state == {"dead": 2, "sent": 1}
    assert (status.enabled_devices, status.disabled_devices) == (1, {})
    assert [(row.id, row.last_code, row.attempts) for row in dead] == [
        (rows[1].id, "INVALID_ARGUMENT", 3), (rows[0].id, "INVALID_ARGUMENT", 3)
    ]  # fmt: skip
    sent_before = len(story.transport.sent)
    later = story.clock.forward(hours=60)  # past the time to live of the first try
    assert await dead_letters.requeue(story.database, later, rows[2].id) == 0  # was sent
    assert await dead_letters.requeue(story.database, later, rows[0].id) == 1
    async with story.database.read() as connection:
        status = await dead_letters.read_status(connection, later)
    assert (status.due, status.oldest_due) == (1, later)
    assert await dead_letters.requeue(story.database, later) == 1
    assert await story.send() == 2
    assert len(story.transport.sent) == sent_before + 2
    assert {row.state for row in await story.rows(Delivery)} == {DeliveryState.SENT}
    assert await dead_letters.requeue(story.database, later) == 0


async def test_what_was_read_meanwhile_is_not_sent(story: Story) -> None:
    author, other = await story.person(), await story.person(device=False)
    story.transport.answer_with(Situation.FIELD_NAMED)
    await story.comment(await story.idea(author), other)
    await story.work()
    assert await story.codes() == [("dead", "INVALID_ARGUMENT")]
    (item,) = await story.rows(InboxItem)
    await story.change(InboxItem, item.id, read_at=story.clock())
    assert await dead_letters.requeue(story.database, story.clock()) == 1
    await story.send()
    assert await story.codes() == [("dropped", "read")]
    assert len(story.transport.sent) == 1
