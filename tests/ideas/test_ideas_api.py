"""Ideas through the API: drafting, publishing, reading, editing, withdrawing."""

from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from app.core.database import Database
from app.models import (
    FeedEntry,
    Idea,
    IdeaReadMark,
    IdeaRevision,
    IdeaStateChange,
    IdeaTag,
    MiniCluster,
    NamedIdeaRead,
    OutboxEvent,
)
from tests.factories import Factory, Person, client_id


def idea_json(mini_cluster: MiniCluster, **changes: Any) -> dict[str, Any]:
    return {
        "id": client_id(),
        "mini_cluster_id": str(mini_cluster.public_id),
        "title": "절삭유 미스트 집진 장치",
        "body": "## 배경\n현장의 **미스트**를 줄이려고 합니다.\n\n- 집진기 3종",
        "tags": ["집진", "#절삭유", "ＡＩ"],
    } | changes


async def post_idea(client: httpx.AsyncClient, person: Person, request: dict[str, Any]) -> dict[str, Any]:
    response = await client.post("/v1/ideas", json=request, headers=person.headers)
    assert response.status_code == 201, response.text
    posted: dict[str, Any] = response.json()
    return posted


async def count_rows(database: Database, model: Any) -> int:
    async with database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(model)) or 0


async def test_posted_idea_reaches_the_feed_of_a_fellow_member(client: httpx.AsyncClient, factory: Factory) -> None:
    mini_cluster = await factory.mini_cluster()
    author, fellow = await factory.person(mini_cluster), await factory.person(mini_cluster, name="이바다")
    request = idea_json(mini_cluster)
    posted = await post_idea(client, author, request)
    assert posted["tags"] == ["집진", "절삭유", "ai"]
    assert posted["excerpt"] == "배경 현장의 미스트를 줄이려고 합니다. 집진기 3종"
    assert posted["allowed_actions"] == ["edit", "withdraw", "comment", "follow", "invite_expert"]
    assert posted["following"] is True
    page = (await client.get("/v1/feeds/home", headers=fellow.headers)).json()
    assert page["next_cursor"] is None
    (item,) = page["items"]
    assert item["id"] == request["id"]
    assert item["author"]["name"] == "김하늘"
    assert item["author"]["position"] == "책임연구원"
    assert (item["my_vote"], item["following"], item["is_unread"], item["unread_comment_count"]) == (
        False,
        False,
        True,
        0,
    )
    assert item["allowed_actions"] == ["comment", "vote", "follow"]
    assert "body" not in item


async def test_member_of_another_cluster_gets_what_a_nonexistent_idea_gives(
    client: httpx.AsyncClient, factory: Factory
) -> None:
    mini_cluster, other = await factory.mini_cluster(), await factory.mini_cluster()
    author, stranger = await factory.person(mini_cluster), await factory.person(other)
    idea = await post_idea(client, author, idea_json(mini_cluster))
    foreign, nonexistent = [
        await client.get(f"/v1/ideas/{idea_id}", headers=stranger.headers) for idea_id in (idea["id"], client_id())
    ]
    assert foreign.status_code == nonexistent.status_code == 404
    without_id = [{k: v for k, v in r.json().items() if k != "request_id"} for r in (foreign, nonexistent)]
    assert without_id[0] == without_id[1]
    for method, path in (
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/withdraw"),
        ("PUT", "/follow"),
        ("PUT", "/read-marker"),
    ):
        response = await client.request(
            method, f"/v1/ideas/{idea['id']}{path}", headers=stranger.headers, json={} if method == "PATCH" else None
        )
        assert response.status_code == 404, (method, path)


async def test_same_request_again_gives_the_same_idea(
    client: httpx.AsyncClient, factory: Factory, database: Database
) -> None:
    mini_cluster = await factory.mini_cluster()
    author, other = await factory.person(mini_cluster), await factory.person(mini_cluster)
    request = idea_json(mini_cluster)
    first = await post_idea(client, author, request)
    assert await post_idea(client, author, request) == first
    changed = await client.post("/v1/ideas", json=request | {"title": "다른 제목"}, headers=author.headers)
    taken = await client.post("/v1/ideas", json=request, headers=other.headers)
    assert (changed.status_code, changed.json()["code"]) == (409, "id_taken")
    assert (taken.status_code, taken.json()["code"]) == (409, "id_taken")
    assert await count_rows(database, Idea) == 1


async def test_idempotency_key_replays_the_reply(
    client: httpx.AsyncClient, factory: Factory, database: Database
) -> None:
    mini_cluster = await factory.mini_cluster()
    author = await factory.person(mini_cluster)
    headers = {**author.headers, "Idempotency-Key": "key-1"}
    request = idea_json(mini_cluster)
    first = await client.post("/v1/ideas", json=request, headers=headers)
    again = await client.post("/v1/ideas", json=request, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    other = await client.post("/v1/ideas", json=idea_json(mini_cluster), headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert await count_rows(database, Idea) == 1
    await client.post(f"/v1/ideas/{request['id']}/withdraw", headers=author.headers)
    assert (await client.post("/v1/ideas", json=request, headers=headers)).status_code == 201, "his own stays his"


async def test_draft_is_seen_by_its_author_alone_until_published(
    client: httpx.AsyncClient, factory: Factory, database: Database
) -> None:
    mini_cluster = await factory.mini_cluster()
    author, fellow = await factory.person(mini_cluster), await factory.person(mini_cluster)
    draft = await post_idea(client, author, idea_json(mini_cluster, draft=True))
    path = f"/v1/ideas/{draft['id']}"
    assert (draft["status"], draft["published_at"]) == ("draft", None)
    assert (await client.get(path, headers=fellow.headers)).status_code == 404
    assert (await client.post(f"{path}/publish", headers=fellow.headers)).status_code == 404
    own = (await client.get("/v1/me/ideas?status=draft", headers=author.headers)).json()
    assert [item["id"] for item in own["items"]] == [draft["id"]]
    edited = await client.patch(path, json={"title": "고친 초안"}, headers=author.headers)
    assert edited.json()["is_edited"] is False, "a draft may change without a mark"
    published = (await client.post(f"{path}/publish", headers=author.headers)).json()
    assert published["status"] == "published"
    assert (await client.post(f"{path}/publish", headers=author.headers)).json() == published
    assert (await client.get(path, headers=fellow.headers)).json()["title"] == "고친 초안"
    assert await count_rows(database, IdeaStateChange) == 1
    assert await count_rows(database, IdeaRevision) == 0


async def test_deleted_draft_leaves_nothing(client: httpx.AsyncClient, factory: Factory, database: Database) -> None:
    mini_cluster = await factory.mini_cluster()
    author = await factory.person(mini_cluster)
    draft = await post_idea(client, author, idea_json(mini_cluster, draft=True))
    published = await post_idea(client, author, idea_json(mini_cluster))
    refused = await client.delete(f"/v1/ideas/{published['id']}", headers=author.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "idea_not_open")
    assert (await client.delete(f"/v1/ideas/{draft['id']}", headers=author.headers)).status_code == 204
    assert (await client.get(f"/v1/ideas/{draft['id']}", headers=author.headers)).status_code == 404
    assert (await count_rows(database, Idea), await count_rows(database, IdeaTag)) == (1, 3)


async def test_edit_keeps_the_wording_before_and_marks_the_idea(client: httpx.AsyncClient, factory: Factory) -> None:
    mini_cluster = await factory.mini_cluster()
    author, fellow = await factory.person(mini_cluster), await factory.person(mini_cluster)
    idea = await post_idea(client, author, idea_json(mini_cluster))
    path = f"/v1/ideas/{idea['id']}"
    forbidden = await client.patch(path, json={"title": "남의 글"}, headers=fellow.headers)
    assert forbidden.status_code == 403
    for title in ("둘째 제목", "셋째 제목"):
        await client.patch(path, json={"title": title, "tags": ["새 태그"]}, headers=author.headers)
    shown = (await client.get(path, headers=fellow.headers)).json()
    assert (shown["title"], shown["tags"], shown["version"], shown["is_edited"]) == ("셋째 제목", ["새 태그"], 3, True)
    assert shown["body"] == idea["body"]
    assert shown["edited_at"] is not None
    first = (await client.get(f"{path}/revisions?limit=1", headers=fellow.headers)).json()
    assert [item["title"] for item in first["items"]] == ["둘째 제목"]
    second = await client.get(f"{path}/revisions?limit=1&cursor={first['next_cursor']}", headers=fellow.headers)
    assert [(r["version"], r["title"]) for r in second.json()["items"]] == [(1, idea["title"])]
    assert second.json()["next_cursor"] is None


async def test_edit_from_another_version_is_refused(client: httpx.AsyncClient, factory: Factory) -> None:
    mini_cluster = await factory.mini_cluster()
    author = await factory.person(mini_cluster)
    idea = await post_idea(client, author, idea_json(mini_cluster))
    path = f"/v1/ideas/{idea['id']}"
    tag = (await client.get(path, headers=author.headers)).headers["ETag"]
    first = await client.patch(path, json={"title": "하나"}, headers={**author.headers, "If-Match": tag})
    assert first.status_code == 200
    assert first.headers["ETag"].startswith('"2.')
    for stale in (tag, "rubbish", '"x.y"', "3"):
        second = await client.patch(path, json={"title": "둘"}, headers={**author.headers, "If-Match": stale})
        assert (second.status_code, second.json()["code"]) == (412, "version_mismatch"), stale
    assert (await client.get(path, headers=author.headers)).json()["title"] == "하나"


async def test_withdrawn_idea_is_gone_for_all_but_its_author(
    client: httpx.AsyncClient, factory: Factory, database: Database
) -> None:
    mini_cluster = await factory.mini_cluster()
    author, fellow = await factory.person(mini_cluster), await factory.person(mini_cluster)
    idea = await post_idea(client, author, idea_json(mini_cluster))
    path = f"/v1/ideas/{idea['id']}"
    assert (await client.post(f"{path}/withdraw", headers=fellow.headers)).status_code == 403
    for _ in range(2):
        withdrawn = await client.post(f"{path}/withdraw", headers=author.headers)
        assert (withdrawn.status_code, withdrawn.json()["status"]) == (200, "withdrawn")
    assert (await client.get(path, headers=fellow.headers)).status_code == 404
    assert (await client.get("/v1/feeds/home", headers=fellow.headers)).json()["items"] == []
    assert (await client.get(path, headers=author.headers)).json()["allowed_actions"] == []
    edit = await client.patch(path, json={"title": "다시"}, headers=author.headers)
    assert (edit.status_code, edit.json()["code"]) == (409, "idea_not_open")
    assert await count_rows(database, FeedEntry) == 0


async def test_narrowing_hides_at_once_and_widening_shows(client: httpx.AsyncClient, factory: Factory) -> None:
    consortium = await factory.consortium()
    inner, outer = await factory.mini_cluster(consortium), await factory.mini_cluster(consortium)
    author, neighbour = await factory.person(inner), await factory.person(outer)
    idea = await post_idea(client, author, idea_json(inner, visibility="consortium"))
    path = f"/v1/ideas/{idea['id']}"
    assert (await client.get(path, headers=neighbour.headers)).status_code == 200
    await client.patch(path, json={"visibility": "mini_cluster"}, headers=author.headers)
    assert (await client.get(path, headers=neighbour.headers)).status_code == 404
    await client.patch(path, json={"visibility": "all"}, headers=author.headers)
    assert len((await client.get("/v1/feeds/open", headers=neighbour.headers)).json()["items"]) == 1
    narrowed = {"visibility": "consortium", "excluded_organisation_ids": []}
    await client.patch(path, json=narrowed, headers=author.headers)
    assert len((await client.get("/v1/feeds/home", headers=neighbour.headers)).json()["items"]) == 1


async def test_idea_for_named_people_is_a_stub_in_lists_and_its_reading_is_logged(
    client: httpx.AsyncClient, factory: Factory, database: Database
) -> None:
    mini_cluster = await factory.mini_cluster()
    author, reader, fellow = [await factory.person(mini_cluster) for _ in range(3)]
    request = idea_json(mini_cluster, visibility="named", reader_ids=[str(reader.public_id)])
    idea = await post_idea(client, author, request)
    assert idea["reader_ids"] == [str(reader.public_id)]
    assert (await client.get(f"/v1/ideas/{idea['id']}", headers=fellow.headers)).status_code == 404
    (stub,) = (await client.get("/v1/feeds/home", headers=reader.headers)).json()["items"]
    assert (stub["title"], stub["excerpt"]) == (request["title"], "")
    assert await count_rows(database, NamedIdeaRead) == 0
    shown = (await client.get(f"/v1/ideas/{idea['id']}", headers=reader.headers)).json()
    assert (shown["body"], shown["reader_ids"]) == (request["body"], [])
    assert await count_rows(database, NamedIdeaRead) == 1
    await client.get(f"/v1/ideas/{idea['id']}", headers=author.headers)
    assert await count_rows(database, NamedIdeaRead) == 1, "the author's own reading is not of interest"
    assert (await client.get(f"/v1/ideas/{idea['id']}/revisions", headers=reader.headers)).status_code == 404


async def test_competitor_in_the_same_mini_cluster_does_not_see_an_idea_that_excludes_him(
    client: httpx.AsyncClient, factory: Factory
) -> None:
    mini_cluster = await factory.mini_cluster()
    rival_firm = await factory.organisation("㈜경쟁정밀")
    author, fellow = await factory.person(mini_cluster), await factory.person(mini_cluster)
    rival = await factory.person(mini_cluster, organisation=rival_firm)
    idea = await post_idea(
        client, author, idea_json(mini_cluster, excluded_organisation_ids=[str(rival_firm.public_id)])
    )
    assert (await client.get(f"/v1/ideas/{idea['id']}", headers=rival.headers)).status_code == 404
    assert (await client.get("/v1/feeds/home", headers=rival.headers)).json()["items"] == []
    shown = (await client.get(f"/v1/ideas/{idea['id']}", headers=fellow.headers)).json()
    assert shown["excluded_organisation_ids"] == [], "whom he keeps out is the author's business"
    everyone: dict[str, list[str]] = {"excluded_organisation_ids": []}
    await client.patch(f"/v1/ideas/{idea['id']}", json=everyone, headers=author.headers)
    assert (await client.get(f"/v1/ideas/{idea['id']}", headers=rival.headers)).status_code == 200


async def test_following_and_reading(client: httpx.AsyncClient, factory: Factory, database: Database) -> None:
    mini_cluster = await factory.mini_cluster()
    author, fellow = await factory.person(mini_cluster), await factory.person(mini_cluster)
    idea = await post_idea(client, author, idea_json(mini_cluster))
    path = f"/v1/ideas/{idea['id']}"
    for _ in range(2):
        assert (await client.put(f"{path}/follow", headers=fellow.headers)).json()["following"] is True
    assert (await client.get(path, headers=fellow.headers)).json()["following"] is True
    for _ in range(2):
        assert (await client.delete(f"{path}/follow", headers=fellow.headers)).json()["following"] is False
    for _ in range(2):
        assert (await client.put(f"{path}/read-marker", headers=fellow.headers)).status_code == 200
    assert (await client.get(path, headers=fellow.headers)).json()["is_unread"] is False
    assert await count_rows(database, IdeaReadMark) == 1


NOBODY = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"

BAD_REQUESTS: list[tuple[dict[str, Any], str, str]] = [
    ({"title": ""}, "/body/title", "string_too_short"),
    ({"title": "   "}, "/body/title", "string_too_short"),
    ({"title": "가" * 121}, "/body/title", "string_too_long"),
    ({"title": "줄\n바꿈"}, "/body/title", "forbidden_character"),
    ({"title": "NUL\u0000"}, "/body/title", "forbidden_character"),
    ({"title": "방향\u202e전환"}, "/body/title", "forbidden_character"),
    ({"title": 7}, "/body/title", "string_type"),
    ({"body": "나" * 10_001}, "/body/body", "string_too_long"),
    ({"tags": ["x"] * 11}, "/body/tags", "too_long"),
    ({"tags": ["#"]}, "/body/tags/0", "invalid_tag"),
    ({"visibility": "everyone"}, "/body/visibility", "enum"),
    ({"visibility": "named"}, "/body/reader_ids", "readers_missing"),
    ({"reader_ids": [NOBODY]}, "/body/reader_ids", "readers_without_named"),
    ({"visibility": "named", "reader_ids": [NOBODY]}, "/body/reader_ids/0", ""),
    ({"excluded_organisation_ids": [NOBODY]}, "/body/excluded_organisation_ids/0", ""),
    ({"mini_cluster_id": NOBODY}, "/body/mini_cluster_id", "cannot_post_here"),
    ({"id": "7c9e6679-7425-40de-944b-e07fc1f90ae7"}, "/body/id", "uuid_version"),
    ({"vote_count": 99}, "/body/vote_count", "extra_forbidden"),
    ({"author_id": 1}, "/body/author_id", "extra_forbidden"),
]


@pytest.mark.parametrize(("changes", "pointer", "code"), BAD_REQUESTS, ids=lambda value: str(value)[:40])
async def test_bad_request_names_the_field_and_leaves_no_trace(
    client: httpx.AsyncClient, factory: Factory, database: Database, changes: dict[str, Any], pointer: str, code: str
) -> None:
    mini_cluster = await factory.mini_cluster()
    author = await factory.person(mini_cluster)
    response = await client.post("/v1/ideas", json=idea_json(mini_cluster) | changes, headers=author.headers)
    assert response.status_code == 422, response.text
    assert response.headers["content-type"] == "application/problem+json"
    (error,) = response.json()["errors"]
    assert error["pointer"] == pointer
    assert code in error["code"]
    assert error["detail"]
    for model in (Idea, FeedEntry, IdeaTag, OutboxEvent):
        assert await count_rows(database, model) == 0


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 422),
        (b"[]", 422),
        (b'"text"', 422),
        (b"\xff\xfe", 422),
        (b'{"title": "\\ud800"}', 422),
        (b"[" * 100_000, 400),
        (b'{"x": "' + b"a" * 300_000 + b'"}', 413),
    ],
    ids=["cut", "list", "string", "not utf-8", "lone surrogate", "deep", "large"],
)
async def test_broken_body_is_a_clear_error(
    client: httpx.AsyncClient, factory: Factory, content: bytes, status: int
) -> None:
    person = await factory.person(await factory.mini_cluster())
    response = await client.post(
        "/v1/ideas", content=content, headers={**person.headers, "Content-Type": "application/json"}
    )
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    codes = {413: "body_too_large", 400: "malformed_request", 422: "invalid_request"}
    assert response.json()["code"] == codes[status]
    if status != 413:
        assert response.json()["errors"][0]["pointer"].startswith("/body")


async def test_messages_come_in_the_language_asked_for(client: httpx.AsyncClient, factory: Factory) -> None:
    mini_cluster = await factory.mini_cluster()
    person = await factory.person(mini_cluster)
    request = idea_json(mini_cluster, title="가" * 121)
    english = await client.post(
        "/v1/ideas", json=request, headers={**person.headers, "Accept-Language": "en-GB,en;q=0.9"}
    )
    korean = await client.post("/v1/ideas", json=request, headers=person.headers)
    assert english.json()["errors"][0]["detail"] == "Shorten it to at most 120 characters."
    assert korean.json()["errors"][0]["detail"] == "120자 이하로 줄여 주세요."
