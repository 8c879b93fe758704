"""Hashing passwords: parameters, normal form, strangers, threads."""

import asyncio
import threading
import unicodedata

import pytest

from app.identity.errors import HashingBusy
from app.identity.passwords import hashing
from app.identity.passwords.hashing import Verification, hash_password, verify_password

PASSWORD = "바다 건너 7시 회의"
NO = Verification(matches=False, new_hash=None)
YES = Verification(matches=True, new_hash=None)


async def test_hash_has_the_chosen_parameters_and_a_salt() -> None:
    first, second = await hash_password(PASSWORD), await hash_password(PASSWORD)
    assert first.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert first != second
    assert await verify_password(PASSWORD, first) == YES
    assert await verify_password(unicodedata.normalize("NFD", PASSWORD), second) == YES
    assert await verify_password(PASSWORD + " ", first) == NO


async def test_without_a_stored_hash_the_same_work_says_no() -> None:
    assert await verify_password(PASSWORD, None) == NO
    parameters = hashing._nobodys_hash().rsplit("$", 2)[0]
    assert parameters == (await hash_password(PASSWORD)).rsplit("$", 2)[0]


async def test_the_event_loop_goes_on_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    released, threads = threading.Event(), set[str]()

    def slow(_password: str, _stored: str) -> Verification:
        threads.add(threading.current_thread().name)
        assert released.wait(10)
        return YES

    monkeypatch.setattr(hashing._passwords, "verify_and_update", slow)
    tasks = [asyncio.ensure_future(verify_password(PASSWORD, "x")) for _ in range(6)]
    await asyncio.sleep(0.05)
    assert not any(task.done() for task in tasks)
    released.set()
    assert await asyncio.gather(*tasks) == [YES] * 6
    assert len(threads) == 2, "the memory of two hashes at a time"


async def test_a_long_queue_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "_MAX_PENDING", 3)
    answers = await asyncio.gather(*(verify_password(PASSWORD, None) for _ in range(5)), return_exceptions=True)
    assert answers[:3] == [NO] * 3
    assert [type(answer) for answer in answers[3:]] == [HashingBusy] * 2
    assert await verify_password(PASSWORD, None) == NO
