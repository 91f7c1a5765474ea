"""The demo chain's JSON-RPC over HTTP on the loopback address, for other programs and for tests."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType

    from services.chain.demo.rpc import RpcHandler

_HOST = "127.0.0.1"
_MAX_BODY_BYTES = 1 << 20


class JsonRpcServer:
    """Serves from construction until ``close``, on a port of the system's choice; also a context manager."""

    def __init__(self, handler: RpcHandler) -> None:
        self._server = _Server((_HOST, 0), _Request)
        self._server.rpc = handler
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="demo-chain-http")
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{_HOST}:{self._server.server_port}"

    def close(self) -> None:
        """Stop serving and wait for it; clients' kept connections are cut."""
        self._server.shutdown()
        self._server.cut()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> JsonRpcServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class CuttableServer(ThreadingHTTPServer):
    """Knows its connections, so that those kept open for more can be cut."""

    def __init__(self, where: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(where, handler)
        self._guard = threading.Lock()
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def cut(self) -> None:
        """End reading on connections that are kept open for more: each thread goes after what it is at."""
        with self._guard:
            for connection in self._open:
                with suppress(OSError):  # its client has gone already
                    connection.shutdown(socket.SHUT_RD)


class _Server(CuttableServer):
    rpc: RpcHandler
    daemon_threads = False
    block_on_close = True


class _Request(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 5

    def do_POST(self) -> None:
        # A page in a browser can reach the loopback address under a name of its own; its Host gives it away.
        if self.headers.get("Host") != f"{_HOST}:{self.server.server_port}":
            self._reply(HTTPStatus.FORBIDDEN, {"error": "unexpected Host"})
            return
        size = int(self.headers.get("Content-Length") or 0)
        if not 0 < size <= _MAX_BODY_BYTES:
            self._reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"error": "a request takes up to 1 MiB"})
            return
        try:
            request = json.loads(self.rfile.read(size))
        except ValueError:
            self._reply(HTTPStatus.BAD_REQUEST, _failure(None, -32700, "parse error"))
            return
        is_batch = isinstance(request, list)
        answers = [self._answer(one) for one in (request if is_batch else [request])]
        self._reply(HTTPStatus.OK, answers if is_batch else answers[0])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Stay quiet: requests are the caller's business."""

    def _answer(self, request: Any) -> dict[str, Any]:
        if not isinstance(request, dict) or not isinstance(request.get("params", []), list):
            return _failure(None, -32600, "invalid request")
        answer = self.server.rpc.make_request(str(request.get("method")), request.get("params", []))
        return answer | {"id": request.get("id")}

    def _reply(self, status: HTTPStatus, body: Any) -> None:
        encoded = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)


def _failure(request_id: object, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": request_id, "error": {"code": code, "message": message}}
