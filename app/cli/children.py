"""The processes that ``serve`` starts: ``python -m app.cli.children api DESCRIPTOR`` or ``… worker``."""

import os
import signal
import socket
import sys
import threading

GRACEFUL_SECONDS = 8
KEEP_ALIVE_SECONDS = 30


def run_api(descriptor: int) -> None:
    """Serve the API on an inherited listening socket."""
    import uvicorn

    config = uvicorn.Config(
        "app.main:create_configured_app",
        factory=True,
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        reset_contextvars=True,
    )

    class Server(uvicorn.Server):
        """Ends the streams that are open before it waits for requests to end: by themselves they would not."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            if (news := getattr(config.loaded_app.state, "news", None)) is not None:
                news.end_all()
            await super().shutdown(sockets)

    Server(config).run(sockets=[socket.socket(fileno=descriptor)])


def end_with_parent() -> None:
    """End this process, as if by SIGTERM, when the one that started it is gone, even if it was killed."""
    threading.Thread(target=_wait_for_end_of_stdin, name="end-with-parent", daemon=True).start()


def _wait_for_end_of_stdin() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    end_with_parent()
    if sys.argv[1] == "api":
        run_api(int(sys.argv[2]))
    else:
        from app.cli.worker import run_process

        run_process()
