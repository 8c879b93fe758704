"""The short form of ``push_kills``: a few kills on each engine; a failure names the seed, which replays it."""

import random
from pathlib import Path

from tests.faults.push_kills import run


def test_nothing_acknowledged_is_lost_whoever_is_killed(database_url: str, tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)
    outcome = run(database_url, tmp_path, kills=3, seed=seed)
    assert outcome.acknowledged > 3, outcome
    assert (outcome.lost, outcome.odd_tags) == ([], []), outcome
    assert (outcome.untold, outcome.doubly_told) == (0, 0), outcome
    assert outcome.duplicates <= outcome.duplicates_allowed, outcome
