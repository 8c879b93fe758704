"""Posting comments and replies, over HTTP, on both engines."""

import asyncio
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import select, update

from app.core.database import Database
from app.core.ids import new_public_id
from app.models import Affiliation, IdeaFollow, IdeaReadMark
from app.models.ideas import IdeaStatus
from tests.comments.discussion import BODY, Discussion, Totals, error_of
from tests.factories import Factory, client_id
from tests.ideas_factory import Place, change_status, published_idea, set_status
from tests.statement_counter import count_queries


async def test_comment_is_shown_as_it_was_posted(discussion: Discussion, place: Place) -> None:
    comment_id = client_id()
    response = await discussion.send(place.member, id=comment_id, body="  좋은\r\n생각입니다.\n")
    assert response.status_code == 201, response.text
    shown = response.json()
    created_at = shown.pop("created_at")
    assert shown == {
        "id": comment_id,
        "idea_id": str(place.idea.public_id),
        "parent_id": None,
        "reply_to_id": None,
        "author": shown["author"],
        "body": "좋은\n생각입니다.",
        "mentions": [],
        "is_deleted": False,
        "is_hidden": False,
        "is_edited": False,
        "version": 1,
        "edited_at": None,
        "allowed_actions": ["reply", "edit", "delete"],
    }
    assert created_at.endswith("Z")
    assert shown["author"]["id"] == str(place.member.public_id)
    assert (shown["author"]["name"], shown["author"]["position"]) == ("김하늘", "책임연구원")
    assert response.headers["location"] == f"/v1/comments/{comment_id}"
    again = await discussion.client.get(response.headers["location"], headers=place.member.headers)
    assert again.json() == {**shown, "created_at": created_at}
    assert again.headers["etag"] == response.headers["etag"]
    assert response.headers["etag"].startswith('"1.')
    assert (await discussion.get(place.author, f"/v1/comments/{comment_id}"))["allowed_actions"] == ["reply"]


async def test_comment_counts_is_followed_read_and_told(discussion: Discussion, place: Place) -> None:
    assert await discussion.totals() == Totals(0, 0, answered=False)
    first = await discussion.stored((await discussion.post(place.member))["id"])
    assert await discussion.totals() == Totals(1, 1, answered=True)
    second = await discussion.stored((await discussion.post(place.author))["id"])
    assert await discussion.totals() == Totals(2, 2, answered=True)
    ids = {"idea_id": place.idea.id}
    assert await discussion.events() == [
        ("comment.added", {**ids, "comment_id": first.id, "author_id": place.member.id}),
        ("idea.response_changed", ids),
        ("comment.added", {**ids, "comment_id": second.id, "author_id": place.author.id}),
        ("idea.response_changed", ids),
    ]
    async with discussion.database.read() as connection:
        follows = (await connection.execute(select(IdeaFollow.account_id, IdeaFollow.muted))).all()
        marks = (await connection.execute(select(IdeaReadMark.account_id, IdeaReadMark.last_comment_id))).all()
        affiliation = await connection.scalar(select(Affiliation.id).where(Affiliation.account_id == place.member.id))
    assert sorted(follows) == sorted([(place.member.id, False), (place.author.id, False)])
    assert sorted(marks) == sorted([(place.member.id, first.id), (place.author.id, second.id)])
    assert first.affiliation_id == affiliation


async def test_deliberate_mute_survives_a_comment(discussion: Discussion, place: Place) -> None:
    async with discussion.database.write() as session:
        session.add(IdeaFollow(account_id=place.member.id, idea_id=place.idea.id, muted=True))
    await discussion.post(place.member)
    async with discussion.database.read() as connection:
        assert await connection.scalar(select(IdeaFollow.muted)) is True


async def test_card_stays_that_of_the_day_it_was_written(discussion: Discussion, place: Place) -> None:
    comment = await discussion.post(place.member)
    async with discussion.database.write() as session:
        await session.execute(
            update(Affiliation).where(Affiliation.account_id == place.member.id).values(ended_at=Affiliation.started_at)
        )
        employer = await session.scalar(select(Affiliation.organisation_id).limit(1))
        session.add(Affiliation(account_id=place.member.id, organisation_id=employer, position="대표"))
    assert (await discussion.get(place.author, f"/v1/comments/{comment['id']}"))["author"]["position"] == "책임연구원"
    assert (await discussion.post(place.member))["author"]["position"] == "대표"


async def test_replies_stand_flat_under_their_top_comment(discussion: Discussion, place: Place) -> None:
    top = await discussion.post(place.member)
    reply = await discussion.post(place.author, reply_to=top["id"])
    deeper = await discussion.post(place.member, reply_to=reply["id"])
    assert (reply["parent_id"], reply["reply_to_id"]) == (top["id"], top["id"])
    assert (deeper["parent_id"], deeper["reply_to_id"]) == (top["id"], reply["id"])
    assert await discussion.totals() == Totals(3, 3, answered=True)


async def test_reply_needs_a_comment_that_can_be_answered(
    discussion: Discussion, factory: Factory, place: Place
) -> None:
    other = Discussion(
        discussion.client,
        discussion.database,
        await published_idea(discussion.database, place.author, place.mini_cluster),
    )
    elsewhere = await other.post(place.member)
    deleted, hidden = await discussion.post(place.author), await discussion.post(place.author)
    await discussion.delete(place.author, deleted["id"])
    await discussion.hide(hidden["id"])
    blocking, blocked = await factory.person(place.mini_cluster), await factory.person(place.mini_cluster)
    of_blocking, of_blocked = await discussion.post(blocking), await discussion.post(blocked)
    await factory.block(blocking, place.member)
    await factory.block(place.member, blocked)
    rows, totals, events = await discussion.number_of_rows(), await discussion.totals(), await discussion.events()
    for reply_to in (elsewhere["id"], deleted["id"], hidden["id"], of_blocking["id"], of_blocked["id"], client_id()):
        refused = await discussion.send(place.member, reply_to=reply_to)
        assert error_of(refused) == (422, "invalid_request", [("/body/reply_to", "cannot_reply")])
    assert rows == await discussion.number_of_rows()
    assert totals == await discussion.totals()
    assert events == await discussion.events()


async def test_reply_into_a_thread_whose_top_is_deleted_is_fine(discussion: Discussion, place: Place) -> None:
    top = await discussion.post(place.author)
    reply = await discussion.post(place.member, reply_to=top["id"])
    await discussion.delete(place.author, top["id"])
    assert (await discussion.post(place.author, reply_to=reply["id"]))["parent_id"] == top["id"]
    assert error_of(await discussion.send(place.author, reply_to=top["id"]))[0] == 422


async def test_unpublished_idea_can_be_read_by_its_author_and_answered_by_nobody(
    discussion: Discussion, place: Place
) -> None:
    theirs = await discussion.post(place.member, "증설은 어렵습니다.")
    own = await discussion.post(place.author, reply_to=theirs["id"])
    totals = await discussion.totals()
    for status in (IdeaStatus.DRAFT, IdeaStatus.HIDDEN, IdeaStatus.WITHDRAWN):
        await set_status(discussion.database, place.idea, status)
        page = await discussion.get(place.author)
        assert [thread["comment"]["body"] for thread in page["items"]] == ["증설은 어렵습니다."]
        assert [thread["comment"]["allowed_actions"] for thread in page["items"]] == [[]]
        assert (await discussion.get(place.author, f"/v1/comments/{own['id']}"))["allowed_actions"] == []
        assert len((await discussion.get(place.author, f"/v1/comments/{theirs['id']}/replies"))["items"]) == 1
        for refused in (
            await discussion.send(place.author),
            await discussion.patch(place.author, own["id"], body="다르게"),
            await discussion.delete(place.author, own["id"]),
        ):
            assert error_of(refused) == (409, "idea_not_open", [])

        headers = place.member.headers
        for gone in (
            await discussion.send(place.member),
            await discussion.client.get(discussion.path, headers=headers),
            await discussion.client.get(f"/v1/comments/{theirs['id']}", headers=headers),
            await discussion.client.get(f"/v1/comments/{theirs['id']}/replies", headers=headers),
            await discussion.patch(place.member, theirs["id"], body="다르게"),
            await discussion.delete(place.member, theirs["id"]),
        ):
            assert error_of(gone) == (404, "not_found", [])
    assert (await discussion.totals())[:2] == totals[:2]
    assert (await discussion.stored(theirs["id"])).body == "증설은 어렵습니다."


async def test_comment_that_meets_the_withdrawal_of_its_idea_is_undone(discussion: Discussion, place: Place) -> None:
    """It began before the withdrawal and ends after it: on PostgreSQL it has seen the idea, and waits for its row."""
    earlier = await discussion.post(place.member)
    events = await discussion.events()
    async with discussion.database.write() as session:
        await change_status(session, place.idea, IdeaStatus.WITHDRAWN)
        late = [
            asyncio.create_task(discussion.send(place.member)),
            asyncio.create_task(discussion.delete(place.member, earlier["id"])),
        ]
        await asyncio.sleep(0.3)
        assert not any(task.done() for task in late)
    for task in late:
        assert error_of(await task) == (404, "not_found", [])
    assert await discussion.number_of_rows() == 1
    assert (await discussion.totals())[:2] == (1, 1)
    assert await discussion.events() == events


async def test_invisible_idea_is_as_if_it_did_not_exist(discussion: Discussion, factory: Factory, place: Place) -> None:
    comment = await discussion.post(place.member)
    blocked = await factory.person(place.mini_cluster)
    await factory.block(place.author, blocked)
    nothing = str(new_public_id())
    for person in (await factory.person(await factory.mini_cluster()), blocked):
        for method, path, content in (
            ("GET", "/v1/ideas/{}/comments", None),
            ("POST", "/v1/ideas/{}/comments", {"id": client_id(), "body": BODY}),
            ("GET", "/v1/comments/{}", None),
            ("GET", "/v1/comments/{}/replies", None),
            ("PATCH", "/v1/comments/{}", {"body": BODY}),
            ("DELETE", "/v1/comments/{}", None),
        ):
            real = str(place.idea.public_id) if "ideas" in path else comment["id"]
            there, missing = [
                await discussion.client.request(method, path.format(key), json=content, headers=person.headers)
                for key in (real, nothing)
            ]
            assert error_of(there) == error_of(missing) == (404, "not_found", [])
    assert await discussion.number_of_rows() == 1


VALID: dict[str, Any] = {"id": "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60", "body": BODY}


BAD_CONTENT: list[tuple[object, str, str]] = [
    ({**VALID, "author_id": 1}, "/body/author_id", "extra_forbidden"),
    ({"id": VALID["id"]}, "/body/body", "missing"),
    ({"body": BODY}, "/body/id", "missing"),
    ({**VALID, "body": 7}, "/body/body", "string_type"),
    ({**VALID, "body": None}, "/body/body", "string_type"),
    ({**VALID, "body": "가" * 2001}, "/body/body", "string_too_long"),
    ({**VALID, "body": ""}, "/body/body", "string_too_short"),
    ({**VALID, "body": " \n\t "}, "/body/body", "string_too_short"),
    ({**VALID, "body": "가\0나"}, "/body/body", "forbidden_character"),
    ({**VALID, "body": "가\u202e나"}, "/body/body", "forbidden_character"),
    ({**VALID, "id": "7"}, "/body/id", "uuid_parsing"),
    ({**VALID, "id": "9b2fc2b0-6a55-4b71-9f3c-1f0b9a3f6a10"}, "/body/id", "uuid_version"),
    ({**VALID, "reply_to": 5}, "/body/reply_to", "uuid_type"),
    ({**VALID, "reply_to": "가"}, "/body/reply_to", "uuid_parsing"),
    ({**VALID, "mention_ids": "김하늘"}, "/body/mention_ids", "list_type"),
    ({**VALID, "mention_ids": [VALID["id"], "가"]}, "/body/mention_ids/1", "uuid_parsing"),
    ({**VALID, "mention_ids": [VALID["id"]] * 21}, "/body/mention_ids", "too_long"),
    ([VALID], "/body", "model_attributes_type"),
]


async def test_bad_content_is_refused_with_a_pointer(discussion: Discussion, place: Place) -> None:
    for content, pointer, code in BAD_CONTENT:
        response = await discussion.client.post(discussion.path, json=content, headers=place.member.headers)
        assert error_of(response) == (422, "invalid_request", [(pointer, code)]), content
    assert await discussion.number_of_rows() == 0
    assert await discussion.events() == []


BAD_JSON = [
    (rb'{"id": "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60", "body": "\ud800"}', "/body/body", "string_unicode"),
    (rb'{"id": "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60", "body": "a\u0000b"}', "/body/body", "forbidden_character"),
    (rb'{"id": "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60", "\ud800": 1}', "/body", "string_unicode"),
    (rb'{"id": ', "/body/7", "json_invalid"),
]


async def test_bad_json_is_refused_with_a_pointer(discussion: Discussion, place: Place) -> None:
    headers = {**place.member.headers, "Content-Type": "application/json"}
    for raw, pointer, code in BAD_JSON:
        response = await discussion.client.post(discussion.path, content=raw, headers=headers)
        status, _, fields = error_of(response)
        assert status == 422, raw
        assert (pointer, code) in fields, raw
    assert await discussion.number_of_rows() == 0


async def test_two_thousand_characters_of_any_kind_are_kept(discussion: Discussion, place: Place) -> None:
    for body in ("가" * 2000, "🏭" * 2000):
        assert (await discussion.post(place.member, body))["body"] == body


async def test_nobody_comments_without_a_token(client: httpx.AsyncClient, discussion: Discussion) -> None:
    assert (await client.post(discussion.path, json=VALID)).status_code == 401
    assert await discussion.number_of_rows() == 0


async def test_posting_costs_few_statements(
    app: FastAPI, database: Database, discussion: Discussion, place: Place
) -> None:
    await discussion.post(place.author)
    with count_queries(app.state.resources.database) as statements:
        await discussion.post(place.member)
    assert statements.count <= 14, statements.sent
