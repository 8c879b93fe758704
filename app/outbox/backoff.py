"""How long to wait before the next try: exponentially longer, and never all at the same moment."""

import random
from datetime import timedelta

_chance = random.SystemRandom()


def backoff(attempts: int, *, first: timedelta, longest: timedelta) -> timedelta:
    """The wait after ``attempts`` failures (1 or more).

    It doubles from ``first`` up to ``longest``; then up to a quarter is added by chance, so that what failed together
    is not tried again together.
    """
    if attempts < 1:
        raise ValueError("there is nothing to wait for before the first failure")
    # Beyond 2**30 every sensible first wait has long passed the longest one; this keeps the power small.
    wait = min(first * (1 << min(attempts - 1, 30)), longest)
    return wait * _chance.uniform(1.0, 1.25)
