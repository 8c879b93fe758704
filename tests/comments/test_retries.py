"""The same request sent again, or several times at once, has one effect."""

import asyncio
from collections.abc import Iterable

import httpx
from sqlalchemy import func, select

from app.models import CommentMention, IdempotencyKey
from app.models.ideas import IdeaStatus
from tests.comments.discussion import BODY, Discussion, Totals, error_of
from tests.factories import Factory, Person, client_id
from tests.ideas_factory import Place, published_idea, set_status


async def _at_once(
    discussion: Discussion, person: Person, contents: Iterable[dict[str, object]], key: str | None
) -> list[httpx.Response]:
    return list(await asyncio.gather(*(discussion.send(person, key=key, **content) for content in contents)))


async def test_same_id_and_content_gives_the_original(discussion: Discussion, place: Place) -> None:
    content: dict[str, object] = {"id": client_id(), "mention_ids": [str(place.author.public_id)]}
    first = await discussion.send(place.member, **content)
    events = await discussion.events()
    again = await discussion.send(place.member, **content)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert await discussion.totals() == Totals(1, 1, answered=True)
    assert await discussion.events() == events


async def test_same_id_with_anything_else_is_a_conflict(discussion: Discussion, factory: Factory, place: Place) -> None:
    content: dict[str, object] = {"id": client_id(), "body": BODY}
    other = await published_idea(discussion.database, place.author, place.mini_cluster)
    elsewhere = Discussion(discussion.client, discussion.database, other)
    top = await discussion.post(place.author)
    await discussion.send(place.member, **content)
    third = await factory.person(place.mini_cluster)
    for taken in (
        await discussion.send(place.member, **{**content, "body": "다른 말"}),
        await discussion.send(place.member, **{**content, "reply_to": top["id"]}),
        await discussion.send(place.member, **{**content, "mention_ids": [str(third.public_id)]}),
        await discussion.send(third, **content),
        await elsewhere.send(place.member, **content),
    ):
        assert error_of(taken) == (409, "id_taken", [])
    assert await discussion.number_of_rows() == 2
    assert await elsewhere.totals() == Totals(0, 0, answered=False)


async def test_retry_after_an_edit_shows_what_the_comment_is_now(discussion: Discussion, place: Place) -> None:
    content: dict[str, object] = {"id": client_id(), "body": BODY}
    first = await discussion.send(place.member, key="k1", **content)
    await discussion.patch(place.member, first.json()["id"], body="고친 말")
    for key in ("k1", None):
        again = await discussion.send(place.member, key=key, **content)
        assert (again.status_code, again.json()["body"], again.json()["version"]) == (201, "고친 말", 2)
    assert await discussion.totals() == Totals(1, 1, answered=True)


async def test_retry_after_what_it_needed_is_gone_still_gives_the_original(
    discussion: Discussion, place: Place
) -> None:
    top = await discussion.post(place.author)
    content: dict[str, object] = {"id": client_id(), "body": BODY, "reply_to": top["id"]}
    first = await discussion.send(place.member, **content)
    await discussion.delete(place.author, top["id"])
    assert (await discussion.send(place.member, **content)).json() == first.json()


async def test_retry_after_deletion_brings_nothing_back(discussion: Discussion, place: Place) -> None:
    content: dict[str, object] = {"id": client_id(), "body": "비밀스러운 말"}
    first = await discussion.send(place.member, key="k1", **content)
    await discussion.delete(place.member, first.json()["id"])
    for key in ("k1", None):
        assert error_of(await discussion.send(place.member, key=key, **content)) == (404, "not_found", [])
    assert await discussion.totals() == Totals(0, 0, answered=False)
    async with discussion.database.read() as connection:
        assert await connection.scalar(select(func.count()).where(IdempotencyKey.body.contains("비밀스러운"))) == 0


async def test_retry_is_authorised_again(discussion: Discussion, place: Place) -> None:
    content: dict[str, object] = {"id": client_id(), "body": BODY}
    await discussion.send(place.member, key="k1", **content)
    await set_status(discussion.database, place.idea, IdeaStatus.WITHDRAWN)
    for key in ("k1", None):
        assert error_of(await discussion.send(place.member, key=key, **content)) == (404, "not_found", [])


async def test_same_key_is_marked_as_replayed_and_bound_to_its_request(discussion: Discussion, place: Place) -> None:
    """Check 12."""
    content: dict[str, object] = {"id": client_id(), "body": BODY}
    first = await discussion.send(place.member, key="k1", **content)
    again = await discussion.send(place.member, key="k1", **content)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()
    other = await discussion.send(place.member, key="k1", body="다른 말")
    assert error_of(other)[:2] == (422, "idempotency_key_reused")


async def test_comment_sent_three_times_at_once_has_one_effect(
    discussion: Discussion, place: Place, engine: str
) -> None:
    """Check 12."""
    for number, key in enumerate((None, "k1"), start=1):
        content: dict[str, object] = {"id": client_id(), "mention_ids": [str(place.author.public_id)]}
        responses = await _at_once(discussion, place.member, [content] * 3, key)
        # With a key PostgreSQL tells the later ones that the first is under way; SQLite lets them wait.
        in_flight = {409} if key and engine == "postgresql" else set()
        statuses = {response.status_code for response in responses}
        assert 201 in statuses
        assert statuses <= {201} | in_flight
        assert len({r.text for r in responses if r.status_code == 201}) == 1
        assert await discussion.totals() == Totals(number, number, answered=True)
        kinds = [kind for kind, _ in await discussion.events()]
        assert kinds == ["comment.added", "idea.response_changed"] * number
        async with discussion.database.read() as connection:
            assert await connection.scalar(select(func.count()).select_from(CommentMention)) == number


async def test_one_id_with_two_contents_at_once_is_taken_by_one(discussion: Discussion, place: Place) -> None:
    comment_id = client_id()
    contents: list[dict[str, object]] = [{"id": comment_id, "body": f"말 {number}"} for number in range(6)]
    responses = await _at_once(discussion, place.member, contents, None)
    assert sorted(response.status_code for response in responses) == [201, 409, 409, 409, 409, 409]
    assert {response.json()["code"] for response in responses if response.status_code == 409} == {"id_taken"}
    assert await discussion.totals() == Totals(1, 1, answered=True)
    assert len(await discussion.events()) == 2


async def test_many_comments_at_once_are_all_counted(discussion: Discussion, factory: Factory, place: Place) -> None:
    people = [place.author, place.member, *[await factory.person(place.mini_cluster) for _ in range(4)]]
    tops = await asyncio.gather(*(discussion.post(person) for person in people for _ in range(4)))
    assert await discussion.totals() == Totals(24, 24, answered=True)
    await asyncio.gather(*(discussion.post(person, reply_to=tops[0]["id"]) for person in people))
    assert await discussion.totals() == Totals(30, 30, answered=True)
    owner = {str(person.public_id): person for person in people}
    mine = [(owner[top["author"]["id"]], top["id"]) for top in tops]
    await asyncio.gather(*(discussion.delete(person, comment_id) for person, comment_id in mine * 2))
    assert await discussion.totals() == Totals(6, 6, answered=True)
