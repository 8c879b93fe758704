"""The real server and its worker as separate processes on a free port of the loopback."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def command_environment(database_url: str, **settings: str) -> dict[str, str]:
    """The environment of a command of this test: nothing of the machine's settings but what Python needs."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | {
        "DATABASE_URL": database_url,
        "SECRET_KEY": "journeys-only-secret-key-of-40-characters",
        "QUIET_HOURS": "",
        "LOG_FORMAT": "json",
        "NO_PROXY": "127.0.0.1",
        **settings,
    }


def run_command(environment: Mapping[str, str], *arguments: str) -> str:
    """Run ``idea-storage`` to its end and give what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=ROOT,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


@contextmanager
def running_server(environment: Mapping[str, str], log: Path, *options: str) -> Iterator[str]:
    """``idea-storage serve`` with its worker; gives its address once everything is ready, ends it by SIGTERM."""
    port = free_port()
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve", *options],
            cwd=ROOT,
            env={**environment, "HOST": "127.0.0.1", "PORT": str(port)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_ready(server, address, log)
            yield address
            server.send_signal(signal.SIGTERM)
            assert server.wait(15) == 0, log.read_text()[-3000:]
        finally:
            if server.poll() is None:
                server.kill()
                server.wait()


def wait_until_ready(server: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    """Wait until the API answers and the worker has said that it lives."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text()[-3000:]
        try:
            if httpx.get(f"{address}/readyz", trust_env=False).json()["worker"] == "ok":
                return
        except (httpx.HTTPError, ValueError):
            pass  # not listening yet
        time.sleep(0.1)
    raise AssertionError("the server is not ready after 60 s: " + log.read_text()[-3000:])
