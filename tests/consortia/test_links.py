"""Links between consortia through the API: agreed by both, ended by either, and what they show."""

import asyncio
from typing import Any

import httpx

from app.models import Consortium
from tests.consortia.calls import Json, all_items, get, problem
from tests.factories import Factory, Person, client_id


async def send(client: httpx.AsyncClient, method: str, path: str, person: Person, **body: Any) -> httpx.Response:
    return await client.request(method, f"/v1{path}", headers=dict(person.headers), json=body or None)


async def sides(factory: Factory) -> tuple[Consortium, Person, Consortium, Person]:
    ours, theirs = await factory.consortium("동남권 클러스터"), await factory.consortium("대경권 클러스터")
    return ours, await factory.person(coordinates=ours), theirs, await factory.person(coordinates=theirs)


async def test_a_link_shows_ideas_from_agreement_to_its_end(client: httpx.AsyncClient, factory: Factory) -> None:
    ours, proposer, theirs, agreeing = await sides(factory)
    place = await factory.mini_cluster(ours)
    author, reader = await factory.person(place), await factory.person(await factory.mini_cluster(theirs))
    idea: Json = {"id": client_id(), "mini_cluster_id": str(place.public_id), "title": "제목", "body": "본문"}
    assert (await send(client, "POST", "/ideas", author, **idea | {"visibility": "linked"})).status_code == 201

    async def sees() -> bool:
        listed = [item["id"] for item in await all_items(client, "/feeds/home", reader)]
        status = (await send(client, "GET", f"/ideas/{idea['id']}", reader)).status_code
        assert (status == 200) == (idea["id"] in listed)
        return idea["id"] in listed

    wish = {"id": client_id(), "consortium_id": str(theirs.public_id)}
    proposed = await send(client, "POST", f"/consortia/{ours.public_id}/links", proposer, **wish)
    assert (proposed.status_code, proposed.json()["state"]) == (201, "proposed"), proposed.text
    again = await send(client, "POST", f"/consortia/{ours.public_id}/links", proposer, **wish)
    assert again.json() == proposed.json()
    assert not await sees()
    assert await all_items(client, f"/consortia/{theirs.public_id}/links", reader) == []
    (waiting,) = await all_items(client, f"/consortia/{theirs.public_id}/links", agreeing)
    assert (waiting["consortium"]["name_ko"], waiting["allowed_actions"]) == ("동남권 클러스터", ["agree", "end"])

    link = f"/consortium-links/{wish['id']}"
    problem(await send(client, "PUT", f"{link}/agreement", proposer), 403, "forbidden")
    for _ in range(2):
        agreed = await send(client, "PUT", f"{link}/agreement", agreeing)
        assert agreed.json()["state"] == "active"
    assert await sees()
    assert [item["id"] for item in await all_items(client, f"/consortia/{theirs.public_id}/links", reader)] == [
        wish["id"]
    ]
    assert (await get(client, f"/consortia/{ours.public_id}", reader))["is_linked"]
    assert (await send(client, "DELETE", link, proposer)).status_code == 204
    assert not await sees()
    problem(await send(client, "DELETE", link, agreeing), 404, "not_found")


async def test_wrong_links_are_refused(client: httpx.AsyncClient, factory: Factory) -> None:
    ours, proposer, theirs, agreeing = await sides(factory)
    address = f"/consortia/{ours.public_id}/links"
    oneself = {"id": client_id(), "consortium_id": str(ours.public_id)}
    problem(await send(client, "POST", address, proposer, **oneself), 422, "own_consortium", "/body/consortium_id")
    nowhere = {"id": client_id(), "consortium_id": client_id()}
    problem(await send(client, "POST", address, proposer, **nowhere), 422, "unknown_consortium", "/body/consortium_id")
    wish = {"id": client_id(), "consortium_id": str(theirs.public_id)}
    problem(await send(client, "POST", address, agreeing, **wish), 403, "forbidden")
    problem(await send(client, "POST", f"/consortia/{client_id()}/links", proposer, **wish), 404, "not_found")
    stranger = await factory.person()
    problem(await send(client, "GET", address, stranger), 403, "forbidden")
    assert (await send(client, "POST", address, proposer, **wish)).status_code == 201
    problem(await send(client, "DELETE", f"/consortium-links/{wish['id']}", stranger), 404, "not_found")
    twin = {"id": client_id(), "consortium_id": str(ours.public_id)}
    problem(await send(client, "POST", f"/consortia/{theirs.public_id}/links", agreeing, **twin), 409, "already_linked")


async def test_both_sides_proposing_at_once_make_one_link(client: httpx.AsyncClient, factory: Factory) -> None:
    ours, proposer, theirs, agreeing = await sides(factory)
    calls = [
        send(client, "POST", f"/consortia/{here.public_id}/links", person, id=client_id(), consortium_id=str(there))
        for here, person, there in ((ours, proposer, theirs.public_id), (theirs, agreeing, ours.public_id))
    ]
    assert sorted(response.status_code for response in await asyncio.gather(*calls)) == [201, 409]
    assert len(await all_items(client, f"/consortia/{ours.public_id}/links", proposer)) == 1
