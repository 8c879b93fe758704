"""Deleting comments, and the placeholders they leave, on both engines."""

import asyncio
from typing import Any

from sqlalchemy import func, select

from app.models import CommentMention, CommentRevision
from tests.comments.discussion import Discussion, Totals, error_of
from tests.factories import Factory
from tests.ideas_factory import Place


async def _listed(discussion: Discussion, place: Place) -> list[tuple[str, list[str]]]:
    """Ids of the top comments, each with those of its replies, as the idea's author reads them."""
    page = await discussion.get(place.author)
    return [(item["comment"]["id"], [reply["id"] for reply in item["replies"]]) for item in page["items"]]


async def test_deletion_takes_every_word(discussion: Discussion, place: Place) -> None:
    comment = await discussion.post(place.member, "첫째", mentions=[place.author])
    await discussion.patch(place.member, comment["id"], body="둘째")
    events = await discussion.events()
    assert (await discussion.delete(place.member, comment["id"])).status_code == 204
    stored = await discussion.stored(comment["id"])
    assert (stored.body, stored.version) == ("", 3)
    async with discussion.database.read() as connection:
        for model in (CommentRevision, CommentMention):
            assert await connection.scalar(select(func.count()).select_from(model)) == 0
    assert await discussion.totals() == Totals(0, 0, answered=False)
    assert (await discussion.events())[len(events) :] == [("idea.response_changed", {"idea_id": place.idea.id})]
    for person in (place.member, place.author):
        gone = await discussion.client.get(f"/v1/comments/{comment['id']}", headers=person.headers)
        assert error_of(gone) == (404, "not_found", [])
    assert await _listed(discussion, place) == []


async def test_deleting_again_or_at_once_is_deleting_once(discussion: Discussion, place: Place) -> None:
    await discussion.post(place.author)
    comment = await discussion.post(place.member)
    events = len(await discussion.events())
    responses = await asyncio.gather(*(discussion.delete(place.member, comment["id"]) for _ in range(3)))
    responses.append(await discussion.delete(place.member, comment["id"]))
    assert {response.status_code for response in responses} == {204}
    assert await discussion.totals() == Totals(1, 1, answered=True)
    assert len(await discussion.events()) == events + 1


async def test_idea_is_unanswered_again_only_after_the_last_comment(discussion: Discussion, place: Place) -> None:
    first, second = await discussion.post(place.member), await discussion.post(place.author)
    await discussion.delete(place.member, first["id"])
    assert await discussion.totals() == Totals(1, 1, answered=True)
    await discussion.delete(place.author, second["id"])
    assert await discussion.totals() == Totals(0, 0, answered=False)
    await discussion.post(place.author)
    assert await discussion.totals() == Totals(1, 1, answered=True)


async def test_only_the_author_deletes(discussion: Discussion, factory: Factory, place: Place) -> None:
    comment = await discussion.post(place.member)
    coordinator = await factory.person(coordinates=place.consortium)
    for person in (place.author, coordinator):
        assert error_of(await discussion.delete(person, comment["id"])) == (403, "forbidden", [])
    assert await discussion.totals() == Totals(1, 1, answered=True)
    await discussion.delete(place.member, comment["id"])
    assert error_of(await discussion.delete(place.author, comment["id"])) == (404, "not_found", [])


async def test_deleted_top_comment_stays_while_a_reply_hangs_on_it(discussion: Discussion, place: Place) -> None:
    top = await discussion.post(place.member, "첫째")
    reply = await discussion.post(place.author, reply_to=top["id"])
    await discussion.delete(place.member, top["id"])
    shown = await discussion.get(place.author, f"/v1/comments/{top['id']}")
    assert (shown["body"], shown["is_deleted"], shown["mentions"], shown["allowed_actions"]) == ("", True, [], [])
    page = await discussion.get(place.author)
    assert [item["comment"] for item in page["items"]] == [shown]
    assert [item["reply_count"] for item in page["items"]] == [1]
    assert error_of(await discussion.delete(place.author, top["id"])) == (403, "forbidden", [])

    await discussion.delete(place.author, reply["id"])
    assert await _listed(discussion, place) == []
    for path in (f"/v1/comments/{top['id']}", f"/v1/comments/{top['id']}/replies"):
        gone = await discussion.client.get(path, headers=place.member.headers)
        assert error_of(gone) == (404, "not_found", [])


async def test_deleted_reply_stays_while_an_answer_hangs_on_it(discussion: Discussion, place: Place) -> None:
    top = await discussion.post(place.author)
    first, alone = [await discussion.post(place.member, reply_to=top["id"]) for _ in range(2)]
    answer = await discussion.post(place.author, reply_to=first["id"])
    for reply in (first, alone):
        await discussion.delete(place.member, reply["id"])
    assert await _listed(discussion, place) == [(top["id"], [first["id"], answer["id"]])]
    replies = await discussion.get(place.author, f"/v1/comments/{top['id']}/replies")
    assert [(reply["id"], reply["is_deleted"]) for reply in replies["items"]] == [
        (first["id"], True),
        (answer["id"], False),
    ]
    assert (await discussion.get(place.author))["items"][0]["reply_count"] == 1
    await discussion.delete(place.author, answer["id"])
    assert await _listed(discussion, place) == [(top["id"], [])]


async def test_top_comment_stays_for_an_answer_to_a_deleted_reply(discussion: Discussion, place: Place) -> None:
    top = await discussion.post(place.member)
    reply = await discussion.post(place.member, reply_to=top["id"])
    answer = await discussion.post(place.author, reply_to=reply["id"])
    for comment in (reply, top):
        await discussion.delete(place.member, comment["id"])
    assert await _listed(discussion, place) == [(top["id"], [reply["id"], answer["id"]])]
    await discussion.delete(place.author, answer["id"])
    assert await _listed(discussion, place) == []


async def test_hidden_comment_is_a_placeholder_whose_deletion_is_not_counted_twice(
    discussion: Discussion, place: Place
) -> None:
    hidden = await discussion.post(place.member, "첫째", mentions=[place.author])
    await discussion.post(place.author)
    await discussion.hide(hidden["id"])
    assert await discussion.totals() == Totals(1, 1, answered=True)
    for person, actions in ((place.member, ["delete"]), (place.author, [])):
        shown: dict[str, Any] = await discussion.get(person, f"/v1/comments/{hidden['id']}")
        assert (shown["body"], shown["author"], shown["mentions"]) == ("", None, [])
        assert (shown["is_hidden"], shown["is_deleted"], shown["allowed_actions"]) == (True, False, actions)
    events = await discussion.events()
    assert (await discussion.delete(place.member, hidden["id"])).status_code == 204
    assert await discussion.totals() == Totals(1, 1, answered=True)
    assert await discussion.events() == events
    assert (await discussion.stored(hidden["id"])).body == ""
