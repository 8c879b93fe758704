"""What a member is shown of the pushes to his device."""

import httpx
from sqlalchemy import select

from app.models import Device, Idea
from app.models.ideas import IdeaStatus
from tests.factories import Person, client_id
from tests.notifications.story import Story


async def log(client: httpx.AsyncClient, person: Person, device_id: str, **parameters: object) -> httpx.Response:
    return await client.get(f"/v1/devices/{device_id}/deliveries", headers=person.headers, params=parameters)  # type: ignore[arg-type]


async def test_why_did_i_not_get_it(story: Story, client: httpx.AsyncClient) -> None:
    author, other = await story.person(), await story.person("박바다", device=False)
    first, second = await story.idea(author), await story.idea(author)
    await story.comment(first, other)
    await story.work()
    await story.comment(second, other)
    await story.fan_out()
    await story.dispatch()
    await client.put(f"/v1/ideas/{second.public_id}/read-marker", headers=author.headers)
    await story.send()
    await story.change(Idea, first.id, status=IdeaStatus.HIDDEN)
    device_id = await device_of(story, author)
    page = (await log(client, author, device_id, limit=1)).json()
    assert [(item["state"], item["code"], item["idea_id"]) for item in page["items"]] == [
        ("dropped", "read", str(second.public_id))
    ]
    rest = (await log(client, author, device_id, cursor=page["next_cursor"])).json()
    (item,) = rest["items"]
    assert rest["next_cursor"] is None
    assert (item["state"], item["attempts"], item["next_try_at"], item["topic"]) == ("sent", 1, None, "responses")
    assert item["settled_at"] >= item["created_at"]


async def test_nobody_reads_of_another_ones_pushes(story: Story, client: httpx.AsyncClient) -> None:
    author, other = await story.person(), await story.person(device=False)
    await story.comment(await story.idea(author), other)
    await story.work()
    device_id = await device_of(story, author)
    refused = [await log(client, other, device_id), await log(client, other, client_id())]
    assert [response.status_code for response in refused] == [404, 404]
    assert len((await log(client, author, device_id)).json()["items"]) == 1
    async with story.database.write() as session:  # the phone changes hands
        device = (await session.scalars(select(Device))).one()
        device.account_id, device.session_id = other.id, other.session_id
    assert (await log(client, other, device_id)).json()["items"] == []
    assert (await log(client, author, device_id)).status_code == 404


async def device_of(story: Story, person: Person) -> str:
    (device,) = [row for row in await story.rows(Device) if row.account_id == person.id]
    return str(device.public_id)
