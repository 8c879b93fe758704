"""Calls of the API as these tests make them."""

from typing import Any

import httpx

from tests.factories import Person

Json = dict[str, Any]


async def get(client: httpx.AsyncClient, path: str, person: Person, **params: Any) -> Json:
    """The body of a successful GET."""
    response = await client.get(f"/v1{path}", headers=person.headers, params=params)
    assert response.status_code == 200, response.text
    body: Json = response.json()
    return body


async def all_items(client: httpx.AsyncClient, path: str, person: Person, **params: Any) -> list[Json]:
    """The items of a whole list, walked page by page until there is no next cursor."""
    items: list[Json] = []
    cursor: str | None = None
    while True:
        page = await get(client, path, person, **params, **({"cursor": cursor} if cursor else {}))
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items
        assert page["items"], "a page with a cursor and without items would never end"


def problem(response: httpx.Response, status: int, code: str, pointer: str | None = None) -> None:
    """The response is a problem of this status and code, about the field at ``pointer``, where given."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    if pointer is None:
        assert body["code"] == code
    else:
        assert [(error["pointer"], error["code"]) for error in body["errors"]] == [(pointer, code)]
