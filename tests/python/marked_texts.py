"""Connections with a marker in every place where a text can stand, in AMF0 and AMF3: for what must not show it.

Markers are "ZQ" and a number. Places that are shown as bytes, or not at all, hold the letters alone.
"""

import re
import struct
from pathlib import Path

from packets import replace, write_pcap
from rtmp_writer import (AGGREGATE, AUDIO, COMMAND_AMF0, COMMAND_AMF3, DATA_AMF0, DATA_AMF3, SHARED_OBJECT_AMF0,
                         SHARED_OBJECT_AMF3, USER_CONTROL, VIDEO, amf0, amf0_values, properties, text, u16, u24, u32)
from session import CLIENT, SERVER, Session

TABLES = Path(__file__).resolve().parents[2] / "analyzer/schema/tables"
PROPERTIES = re.findall(r'^PROPERTY\("([^"]+)"', (TABLES / "properties.def").read_text(), re.MULTILINE)
PREFIX = "ZQ"
SECOND = 1_000_000_000
NULL, AVM_PLUS = b"\x05", b"\x11"


class Markers(list):
    """Hands out each marker once, and knows them all."""

    def __call__(self, form="{}"):
        self.append(f"{PREFIX}{len(self)}q")
        return form.format(self[-1])


def u29(value):
    """Up to 14 bits."""
    return bytes([value]) if value < 0x80 else bytes([0x80 | value >> 7, value & 0x7F])


def text3(value):
    """A string of AMF3 without its marker."""
    return u29(len(value.encode()) << 1 | 1) + value.encode()


def amf0_places(mark):
    """A value for each place of AMF0."""
    yield amf0(mark())
    yield b"\x0c" + u32(len(long := mark("{}" + 70_000 * "y"))) + long.encode()
    yield b"\x0f" + u32(len(xml := mark("<a>{}</a>"))) + xml.encode()
    yield b"\x03" + text(mark()) + amf0(mark()) + b"\x00\x00\x09"
    yield b"\x08" + u32(1) + text(mark()) + amf0(mark()) + b"\x00\x00\x09"
    yield amf0([mark(), [mark()], {"outer": {mark(): [mark()]}}])
    yield b"\x10" + text(mark()) + text(mark()) + amf0(mark()) + b"\x00\x00\x09"
    yield amf0({name: mark() for name in PROPERTIES})
    yield amf0({name: [mark()] for name in PROPERTIES})
    yield amf0({name: {mark(): mark()} for name in PROPERTIES})
    for form in ("{}?key=1", "live?key={}", "mp4:{}", "{}:clip", "rtmp://{}/app", "rtmp://u:{}@host/app",
                 "rtmp://host/{}", "rtmp://host/app?{}", "{}://host/app", "//{}/app", "OBS {} 29.0.2",
                 "FMLE/3.0 (compatible; {})", "NetStream.Play.Start: {}", "Start publishing {}"):  # fmt: skip
        yield amf0({name: mark(form) for name in ("tcUrl", "app", "flashVer", "code", "description", "details")})


def amf3_places(mark):
    """A value for each place of AMF3, without the marker that leads to it from AMF0."""
    yield b"\x06" + text3(mark())
    yield b"\x07" + text3(mark("<a>{}</a>"))
    yield b"\x0b" + text3(mark("<b>{}</b>"))
    yield b"\x09\x03\x01\x06" + text3(mark())  # array
    yield b"\x09\x03" + text3(mark()) + b"\x06" + text3(mark()) + b"\x01\x06" + text3(mark())  # with a named member
    yield b"\x0a\x13" + text3(mark()) + text3(mark()) + b"\x06" + text3(mark())  # sealed
    yield b"\x0a\x0b\x01" + text3(mark()) + b"\x06" + text3(mark()) + b"\x01"  # dynamic
    yield b"\x0a\x0b\x01" + text3("tcUrl") + b"\x06" + text3(mark("rtmp://{}/live")) + b"\x01"
    yield b"\x0a\x07" + text3("flex.messaging.io.ArrayCollection") + b"\x09\x03\x01\x06" + text3(mark())
    yield b"\x10\x03\x00" + text3(mark()) + b"\x06" + text3(mark())  # vector of objects
    yield b"\x11\x03\x00\x06" + text3(mark()) + b"\x06" + text3(mark())  # dictionary
    yield b"\x0c" + u29(4 << 1 | 1) + b"ZQZQ"  # byte array


def shared_object(mark, type_id):
    value = amf0(mark()) if type_id == SHARED_OBJECT_AMF0 else b"\x11\x06" + text3(mark())
    events = b""
    for kind, data in ((4, text(mark()) + value), (11, text(mark()) + value), (8, b""),
                       (4, text("description") + value), (6, amf0_values(mark(), mark())),
                       (7, text(mark()) + text("error")), (9, text(mark())), (20, b"ZQZQ")):  # fmt: skip
        events += bytes([kind]) + u32(len(data)) + data
    head = b"\x00" if type_id == SHARED_OBJECT_AMF3 else b""
    return head + text(mark()) + u32(1) + u32(0) + u32(0) + events


def values_session(mark):
    """Every place in every message type that has texts."""
    session = Session()
    session.set_chunk_size(CLIENT, 0x100000)

    def send(type_id, body, **header):
        session.send(CLIENT, type_id, body, None, **{"chunk_stream_id": 3, "stream": 1} | header)

    for command in ("connect", "publish", "play", "call", "releaseStream", "onStatus", "_result", "_error", mark()):
        for value in amf0_places(mark):
            send(COMMAND_AMF0, amf0_values(command, 1, None) + value)
        send(COMMAND_AMF3, b"\x00" + amf0_values(command, 1, None) + b"".join(AVM_PLUS + v for v in amf3_places(mark)))
    for handler in ("onMetaData", "@setDataFrame", mark()):
        for value in amf0_places(mark):
            send(DATA_AMF0, amf0_values(handler, "onMetaData") + value)
        send(DATA_AMF3, b"\x00" + amf0_values(handler) + b"".join(AVM_PLUS + v for v in amf3_places(mark)))
    send(DATA_AMF0, amf0_values(1, mark()))
    send(SHARED_OBJECT_AMF0, shared_object(mark, SHARED_OBJECT_AMF0))
    send(SHARED_OBJECT_AMF3, shared_object(mark, SHARED_OBJECT_AMF3))
    inner = amf0_values("onTextData", {"text": mark()})
    tag = bytes([DATA_AMF0]) + u24(len(inner)) + bytes(7) + inner
    send(AGGREGATE, tag + u32(len(tag)))
    send(VIDEO, b"\x90ZQ.1data")
    send(AUDIO, b"\x90ZQ.2data")
    send(VIDEO, b"\x94avc1" + amf0_values(mark(), {mark(): mark()}))
    send(VIDEO, b"\x17\x00\x00\x00\x00\x01dZQZQ")
    send(VIDEO, b"\x27\x01\x00\x00\x00" + u32(8) + b"\x06\x05ZQZQZQ")
    send(USER_CONTROL, u16(27) + b"\x01\x01" + u32(1) + u32(1) + 16 * b"ZQ", chunk_stream_id=2)
    send(USER_CONTROL, u16(99) + b"ZQZQ", chunk_stream_id=2)
    send(AUDIO, b"\x2fZQZQ")
    send(COMMAND_AMF0, amf0_values("call", 5, None) + b"\x02" + u16(500) + b"ZQZQ")  # cut
    send(COMMAND_AMF0, amf0_values("call", 5, None) + b"\x42ZQZQ")  # no marker of AMF0
    session.end()
    return session


def names_session(mark, place, name):
    """Who publishes `name`, on the message stream of `place`, and is answered with texts that hold it."""
    session = Session()

    def send(side, *values, stream=0):
        session.send(side, COMMAND_AMF0, amf0_values(*values), None, chunk_stream_id=3, stream=stream)

    send(CLIENT, "connect", 1, {"app": "live", "flashVer": mark("OBS {}"), "tcUrl": f"rtmp://host/live/{name}"})
    send(SERVER, "_result", 1, {"fmsVer": mark()}, {"level": "status", "code": mark()})
    send(CLIENT, "releaseStream", 2, None, name)
    status = {"level": "error", "code": "NetStream.Publish.BadName", "description": f"{name} in use"}
    send(SERVER, "_error", 2, None, status)
    send(CLIENT, "createStream", 3, None)
    send(SERVER, "_result", 3, None, place)
    send(CLIENT, "publish", 4, None, name, "live", stream=place)
    for description in (name, f"{name} ok", f"xx{name}", f"stream live_{name}_hi"):
        send(SERVER, "onStatus", 0, None, {"level": "error", "code": mark(), "description": description}, stream=place)
    session.send(CLIENT, AUDIO, b"\x2f\x01\x02", None, chunk_stream_id=4, stream=place)
    session.end()
    return session


def other_session(wire):
    """Something that is not RTMP, on its port."""
    session = Session(handshake=False)
    session.raw(CLIENT, wire)
    session.end()
    return session


def write(path):
    """A capture with all of it. Returns the markers that a plain output shows."""
    mark = Markers()
    sessions = [values_session(mark)]
    places = (0, "{}"), (1, "{}" + 300 * "y"), (1, "live_{}"), (0, "{}_1"), (1, "{}?token=abc"), (1, "mp4:{}")
    for place, form in places:
        sessions.append(names_session(mark, place, mark(form)))
    sessions.append(other_session(b"GET /ZQ HTTP/1.1\r\nHost: ZQ\r\n\r\n"))
    sessions.append(other_session(b"PROXY ZQ\r\n"))
    capture = []
    for number, session in enumerate(sessions):
        address = bytes((10, 0, 0, number + 1))
        for packet in session.packets:
            data = packet.data.replace(b"\xc0\x00\x02\x01", address, 1)  # the client's, in the IP header
            capture.append(replace(packet, time=packet.time + number * 100 * SECOND, data=data))
    write_pcap(path, capture)
    return mark
