"""Ports, handshake, and what is said of streams that cannot be read."""

import hmac

from rows import ABSENT, row
from rtmp_writer import COMMAND_AMF0, amf0_values, message
from session import C0_C1, C2, CLIENT, HANDSHAKE_BLOCK, OTHER_BLOCK, S0_S1_S2, SERVER, Session

CONNECT = message(COMMAND_AMF0, amf0_values("connect", 1, {"app": "live"}))
CONNECTED = {"type": "command_amf0", "command": {"name": "connect", "arguments": [{"app": "live"}]}}


def parts(*names):
    return [{"event": "handshake", "part": name} for name in names]


@row("RTMP over TCP, heuristic", "any port, without being told")
def any_port():
    session = Session(port=4321)
    session.events = [{"event": "connection_open", "transport": "rtmp", "server": {"port": 4321}}]
    session.raw(CLIENT, CONNECT, CONNECTED)
    return session


@row("Handshake", "each part split into time, version and random; echoes compared")
def handshake_parts():
    session = Session()
    random = {"length": 1528}
    session.events = [
        {"event": "handshake", "part": "c0", "direction": "to_server", "version": 3, "stream_offset": 0},
        {"event": "handshake", "part": "c1", "kind": "simple", "timestamp": 0, "zero": 0, "random": random},
        {"event": "handshake", "part": "s0", "direction": "to_client", "version": 3},
        {"event": "handshake", "part": "s1", "kind": "simple", "timestamp": 0, "echo": "none", "random": random},
        {"event": "handshake", "part": "s2", "timestamp": 0, "timestamp2": 0, "echo": "full"},
        {"event": "handshake", "part": "c2", "timestamp": 0, "timestamp2": 0, "echo": "full"},
        {"event": "handshake_done", "kind": "simple", "complete": True, "duration_ms": 6},
    ]
    session.raw(CLIENT, CONNECT, CONNECTED)
    return session


@row("Handshake", "parts split over many segments and glued together: segments are no landmarks")
def handshake_in_odd_segments():
    session = Session(handshake=False)
    session.events = parts("c0", "c1", "s0", "s1", "s2", "c2") + [{"event": "handshake_done", "complete": True}]
    session.raw(CLIENT, C0_C1, segment_size=100)
    session.raw(SERVER, S0_S1_S2, segment_size=1000)
    session.raw(CLIENT, C2 + CONNECT, CONNECTED, segment_size=700)
    return session


@row("Handshake", "a server that speaks first: S0 and S1 are the server's")
def server_speaks_first():
    session = Session(handshake=False)
    session.raw(SERVER, b"\x03" + OTHER_BLOCK)
    session.raw(CLIENT, C0_C1 + C2)
    session.raw(SERVER, HANDSHAKE_BLOCK)
    session.events = [
        {"event": "handshake", "part": "s1", "direction": "to_client", "stream_offset": 1},
        {"event": "handshake", "part": "c1", "direction": "to_server", "stream_offset": 1},
        {"event": "handshake", "part": "c2", "direction": "to_server", "stream_offset": 1537, "echo": "full"},
        {"event": "handshake", "part": "s2", "direction": "to_client", "stream_offset": 1537, "echo": "full"},
    ]
    session.raw(CLIENT, CONNECT, CONNECTED)
    return session


@row("Handshake", "sequence numbers of any value, also where they wrap")
def absolute_sequence_numbers():
    session = Session(handshake=False)
    session.sequence = {CLIENT: 0xFFFFFC00, SERVER: 0x80000000 - 700}
    session.packets.clear()
    session._packet(CLIENT, 0x02)
    session._packet(SERVER, 0x12)
    session.raw(CLIENT, C0_C1)
    session.raw(SERVER, S0_S1_S2)
    session.raw(CLIENT, C2 + CONNECT, CONNECTED | {"stream_offset": 3073})
    session.events = [{"event": "handshake_done", "complete": True}]
    return session


PLAYER, MEDIA_SERVER = b"Genuine Adobe Flash Player 001", b"Genuine Adobe Flash Media Server 001"
KEY_END = bytes.fromhex("f0eec24a8068bee82e00d0d1029e7e576eec5d2d29806fab93b8e636cfeb31ae")


def hmac_of(key, data):
    return hmac.digest(key, data, "sha256")


def with_digest(block, key, layout):
    """The block with its digest, the digest, and where it is."""
    begin = {"digest_first": 8, "key_first": 772}[layout]
    at = begin + 4 + sum(block[begin : begin + 4]) % 728
    digest = hmac_of(key, block[:at] + block[at + 32 :])
    return block[:at] + digest + block[at + 32 :], digest, at


def signed(block, key, peer_digest):
    return block[:1504] + hmac_of(hmac_of(key + KEY_END, peer_digest), block[:1504])


@row("Handshake", "digest scheme: both layouts located, digests and signatures verified, versions of player and server")
def digest_handshake():
    session = Session(handshake=False)
    c1, c1_digest, c1_at = with_digest(bytes.fromhex("00000007 80000702") + HANDSHAKE_BLOCK[8:], PLAYER, "digest_first")
    s1, s1_digest, s1_at = with_digest(bytes.fromhex("0000000d 03050101") + OTHER_BLOCK[8:], MEDIA_SERVER, "key_first")
    session.raw(CLIENT, b"\x03" + c1)
    session.raw(SERVER, b"\x03" + s1 + signed(HANDSHAKE_BLOCK, MEDIA_SERVER, c1_digest))
    session.raw(CLIENT, signed(OTHER_BLOCK, PLAYER, s1_digest) + CONNECT, CONNECTED)
    client = {"layout": "digest_first", "offset": c1_at, "value": {"length": 32, "hex": c1_digest.hex()}}
    server = {"layout": "key_first", "offset": s1_at, "value": {"length": 32, "hex": s1_digest.hex()}}
    session.events = [
        {
            "event": "handshake",
            "part": "c1",
            "kind": "digest",
            "timestamp": 7,
            "peer_version": "128.0.7.2",
            "digest": client,
        },
        {
            "event": "handshake",
            "part": "s1",
            "kind": "digest",
            "timestamp": 13,
            "peer_version": "3.5.1.1",
            "digest": server,
        },
        {"event": "handshake", "part": "s2", "signature_valid": True},
        {"event": "handshake", "part": "c2", "signature_valid": True},
        {"event": "handshake_done", "kind": "digest", "complete": True},
    ]
    return session


def rtmpe(version, protocol):
    session = Session(handshake=False)
    session.raw(CLIENT, bytes([version]) + HANDSHAKE_BLOCK)
    session.raw(SERVER, bytes([version]) + OTHER_BLOCK + HANDSHAKE_BLOCK)
    session.raw(CLIENT, OTHER_BLOCK + bytes(range(256)))  # what follows looks like anything
    session.raw(SERVER, bytes(range(255, -1, -1)))
    session.events = [
        {"event": "connection_open", "transport": "rtmpe"},
        {"event": "handshake", "part": "c0", "version": version, "protocol": protocol},
        {"event": "handshake", "part": "s0", "version": version, "protocol": protocol},
    ]
    # Random bytes hold no public key where the digest's scheme would put it.
    session.findings = [*["rtmpe_public_key_missing"] * 2, *["encrypted_stream"] * 2]
    return session


@row("RTMPE", "C0 = 6 is named, and no chunks are made of what is encrypted")
def rtmpe_6():
    return rtmpe(6, "rtmpe")


@row("RTMPE", "C0 = 8 is named")
def rtmpe_8():
    return rtmpe(8, "rtmpe_xtea")


@row("RTMPE", "C0 = 9 is named")
def rtmpe_9():
    return rtmpe(9, "rtmpe_blowfish")


@row("RTMPS", "TLS on an RTMP port is named, and not taken for RTMP")
def tls():
    session = Session(handshake=False)
    hello = bytes.fromhex("0303") + bytes(32) + bytes.fromhex("00 0002 1301 0100 0000")
    body = b"\x01" + len(hello).to_bytes(3, "big") + hello
    session.raw(CLIENT, b"\x16\x03\x01" + len(body).to_bytes(2, "big") + body)
    session.raw(SERVER, b"\x15\x03\x03\x00\x02\x02\x28")
    session.events = [{"event": "connection_open", "transport": "tls"}]
    session.findings = ["not_rtmp", "tls_fatal_alert", "tls_handshake_incomplete"]
    return session


@row("Chunk continuation", "bytes, packets and messages are counted for each direction")
def totals():
    session = Session()
    session.raw(CLIENT, CONNECT, CONNECTED | {"request_frame": ABSENT})
    size = 1 + 2 * 1536 + len(CONNECT)
    session.events = [{"event": "connection_close", "reason": "fin", "to_server": {"bytes": size, "messages": 1}}]
    return session


def behind_proxy(proxy_header, segment_size, protocol, client):
    session = Session(handshake=False)
    session.raw(CLIENT, proxy_header + C0_C1, segment_size=segment_size)
    session.raw(SERVER, S0_S1_S2)
    session.raw(CLIENT, C2 + CONNECT, CONNECTED | {"stream_offset": 3073})
    header = {"protocol": protocol, "length": len(proxy_header), "client": client}
    session.events = [
        {"event": "handshake_done", "kind": "simple", "complete": True},
        {"event": "connection_open", "proxy_headers": [header]},
    ]
    session.findings = ["proxy_header"]
    return session


@row("RTMP over TCP, heuristic", "behind a proxy that puts a PROXY line (version 1) in front of C0")
def proxy_version_1():
    header = b"PROXY TCP4 198.51.100.7 192.0.2.2 40000 1935\r\n"
    return behind_proxy(header, 1400, "proxy_1", {"address": "198.51.100.7", "port": 40000})


@row("RTMP over TCP, heuristic", "behind a proxy with the PROXY protocol's version 2, cut into small segments")
def proxy_version_2():
    header = bytes.fromhex("0d0a0d0a000d0a515549540a 21 11 000c c6336407 c0000202 9c40 078f")
    return behind_proxy(header, 5, "proxy_2", {"address": "198.51.100.7", "port": 40000})


@row("RTMP over TCP, heuristic", "behind a proxy of SRS (F3)")
def proxy_srs():
    return behind_proxy(bytes.fromhex("f3 0004 c6336407"), 1400, "srs", {"address": "198.51.100.7", "port": ABSENT})
