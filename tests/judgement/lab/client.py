"""A publisher written by hand, for what ffmpeg does not do wrong."""

import socket
import time

from flv_reader import DATA, tags
from rtmp_writer import (
    COMMAND_AMF0, EXTENDED, SET_CHUNK_SIZE, WINDOW_SIZE, amf0, amf0_values, chunks, header, message, u32,
)
from server import PATIENCE

HANDSHAKE = 1536
CHUNK_SIZE = 4096
CHUNK_STREAMS = {8: 4, 9: 6, 18: 5}


class Publisher:
    """Ready to send media after it is made. Times in milliseconds. `transaction` is createStream's."""

    def __init__(self, address, port, name="test", transaction=2.0):
        self._socket = socket.create_connection((address, port), PATIENCE)
        self._received = b""
        self.sent = 0  # bytes
        self._shake_hands()
        self._send(message(SET_CHUNK_SIZE, u32(CHUNK_SIZE), 2))
        url = f"rtmp://{address}:{port}/live"
        self._ask(b"_result", "connect", 1.0, {"app": "live", "flashVer": "FMLE/3.0", "tcUrl": url})
        self._ask(b"_result", "createStream", transaction, None)
        self._ask(b"Publish.Start", "publish", transaction + 1, None, name, "live", stream=1)

    def _shake_hands(self):
        block = bytes(8) + bytes((7 * place + 3) & 0xFF for place in range(HANDSHAKE - 8))
        self._send(b"\x03" + block)
        while len(self._received) < 1 + 2 * HANDSHAKE:
            self._receive()
        self._send(self._received[1 : 1 + HANDSHAKE])
        self._received = b""

    def _send(self, data):
        self._socket.sendall(data)
        self.sent += len(data)

    def _receive(self):
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionError("the server has closed")
        self._received += data

    def _ask(self, answer, *values, stream=0):
        """Sends a command and waits for bytes that are in its answer."""
        self._send(message(COMMAND_AMF0, amf0_values(*values), 3, stream=stream, chunk_size=CHUNK_SIZE))
        while answer not in self._received:
            self._receive()
        self._received = b""

    def send(self, type_id, body, at, repeats_extended=True):
        """A media message. Without `repeats_extended`, the extended timestamp is not in the chunks that follow the
        first, where the RTMP specification (section 5.3.1.3) wants it."""
        stream = CHUNK_STREAMS[type_id]
        repeated = u32(at) if at >= EXTENDED and repeats_extended else b""
        self._send(chunks(header(0, stream, at, len(body), type_id, 1), body, stream, CHUNK_SIZE, repeated))

    def ask_for_acknowledgements(self, window):
        self._send(message(WINDOW_SIZE, u32(window), 2))

    def publish(self, path, seconds, start=0, metadata=None, repeats_extended=True, most=None):
        """A file's messages at the pace of their times, which begin at `start`. `metadata` takes the place of the
        file's. Ends early if the server closes, or when `most` bytes are sent; then the stream stays open."""
        begin = time.monotonic()
        try:
            for type_id, at, body in tags(path.read_bytes()):
                if at > seconds * 1000:
                    break
                if type_id == DATA:
                    body = amf0_values("@setDataFrame") + (metadata or body)
                time.sleep(max(0.0, begin + at / 1000 - time.monotonic()))
                if most and self.sent + len(body) > most:
                    return
                self.send(type_id, body, start + at, repeats_extended)
        except OSError:
            return
        self.stop()

    def stop(self):
        for number, (name, value) in enumerate((("FCUnpublish", "test"), ("deleteStream", 1.0)), 4):
            self._send(message(COMMAND_AMF0, amf0_values(name, float(number), None, value), 3, chunk_size=CHUNK_SIZE))
        self.close()

    def close(self):
        self._socket.close()


def metadata_of(values):
    """onMetaData with an ECMA array."""
    members = b"".join(amf0(key)[1:] + amf0(value) for key, value in values.items())
    return amf0("onMetaData") + b"\x08" + u32(len(values)) + members + b"\x00\x00\x09"
