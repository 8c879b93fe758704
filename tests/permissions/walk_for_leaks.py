"""The long form of the leak walk: ``python -m tests.permissions.walk_for_leaks --steps 100000``."""

import argparse
import gc
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from app.core import migrations
from app.core.logging import configure_logging
from tests.permissions.test_leaks import LeakWalk

STEPS_OF_A_WALK = 200


@contextmanager
def _copy_of(template: Path) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="idea-storage-walk-") as folder:
        shutil.copyfile(template, Path(folder) / "walk.db")
        yield f"sqlite:///{folder}/walk.db"
    gc.collect()  # between walks only: in between it would take a fifth of the time


def walk(machine: type[LeakWalk], result: str) -> None:
    """Walk as many steps as the command line asks for; a fault ends it, and the steps of its walk are printed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    options = parser.parse_args()
    configure_logging("ERROR", "json")
    gc.disable()
    print(f"seed {options.seed}, {options.steps} steps", flush=True)
    with tempfile.TemporaryDirectory(prefix="idea-storage-walk-") as folder:
        template = Path(folder) / "template.db"
        migrations.upgrade(f"sqlite:///{template}")
        machine.new_database = lambda: _copy_of(template)
        seed(options.seed)(machine)
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=max(1, options.steps // STEPS_OF_A_WALK),
                stateful_step_count=STEPS_OF_A_WALK,
                deadline=None,
                database=None,
                phases=[Phase.generate],  # a leak found is shown as found: making its walk shorter would take hours
                suppress_health_check=list(HealthCheck),
            ),
        )
    print(f"walked {options.steps} steps; {result}")


def main() -> None:
    """Walk for leaks."""
    walk(LeakWalk, "nobody read what was not his")


if __name__ == "__main__":
    main()
