"""``idea-storage serve`` as real processes: they begin together, serve together and end together."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.cli.metrics_folder import metrics_folder
from tests.cli.conftest import SECRET_KEY, RunCommand, process_environment

READY_SECONDS = 40.0
END_SECONDS = 10.0


class Service:
    """A running ``serve`` of a test."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path) -> None:
        self.process = process
        self.log = log
        self.address = self._wait(self._listening, "not listening")
        self._wait(self._answering, "not answering")

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.address}{path}", trust_env=False, timeout=5)

    def children(self) -> list[int]:
        """Its processes, as it names them in its log."""
        events = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [event["pid"] for event in events if event["event"] == "serve.process_started"]

    def end(self, number: signal.Signals) -> int:
        """Send a signal; the exit code, which must come in time."""
        self.process.send_signal(number)
        return self.process.wait(END_SECONDS)

    def _listening(self) -> str | None:
        found = re.search(r"listens on (http://\S+)", self.log.read_text())
        return found.group(1) if found else None

    def _answering(self) -> bool | None:
        try:
            return self.get("/livez").status_code == 200 or None
        except httpx.HTTPError:
            return None

    def _wait(self, look: "object", complaint: str) -> str:
        assert callable(look)
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            if (seen := look()) is not None:
                return str(seen)
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        raise AssertionError(f"{complaint}: {self.log.read_text()}")


@contextmanager
def serving(folder: Path, database_url: str, *options: str) -> Iterator[Service]:
    """``serve`` on a free port; what is left of it is killed at the end."""
    log = folder / "serve.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve", "--port", "0", *options],
            cwd=folder,
            env=process_environment(database_url),
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
        children: list[int] = []
        try:
            service = Service(process, log)
            children = service.children()
            yield service
        finally:
            process.kill()
            process.wait()
            for child in children:
                wait_until_gone(child)


def wait_until_gone(pid: int) -> None:
    until = time.monotonic() + END_SECONDS
    while time.monotonic() < until:
        if not is_alive(pid):
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    raise AssertionError(f"process {pid} outlived its parent")


def is_alive(pid: int) -> bool:
    """Whether a process runs: one that ended and that nobody has asked about yet does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def left_folders(folder: Path) -> list[Path]:
    return [*folder.glob("metrics-*"), *folder.glob("var/metrics-*")]


def worker_state(service: Service) -> str:
    until = time.monotonic() + READY_SECONDS
    state = "silent"
    while state != "ok" and time.monotonic() < until:
        state = service.get("/readyz").json()["worker"]
        time.sleep(0.1)
    return state


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite file, for what does not differ between the engines."""
    shutil.copyfile(sqlite_template, tmp_path / "a.db")
    return f"sqlite:///{tmp_path}/a.db"


def test_api_and_worker_begin_and_end_together(database_url: str, tmp_path: Path) -> None:
    with serving(tmp_path, database_url, "--workers", "2") as service:
        assert len(service.children()) == 3
        assert worker_state(service) == "ok"
        assert "server" not in service.get("/livez").headers
        metrics = service.get("/metrics").text
        assert "idea_storage_worker_heartbeat_timestamp_seconds" in metrics
        assert len(left_folders(tmp_path)) == 1
        children = service.children()
        assert service.end(signal.SIGTERM) == 0
        assert [pid for pid in children if is_alive(pid)] == []
        assert left_folders(tmp_path) == []


def test_all_api_processes_count_in_the_metrics(sqlite_url: str, tmp_path: Path) -> None:
    with serving(tmp_path, sqlite_url, "--workers", "2", "--no-worker") as service:
        assert len(service.children()) == 2
        asked = 0
        deadline = time.monotonic() + READY_SECONDS
        # Each request comes on a connection of its own: the kernel gives them to either process.
        while asked < 20 or len(list(left_folders(tmp_path)[0].glob("histogram_*.db"))) < 2:
            assert time.monotonic() < deadline
            assert service.get("/v1/config").status_code == 200
            asked += 1
        # A request is counted just after its last byte has gone out.
        while (counted := handled(service)) < asked:
            assert time.monotonic() < deadline
        assert counted == asked


def handled(service: Service) -> int:
    """How often the configuration was asked for, as any process tells it."""
    lines = service.get("/metrics").text.splitlines()
    counts = [line for line in lines if line.startswith("idea_storage_request_seconds_count{") and "config" in line]
    return sum(int(float(line.rpartition(" ")[2])) for line in counts)


def test_ctrl_c_is_an_orderly_end(sqlite_url: str, tmp_path: Path) -> None:
    with serving(tmp_path, sqlite_url) as service:
        assert service.end(signal.SIGINT) == 0
        assert "ended unexpectedly" not in service.log.read_text()


def test_requests_under_way_are_answered(sqlite_url: str, tmp_path: Path) -> None:
    with serving(tmp_path, sqlite_url, "--no-worker") as service:
        host, port = service.address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=END_SECONDS) as connection:
            # The head has arrived, half of the body has not: the request has begun.
            body = json.dumps({"email": "nobody@example.kr"})
            head = (
                "POST /v1/sign-in-codes HTTP/1.1",
                "Host: x",
                "Content-Type: application/json",
                f"Content-Length: {len(body)}",
            )
            connection.sendall("\r\n".join((*head, "", body[:10])).encode())
            time.sleep(0.5)
            service.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            connection.sendall(body[10:].encode())
            assert connection.recv(4096).startswith(b"HTTP/1.1 202 ")
        assert service.process.wait(END_SECONDS) == 0


@pytest.mark.parametrize("options", [("--workers", "2", "--no-worker"), ()])
def test_when_one_dies_all_end(sqlite_url: str, tmp_path: Path, options: tuple[str, ...]) -> None:
    with serving(tmp_path, sqlite_url, *options) as service:
        victim, *others = sorted(service.children(), reverse=True)
        os.kill(victim, signal.SIGKILL)
        assert service.process.wait(END_SECONDS) == 1
        assert f"(process {victim}) ended unexpectedly by signal SIGKILL; everything was stopped" in (
            service.log.read_text()
        )
        assert [pid for pid in others if is_alive(pid)] == []


def test_children_do_not_outlive_a_killed_parent(sqlite_url: str, tmp_path: Path) -> None:
    with serving(tmp_path, sqlite_url) as service:
        children = service.children()
        service.process.kill()
        service.process.wait()
        for child in children:
            wait_until_gone(child)
        assert len(left_folders(tmp_path)) == 1
    with serving(tmp_path, sqlite_url) as successor:
        assert len(left_folders(tmp_path)) == 1  # its own; what the killed one left is gone
        assert successor.end(signal.SIGTERM) == 0


def test_pending_migrations_stop_it(command: RunCommand, empty_database_url: str) -> None:
    assert command("migrate", "--to", "0001", database_url=empty_database_url).exit_code == 0
    for name in ("serve", "worker"):
        refused = command(name, database_url=empty_database_url)
        assert refused.exit_code == 1
        assert refused.stderr.startswith(
            "Error: the database cannot be used: it is at revision 0001, this release needs"
        )
        assert "run `idea-storage migrate`" in refused.stderr


def test_the_emulator_stops_it_in_production(
    command: RunCommand, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:9099")
    for name in ("serve", "worker"):
        refused = command(name, environment="production", secret_key=SECRET_KEY, database_url=database_url)
        assert refused.exit_code == 1
        assert "FIREBASE_AUTH_EMULATOR_HOST is set in production: unset it" in refused.stderr


def test_a_port_that_is_taken(command: RunCommand, database_url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = command("serve", database_url=database_url, port=str(taken.getsockname()[1]))
    assert refused.exit_code == 1
    assert "choose another HOST or PORT, or end what uses it" in refused.stderr
    assert "Address already in use" in refused.stderr


def test_a_host_that_is_not_ours(command: RunCommand, database_url: str) -> None:
    refused = command("serve", "--host", "192.0.2.1", database_url=database_url)
    assert refused.exit_code == 1
    assert "cannot listen on 192.0.2.1, port 8000" in refused.stderr


def test_a_folder_in_use_stays(tmp_path: Path) -> None:
    with metrics_folder(tmp_path) as first:
        with metrics_folder(tmp_path) as second:
            assert first != second
            assert first.is_dir()
        assert not second.exists()
    assert list(tmp_path.iterdir()) == []
