"""Captures that are made to hurt who reads what carries RTMP: TLS and HTTP.

As in hostile_captures.py each is a function of a size, about that many kilobytes, and of the file to write. What needs
keys brings them in the file.
"""

import random
import struct

import packets as capture_file
from hostile_captures import KILOBYTE, SERVER_PORT, write
from scripted_tcp import ACK, PUSH, Conversation
from tls_session import TlsSession

FCS = b"Content-Type: application/x-fcs\r\n"
LONG_SEGMENT = 8000
TLS_KEY_LOG = 0x544C534B
RECORD = b"\x17\x03\x03"  # application data
MOST_BODY = (1 << 14) + 256


def tunnel():
    """A session of RTMPT, opened, with one request and its response."""
    conversation = Conversation(0, SERVER_PORT)
    conversation.open()
    exchange(conversation, b"/open/1", b"\0", b"id\n")
    exchange(conversation, b"/send/id/0", b"\3" + bytes(1536), b"\1" + b"\3" + bytes(3072))
    return conversation


def request(target, body, length=None):
    head = b"POST " + target + b" HTTP/1.1\r\n" + FCS
    return head + (length or b"Content-Length: %d" % len(body)) + b"\r\n\r\n" + body


def exchange(conversation, target, body, response):
    conversation.say(True, request(target, body))
    conversation.say(False, b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(response) + response)


def say_long(conversation, data, from_client=True):
    for at in range(0, len(data), LONG_SEGMENT):
        conversation.send(from_client, data[at : at + LONG_SEGMENT], ACK | PUSH)


def chunks_of_a_byte(size, path):
    """Chunked bodies whose chunks have one byte each, with extensions, and sizes that no body has."""
    conversation = tunnel()
    say_long(conversation, request(b"/send/id/1", b"", b"Transfer-Encoding: chunked"))
    say_long(conversation, b"1;a=b\r\n\3\r\n" * (size * KILOBYTE // 10))
    say_long(conversation, b"fffffffffffffff\r\n")
    say_long(conversation, b"\3" * KILOBYTE)
    write(path, conversation)


def endless_heads(size, path):
    """Heads of requests and of responses that never end, without a line end and with many."""
    conversation = tunnel()
    say_long(conversation, b"POST /send/id/1 HTTP/1.1\r\n" + b"a" * (size * KILOBYTE // 4))
    say_long(conversation, b"HTTP/1.1 200 OK\r\n" + b"b" * (size * KILOBYTE // 4), from_client=False)
    say_long(conversation, (b"POST /send/id/1 HTTP/1.1\r\n" + b"a:b\r\n" * 4000) * (size // 80 + 1))
    say_long(conversation, (b"HTTP/1.1 200 OK\r\n" + b"c:d\r\n" * 4000) * (size // 80 + 1), from_client=False)
    write(path, conversation)


def lost_heads(size, path):
    """Behind a lost head everything may be a body: it is kept until the next head."""
    conversation = tunnel()
    for number in range(max(1, size // 300)):
        conversation.skip(True, 200)
        say_long(conversation, (b"POST /" * 50 + b"\0" * 700) * min(size, 300))
        say_long(conversation, request(b"/send/id/%d" % (number + 2), b"\3"))
        conversation.time += 4_000_000_000  # the missing bytes will not come
        conversation.send(False)
    write(path, conversation)


def small_requests(size, path):
    """Requests without responses, each of a byte."""
    conversation = tunnel()
    say_long(conversation, b"".join(request(b"/send/id/%d" % n, b"\3") for n in range(1, size * KILOBYTE // 90)))
    write(path, conversation)


def garbage_in_records(size, path):
    """Behind a TLS handshake with its keys: records that do not verify, of every size up to 64 KiB, and garbage
    between them."""
    generator, session = random.Random(2012), TlsSession()
    session.segment_size = LONG_SEGMENT
    assert session.handshake_tls()
    session.write("to_server", b"\3" + bytes(1536))
    wire, left = [], size * KILOBYTE
    while left > 0:
        length = generator.choice((0xFFFF, MOST_BODY, 40, 17, generator.randrange(1 << 16)))
        wire.append(RECORD + struct.pack(">H", length) + generator.randbytes(min(length, left)))
        left -= len(wire[-1])
    session.raw("to_server", b"".join(wire), segment_size=LONG_SEGMENT)
    session.end()
    write_with_keys(path, session)


def nearly_records(size, path):
    """Behind a gap in a TLS session with its keys: what looks like the header of a record every 32 bytes, so that each
    is tried with every sequence number that may be next."""
    generator, session = random.Random(2012), TlsSession()
    session.segment_size = LONG_SEGMENT
    assert session.handshake_tls()
    session.write("to_server", b"\3" + bytes(1536))
    session.leave_out("to_server", 100_000)
    pieces = (RECORD + struct.pack(">H", 27 + 32 * generator.randrange(4)) + generator.randbytes(27)
              for _ in range(size * KILOBYTE // 32))
    session.raw("to_server", b"".join(pieces), segment_size=LONG_SEGMENT)
    session.end()
    write_with_keys(path, session)


def write_with_keys(path, session):
    """A pcapng file with a Decryption Secrets Block."""
    log = session.keys.encode()
    secrets = capture_file.block(capture_file.DECRYPTION_SECRETS, struct.pack("<II", TLS_KEY_LOG, len(log)) + log)
    capture_file.write_pcapng(path, session.packets)
    contents = path.read_bytes()
    head = struct.unpack_from("<I", contents, 4)[0]  # of the section
    path.write_bytes(contents[:head] + secrets + contents[head:])


CARRIERS = {
    make.__name__: make
    for make in (
        chunks_of_a_byte, endless_heads, lost_heads, small_requests, garbage_in_records,
        nearly_records,
    )
}  # fmt: skip
