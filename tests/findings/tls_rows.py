"""Findings about TLS, the carrier of RTMPS."""

import ssl
import struct

from rows import row, text
from session import C0_C1, C2, CLIENT, S0_S1_S2, SERVER
from tls_session import DAY, TlsSession, certificate


def rtmps(session=None, **options):
    """The session and RTMP's handshake inside."""
    session = session or TlsSession(**options)
    session.handshake_tls()
    session.write(CLIENT, C0_C1)
    session.write(SERVER, S0_S1_S2)
    session.write(CLIENT, C2)
    return session


@row("tls_no_keys")
@text("no key of this session, all blocks are like a handshake of RTMP")
def without_keys():
    session = rtmps()
    session.keys = ""
    return session


@row("tls_no_keys")
@text("RTMPS")
def without_keys_on_another_port():
    session = rtmps(port=8443)
    session.keys = ""
    return session


@row("tls_fatal_alert")
@text("unknown CA")
def certificate_refused():
    def verify(client, _):
        client.verify_mode = ssl.CERT_REQUIRED

    session = TlsSession(prepare=verify)
    assert not session.handshake_tls()
    return session


@row("tls_no_shared_version")
def no_shared_version():
    def part(client, server):
        client.minimum_version = ssl.TLSVersion.TLSv1_3
        server.maximum_version = ssl.TLSVersion.TLSv1_2

    session = TlsSession(prepare=part)
    assert not session.handshake_tls()
    return session


@row("tls_handshake_incomplete")
def hello_alone():
    session = TlsSession()
    try:
        session.ends[CLIENT].do_handshake()
    except ssl.SSLWantReadError:
        session.transfer(CLIENT)
    return session


@row("tls_certificate_expired")
@text("has expired 3 days before")
def certificate_expired():
    return rtmps(pem=certificate(valid_from=-9 * DAY, valid_to=-3 * DAY))


@row("tls_certificate_not_yet_valid")
def certificate_of_tomorrow():
    return rtmps(pem=certificate(valid_from=DAY, valid_to=9 * DAY), version=ssl.TLSVersion.TLSv1_2)


@row("tls_certificate_other_name")
def certificate_for_another_name():
    return rtmps(pem=certificate("other.example"))


def flip(wire):
    return wire[:-3] + bytes([wire[-3] ^ 1]) + wire[-2:]


@row("tls_record_unverified")
def record_changed():
    session = rtmps()
    session.write(CLIENT, bytes(300), change=flip)
    session.write(CLIENT, bytes(300))
    return session


@row("tls_record_malformed")
def no_record():
    session = rtmps()
    session.raw(SERVER, b"HTTP/1.1 400 Bad Request\r\n\r\n")
    return session


@row("tls_records_lost")
@text("2 TLS records are not in the capture, with 700 bytes of content")
def records_lost():
    session = rtmps()

    def lose(wire):
        session.leave_out(CLIENT, len(wire))
        return b""

    session.write(CLIENT, bytes(300), change=lose)
    session.write(CLIENT, bytes(400), change=lose)
    session.write(CLIENT, bytes(500))
    session.write(SERVER, bytes(100))  # acknowledges
    return session


def with_early_data(direction, wire):
    """A ClientHello with the extension early_data (RFC 8446, section 4.2.10), and a record that nobody can open."""
    if direction != CLIENT or wire[0] != 22 or wire[5] != 1:
        return wire
    record_length, hello_length = struct.unpack_from(">H", wire, 3)[0], int.from_bytes(wire[6:9], "big")
    session_end = 44 + wire[43]
    suites_end = session_end + 2 + struct.unpack_from(">H", wire, session_end)[0]
    extensions = suites_end + 1 + wire[suites_end]
    length = struct.unpack_from(">H", wire, extensions)[0]
    hello = wire[9:extensions] + struct.pack(">H", length + 4) + struct.pack(">HH", 42, 0) + wire[extensions + 2 :]
    head = wire[:3] + struct.pack(">HB", record_length + 4, 1) + (hello_length + 4).to_bytes(3, "big")
    return head + hello + b"\x17\x03\x03\x00\x40" + bytes(64)


@row("tls_early_data")
def early_data():
    session = TlsSession()
    session.handshake_tls(change=with_early_data)
    session.write(CLIENT, C0_C1)
    session.write(SERVER, S0_S1_S2)
    session.write(CLIENT, C2)
    return session
