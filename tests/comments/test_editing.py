"""Editing comments, on both engines."""

import asyncio

from sqlalchemy import select

from app.models import CommentRevision
from tests.comments.discussion import Discussion, Totals, error_of
from tests.factories import Factory
from tests.ideas_factory import Place


async def _revisions(discussion: Discussion) -> list[tuple[int, str]]:
    async with discussion.database.read() as connection:
        statement = select(CommentRevision.version, CommentRevision.body).order_by(CommentRevision.version)
        return [(row.version, row.body) for row in await connection.execute(statement)]


async def test_edit_keeps_the_wording_before(discussion: Discussion, place: Place) -> None:
    comment = await discussion.post(place.member, "첫째")
    stored = await discussion.stored(comment["id"])
    for number, body in enumerate(("둘째", "셋째"), start=2):
        edited = await discussion.patch(place.member, comment["id"], body=body)
        assert edited.status_code == 200, edited.text
        shown = edited.json()
        assert (shown["body"], shown["version"], shown["is_edited"]) == (body, number, True)
        assert shown["edited_at"] > shown["created_at"] == comment["created_at"]
        assert edited.headers["etag"].startswith(f'"{number}.')
        assert await discussion.get(place.member, f"/v1/comments/{comment['id']}") == shown
    assert await _revisions(discussion) == [(1, "첫째"), (2, "둘째")]
    assert await discussion.totals() == Totals(1, 1, answered=True)
    event = {"idea_id": place.idea.id, "comment_id": stored.id, "author_id": place.member.id, "newly_mentioned_ids": []}
    assert (await discussion.events())[2:] == [("comment.edited", event)] * 2


async def test_edit_that_changes_nothing_leaves_no_trace(discussion: Discussion, place: Place) -> None:
    comment = await discussion.post(place.member, "첫째", mentions=[place.author])
    events = await discussion.events()
    same = {"body": "첫째", "mention_ids": [str(place.author.public_id)]}
    for fields in ({}, {"body": "첫째"}, same):
        assert (await discussion.patch(place.member, comment["id"], **fields)).json() == comment
    assert await _revisions(discussion) == []
    assert await discussion.events() == events


async def test_what_is_left_out_stays(discussion: Discussion, place: Place) -> None:
    comment = await discussion.post(place.member, "첫째", mentions=[place.author])
    edited = await discussion.patch(place.member, comment["id"], body="둘째")
    assert edited.json()["mentions"] == comment["mentions"]
    cleared = await discussion.patch(place.member, comment["id"], mention_ids=[])
    assert (cleared.json()["body"], cleared.json()["mentions"]) == ("둘째", [])
    assert await _revisions(discussion) == [(1, "첫째")]


async def test_if_match_compares_the_version_alone(discussion: Discussion, place: Place) -> None:
    comment = await discussion.post(place.member, "첫째")
    for stale in ('"2"', '"0"', '"1.xyz"', 'W/"1"', "1", "rubbish", '"1', '"-1"', '"99999999999999999999"'):
        refused = await discussion.patch(place.member, comment["id"], if_match=stale, body="둘째")
        assert error_of(refused) == (412, "version_mismatch", [])
    assert await _revisions(discussion) == []
    for version, fresh in enumerate(('"1"', '"2.0123456789abcdef"', '"7", "3"', "*"), start=2):
        edited = await discussion.patch(place.member, comment["id"], if_match=fresh, body=f"고침 {version}")
        assert (edited.status_code, edited.json()["version"]) == (200, version)


async def test_two_edits_of_one_version_at_once_are_not_both_made(discussion: Discussion, place: Place) -> None:
    comment = await discussion.post(place.member, "첫째")
    responses = await asyncio.gather(
        *(discussion.patch(place.member, comment["id"], if_match='"1"', body=f"고침 {n}") for n in range(5))
    )
    assert sorted(response.status_code for response in responses) == [200, 412, 412, 412, 412]
    assert await _revisions(discussion) == [(1, "첫째")]


async def test_edits_at_once_without_a_condition_keep_every_wording(discussion: Discussion, place: Place) -> None:
    comment = await discussion.post(place.member, "고침 0")
    bodies = [f"고침 {number}" for number in range(1, 6)]
    await asyncio.gather(*(discussion.patch(place.member, comment["id"], body=body) for body in bodies))
    last = (await discussion.get(place.member, f"/v1/comments/{comment['id']}"))["body"]
    revisions = await _revisions(discussion)
    assert [version for version, _ in revisions] == [1, 2, 3, 4, 5]
    assert sorted([last, *(body for _, body in revisions)]) == ["고침 0", *bodies]


async def test_only_the_author_edits(discussion: Discussion, factory: Factory, place: Place) -> None:
    comment = await discussion.post(place.member, "첫째")
    coordinator = await factory.person(coordinates=place.consortium)
    for person in (place.author, coordinator):
        assert error_of(await discussion.patch(person, comment["id"], body="둘째")) == (403, "forbidden", [])
    assert (await discussion.stored(comment["id"])).body == "첫째"


async def test_hidden_comment_cannot_be_edited_and_deleted_one_is_gone(discussion: Discussion, place: Place) -> None:
    comment = await discussion.post(place.member, "첫째")
    await discussion.post(place.author, reply_to=comment["id"])
    await discussion.hide(comment["id"])
    assert error_of(await discussion.patch(place.member, comment["id"], body="둘째"))[:2] == (403, "forbidden")
    await discussion.delete(place.member, comment["id"])
    deleted = await discussion.post(place.member, "첫째")
    await discussion.post(place.author, reply_to=deleted["id"])
    await discussion.delete(place.member, deleted["id"])
    refused = await discussion.patch(place.member, deleted["id"], body="둘째")
    assert error_of(refused)[:2] == (404, "not_found")
    assert (await discussion.stored(deleted["id"])).body == ""


async def test_bad_changes_are_refused_with_a_pointer(discussion: Discussion, place: Place) -> None:
    comment = await discussion.post(place.member, "첫째")
    for fields, pointer, code in (
        ({"body": None}, "/body/body", "string_type"),
        ({"body": " "}, "/body/body", "string_too_short"),
        ({"body": "가" * 2001}, "/body/body", "string_too_long"),
        ({"body": "가\0"}, "/body/body", "forbidden_character"),
        ({"mention_ids": None}, "/body/mention_ids", "list_type"),
        ({"mention_ids": [comment["id"]] * 21}, "/body/mention_ids", "too_long"),
        ({"mention_ids": [comment["id"]]}, "/body/mention_ids/0", "cannot_see_idea"),
        ({"reply_to": comment["id"]}, "/body/reply_to", "extra_forbidden"),
        ({"version": 2}, "/body/version", "extra_forbidden"),
    ):
        refused = await discussion.patch(place.member, comment["id"], **fields)
        assert error_of(refused) == (422, "invalid_request", [(pointer, code)]), fields
    assert await discussion.get(place.member, f"/v1/comments/{comment['id']}") == comment
    assert await _revisions(discussion) == []
