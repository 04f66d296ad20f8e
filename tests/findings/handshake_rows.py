"""What is odd about handshakes."""

import hmac

from rows import row, text
from rtmp_writer import COMMAND_AMF0, amf0_values, message
from segments import RST
from session import ACK, CLIENT, HANDSHAKE_BLOCK, OTHER_BLOCK, SERVER, Session

PLAYER, MEDIA_SERVER = b"Genuine Adobe Flash Player 001", b"Genuine Adobe Flash Media Server 001"
VERSIONS = {PLAYER: bytes.fromhex("00000000 80000702"), MEDIA_SERVER: bytes.fromhex("00000000 03050101")}
UNRELATED = bytes((29 * place + 7 * (place >> 8)) & 0xFF for place in range(1536))


def exchange(c1=HANDSHAKE_BLOCK, s1=OTHER_BLOCK, s2=None, c2=None, c0=3, s0=3):
    """A whole handshake. Replies are echoes if not given."""
    session = Session(handshake=False)
    session.raw(CLIENT, bytes([c0]) + c1)
    session.raw(SERVER, bytes([s0]) + s1 + (c1 if s2 is None else s2))
    session.raw(CLIENT, s1 if c2 is None else c2)
    return session


def with_digest(block, key):
    """In the layout whose digest comes first."""
    block = VERSIONS[key] + block[8:]
    at = 12 + sum(block[8:12]) % 728
    return block[:at] + hmac.digest(key, block[:at] + block[at + 32 :], "sha256") + block[at + 32 :]


@row("handshake_version_unknown")
def version_of_client_and_server():
    return exchange(c0=5, s0=5)


@row("handshake_version_unknown")
def version_of_client():
    return exchange(c0=5)


@row("handshake_version_unknown")
def version_of_server():
    return exchange(s0=31)


@row("handshake_version_unknown")
def version_without_answer():
    session = Session(handshake=False)
    session.raw(CLIENT, b"\x05" + HANDSHAKE_BLOCK)
    return session


@row("handshake_version_mismatch")
def version_mismatch():
    return exchange(c0=6)


@row("handshake_version_without_digest")
def version_without_digest():
    return exchange(c1=HANDSHAKE_BLOCK[:4] + b"\x09\x00\x7c\x02" + HANDSHAKE_BLOCK[8:])


@row("handshake_echo_differs")
def echo_differs():
    return exchange(s2=HANDSHAKE_BLOCK[:1000] + bytes(3) + HANDSHAKE_BLOCK[1003:])


@row("handshake_signature_invalid")
def signature_invalid():
    return exchange(with_digest(HANDSHAKE_BLOCK, PLAYER), with_digest(OTHER_BLOCK, MEDIA_SERVER), s2=UNRELATED)


@row("handshake_reply_unverified")
def reply_unverified():
    return exchange(s2=bytes(1536))


@row("handshake_signature_invalid")
def scrambled_signature_invalid():
    blocks = with_digest(HANDSHAKE_BLOCK, PLAYER), with_digest(OTHER_BLOCK, MEDIA_SERVER)
    return exchange(*blocks, s2=UNRELATED, c0=8, s0=8)


def with_public_key(block, key, public_key):
    """The layout whose digest comes first has the public key behind it."""
    block = VERSIONS[key] + block[8:]
    at = 772 + sum(block[1532:1536]) % 632
    return with_digest(block[:at] + public_key + block[at + 128 :], key)


# Of the group: powers of 4.
CLIENT_PUBLIC_KEY, SERVER_PUBLIC_KEY = (4**exponent for exponent in (500, 501))


@row("rtmpe_public_key_missing")
@text("RTMPE")
def public_key_missing():
    return exchange(c0=6, s0=6)


@row("rtmpe_public_key_invalid")
def public_key_invalid():
    block = with_public_key(HANDSHAKE_BLOCK, PLAYER, bytes(127) + b"\1")
    return exchange(block, with_digest(OTHER_BLOCK, MEDIA_SERVER), c0=6, s0=6)


@row("rtmpe_key_wrong")
@text("RTMPE key: none")
def key_wrong():
    client = with_public_key(HANDSHAKE_BLOCK, PLAYER, CLIENT_PUBLIC_KEY.to_bytes(128, "big"))
    server = with_public_key(OTHER_BLOCK, MEDIA_SERVER, SERVER_PUBLIC_KEY.to_bytes(128, "big"))
    session = exchange(client, server, c0=6, s0=6)
    session.raw(CLIENT, UNRELATED[:200])
    names = f"PUB_IN {CLIENT_PUBLIC_KEY:0256x} PUB_OUT {SERVER_PUBLIC_KEY:0256x}"
    session.keys = f"RTMPE_SHARED_SECRET {'5a' * 128} {names}\n"
    return session


@row("handshake_incomplete")
def incomplete():
    session = Session(handshake=False)
    session.raw(CLIENT, b"\x03" + HANDSHAKE_BLOCK)
    session.raw(SERVER, b"\x03" + OTHER_BLOCK)
    return session


@row("handshake_reply_left_out")
def no_c2():
    session = Session(handshake=False)
    session.raw(CLIENT, b"\x03" + HANDSHAKE_BLOCK)
    session.raw(SERVER, b"\x03" + OTHER_BLOCK + HANDSHAKE_BLOCK)
    connect = amf0_values("connect", 1, {"app": "live", "tcUrl": "rtmp://192.0.2.2/live"})
    session.raw(CLIENT, message(COMMAND_AMF0, connect))
    return session


@row("handshake_unanswered")
def unanswered():
    session = Session(handshake=False)
    session.raw(CLIENT, b"\x03" + HANDSHAKE_BLOCK)
    return session


@row("handshake_reply_unverified", "handshake_incomplete")
def given_up_by_the_client():
    """S1 is C1, S2 is nothing."""
    session = Session(handshake=False)
    session.raw(CLIENT, b"\x03" + HANDSHAKE_BLOCK)
    session.raw(SERVER, b"\x03" + HANDSHAKE_BLOCK + bytes(1536))
    return session


@row("handshake_incomplete")
def reset():
    session = Session(handshake=False)
    session.raw(CLIENT, b"\x03" + HANDSHAKE_BLOCK)
    session.raw(SERVER, b"\x03" + OTHER_BLOCK)
    session._packet(CLIENT, RST | ACK)
    return session


PROXY_LINE = b"PROXY TCP4 198.51.100.7 192.0.2.2 40000 1935\r\n"
PROXY_BINARY = bytes.fromhex("0d0a0d0a000d0a515549540a 21 11 000c cb007109 c0000202 9c41 078f")


@row("proxy_header", "handshake_unanswered")
@text("behind a proxy  PROXY protocol version 2, client 203.0.113.9:40001")
def refused_behind_a_proxy():
    session = Session(handshake=False)
    session.raw(CLIENT, PROXY_BINARY + b"\x03" + HANDSHAKE_BLOCK)
    return session


def behind_two_proxies(port):
    session = Session(port=port, handshake=False)
    session.raw(CLIENT, PROXY_LINE + PROXY_BINARY + b"\x03" + HANDSHAKE_BLOCK)
    session.raw(SERVER, b"\x03" + OTHER_BLOCK + HANDSHAKE_BLOCK)
    session.raw(CLIENT, OTHER_BLOCK)
    return session


BOTH_PROXIES = "PROXY protocol version 1, client 198.51.100.7:40000; PROXY protocol version 2, client 203.0.113.9:40001"


@row("proxy_header")
@text(BOTH_PROXIES)
def two_headers():
    return behind_two_proxies(1935)


@row("proxy_header")
@text(BOTH_PROXIES)
def two_headers_on_another_port():
    return behind_two_proxies(19350)


@row("encrypted_stream")
def encrypted_stream():
    session = exchange(c0=6, s0=6)
    session.raw(CLIENT, UNRELATED[:256])
    return session


@row("not_rtmp")
def not_rtmp():
    session = Session(handshake=False)
    session.raw(CLIENT, b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n")
    return session
