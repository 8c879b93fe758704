"""Hashing passwords: argon2id, in a few threads, so that neither the event loop nor the memory suffers.

The parameters are those OWASP's password storage cheat sheet names for argon2id with 46 MiB.
"""

import asyncio
import base64
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import NamedTuple, TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.identity.errors import HashingBusy

MEMORY_KIB = 46 * 1024
TIME_COST = 1
PARALLELISM = 1

_THREADS = 2
_MAX_PENDING = 64
"""About two seconds of work: whoever comes later is told to come again instead of waiting in vain."""

ResultT = TypeVar("ResultT")

_hasher = Argon2Hasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=PARALLELISM)
_passwords = PasswordHash((_hasher,))
_threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="password-hashing")
_pending: set[object] = set()


class Verification(NamedTuple):
    """Whether a password fits, and its hash by today's parameters where the stored one has others."""

    matches: bool
    new_hash: str | None


async def hash_password(password: str) -> str:
    """The hash to store.

    :raises HashingBusy: too many others wait.
    """
    return await _in_thread(lambda: _passwords.hash(normal_password(password)))


async def verify_password(password: str, stored_hash: str | None) -> Verification:
    """Whether ``password`` is the one of ``stored_hash``.

    Without a stored hash (nobody has the address, or no password was ever set) it does the same work and says no.

    :raises HashingBusy: too many others wait.
    """
    matches, new_hash = await _in_thread(
        lambda: _passwords.verify_and_update(normal_password(password), stored_hash or _nobodys_hash())
    )
    return Verification(matches and stored_hash is not None, new_hash)


def normal_password(password: str) -> str:
    """The form that is counted and hashed (NFKC), so that every keyboard gives the same one (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys_hash() -> str:
    """A hash of today's parameters that no password has: verifying against it takes as long as any other."""
    salt, digest = (base64.b64encode(secrets.token_bytes(size)).rstrip(b"=").decode() for size in (16, 32))
    return f"$argon2id$v=19$m={MEMORY_KIB},t={TIME_COST},p={PARALLELISM}${salt}${digest}"


async def _in_thread(work: Callable[[], ResultT]) -> ResultT:
    if len(_pending) >= _MAX_PENDING:
        raise HashingBusy
    ticket = object()
    _pending.add(ticket)
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, work)
    finally:
        _pending.discard(ticket)
