"""Edits of one idea at one moment: none is lost without its author being told."""

import anyio
import httpx

from tests.factories import Factory
from tests.ideas.test_ideas_api import idea_json, post_idea


async def test_of_ten_edits_of_one_version_one_succeeds(client: httpx.AsyncClient, factory: Factory) -> None:
    mini_cluster = await factory.mini_cluster()
    author = await factory.person(mini_cluster)
    idea = await post_idea(client, author, idea_json(mini_cluster))
    statuses: list[int] = []

    async def edit(number: int) -> None:
        headers = {**author.headers, "If-Match": '"1"'}
        response = await client.patch(f"/v1/ideas/{idea['id']}", json={"title": f"제목 {number}"}, headers=headers)
        statuses.append(response.status_code)

    async with anyio.create_task_group() as tasks:
        for number in range(10):
            tasks.start_soon(edit, number)
    assert sorted(statuses) == [200, *[412] * 9]
    shown = (await client.get(f"/v1/ideas/{idea['id']}", headers=author.headers)).json()
    assert shown["version"] == 2


async def test_the_same_idea_posted_ten_times_at_once_is_one(client: httpx.AsyncClient, factory: Factory) -> None:
    mini_cluster = await factory.mini_cluster()
    author = await factory.person(mini_cluster)
    request = idea_json(mini_cluster)
    replies: list[httpx.Response] = []

    async def post(_number: int) -> None:
        replies.append(await client.post("/v1/ideas", json=request, headers=author.headers))

    async with anyio.create_task_group() as tasks:
        for number in range(10):
            tasks.start_soon(post, number)
    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.content for reply in replies}) == 1
    items = (await client.get("/v1/me/ideas", headers=author.headers)).json()["items"]
    assert [item["id"] for item in items] == [request["id"]]
