"""A plain conversation of a sample, and the same inside TLS."""

import ctypes
import re
import ssl
import tempfile
from functools import lru_cache
from pathlib import Path

import packets
import same_events
import segments
from program import SAMPLES
from session import CLIENT, SERVER
from tls_session import TlsSession

SAMPLE = SAMPLES / "err_play_live_missing.pcap"
LONG_SAMPLE = SAMPLES / "nms_gst_publish.pcap"
PYTHON_HEAD = 16  # bytes of every Python object, in front of the pointers of SSLContext and SSLSocket


@lru_cache
def conversation(sample):
    """[(direction, bytes)] in the order of the sample, retransmissions left out."""
    found, expected, client = [], {}, None
    for packet in packets.read(sample):
        segment = segments.parse(packet)
        if segment is None:
            continue
        client = client or segment.flow
        if segment.flags & segments.SYN:
            expected[segment.flow] = segment.sequence + 1
        elif segment.payload and segment.sequence == expected.get(segment.flow):
            found.append((CLIENT if segment.flow == client else SERVER, segment.payload))
            expected[segment.flow] = segment.end
    return found


def carry(session, sample, between=None):
    for number, (direction, data) in enumerate(conversation(sample)):
        if between:
            between(session, number)
        session.write(direction, data)
    session.close_tls()
    session.end()


def messages(events):
    """What the messages say, without when and in which packet."""
    return [
        same_events.without(event, same_events.PACKET_KEYS | {"connection"})
        for event in events
        if event.get("event") == "message"
    ]


def by_direction(listed):
    return {way: [one for one in listed if one.get("direction") == way] for way in (CLIENT, SERVER)}


def analyzed(program, session, *options, keys=True):
    with tempfile.TemporaryDirectory() as folder:
        capture, log = Path(folder) / "session.pcap", Path(folder) / "session.keys"
        packets.write_pcap(capture, session.packets)
        if keys:
            log.write_text(Path(session.key_log.name).read_text())
        return program.events(capture, *(("--keys", log) if keys else ()), *options)


@lru_cache
def libssl():
    """The library that Python's module uses, for what the module has no function for."""
    maps = Path("/proc/self/maps").read_text()
    return ctypes.CDLL(re.search(r"/\S+/libssl\.so\S*", maps)[0])


def pointer_in(python_object, index):
    return ctypes.c_void_p(ctypes.cast(id(python_object) + PYTHON_HEAD, ctypes.POINTER(ctypes.c_void_p))[index])


def set_1_3_suite(name):
    def prepare(*contexts):
        for context in contexts:
            pointer = pointer_in(context, 0)
            assert libssl().SSL_CTX_set_ciphersuites(pointer, name.encode()) == 1
            assert {cipher["name"] for cipher in context.get_ciphers() if cipher["protocol"] == "TLSv1.3"} == {name}

    return prepare


def update_keys(session, direction, asks_for_reply=False):
    """The next record of that side is a KeyUpdate."""
    pointer = pointer_in(session.ends[direction]._sslobj, 1)
    assert libssl().SSL_key_update(pointer, int(asks_for_reply)) == 1


def made(sample=SAMPLE, segment_size=1400, between=None, opening=None, **options):
    """`opening`: what comes before TLS."""
    session = TlsSession(**options)
    session.segment_size = segment_size
    if opening:
        opening(session)
    if not session.handshake_tls():
        return None
    carry(session, sample, between)
    return session


def suites_up_to_1_2():
    """Names of all AES and ChaCha20 suites that this OpenSSL has, without those that need more than a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    names = [cipher["name"] for cipher in context.get_ciphers() if cipher["protocol"] != "TLSv1.3"]
    return [name for name in names if re.search("AES|CHACHA", name) and not re.search("PSK|SRP|DSS|ADH|AECDH", name)]
