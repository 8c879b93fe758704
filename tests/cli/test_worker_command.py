"""``idea-storage worker`` as a process of its own."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.cli.conftest import RunCommand, process_environment

READY_SECONDS = 40.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def heartbeat(port: int) -> float:
    """When the worker said last that it lives, as its own metrics tell; 0 while there is no answer."""
    try:
        lines = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text.splitlines()
    except httpx.HTTPError:
        return 0.0
    name = "idea_storage_worker_heartbeat_timestamp_seconds "
    return float(next((line.removeprefix(name) for line in lines if line.startswith(name)), "0"))


def test_it_works_gives_metrics_and_ends(database_url: str, tmp_path: Path) -> None:
    port = free_port()
    with (tmp_path / "worker.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "worker", "--metrics-port", str(port)],
            cwd=tmp_path,
            env=process_environment(database_url),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            until = time.monotonic() + READY_SECONDS
            while heartbeat(port) < time.time() - READY_SECONDS:
                assert process.poll() is None, (tmp_path / "worker.log").read_text()
                assert time.monotonic() < until
                time.sleep(0.1)
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
        finally:
            process.kill()
            process.wait()
    assert '"worker.stopped"' in (tmp_path / "worker.log").read_text()


def test_a_metrics_port_that_is_taken(command: RunCommand, database_url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = command("worker", "--metrics-port", port, database_url=database_url)
    assert (refused.exit_code, refused.stderr) == (1, "Error: Address already in use\n")


def test_credentials_that_cannot_be_used_stop_it(database_url: str, tmp_path: Path) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "app.cli", "worker"],
        cwd=tmp_path,
        env=process_environment(database_url) | {"FCM_CREDENTIALS_FILE": "missing.json"},
        capture_output=True,
        text=True,
        timeout=READY_SECONDS,
    )
    assert refused.returncode == 1
    assert "worker.not_started" in refused.stderr
    assert "the file missing.json can't be read" in refused.stderr
