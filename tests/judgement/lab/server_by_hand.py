"""A server written by hand, for what nginx does not do: it answers as far as it is told, and goes on as it is told."""

import socket
import threading
import time

from rtmp_writer import COMMAND_AMF0, USER_CONTROL, amf0_values, message, u16, u32

HANDSHAKE = 1536
PING_REQUEST = 6
SUCCESS = {"level": "status", "code": "NetConnection.Connect.Success", "description": "Connection succeeded."}
START = {"level": "status", "code": "NetStream.Publish.Start", "description": "Start publishing."}


class Peer:
    """The server's end of one connection."""

    def __init__(self, side):
        self._side = side
        self._received = b""

    def wait_for(self, needle=b"", length=0):
        """Until the needle, or so many bytes, have come."""
        while needle not in self._received or len(self._received) < length:
            data = self._side.recv(65536)
            if not data:
                raise ConnectionError("the client has closed")
            self._received += data

    def shake_hands(self):
        self.wait_for(length=1 + HANDSHAKE)
        block = bytes(8) + bytes((11 * place + 5) & 0xFF for place in range(HANDSHAKE - 8))
        self._side.sendall(b"\x03" + block + self._received[1 : 1 + HANDSHAKE])
        self.wait_for(length=1 + 2 * HANDSHAKE)

    def answer(self, *values, stream=0):
        body = amf0_values(*values)
        self._side.sendall(message(COMMAND_AMF0, body, 3, stream=stream, chunk_size=len(body)))

    def accept_connect(self):
        self.wait_for(b"connect")
        self._side.sendall(message(1, u32(4096), 2))
        self.answer("_result", 1.0, None, SUCCESS)

    def accept_stream(self):
        """Publishing, as ffmpeg asks for it: createStream is its fourth request."""
        self.wait_for(b"createStream")
        self.answer("_result", 4.0, None, 1.0)
        self.wait_for(b"publish")

    def accept_publish(self):
        self.answer("onStatus", 0.0, None, START, stream=1)

    def ping(self):
        self._side.sendall(message(USER_CONTROL, u16(PING_REQUEST) + u32(1000), 2))

    def read_until_silence(self, seconds):
        """Reads, and forgets what it read; returns after that time without data, or at the end."""
        self._side.settimeout(seconds)
        try:
            while self._side.recv(65536):
                pass
        except TimeoutError:
            pass
        self._side.settimeout(None)


def serve(address, port, script):
    """One connection in a thread of its own, on which `script(peer)` runs; the connection is closed behind it."""
    listener = socket.create_server((address, port))

    def run():
        side, _ = listener.accept()
        with side:
            try:
                script(Peer(side))
            except OSError:
                pass

    threading.Thread(target=run, daemon=True).start()


def silent(_):
    """Keeps the connection open, and says nothing more."""
    time.sleep(3600)
