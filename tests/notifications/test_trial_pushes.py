"""Trying one's own device, and choosing channels for one mini-cluster."""

import httpx
from sqlalchemy import select

from app.core.ids import new_public_id
from app.models import Device
from tests.consortia.calls import problem
from tests.factories import Person
from tests.notifications.story import Story, token_of
from tests.push.recording import Situation


async def try_device(client: httpx.AsyncClient, person: Person, device_id: object) -> httpx.Response:
    return await client.post(f"/v1/devices/{device_id}/test-pushes", headers=person.headers)


async def test_a_trial_comes_at_once_to_that_device_and_is_told_of(story: Story, client: httpx.AsyncClient) -> None:
    person, other = await story.person(), await story.person()
    tablet = await story.device(person, "tablet")
    async with story.database.read() as connection:
        device_id = await connection.scalar(select(Device.public_id).where(Device.id == tablet))
    problem(await try_device(client, other, device_id), 404, "not_found")
    problem(await try_device(client, person, new_public_id()), 404, "not_found")
    for _ in range(2):
        asked = await try_device(client, person, device_id)
        assert (asked.status_code, asked.json()["state"], asked.json()["topic"]) == (202, "pending", "tests")
    story.transport.answer_with(Situation.UNREGISTERED)
    await story.work()
    (push,) = story.transport.sent
    assert (push.token, push.title, push.body) == ("tablet", "알림 시험", "이 기기로 알림이 잘 도착합니다.")
    assert (push.data["kind"], push.high_priority, push.badge) == ("test", True, 0)
    (told,) = (await client.get(f"/v1/devices/{device_id}/deliveries", headers=person.headers)).json()["items"]
    assert (told["state"], told["code"]) == ("dropped", "UNREGISTERED")
    problem(await try_device(client, person, device_id), 409, "device_is_silent")


async def test_of_one_mini_cluster_a_person_may_be_told_otherwise(story: Story, client: httpx.AsyncClient) -> None:
    author, other = await story.person(), await story.person(device=False)
    here = story.mini_cluster
    path = f"/v1/mini-clusters/{here.public_id}/notification-settings"
    before = (await client.get(path, headers=author.headers)).json()
    choice = {"reason": "comment", "inbox": True, "push": False, "email_digest": True}
    chosen = (await client.put(path, json={"choices": [choice]}, headers=author.headers)).json()
    assert [one for one in chosen["choices"] if one not in before["choices"]] == [choice]
    general = (await client.get("/v1/me/notification-settings", headers=author.headers)).json()
    assert general["mini_cluster_ids"] == [str(here.public_id)]

    first = await story.idea(author)
    story.mini_cluster = await story.factory.mini_cluster()
    second = await story.idea(author)
    reader = await story.factory.person(here, story.mini_cluster)
    for idea in (first, second):
        await story.comment(idea, reader)
    await story.work()
    assert [message.data["idea_id"] for message in story.transport.sent_to(token_of(author))] == [str(second.public_id)]
    assert [reason for _, reason in await story.told()] == ["comment", "comment"]

    # A choice made while the push waits holds for it, too.
    await story.comment(second, reader)
    await story.fan_out()
    story.clock.forward(minutes=2)
    await story.dispatch()
    there = f"/v1/mini-clusters/{story.mini_cluster.public_id}/notification-settings"
    await client.put(there, json={"choices": [choice]}, headers=author.headers)
    await story.send()
    assert len(story.transport.sent) == 1
    for _ in range(2):
        assert (await client.delete(path, headers=author.headers)).status_code == 204
    assert (await client.get(path, headers=author.headers)).json() == before
    assert other.id
