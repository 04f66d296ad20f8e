"""A capture that fills fields: every body of the fuzz targets' corpora as a message, media also as tracks, and each
kind of message and opening that these lack."""

import struct
from pathlib import Path

import packets
from rtmp_writer import (AGGREGATE, AUDIO, COMMAND_AMF0, COMMAND_AMF3, DATA_AMF3, SHARED_OBJECT_AMF0, USER_CONTROL,
                         VIDEO, amf0, message, text, u16, u24, u32)
from rtmfp_writer import (BEGIN, CLIENT_HOST, END, FORWARDED_HELLO, INITIATOR_HELLO, PING, RtmfpSession, address,
                          chunk, counted, fragment, option, startup, vlu)
from rtmfp_writer import message as rtmfp_message
from session import CLIENT, SERVER, Session

CORPUS = Path(__file__).resolve().parents[1] / "fuzz" / "corpus"
SEGMENT = 16384
FRAME = bytes.fromhex("2701000000 00000002 419a")  # H.264, one NAL unit of two bytes
HOST_PREFIX = bytes.fromhex("20010db8" + "00" * 8)  # RFC 3849
FOURCC = {AUDIO: {2: b".mp3", 10: b"mp4a"}, VIDEO: {7: b"avc1", 12: b"hvc1", 13: b"av01", 14: b"vp08", 15: b"vp09"}}
MULTITRACK = {AUDIO: 5, VIDEO: 6}
MODEX = 7
ONE_TRACK, ONE_CODEC, MANY_CODECS = 0, 1, 2


def media_bodies():
    """(message type, body) of each body in the corpus; those of which it has the beginning end with zeros."""
    for path in sorted((CORPUS / "media").iterdir()):
        data = path.read_bytes()
        if not data:
            continue
        kind = VIDEO if data[0] & 1 else AUDIO
        if data[0] & 2:
            yield kind, data[4:] + bytes(int.from_bytes(data[1:4], "big"))
        else:
            yield kind, data[1:]


def as_track(kind, body):
    """(first byte's upper bits, packet type, FourCC, what follows) of a body that can be a track's; None for others."""
    if len(body) < 2:
        return None
    extended = body[0] & 0x80 if kind == VIDEO else body[0] >> 4 == 9
    if extended:
        packet_type = body[0] & 15
        if packet_type in (MULTITRACK[kind], MODEX) or len(body) < 5:
            return None
        return body[0] & 0xF0, packet_type, body[1:5], body[5:]
    codec = body[0] & 15 if kind == VIDEO else body[0] >> 4
    fourcc = FOURCC[kind].get(codec)
    if fourcc is None or body[1] > 2:
        return None
    first = 0x80 | body[0] & 0x70 if kind == VIDEO else 0x90
    composition_time = body[1] == 0 or fourcc in (b"avc1", b"hvc1")
    # A sequence header has no composition time there.
    rest = body[5:] if kind == VIDEO and body[1] == 0 else body[2:] if composition_time or kind == AUDIO else body[5:]
    return first, body[1], fourcc, rest


def tracks(kind, body):
    """The body as the only track of a message, and as one of several of one codec and of many."""
    parts = as_track(kind, body)
    if parts is None:
        return
    first, packet_type, fourcc, rest = parts
    head = bytes([first | MULTITRACK[kind]])
    yield head + bytes([ONE_TRACK << 4 | packet_type]) + fourcc + b"\x01" + rest
    yield head + bytes([ONE_CODEC << 4 | packet_type]) + fourcc + b"\x01" + u24(len(rest)) + rest
    yield head + bytes([MANY_CODECS << 4 | packet_type]) + fourcc + b"\x01" + u24(len(rest)) + rest


def commands():
    """(message type, body)"""
    start = amf0("call") + amf0(0)
    for path in sorted((CORPUS / "amf0").iterdir()):
        yield COMMAND_AMF0, start + path.read_bytes()
    for path in sorted((CORPUS / "amf3").iterdir()):
        yield COMMAND_AMF3, b"\x00" + start + b"\x11" + path.read_bytes()
        yield DATA_AMF3, b"\x00" + amf0("data") + b"\x11" + path.read_bytes()
    beyond = b"\x0b" + struct.pack(">d", 1e20) + u16(0)
    for vector in (b"\x0e\x03\x00" + u32(7), b"\x10\x03\x00\x0fa.Class\x04\x05"):  # one uint; one object of a class
        yield COMMAND_AMF3, b"\x00" + start + b"\x11" + vector
    movie_clip, int64 = b"\x04", b"\x22" + struct.pack(">q", -5)
    yield COMMAND_AMF0, start + movie_clip
    yield COMMAND_AMF0, start + int64
    yield COMMAND_AMF0, start + beyond + b"\x10" + text("a.Class") + text("x") + amf0(1) + b"\x00\x00\x09"


def shared_object():
    events = bytes([4]) + u32(len(text("key") + amf0(1))) + text("key") + amf0(1)
    events += bytes([6]) + u32(len(amf0("call"))) + amf0("call")
    events += bytes([99]) + u32(2) + b"??"
    return text("object") + u32(1) + u32(2) + u32(0) + events


def aggregate():
    parts = [bytes([VIDEO]) + u24(len(FRAME)) + u24(time) + b"\x00" + u24(0) + FRAME for time in (40, 80)]
    return b"".join(part + u32(len(part)) for part in parts)


def others():
    """Messages that no corpus has."""
    yield SHARED_OBJECT_AMF0, shared_object()
    yield 16, b"\x00" + shared_object()
    yield AGGREGATE, aggregate()
    for event, body in ((0, u32(1)), (3, u32(1) + u32(3000)), (6, u32(7)), (26, b""),
                        (27, bytes([1, 1]) + u32(9) + u32(9) + bytes(32)), (77, b"data")):
        yield USER_CONTROL, u16(event) + body
    yield 2, u32(77)  # Abort
    yield VIDEO, bytes([0x57, 0])  # a seek
    yield VIDEO, bytes([0x14, 0x35]) + bytes(20)  # VP6, with pixels to crop
    yield VIDEO, bytes([0x15, 0x35]) + u24(4) + bytes(20)


def on_ipv6(packet):
    """The same packet between hosts with IPv6 addresses."""
    above, protocol = packet.data[34:], packet.data[23]
    hosts = b"".join(HOST_PREFIX + host for host in (packet.data[26:30], packet.data[30:34]))
    data = bytes(12) + b"\x86\xdd" + struct.pack(">IHBB", 6 << 28, len(above), protocol, 64) + hosts + above
    return packets.Packet(packet.time, packet.link_type, data, len(data))


def unknown_type():
    """It is held until it is seen where it leads to."""
    session = Session()
    for kind in (25, AUDIO, AUDIO):
        session.raw(CLIENT, message(kind, b"none", 6, 0, 1))
    session.end()
    return session


def bodies_session():
    session = Session()
    session.set_chunk_size(CLIENT, 1 << 16)
    session.raw(CLIENT, message(COMMAND_AMF0, amf0("connect") + amf0(1) + amf0({"app": "live"}), 3, chunk_size=1 << 16))
    time = 0
    media = [(kind, body) for kind, each in media_bodies() for body in (each, *tracks(kind, each))]
    for kind, body in [*media, *commands(), *others()]:
        time += 40
        stream = 0 if kind == USER_CONTROL or kind < 7 else 1
        wire = message(kind, body, 2 if stream == 0 else 6, time, stream, chunk_size=1 << 16)
        session.raw(CLIENT, wire, segment_size=SEGMENT)
    session.raw(CLIENT, message(VIDEO, FRAME, 6, 1 << 25, 1), segment_size=SEGMENT)
    session.end()
    return session


def with_proxy_headers():
    for header in (b"PROXY TCP4 192.0.2.7 192.0.2.8 7000 1935\r\n",
                   b"PROXY TCP6 2001:db8::7 2001:db8::8 7000 1935\r\n"):
        session = Session(handshake=False)
        session.raw(CLIENT, header)
        session.send_handshake()
        session.end()
        yield session


def through_http_proxy():
    session = Session(port=1935, handshake=False)
    session.raw(CLIENT, b"CONNECT media.example:1935 HTTP/1.1\r\nHost: media.example:1935\r\n\r\n")
    session.raw(SERVER, b"HTTP/1.1 200 Connection established\r\n\r\n")
    session.send_handshake()
    session.raw(CLIENT, message(COMMAND_AMF0, amf0("connect") + amf0(1) + amf0({"app": "live"})))
    session.end()
    return session


def rtmfp_sessions():
    """What the samples lack, once with IPv4 and once with IPv6: a hello to a peer that is redirected, and one that is
    forwarded; an address that changes; a flow in order of arrival; a message with a fragment missing."""
    for host, flag in ((CLIENT_HOST, 0), (HOST_PREFIX + CLIENT_HOST, 0x80)):
        session = RtmfpSession(opened=False)
        fingerprint = option(0x0F, bytes(range(32)))
        session.datagram(CLIENT, startup(chunk(INITIATOR_HELLO, counted(fingerprint) + session.tag)))
        session.redirect(address(host, 1936, flag | 2))
        session.open()
        in_order_of_arrival = b"TC\x05" + vlu(1)
        session.send(CLIENT, fragment(2, 1, rtmfp_message(VIDEO, 40, FRAME), metadata=in_order_of_arrival))
        session.send(CLIENT, fragment(2, 2, rtmfp_message(VIDEO, 80, FRAME), BEGIN))
        session.send(CLIENT, fragment(2, 4, b"end", END, forward=3))
        session.send(CLIENT, fragment(2, 5, rtmfp_message(VIDEO, 120, FRAME)))
        answer_to = address(host, 50001, flag | 2)
        session.send(SERVER, chunk(FORWARDED_HELLO, counted(fingerprint) + answer_to + session.tag))
        session.ends[CLIENT] = (bytes([192, 0, 2, 9]), 50002)
        session.send(CLIENT, chunk(PING))
        session.opened = True
        session.end()
        if flag:
            session.packets = [on_ipv6(packet) for packet in session.packets]
        yield session


def write(path, with_held=False):
    """All of it, each connection from a port of its own. `with_held`: with what is not decoded where its last byte is.
    Returns the keys."""
    capture, keys = [], ""
    for number, session in enumerate(rtmfp_sessions()):
        keys += session.keys
        capture += [packets.Packet(packet.time + number * 10**11, packet.link_type, packet.data, len(packet.data))
                    for packet in session.packets]
    second = 1_000_000_000
    ipv6 = Session()
    ipv6.end()
    ipv6.packets = [on_ipv6(packet) for packet in ipv6.packets]
    held = [unknown_type()] if with_held else []
    for number, session in enumerate([bodies_session(), *with_proxy_headers(), through_http_proxy(), ipv6, *held]):
        port = struct.pack(">H", 50000)
        own = struct.pack(">H", 51000 + number)
        for packet in session.packets:
            at = 34 if packet.data[12:14] == b"\x08\x00" else 54
            ports = packet.data[at : at + 4].replace(port, own)
            data = packet.data[:at] + ports + packet.data[at + 4 :]
            capture.append(packets.Packet(packet.time + number * 100 * second, packet.link_type, data, len(data)))
    packets.write_pcap(path, capture)
    return keys
