"""The HTTP side of the local FCM server: keep-alive connections, hanging and broken ones."""

import json
import math
import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NoReturn, Protocol
from urllib.parse import parse_qs

from tests.fcm_replies import Reply


class Backend(Protocol):
    """Who decides on the replies. `closing` frees what hangs."""

    closing: threading.Event

    def oauth(self, form: dict[str, list[str]]) -> Reply:
        """Answer a request for an OAuth token."""

    def send(self, path: str, authorization: str, content: object) -> Reply:
        """Answer a request to send; `content` is None where the body is not JSON."""


class LocalHttpServer(ThreadingHTTPServer):
    """Listens on a free port of 127.0.0.1; each connection has a thread, all of which end with the server."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, owner: Backend) -> None:
        self.owner = owner
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def close_request(self, request: Any) -> None:
        self._open.discard(request)
        super().close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about senders that broke off, as a time-out makes them; show anything else."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def break_connections(self) -> None:
        """End idle connections, whose threads would wait for a next request for ever."""
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # its thread has closed it meanwhile


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: LocalHttpServer

    def do_POST(self) -> None:
        """Answer one request; the name is http.server's."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        owner = self.server.owner
        if self.path == "/token":
            self._answer(owner.oauth(parse_qs(body.decode())))
            return
        try:
            content = json.loads(body)
        except ValueError:
            content = None
        self._answer(owner.send(self.path, self.headers.get("Authorization", ""), content))

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name is http.server's
        """Keep quiet: the requests are recorded."""

    def _answer(self, reply: Reply) -> None:
        if reply.hang is not None:
            self.server.owner.closing.wait(None if math.isinf(reply.hang) else reply.hang)
        if reply.hang is not None or reply.reset:
            self._break_off()
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def _break_off(self) -> NoReturn:
        """Close so that the other side gets a reset: SO_LINGER with a time of 0."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.wfile.close()
        self.connection.close()
        # Leaves http.server's handling, which would flush the closed file.
        raise ConnectionAbortedError
