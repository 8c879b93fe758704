"""Those who keep the roster of a mini-cluster, as tests drive them through the API."""

from collections.abc import Mapping
from typing import Any

import httpx

from app.models import MiniCluster
from tests.consortia.calls import Json, all_items
from tests.factories import Person


class Keeper:
    """Those who keep the roster of a mini-cluster, and what they do with it."""

    def __init__(self, client: httpx.AsyncClient, place: MiniCluster, manager: Person, coordinator: Person) -> None:
        self.client = client
        self.place = place
        self.manager = manager
        self.coordinator = coordinator
        self.path = f"/v1/mini-clusters/{place.public_id}"

    async def preview(self, content: bytes, who: Person | None = None, **query: Any) -> httpx.Response:
        headers = dict((who or self.manager).headers)
        return await self.client.post(f"{self.path}/roster-previews", content=content, headers=headers, params=query)

    async def previewed(self, content: bytes, **query: Any) -> Json:
        response = await self.preview(content, **query)
        assert response.status_code == 200, response.text
        shown: Json = response.json()
        return shown

    async def confirm(
        self, content: bytes, fingerprint: str, who: Person | None = None, **query: Any
    ) -> httpx.Response:
        query["fingerprint"] = fingerprint
        headers = dict((who or self.manager).headers)
        return await self.client.put(f"{self.path}/roster", content=content, headers=headers, params=query)

    async def take_over(self, content: bytes, **query: Any) -> Json:
        """Preview and confirm."""
        fingerprint = (await self.previewed(content, **query))["fingerprint"]
        response = await self.confirm(content, fingerprint, **query)
        assert response.status_code == 200, response.text
        made: Json = response.json()
        return made

    async def rows(self, **query: Any) -> dict[str, Json]:
        """The rows by name, read by the coordinator."""
        path = f"/mini-clusters/{self.place.public_id}/roster"
        return {row["name"]: row for row in await all_items(self.client, path, self.coordinator, limit=2, **query)}

    async def ask_to_invite(self, headers: Mapping[str, str] | None = None, **body: Any) -> httpx.Response:
        """Have people invited by mail."""
        sent = dict(self.manager.headers) | dict(headers or {})
        return await self.client.post(f"{self.path}/roster-invitations", json=body, headers=sent)

    async def invite(self, headers: Mapping[str, str] | None = None, **body: Any) -> Json:
        """What was queued."""
        response = await self.ask_to_invite(headers, **body)
        assert response.status_code == 202, response.text
        queued: Json = response.json()
        return queued

    async def print_code(self, row_id: str) -> httpx.Response:
        path = f"/v1/roster-rows/{row_id}/printed-codes"
        return await self.client.post(path, headers=self.manager.headers)

    async def printed(self, row_id: str) -> Json:
        """A fresh code."""
        response = await self.print_code(row_id)
        assert (response.status_code, response.headers["cache-control"]) == (201, "no-store"), response.text
        printed: Json = response.json()
        return printed

    async def delete(self, row_id: str) -> httpx.Response:
        return await self.client.delete(f"/v1/roster-rows/{row_id}", headers=self.manager.headers)

    async def export(self, kind: str, who: Person | None = None) -> httpx.Response:
        headers = dict((who or self.coordinator).headers)
        return await self.client.get(f"{self.path}/members/export", headers=headers, params={"format": kind})
