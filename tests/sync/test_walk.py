"""The short form of the walk of ``walk.py``, on both engines."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.conftest import empty_database
from tests.sync.walk import SyncWalk, with_small_pages


@pytest.mark.timeout(300)
def test_every_store_becomes_what_the_server_shows(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_small_pages(monkeypatch)
    SyncWalk.new_database = lambda: empty_database(engine, tmp_path, request)
    run_state_machine_as_test(
        SyncWalk,
        settings=settings(
            max_examples=1,
            stateful_step_count=50,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
