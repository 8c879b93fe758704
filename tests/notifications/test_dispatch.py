"""Which devices get a delivery, and what a later push takes over from an earlier one."""

from datetime import timedelta

import anyio
import pytest
from sqlalchemy import update

from app.core.clock import now
from app.models import Delivery, Device, Idea, InboxItem, Session
from app.models.notifications import DeviceEnd
from app.notifications.jobs import TIME_TO_LIVE, dispatch_due
from tests.factories import Person
from tests.notifications.story import Story


@pytest.fixture
async def author(story: Story) -> Person:
    return await story.person("이하늘")


@pytest.fixture
async def idea(story: Story, author: Person) -> Idea:
    return await story.idea(author)


@pytest.fixture
async def other(story: Story) -> Person:
    return await story.person("박바다", device=False)


async def test_one_delivery_for_each_device(story: Story, author: Person, idea: Idea, other: Person) -> None:
    second = await story.device(author, "second-phone")
    await story.comment(idea, other)
    await story.fan_out()
    assert await story.dispatch() == 1
    deliveries = await story.rows(Delivery)
    assert {row.device_id for row in deliveries} == {second - 1, second}
    at = story.clock()
    for row in deliveries:
        assert (row.revision, row.after_item_id, row.not_before, row.expires_at, row.settled_at) == (
            1, 0, at, at + TIME_TO_LIVE, None
        )  # fmt: skip
    job = await story.job(author)
    (item,) = await story.rows(InboxItem)
    assert (job.dispatched_revision, job.dispatched_at, job.due_at, job.last_item_id) == (1, at, None, item.id)


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Session, {"ended_at": now()}),
        (Session, {"expires_at": now() - timedelta(seconds=1)}),
        (Device, {"disabled_at": now(), "disabled_reason": DeviceEnd.UNREGISTERED}),
    ],
)
async def test_a_device_that_is_out_gets_nothing(
    story: Story,
    author: Person,
    idea: Idea,
    other: Person,
    model: type[Session | Device],
    values: dict[str, object],
) -> None:
    async with story.database.write() as session:
        await session.execute(update(model).where(model.account_id == author.id).values(**values))
    await story.comment(idea, other)
    await story.fan_out()
    assert await story.dispatch() == 1
    assert await story.rows(Delivery) == []
    assert (await story.job(author)).due_at is None


@pytest.mark.parametrize(("device_days", "session_days", "gets_it"), [(61, 61, False), (59, 61, True), (61, 59, True)])
async def test_a_device_unseen_for_60_days_gets_nothing(
    story: Story, author: Person, idea: Idea, other: Person, device_days: int, session_days: int, gets_it: bool
) -> None:
    async with story.database.write() as session:
        for model, days in ((Device, device_days), (Session, session_days)):
            seen = {"last_seen_at": now() - timedelta(days=days)}
            await session.execute(update(model).where(model.account_id == author.id).values(**seen))
    await story.comment(idea, other)
    await story.fan_out()
    await story.dispatch()
    assert len(await story.rows(Delivery)) == gets_it


async def test_what_was_read_meanwhile_makes_no_delivery(
    story: Story, author: Person, idea: Idea, other: Person
) -> None:
    await story.comment(idea, other)
    await story.fan_out()
    (item,) = await story.rows(InboxItem)
    await story.change(InboxItem, item.id, read_at=now())
    assert await story.dispatch() == 1
    assert await story.rows(Delivery) == []
    assert (await story.job(author)).last_item_id == 0


async def test_a_later_push_begins_where_the_last_one_ended(
    story: Story, author: Person, idea: Idea, other: Person
) -> None:
    await story.comment(idea, other)
    await story.work()
    (item,) = await story.rows(InboxItem)
    await story.comment(idea, other)
    await story.fan_out()
    story.clock.forward(minutes=2)
    await story.dispatch()
    assert [row.after_item_id for row in await story.rows(Delivery)] == [0, item.id]


async def test_a_later_push_takes_over_what_has_not_left(
    story: Story, author: Person, idea: Idea, other: Person
) -> None:
    for _ in range(3):
        await story.comment(idea, other)
        await story.fan_out()
        story.clock.forward(minutes=2)
        await story.dispatch()
    assert [row.after_item_id for row in await story.rows(Delivery)] == [0, 0, 0]
    await story.send()
    assert sorted(await story.codes()) == [("dropped", "superseded")] * 2 + [("sent", "sent")]
    assert len(story.transport.sent) == 1


async def test_a_full_round_leaves_the_rest_to_the_next(story: Story, author: Person, other: Person) -> None:
    for _ in range(52):
        await story.comment(await story.idea(author), other)
    while await story.fan_out():
        pass
    assert [await story.dispatch() for _ in range(3)] == [50, 2, 0]
    assert len(await story.rows(Delivery)) == 52


async def test_two_workers_at_once_make_each_delivery_once(story: Story, author: Person, other: Person) -> None:
    for _ in range(20):
        await story.comment(await story.idea(author), other)
    await story.fan_out()

    async def work() -> None:
        while await dispatch_due(story.database, story.clock()):
            pass

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(work)
    deliveries = await story.rows(Delivery)
    assert len(deliveries) == len({row.push_job_id for row in deliveries}) == 20
