"""A wider audience waits for the author, whoever wants it; a narrower one holds at once, everywhere."""

from itertools import product
from typing import Any

import httpx
import pytest

from app.core.database import Database
from app.ideas.consent.audiences import Audience, is_part_of
from app.models import MiniCluster
from app.models.ideas import Visibility
from app.models.memberships import MemberRole
from app.models.notifications import Reason
from tests.consortia.calls import Json, all_items, get, problem
from tests.factories import Factory, Person, client_id
from tests.ideas.test_states import told
from tests.ideas_factory import Place, idea_among_members, published_idea


@pytest.fixture
async def place(database: Database, factory: Factory) -> Place:
    return await idea_among_members(database, factory)


@pytest.fixture
async def coordinator(factory: Factory, place: Place) -> Person:
    return await factory.person(coordinates=place.consortium, name="이바다")


@pytest.fixture
async def sibling(factory: Factory, place: Place) -> MiniCluster:
    return await factory.mini_cluster(place.consortium)


async def send(client: httpx.AsyncClient, method: str, path: str, person: Person, **body: Any) -> httpx.Response:
    return await client.request(method, f"/v1{path}", headers=dict(person.headers), json=body or None)


async def propose(client: httpx.AsyncClient, place: Place, person: Person, **wish: Any) -> httpx.Response:
    body: Json = {"id": client_id(), "note": "다른 곳에서도 관심이 있습니다."} | wish
    return await send(client, "POST", f"/ideas/{place.idea.public_id}/audience-proposals", person, **body)


async def sees(client: httpx.AsyncClient, place: Place, person: Person) -> bool:
    listed = [item["id"] for item in await all_items(client, "/feeds/home", person)]
    status = (await send(client, "GET", f"/ideas/{place.idea.public_id}", person)).status_code
    assert (status == 200) == (str(place.idea.public_id) in listed)
    return status == 200


async def test_a_wider_audience_waits_for_the_author(
    client: httpx.AsyncClient,
    database: Database,
    factory: Factory,
    place: Place,
    sibling: MiniCluster,
    coordinator: Person,
) -> None:
    neighbour = await factory.person(sibling)
    wish = {"id": client_id(), "visibility": "consortium"}
    proposed = await propose(client, place, coordinator, **wish)
    assert (proposed.status_code, proposed.json()["state"], proposed.json()["kind"]) == (201, "waiting", "edit")
    assert (await propose(client, place, coordinator, **wish)).json() == proposed.json()
    problem(await propose(client, place, coordinator, **wish | {"visibility": "all"}), 409, "id_taken")
    assert not await sees(client, place, neighbour)
    assert await told(database) == [(place.author.id, Reason.CONSENT_ASKED)]

    (waiting,) = await all_items(client, "/me/audience-proposals", place.author)
    assert (waiting["visibility"], waiting["idea"]["visibility"]) == ("consortium", "mini_cluster")
    assert waiting["proposed_by"]["name"] == "이바다"
    decision = f"/audience-proposals/{wish['id']}/decision"
    for person in (coordinator, place.member, neighbour):
        problem(await send(client, "PUT", decision, person, granted=True), 404, "not_found")
    assert not await sees(client, place, neighbour)
    for _ in range(2):
        granted = await send(client, "PUT", decision, place.author, granted=True)
        assert (granted.status_code, granted.json()["state"]) == (200, "granted"), granted.text
    assert await sees(client, place, neighbour)
    problem(await send(client, "PUT", decision, place.author, granted=False), 409, "proposal_closed")
    assert await all_items(client, "/me/audience-proposals", place.author) == []


async def test_what_is_declined_or_taken_back_changes_nothing(
    client: httpx.AsyncClient, factory: Factory, place: Place, coordinator: Person
) -> None:
    stranger = await factory.person(await factory.mini_cluster())
    for answer in ("decline", "withdraw"):
        wish = {"id": client_id(), "visibility": "all"}
        assert (await propose(client, place, coordinator, **wish)).status_code == 201
        if answer == "decline":
            decided = await send(
                client, "PUT", f"/audience-proposals/{wish['id']}/decision", place.author, granted=False
            )
            assert decided.json()["state"] == "declined"
            problem(
                await send(client, "DELETE", f"/audience-proposals/{wish['id']}", coordinator), 409, "proposal_closed"
            )
        else:
            problem(await send(client, "DELETE", f"/audience-proposals/{wish['id']}", place.member), 404, "not_found")
            for _ in range(2):
                gone = await send(client, "DELETE", f"/audience-proposals/{wish['id']}", coordinator)
                assert gone.status_code == 204
        assert not await sees(client, place, stranger)
    states = [
        p["state"] for p in await all_items(client, f"/ideas/{place.idea.public_id}/audience-proposals", coordinator)
    ]
    assert states == ["withdrawn", "declined"]


async def test_a_narrower_audience_hides_at_once_everywhere(
    client: httpx.AsyncClient,
    database: Database,
    factory: Factory,
    place: Place,
    sibling: MiniCluster,
    coordinator: Person,
) -> None:
    neighbour = await factory.person(sibling)
    place = Place(
        await published_idea(database, place.author, place.mini_cluster, visibility=Visibility.ALL),
        place.author, place.member, place.mini_cluster, place.consortium,
    )  # fmt: skip
    address = f"/ideas/{place.idea.public_id}"
    comment = {"id": client_id(), "body": "저희도 관심이 있습니다."}
    assert (await send(client, "POST", f"{address}/comments", neighbour, **comment)).status_code == 201
    reply = {"id": client_id(), "body": "연락드리겠습니다.", "reply_to": comment["id"]}
    assert (await send(client, "POST", f"{address}/comments", place.author, **reply)).status_code == 201
    await told(database)
    assert (await get(client, "/inbox/unread-count", neighbour))["count"] == 1
    narrowed = await propose(client, place, coordinator, visibility="mini_cluster")
    assert narrowed.json()["state"] == "applied", narrowed.text
    assert not await sees(client, place, neighbour)
    problem(await send(client, "GET", f"{address}/comments", neighbour), 404, "not_found")
    problem(await send(client, "GET", f"/comments/{reply['id']}", neighbour), 404, "not_found")
    assert (await get(client, "/inbox", neighbour))["items"] == []
    assert (await get(client, "/inbox/unread-count", neighbour))["count"] == 0
    assert await sees(client, place, place.member)


async def test_a_move_waits_and_takes_comments_along(
    client: httpx.AsyncClient, factory: Factory, place: Place, sibling: MiniCluster, coordinator: Person
) -> None:
    neighbour = await factory.person(sibling)
    address = f"/ideas/{place.idea.public_id}"
    assert (
        await send(client, "POST", f"{address}/comments", place.member, id=client_id(), body="댓글")
    ).status_code == 201
    wish = {"id": client_id(), "mini_cluster_id": str(sibling.public_id)}
    moved = await propose(client, place, coordinator, **wish)
    assert (moved.json()["kind"], moved.json()["state"]) == ("move", "waiting")
    granted = await send(client, "PUT", f"/audience-proposals/{wish['id']}/decision", place.author, granted=True)
    assert granted.status_code == 200, granted.text
    assert await sees(client, place, neighbour)
    assert not await sees(client, place, place.member)
    shown = await get(client, address, neighbour)
    assert (shown["mini_cluster_id"], shown["comment_count"]) == (str(sibling.public_id), 1)
    assert len((await get(client, f"{address}/comments", neighbour))["items"]) == 1


async def test_the_authors_own_change_overtakes_what_waits(
    client: httpx.AsyncClient, place: Place, coordinator: Person
) -> None:
    wish = {"id": client_id(), "visibility": "all"}
    assert (await propose(client, place, coordinator, **wish)).status_code == 201
    newer = {"id": client_id(), "visibility": "linked"}
    assert (await propose(client, place, coordinator, **newer)).status_code == 201
    address = f"/ideas/{place.idea.public_id}"
    listed = [p["state"] for p in await all_items(client, f"{address}/audience-proposals", place.author)]
    assert listed == ["waiting", "superseded"]
    assert (await send(client, "PATCH", address, place.author, visibility="consortium")).status_code == 200
    decision = f"/audience-proposals/{newer['id']}/decision"
    problem(await send(client, "PUT", decision, place.author, granted=True), 409, "proposal_closed")
    assert (await get(client, address, place.author))["visibility"] == "consortium"


async def test_who_may_propose_what(
    client: httpx.AsyncClient, factory: Factory, place: Place, coordinator: Person
) -> None:
    manager = await factory.person(place.mini_cluster, role=MemberRole.MANAGER)
    elsewhere = await factory.mini_cluster()
    foreign = await factory.person(elsewhere, coordinates=await factory.consortium())
    for person in (place.member, place.author):
        problem(await propose(client, place, person, visibility="all"), 403, "forbidden")
    problem(await propose(client, place, foreign, visibility="all"), 404, "not_found")
    assert (await propose(client, place, manager, visibility="all")).status_code == 201
    nothing = await propose(client, place, coordinator, visibility="mini_cluster")
    problem(nothing, 422, "nothing_proposed", "/body")
    named = await propose(client, place, coordinator, visibility="named")
    problem(named, 422, "named_by_author_only", "/body/visibility")
    away = await propose(client, place, coordinator, mini_cluster_id=str(elsewhere.public_id))
    problem(away, 422, "unknown_mini_cluster", "/body/mini_cluster_id")
    listing = await send(client, "GET", f"/ideas/{place.idea.public_id}/audience-proposals", place.member)
    problem(listing, 403, "forbidden")


def test_part_of_an_audience_is_what_no_new_person_would_see() -> None:
    """Against people counted one by one: two consortia of two mini-clusters, a member and a coordinator of each."""
    home = {1: 1, 2: 1, 3: 2, 4: 2}
    people = [({m}, set[int]()) for m in home] + [(set[int](), {c}) for c in (1, 2)] + [(set[int](), set[int]())]

    def reached(audience: Audience, linked: bool) -> frozenset[int]:
        def is_reached(members: set[int], coordinates: set[int]) -> bool:
            consortia = {home[m] for m in members} | coordinates
            return {
                Visibility.NAMED: False,
                Visibility.MINI_CLUSTER: audience.mini_cluster_id in members or audience.consortium_id in coordinates,
                Visibility.CONSORTIUM: audience.consortium_id in consortia,
                Visibility.LINKED: audience.consortium_id in consortia or (linked and bool(consortia)),
                Visibility.ALL: True,
            }[audience.visibility]

        return frozenset(n for n, (members, coordinates) in enumerate(people) if is_reached(members, coordinates))

    audiences = [Audience(v, m, c) for v, (m, c) in product(Visibility, home.items()) if v is not Visibility.NAMED]
    for new, old in product(audiences, audiences):
        # Whoever is linked with whom, today or later.
        truly = all(reached(new, linked) <= reached(old, linked) for linked in (False, True))
        assert is_part_of(new, old) <= truly, (new, old)
        if new.consortium_id == old.consortium_id:
            assert is_part_of(new, old) == truly, (new, old)
    for other in audiences:
        named = Audience(Visibility.NAMED, 1, 1)
        assert not is_part_of(other, named)
        assert not is_part_of(named, other)
