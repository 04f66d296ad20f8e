"""Captures in which many connections together ask for too much, and a healthy one comes behind them.

Each function takes a size, about that many kilobytes, and the file to write.
"""

import random

import packets as capture_file
from publisher_script import begin, command, set_chunk_size
from rtmp_writer import AUDIO, COMMAND_AMF0, VIDEO, amf0, header, message
from scripted_tcp import ACK, PUSH, START, STEP, Conversation
from segments import RST

KILOBYTE = 1000
SERVER_PORT = 1935
MAXIMUM_LENGTH = 0xFFFFFF
LONG = 60_000  # bytes of a segment
USUAL = 2000  # likewise: memory is weighed after so many packets
HEALTHY = 20  # video messages of the healthy connection
FRAME = b"\x27\x01\0\0\0"


def say_long(conversation, data, segment=LONG):
    """In segments as long as IP allows; nothing is acknowledged."""
    for at in range(0, len(data), segment):
        conversation.send(True, data[at : at + segment], ACK | PUSH)


def healthy(number, time):
    generator = random.Random(number)
    conversation = Conversation(number, SERVER_PORT, time)
    begin(conversation, generator)
    for n in range(HEALTHY):
        conversation.say(True, message(VIDEO, FRAME + generator.randbytes(700), 6, n * 40, 1, 4096))
        conversation.say(True, message(AUDIO, b"\xaf\x01" + generator.randbytes(200), 4, n * 40, 1, 4096))
    conversation.close()
    return conversation.packets


def crowd(path, count, make, chunk_size=0x7FFFFFF):
    """`make` is called with each connection, which has begun to publish."""
    generator, packets, time = random.Random(2012), [], START
    for number in range(count):
        conversation = Conversation(number, SERVER_PORT, time)
        begin(conversation, generator, chunk_size)
        make(conversation, number)
        packets += conversation.packets
        time = conversation.time + STEP
    packets += healthy(count, time)
    capture_file.write_pcap(path, packets)


def long_body(size, byte=b"A"):
    """A command of 16 MiB as far as `size` bytes."""
    head = header(0, 5, 0, MAXIMUM_LENGTH, COMMAND_AMF0, 1)
    return head + amf0("x") + b"\x0c\0\xff\xff\xf0" + byte * size


def open_bodies(size, path):
    """Each is in the middle of one message of a megabyte and more that never ends."""
    count = max(4, size // 2000)
    crowd(path, count, lambda conversation, _: say_long(conversation, long_body(size * KILOBYTE // count)))


def closed_bodies(size, path):
    """The same, and each is reset: what one of them says is printed at once, each byte as six."""

    def make(conversation, _):
        say_long(conversation, long_body(size * KILOBYTE // count, b"\0"))
        conversation.send(True, flags=RST | ACK)

    count = max(4, size // 15_000)
    crowd(path, count, make)


def open_chunk_streams(size, path):
    """Each has up to 60,000 chunk streams, all in the middle of a message."""
    one = len(header(0, 320, 0, MAXIMUM_LENGTH, COMMAND_AMF0, 1)) + 1
    count = max(4, size * KILOBYTE // (60_000 * one))
    each = min(60_000, size * KILOBYTE // (count * one))
    opened = (header(0, 320 + n, 0, MAXIMUM_LENGTH, COMMAND_AMF0, 1) + b"\2" for n in range(each))
    wire = set_chunk_size(1) + b"".join(opened)
    crowd(path, count, lambda conversation, _: say_long(conversation, wire))


def open_searches(size, path):
    """Behind a gap each says a megabyte and more in which no header is."""

    def make(conversation, _):
        conversation.skip(True, 100)
        say_long(conversation, b"\5" * each)
        conversation.time += 4_000_000_000  # the missing bytes will not come
        conversation.send(False)

    count = max(4, size // 1500)
    each = size * KILOBYTE // count
    crowd(path, count, make)


def waiting_searches(size, path):
    """Behind a gap each begins a message whose end would prove its header, and which has none."""
    count = max(4, size // 900)  # less than a search keeps
    wire = long_body(size * KILOBYTE // count)

    def make(conversation, _):
        conversation.skip(True, 100)
        say_long(conversation, wire, USUAL)
        conversation.time += 4_000_000_000
        conversation.send(False)

    crowd(path, count, make)


def pending_text(size, path):
    """Each says 1,400 commands without a byte, which are a line of text each."""
    wire = header(0, 6, 0, 0, COMMAND_AMF0, 1) + header(3, 6) * 1400
    crowd(path, max(4, size // 7), lambda conversation, _: say_long(conversation, wire))


def unanswered(size, path):
    """Requests without an answer, and media on thousands of message streams."""

    def make(conversation, _):
        calls = (command(f"call{n}", n + 10, None) for n in range(each))
        media = (message(AUDIO, b"\xaf\x01" + bytes(20), 4, n, n + 2, 4096) for n in range(each))
        conversation.say(True, b"".join(calls) + b"".join(media))

    each = size * KILOBYTE // 4 // 80
    crowd(path, 4, make)


CROWDS = {
    make.__name__: make
    for make in (
        open_bodies, closed_bodies, open_chunk_streams, open_searches, waiting_searches, pending_text, unanswered,
    )
}  # fmt: skip
