"""Pages of threads and replies: order, both directions, deep links, placeholders, cost."""

from collections.abc import Iterable
from typing import Any

import pytest
from fastapi import FastAPI

from app.comments.statements import REPLIES_SHOWN
from app.models import Comment, Idea
from tests.comments.discussion import Discussion, error_of
from tests.factories import Factory, Person, client_id
from tests.ideas_factory import Place, published_idea
from tests.statement_counter import count_queries


async def _store(discussion: Discussion, author: Person, number: int, parent: str | None = None) -> list[str]:
    """Comments written straight into the database, as many as lists need; their ids, the oldest first."""
    top = await discussion.stored(parent) if parent else None
    async with discussion.database.write() as session:
        comments = [
            Comment(
                creation_digest=b"-" * 32,
                idea_id=discussion.idea.id,
                author_id=author.id,
                parent_id=top.id if top else None,
                reply_to_id=top.id if top else None,
                body=f"말 {n}",
            )
            for n in range(number)
        ]
        session.add_all(comments)
        idea = await session.get_one(Idea, discussion.idea.id)
        idea.comment_count += number
    return [str(comment.public_id) for comment in sorted(comments, key=lambda comment: comment.id)]


def _tops(page: dict[str, Any]) -> list[str]:
    return [item["comment"]["id"] for item in page["items"]]


def _replies(page: dict[str, Any], top: str) -> dict[str, Any]:
    """The thread of one top comment on a page."""
    (thread,) = [item for item in page["items"] if item["comment"]["id"] == top]
    return {**thread, "ids": [reply["id"] for reply in thread["replies"]]}


async def _walk(
    discussion: Discussion, person: Person, path: str, cursor: str | None, name: str, limit: int
) -> list[list[str]]:
    """The ids of every page from a cursor on, in one direction."""
    pages = []
    while True:
        page = await discussion.get(person, path, cursor=cursor, limit=limit)
        pages.append([item.get("comment", item)["id"] for item in page["items"]])
        cursor = page[name]
        if cursor is None:
            return pages


def _joined(pages: Iterable[list[str]]) -> list[str]:
    return [item for page in pages for item in page]


async def test_walks_in_both_directions_find_every_thread_once(discussion: Discussion, place: Place) -> None:
    ids = await _store(discussion, place.member, 23)
    forward = await _walk(discussion, place.author, discussion.path, None, "next_cursor", 7)
    assert [len(page) for page in forward] == [7, 7, 7, 2]
    assert _joined(forward) == ids
    around_last = await discussion.get(place.author, around=ids[-1], limit=7)
    back = await _walk(discussion, place.author, discussion.path, around_last["previous_cursor"], "previous_cursor", 5)
    assert _joined(reversed(back)) + _tops(around_last) == ids
    first = await discussion.get(place.author, limit=7)
    assert first["previous_cursor"] is None
    second = await discussion.get(place.author, cursor=first["next_cursor"], limit=7)
    third = await discussion.get(place.author, cursor=second["next_cursor"], limit=7)
    assert _tops(await discussion.get(place.author, cursor=third["previous_cursor"], limit=7)) == ids[7:14]
    again = await discussion.get(place.author, cursor=second["previous_cursor"], limit=7)
    assert (_tops(again), again["previous_cursor"]) == (ids[:7], None)
    assert _tops(await discussion.get(place.author, cursor=again["next_cursor"], limit=7)) == ids[7:14]


async def test_new_comment_comes_at_the_end_of_a_walk(discussion: Discussion, place: Place) -> None:
    ids = await _store(discussion, place.member, 3)
    first = await discussion.get(place.author, limit=2)
    ids += await _store(discussion, place.author, 1)
    second = await discussion.get(place.author, cursor=first["next_cursor"], limit=2)
    assert _tops(first) + _tops(second) == ids
    assert second["next_cursor"] is None


async def test_page_whose_threads_vanished_still_leads_back(discussion: Discussion, place: Place) -> None:
    ids = await _store(discussion, place.member, 4)
    first = await discussion.get(place.author, limit=2)
    for comment_id in ids[2:]:
        await discussion.delete(place.member, comment_id)
    second = await discussion.get(place.author, cursor=first["next_cursor"], limit=2)
    assert (second["items"], second["next_cursor"]) == ([], None)
    assert second["previous_cursor"]
    assert _tops(await discussion.get(place.author, cursor=second["previous_cursor"], limit=2)) == ids[:2]
    for comment_id in ids[:2]:
        await discussion.delete(place.member, comment_id)
    third = await discussion.get(place.author, cursor=second["previous_cursor"], limit=2)
    assert (third["items"], third["previous_cursor"]) == ([], None)
    assert third["next_cursor"]
    late = await _store(discussion, place.member, 1)
    assert _tops(await discussion.get(place.author, cursor=third["next_cursor"], limit=2)) == late


async def test_threads_carry_their_first_replies(discussion: Discussion, place: Place) -> None:
    tops = await _store(discussion, place.member, 3)
    many = await _store(discussion, place.author, 12, tops[0])
    just = await _store(discussion, place.author, REPLIES_SHOWN, tops[1])
    page = await discussion.get(place.author)
    first, second, third = [_replies(page, top) for top in tops]
    assert (first["ids"], first["reply_count"], first["previous_replies_cursor"]) == (many[:REPLIES_SHOWN], 12, None)
    assert (second["ids"], second["reply_count"], second["next_replies_cursor"]) == (just, REPLIES_SHOWN, None)
    assert (third["ids"], third["reply_count"], third["next_replies_cursor"]) == ([], 0, None)
    path = f"/v1/comments/{tops[0]}/replies"
    rest = await _walk(discussion, place.author, path, first["next_replies_cursor"], "next_cursor", 4)
    assert first["ids"] + _joined(rest) == many
    assert _joined(await _walk(discussion, place.author, path, None, "next_cursor", 5)) == many
    assert {reply["parent_id"] for reply in page["items"][0]["replies"]} == {tops[0]}


async def test_deep_link_lands_in_the_middle_of_the_threads(discussion: Discussion, place: Place) -> None:
    ids = await _store(discussion, place.member, 15)
    for number in range(15):
        page = await discussion.get(place.author, around=ids[number], limit=5)
        start = max(0, number - 2)
        assert _tops(page) == ids[start : start + 5]
        assert (page["previous_cursor"] is None) == (start == 0)
        assert (page["next_cursor"] is None) == (start + 5 >= 15)
    alone = await discussion.get(place.author, around=ids[7], limit=1)
    assert _tops(alone) == [ids[7]]
    before = await discussion.get(place.author, cursor=alone["previous_cursor"], limit=2)
    after = await discussion.get(place.author, cursor=alone["next_cursor"], limit=2)
    assert (_tops(before), _tops(after)) == (ids[5:7], ids[8:10])


async def test_deep_link_to_a_reply_shows_its_neighbours(discussion: Discussion, place: Place) -> None:
    tops = await _store(discussion, place.member, 9)
    replies = await _store(discussion, place.author, 20, tops[6])
    beside = await _store(discussion, place.author, 7, tops[5])
    path = f"/v1/comments/{tops[6]}/replies"
    for number in (0, 4, 5, 11, 19):
        page = await discussion.get(place.author, around=replies[number], limit=4)
        assert tops[6] in _tops(page)
        thread = _replies(page, tops[6])
        start = 0 if number < REPLIES_SHOWN else number - 2
        assert thread["ids"] == replies[start : start + REPLIES_SHOWN]
        assert thread["reply_count"] == 20
        earlier, later = thread["previous_replies_cursor"], thread["next_replies_cursor"]
        found = thread["ids"]
        if earlier:
            back = await _walk(discussion, place.author, path, earlier, "previous_cursor", 3)
            found = _joined(reversed(back)) + found
        if later:
            found = found + _joined(await _walk(discussion, place.author, path, later, "next_cursor", 3))
        assert found == replies
        assert _replies(page, tops[5])["ids"] == beside[:REPLIES_SHOWN]


async def test_deep_link_to_what_is_not_there_is_not_found(
    discussion: Discussion, factory: Factory, place: Place
) -> None:
    other = Discussion(
        discussion.client,
        discussion.database,
        await published_idea(discussion.database, place.author, place.mini_cluster),
    )
    elsewhere = (await other.post(place.member))["id"]
    deleted = (await discussion.post(place.member))["id"]
    await discussion.post(place.author, reply_to=deleted)
    await discussion.delete(place.member, deleted)
    for around in (elsewhere, deleted, client_id()):
        response = await discussion.client.get(discussion.path, params={"around": around}, headers=place.author.headers)
        assert error_of(response) == (404, "not_found", [])
    foreign = await factory.person(await factory.mini_cluster())
    response = await discussion.client.get(discussion.path, params={"around": elsewhere}, headers=foreign.headers)
    assert error_of(response) == (404, "not_found", [])


async def test_deep_link_into_a_thread_whose_top_is_deleted(discussion: Discussion, place: Place) -> None:
    top = (await discussion.post(place.member))["id"]
    reply = (await discussion.post(place.author, reply_to=top))["id"]
    await discussion.delete(place.member, top)
    page = await discussion.get(place.author, around=reply)
    assert (_tops(page), _replies(page, top)["ids"]) == ([top], [reply])


@pytest.mark.parametrize("viewer_blocks", [True, False])
async def test_blocked_people_are_placeholders_that_keep_threads_together(
    discussion: Discussion, factory: Factory, place: Place, viewer_blocks: bool
) -> None:
    other = await factory.person(place.mini_cluster, name="최지우")
    top = (await discussion.post(other, "첫째", mentions=[place.author]))["id"]
    reply = (await discussion.post(place.author, reply_to=top))["id"]
    under = (await discussion.post(other, "둘째", reply_to=reply))["id"]
    await factory.block(*((place.member, other) if viewer_blocks else (other, place.member)))
    page = await discussion.get(place.member)
    thread = _replies(page, top)
    assert thread["ids"] == [reply, under]
    assert thread["reply_count"] == 1
    for placeholder in (
        thread["comment"],
        thread["replies"][1],
        await discussion.get(place.member, f"/v1/comments/{top}"),
    ):
        assert placeholder["is_hidden"] is True
        assert (placeholder["body"], placeholder["author"], placeholder["mentions"]) == ("", None, [])
        assert placeholder["allowed_actions"] == []
    assert thread["replies"][0]["allowed_actions"] == ["reply"]
    assert "최지우" not in str(page)
    assert str(other.public_id) not in str(page)
    seen = _replies(await discussion.get(place.author), top)
    assert (seen["comment"]["body"], seen["reply_count"]) == ("첫째", 2)
    assert (await discussion.totals()).counter == 3


async def test_foreign_cursors_and_bad_parameters_are_refused(discussion: Discussion, place: Place) -> None:
    tops = await _store(discussion, place.member, 3)
    await _store(discussion, place.author, 7, tops[0])
    other = Discussion(
        discussion.client,
        discussion.database,
        await published_idea(discussion.database, place.author, place.mini_cluster),
    )
    page = await discussion.get(place.author, limit=1)
    of_replies = page["items"][0]["next_replies_cursor"]
    for path, params, expected in (
        (other.path, {"cursor": page["next_cursor"]}, ("/query/cursor", "invalid_cursor")),
        (discussion.path, {"cursor": of_replies}, ("/query/cursor", "invalid_cursor")),
        (f"/v1/comments/{tops[1]}/replies", {"cursor": of_replies}, ("/query/cursor", "invalid_cursor")),
        (discussion.path, {"cursor": "rubbish"}, ("/query/cursor", "invalid_cursor")),
        (discussion.path, {"around": "rubbish"}, ("/query/around", "uuid_parsing")),
        (discussion.path, {"limit": "many"}, ("/query/limit", "int_parsing")),
        (discussion.path, {"around": tops[0], "cursor": page["next_cursor"]}, ("/query/around", "around_with_cursor")),
        ("/v1/comments/7", {}, ("/path/comment_id", "uuid_parsing")),
    ):
        response = await discussion.client.get(path, params=params, headers=place.author.headers)
        assert error_of(response) == (422, "invalid_request", [expected]), (path, params)


async def test_limit_is_clamped(discussion: Discussion, place: Place) -> None:
    ids = await _store(discussion, place.member, 102)
    assert _tops(await discussion.get(place.author, limit=1000)) == ids[:100]
    assert _tops(await discussion.get(place.author, limit=0)) == ids[:1]
    assert _tops(await discussion.get(place.author)) == ids[:20]


async def test_reply_has_no_replies_of_its_own(discussion: Discussion, place: Place) -> None:
    top = await discussion.post(place.member)
    reply = await discussion.post(place.author, reply_to=top["id"])
    await discussion.post(place.member, reply_to=reply["id"])
    response = await discussion.client.get(f"/v1/comments/{reply['id']}/replies", headers=place.member.headers)
    assert error_of(response) == (404, "not_found", [])


async def test_page_costs_the_same_however_much_it_shows(app: FastAPI, discussion: Discussion, place: Place) -> None:
    """A page of one comment and a page of a hundred threads with replies and mentions send as many statements."""
    few = await discussion.post(place.member)
    database = app.state.resources.database

    async def cost(around: str | None = None, limit: int = 20) -> int:
        with count_queries(database) as statements:
            await discussion.get(place.author, around=around, limit=limit)
        return statements.count

    counts = [await cost(), await cost(around=few["id"])]
    tops = await _store(discussion, place.member, 100)
    for top in tops[::10]:
        await _store(discussion, place.author, 8, top)
        await discussion.post(place.member, reply_to=top, mentions=[place.author])
    assert [await cost(limit=100), await cost(around=tops[50], limit=100)] == counts
    # Who asks, the idea, the threads, their replies, the mentions; for a link the comment, and both of its sides.
    assert counts == [5, 7]
    replies = (await discussion.get(place.author, f"/v1/comments/{tops[0]}/replies"))["items"]
    assert await cost(around=replies[-1]["id"], limit=100) == 9
