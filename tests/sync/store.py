"""A phone's store, as docs/app-developers.md tells to keep it, and the server's view to hold it against."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.factories import Person

Json = dict[str, Any]
KEYS = {"idea_counters": "idea_id", "idea_marks": "idea_id"}
LISTS = (
    "ideas",
    "idea_counters",
    "idea_marks",
    "comments",
    "memberships",
    "mini_clusters",
    "inbox_items",
    "announcements",
)


@dataclass
class Store:
    """What one phone of a person knows, and the pages it was told by."""

    person: Person
    rows: dict[str, dict[str, Json]] = field(default_factory=lambda: {name: {} for name in LISTS})
    cursor: str | None = None
    pages: list[Json] = field(default_factory=list)

    async def sync(self, client: httpx.AsyncClient, *, pages: int = 1_000) -> None:
        """Ask until nothing is left, or for so many pages."""
        for _ in range(pages):
            page = await ask(client, self.person, self.cursor)
            assert page.status_code == 200, page.text
            self.take(page.json())
            if not self.pages[-1]["has_more"]:
                return

    def take(self, page: Json) -> None:
        """Store a page: first forget, then keep."""
        self.pages.append(page)
        for gone in page["deleted"]:
            self.rows[gone["kind"]].pop(gone["id"], None)
            if gone["kind"] == "ideas":
                for name in ("idea_counters", "idea_marks"):
                    self.rows[name].pop(gone["id"], None)
                comments = self.rows["comments"]
                for below in [key for key, row in comments.items() if row["idea_id"] == gone["id"]]:
                    del comments[below]
        for name in LISTS:
            for row in page[name]:
                self.rows[name][row[KEYS.get(name, "id")]] = row
        self.cursor = page["cursor"]


async def ask(client: httpx.AsyncClient, person: Person, cursor: str | None) -> httpx.Response:
    """One page of changes."""
    params = {} if cursor is None else {"cursor": cursor}
    return await client.get("/v1/changes", headers=dict(person.headers), params=params)


Get = Callable[[str], Awaitable[httpx.Response]]


async def server_view(client: httpx.AsyncClient, person: Person, idea_ids: Iterable[str]) -> dict[str, dict[str, Json]]:
    """The same as other routes show it to the person now."""

    async def get(path: str) -> httpx.Response:
        return await client.get(f"/v1{path}", headers=dict(person.headers))

    view: dict[str, dict[str, Json]] = {name: {} for name in LISTS}
    for idea_id in idea_ids:
        response = await get(f"/ideas/{idea_id}")
        if response.status_code == 200:
            view["ideas"][idea_id] = response.json()
            for name in ("idea_counters", "idea_marks"):
                view[name][idea_id] = response.json() | {"idea_id": idea_id}
            view["comments"] |= await _comments(get, idea_id)
    view["inbox_items"] = {item["id"]: item for item in (await get("/inbox?limit=100")).json()["items"]}
    standing = (await get("/announcements?include_past=true&limit=100")).json()["items"]
    view["announcements"] = {item["id"]: item for item in standing}
    for membership in (await get("/me")).json()["memberships"]:
        place, consortium = membership["mini_cluster"]["id"], membership["consortium"]["id"]
        row = {"id": place, "consortium_id": consortium, "role": membership["role"]}
        view["memberships"][place] = row | {"started_at": membership["started_at"]}
    for place in (await get("/mini-clusters?limit=100")).json()["items"]:
        view["mini_clusters"][place["id"]] = place
    return view


async def _comments(get: Get, idea_id: str) -> dict[str, Json]:
    page = (await get(f"/ideas/{idea_id}/comments?limit=100")).json()
    assert page["next_cursor"] is None
    found: dict[str, Json] = {}
    for thread in page["items"]:
        replies = (await get(f"/comments/{thread['comment']['id']}/replies?limit=100")).json()["items"]
        found |= {comment["id"]: comment for comment in [thread["comment"], *replies]}
    return found


def differences(store: Store, view: dict[str, dict[str, Json]]) -> list[str]:
    """Where a store is not what the server shows. Dissolved mini-clusters stay in the store, but in no list."""
    found: list[str] = []
    for name in LISTS:
        mine, theirs = store.rows[name], view[name]
        if name == "mini_clusters":
            mine = {key: row for key, row in mine.items() if row["dissolved_at"] is None}
        found += [f"{name}: {key} is missing" for key in theirs.keys() - mine.keys()]
        found += [f"{name}: {key} should be gone" for key in mine.keys() - theirs.keys()]
        for key in mine.keys() & theirs.keys():
            found += [
                f"{name}: {key}.{part} is {value!r}, not {theirs[key][part]!r}"
                for part, value in mine[key].items()
                if part != "reader_count"  # told of anew with the next change only
                if name != "ideas" or part != "excerpt" or theirs[key][part]
                if value != theirs[key][part]
            ]
    return found
