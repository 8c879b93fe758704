"""Registering devices, tokens that move, and devices that stop."""

from datetime import timedelta
from typing import Any

import anyio
import httpx
import pytest
from sqlalchemy import update

from app.core.clock import now
from app.models import Delivery, Device, Session
from app.models.notifications import DeviceEnd
from app.notifications.devices import LIVE_DEVICES_PER_PERSON
from tests.factories import Person, client_id
from tests.notifications.story import Story

REGISTRATION = {
    "token_kind": "token",
    "token": "fGx2yT3kQ0m:APA91bHPRgkF3JUikC4ENAHEeMrd41Zxv3hVZjC9KtT8OvPVGJ",
    "platform": "android",
    "app_version": "1.4.2",
    "locale": "ko",
    "time_zone": "Asia/Seoul",
}


@pytest.fixture
async def person(story: Story) -> Person:
    return await story.person(device=False)


@pytest.fixture
async def other(story: Story) -> Person:
    return await story.person(device=False)


async def put(
    client: httpx.AsyncClient, person: Person, device_id: str, status: int = 200, **changes: Any
) -> dict[str, Any]:
    response = await client.put(f"/v1/devices/{device_id}", headers=person.headers, json=REGISTRATION | changes)
    assert response.status_code == status, response.text
    body: dict[str, Any] = response.json()
    return body


async def mine(client: httpx.AsyncClient, person: Person, **parameters: Any) -> list[dict[str, Any]]:
    response = await client.get("/v1/me/devices", headers=person.headers, params=parameters)
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


async def test_a_phone_registers_itself(story: Story, client: httpx.AsyncClient, person: Person) -> None:
    device_id = client_id()
    shown = await put(client, person, device_id)
    times = {name: shown.pop(name) for name in ("created_at", "last_seen_at")}
    assert times["created_at"] == times["last_seen_at"]
    assert shown == {
        "id": device_id,
        "platform": "android",
        "token_kind": "token",
        "app_version": "1.4.2",
        "locale": "ko",
        "time_zone": "Asia/Seoul",
        "is_current": True,
        "gets_pushes": True,
        "disabled_reason": None,
    }
    assert await mine(client, person) == [shown | times]
    (row,) = await story.rows(Device)
    assert (row.account_id, row.session_id, row.token) == (person.id, person.session_id, REGISTRATION["token"])


async def test_registering_again_brings_it_up_to_date(story: Story, client: httpx.AsyncClient, person: Person) -> None:
    device_id = client_id()
    first = await put(client, person, device_id)
    second = await put(client, person, device_id, token="renewed", app_version="1.5.0", locale="en")
    assert second["created_at"] == first["created_at"]
    (row,) = await story.rows(Device)
    assert (row.token, row.app_version, row.locale) == ("renewed", "1.5.0", "en")


async def test_two_phones_of_one_person(client: httpx.AsyncClient, person: Person) -> None:
    first, second = client_id(), client_id()
    await put(client, person, first)
    await put(client, person, second, token="another", token_kind="fid", platform="ios")
    assert [device["id"] for device in await mine(client, person)] == [second, first]
    response = await client.get("/v1/me/devices", headers=person.headers, params={"limit": 1})
    page = response.json()
    assert [device["id"] for device in page["items"]] == [second]
    assert [device["id"] for device in await mine(client, person, cursor=page["next_cursor"])] == [first]


class TestMoving:
    """A token belongs to one device, a device to one person."""

    @pytest.mark.parametrize("to_other_person", [True, False])
    async def test_a_token_under_another_device_id(
        self, story: Story, client: httpx.AsyncClient, person: Person, other: Person, to_other_person: bool
    ) -> None:
        old, new = client_id(), client_id()
        await put(client, person, old)
        owner = other if to_other_person else person
        await put(client, owner, new)
        moved, present = await story.rows(Device)
        assert (moved.disabled_reason, moved.token) == (DeviceEnd.MOVED, f"moved {old}")
        assert (present.account_id, present.token, present.disabled_at) == (owner.id, REGISTRATION["token"], None)
        assert [device["id"] for device in await mine(client, owner)] == [new]
        assert to_other_person is (await mine(client, person) == [])

    async def test_a_phone_changes_hands(
        self, story: Story, client: httpx.AsyncClient, person: Person, other: Person
    ) -> None:
        device_id = client_id()
        await put(client, person, device_id)
        await put(client, other, device_id)
        (row,) = await story.rows(Device)
        assert (row.account_id, row.session_id) == (other.id, other.session_id)
        assert await mine(client, person) == []

    async def test_what_was_on_its_way_to_the_former_owner_does_not_arrive(
        self, story: Story, client: httpx.AsyncClient, person: Person, other: Person
    ) -> None:
        device_id = client_id()
        await put(client, person, device_id)
        await story.comment(await story.idea(person), other)
        await story.fan_out()
        await story.dispatch()
        await put(client, other, device_id)
        await story.send()
        assert story.transport.sent == []
        assert await story.codes() == [("dropped", "device_moved")]

    async def test_back_and_forth(self, story: Story, client: httpx.AsyncClient, person: Person, other: Person) -> None:
        first, second = client_id(), client_id()
        for _ in range(2):
            await put(client, person, first)
            await put(client, other, second)
        gone, present = await story.rows(Device)
        assert (gone.disabled_reason, present.disabled_reason) == (DeviceEnd.MOVED, None)

    async def test_the_same_token_of_another_kind_is_another_device(
        self, story: Story, client: httpx.AsyncClient, person: Person
    ) -> None:
        await put(client, person, client_id())
        await put(client, person, client_id(), token_kind="fid")
        assert [row.disabled_at for row in await story.rows(Device)] == [None, None]

    async def test_many_at_once_with_one_token(
        self, story: Story, client: httpx.AsyncClient, person: Person, other: Person
    ) -> None:
        statuses: list[int] = []

        async def register(owner: Person) -> None:
            response = await client.put(f"/v1/devices/{client_id()}", headers=owner.headers, json=REGISTRATION)
            statuses.append(response.status_code)

        async with anyio.create_task_group() as tasks:
            for number in range(6):
                tasks.start_soon(register, (person, other)[number % 2])
        assert set(statuses) <= {200, 503}
        assert 200 in statuses
        live = [row for row in await story.rows(Device) if row.disabled_at is None]
        assert [row.token for row in live] == [REGISTRATION["token"]]

    async def test_one_device_many_times_at_once(self, story: Story, client: httpx.AsyncClient, person: Person) -> None:
        device_id = client_id()
        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(put, client, person, device_id)
        assert len(await story.rows(Device)) == 1


async def test_a_device_found_dead_comes_back_by_registering(
    story: Story, client: httpx.AsyncClient, person: Person
) -> None:
    device_id = client_id()
    await put(client, person, device_id)
    (row,) = await story.rows(Device)
    await story.change(Device, row.id, disabled_at=now(), disabled_reason=DeviceEnd.UNREGISTERED)
    (shown,) = await mine(client, person)
    assert (shown["gets_pushes"], shown["disabled_reason"]) == (False, "unregistered")
    assert (await put(client, person, device_id, token="renewed"))["gets_pushes"]
    assert (await mine(client, person))[0]["disabled_reason"] is None


async def test_a_device_of_another_session_is_told_apart(
    story: Story, client: httpx.AsyncClient, person: Person
) -> None:
    await put(client, person, client_id())
    async with story.database.write() as session:
        earlier = Session(
            account_id=person.id,
            installation_id="another",
            device_name="old phone",
            expires_at=now() + timedelta(days=1),
            last_seen_at=now() - timedelta(days=61),
        )
        session.add(earlier)
        await session.flush()
        values = {"session_id": earlier.id, "last_seen_at": now() - timedelta(days=61)}
        await session.execute(update(Device).values(**values))
    (shown,) = await mine(client, person)
    assert (shown["is_current"], shown["gets_pushes"], shown["disabled_reason"]) == (False, False, None)


class TestRemoving:
    """DELETE stops pushes to a device."""

    async def test_it_leaves_the_list_and_gets_nothing(
        self, story: Story, client: httpx.AsyncClient, person: Person, other: Person
    ) -> None:
        device_id = client_id()
        await put(client, person, device_id)
        for _ in range(2):
            response = await client.delete(f"/v1/devices/{device_id}", headers=person.headers)
            assert (response.status_code, response.content) == (204, b"")
        assert await mine(client, person) == []
        await story.comment(await story.idea(person), other)
        await story.work()
        assert await story.rows(Delivery) == []

    async def test_registering_enables_it_again(self, client: httpx.AsyncClient, person: Person) -> None:
        device_id = client_id()
        await put(client, person, device_id)
        await client.delete(f"/v1/devices/{device_id}", headers=person.headers)
        assert (await put(client, person, device_id))["gets_pushes"]

    async def test_somebody_else_s_does_not_exist(
        self, story: Story, client: httpx.AsyncClient, person: Person, other: Person
    ) -> None:
        device_id = client_id()
        await put(client, person, device_id)
        foreign, missing = [
            await client.delete(f"/v1/devices/{target}", headers=other.headers) for target in (device_id, client_id())
        ]
        assert (foreign.status_code, missing.status_code) == (404, 404)
        assert foreign.json() | {"request_id": ""} == missing.json() | {"request_id": ""}
        assert (await story.rows(Device))[0].disabled_at is None


async def test_too_many_devices_replace_the_one_unseen_for_longest(
    story: Story, client: httpx.AsyncClient, person: Person
) -> None:
    ids = [client_id() for _ in range(LIVE_DEVICES_PER_PERSON + 1)]
    for number, device_id in enumerate(ids):
        await put(client, person, device_id, token=f"token-{number}")
    assert {device["id"] for device in await mine(client, person)} == set(ids[1:])
    assert (await story.rows(Device))[0].disabled_reason is DeviceEnd.REMOVED


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
class TestBadInput:
    """Every field is checked, and nothing is stored. No database is asked before that, so one engine is enough."""

    @pytest.mark.parametrize(
        ("field", "value", "code"),
        [
            ("token_kind", "apns", "enum"),
            ("token", "", "string_too_short"),
            ("token", "x" * 1025, "string_too_long"),
            ("token", "x" * 10_240, "string_too_long"),
            ("token", "with space", "string_pattern_mismatch"),
            ("token", "토큰", "string_pattern_mismatch"),
            ("token", "nul\x00", "string_pattern_mismatch"),
            ("token", None, "string_type"),
            ("platform", "windows_phone", "enum"),
            ("app_version", "", "string_too_short"),
            ("app_version", "1" * 33, "string_too_long"),
            ("app_version", "1.0 <b>", "string_pattern_mismatch"),
            ("locale", "fr", "enum"),
            ("time_zone", "Asia/Pyongyang2", "unknown_time_zone"),
            ("time_zone", "../../etc/passwd", "unknown_time_zone"),
            ("time_zone", "KST", "unknown_time_zone"),
            ("time_zone", "", "string_too_short"),
            ("account_id", 1, "extra_forbidden"),
        ],
    )
    async def test_field(
        self, story: Story, client: httpx.AsyncClient, person: Person, field: str, value: object, code: str
    ) -> None:
        problem = await put(client, person, client_id(), 422, **{field: value})
        assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(f"/body/{field}", code)]
        assert await story.rows(Device) == []

    async def test_the_longest_token_is_taken(self, story: Story, client: httpx.AsyncClient, person: Person) -> None:
        await put(client, person, client_id(), token="x" * 1024)
        assert len((await story.rows(Device))[0].token) == 1024

    @pytest.mark.parametrize("device_id", ["65df0b36-881a-44c3-9e01-bb51f92b397a", "1", "x" * 300])
    async def test_id(self, client: httpx.AsyncClient, person: Person, device_id: str) -> None:
        problem = await put(client, person, device_id, 422)
        assert problem["errors"][0]["pointer"] == "/path/device_id"

    async def test_an_ended_session_registers_nothing(
        self, story: Story, client: httpx.AsyncClient, person: Person
    ) -> None:
        await story.change(Session, person.session_id, ended_at=now())
        await put(client, person, client_id(), 401)
        assert await story.rows(Device) == []
