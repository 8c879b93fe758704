"""The folder through which the processes of one ``serve`` share their metrics."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

METRICS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_PREFIX = "metrics-"


@contextmanager
def metrics_folder(data_directory: Path) -> Iterator[Path]:
    """A fresh folder under ``data_directory``, deleted at the end.

    What a killed predecessor left is deleted too: the lock on its folder is free. A folder in use stays.
    """
    data_directory.mkdir(parents=True, exist_ok=True)
    for left in data_directory.glob(f"{_PREFIX}*"):
        if (lock := _lock(left)) is not None:
            shutil.rmtree(left, ignore_errors=True)
            lock.close()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=data_directory))
    held = _lock(folder)
    try:
        yield folder.resolve()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if held is not None:
            held.close()


def _lock(folder: Path) -> IO[bytes] | None:
    """The open, locked lock file of ``folder``; None while another process holds it."""
    try:
        file = (folder / "lock").open("wb")
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
