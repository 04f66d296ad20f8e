"""A small RTMPT server: HTTP requests in, RTMP out to a server of it.

It knows as much of RTMPT as its clients ask for: open, send, idle and close, one session a client's id, answers in one
piece. What it forwards it does not read.
"""

import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

POLLING_BYTE = b"\x01"
MOST_ANSWER = 1 << 20  # bytes of one answer
FIRST_WAIT = 0.02  # seconds for the server behind to answer what it was sent


class Tunnel:
    """One session: a connection to the RTMP server."""

    def __init__(self, rtmp_port):
        self.socket = socket.create_connection(("127.0.0.1", rtmp_port))

    def exchange(self, data):
        """Sends, and returns what the server has to say by now."""
        self.socket.settimeout(None)
        self.socket.sendall(data)
        self.socket.settimeout(FIRST_WAIT)
        answer = b""
        try:
            while len(answer) < MOST_ANSWER:
                piece = self.socket.recv(1 << 16)
                if not piece:
                    break
                answer += piece
        except TimeoutError:  # it has said all it wants to
            pass
        return answer

    def close(self):
        self.socket.close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):  # noqa: N802, the name that http.server calls
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        command, *place = self.path.strip("/").split("/")
        if command == "open":
            return self.answer(self.server.open_session().encode() + b"\n")
        tunnel = self.server.tunnels.get(place[0]) if place else None
        if tunnel is None:
            return self.answer(b"\0", 404)
        if command == "close":
            self.server.tunnels.pop(place[0]).close()
            return self.answer(b"\0")
        return self.answer(POLLING_BYTE + tunnel.exchange(body if command == "send" else b""))

    def answer(self, body, status=200):
        self.send_response(status)
        self.send_header("Content-Type", "application/x-fcs")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class TunnelServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port, rtmp_port):
        super().__init__(("127.0.0.1", port), Handler)
        self.rtmp_port, self.tunnels, self.numbers = rtmp_port, {}, count(1)

    def open_session(self):
        name = f"{next(self.numbers):016x}"
        self.tunnels[name] = Tunnel(self.rtmp_port)
        return name


@contextmanager
def tunnel_server(port, rtmp_port):
    server = TunnelServer(port, rtmp_port)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        for tunnel in list(server.tunnels.values()):
            tunnel.close()
