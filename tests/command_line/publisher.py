"""A publisher that a test makes up: what it sends and when, as packets."""

import sys

from program import SAMPLES
from rtmp_writer import COMMAND_AMF0, SET_CHUNK_SIZE, VIDEO, amf0_values, message, u32

sys.path.append(str(SAMPLES.parent / "tests/damaged"))
from scripted_tcp import ACK, Conversation  # noqa: E402, F401
from segments import FIN, PUSH  # noqa: E402, F401

CLIENT, SERVER = True, False
CHUNK_SIZE = 65536
MILLISECOND = 1_000_000
KEY, INTER = b"\x17\x01\x00\x00\x00", b"\x27\x01\x00\x00\x00"
AAC = b"\xaf\x01"


class Publisher(Conversation):
    """A client that publishes on message stream 1; packets go at the pace of the timestamps unless told otherwise."""

    def __init__(self, number=1, name="room", use="publish"):
        super().__init__(number, 1935)
        self.began, self.media = self.time, {}
        self.open()
        self.say(CLIENT, b"\x03" + bytes(1536))
        self.say(SERVER, b"\x03" + bytes(1536) + bytes(1536))
        self.say(CLIENT, bytes(1536))
        self.command(CLIENT, "connect", 1, {"app": "live", "tcUrl": "rtmp://h/live"})
        self.command(SERVER, "_result", 1, {}, {"level": "status", "code": "NetConnection.Connect.Success"})
        for side in (CLIENT, SERVER):
            self.say(side, message(SET_CHUNK_SIZE, u32(CHUNK_SIZE), 2))
        self.command(CLIENT, "createStream", 2, None)
        self.command(SERVER, "_result", 2, None, 1)
        if name is not None:
            self.command(CLIENT, use, 3, None, name, *(["live"] if use == "publish" else []), stream=1)
        self.media_began = self.time

    def command(self, side, *values, stream=0):
        self.say(side, message(COMMAND_AMF0, amf0_values(*values), 3, stream=stream, chunk_size=128))

    def frame(self, type_id, body, time, **options):
        """`at`: milliseconds of packet time since media began; by default those of the timestamp."""
        at = options.pop("at", time)
        self.time = max(self.time, self.media_began + at * MILLISECOND)
        stream = options.pop("stream", 1)
        side = options.pop("side", CLIENT)
        self.say(side, message(type_id, body, 6 if type_id == VIDEO else 4, time & 0xFFFFFFFF, stream, CHUNK_SIZE))

    def video(self, times, size=5000, **options):
        """Frames of `size` bytes, the first of them a key frame. Packets go every 40 ms, whatever timestamps are."""
        for place, time in enumerate(times):
            head = INTER if place else KEY
            self.frame(VIDEO, head + bytes(size - len(head)), time, at=place * 40, **options)
