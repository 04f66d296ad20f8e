"""Captures that are made to hurt: each a function of a size, about that many kilobytes, and of the file to write."""

import random
import struct

import packets as capture_file
import rtmfp_writer
from publisher_script import begin, command
from rtmp_writer import AGGREGATE, AUDIO, COMMAND_AMF0, COMMAND_AMF3, DATA_AMF0, VIDEO, amf0, header, message
from scripted_tcp import ACK, ETHERNET, PUSH, SEGMENT, START, STEP, Conversation
from segments import SYN

KILOBYTE = 1000
SERVER_PORT = 1935
CHUNK_SIZE = 4096
FRAME = b"\x27\x01\0\0\0"  # the FLV tag header of an H.264 frame that is no key frame
LATER = 2_500_000_000 * 1_000_000_000  # nanoseconds
LONG_SEGMENT = 8000
OPEN_CHUNK = 600  # bytes of 65,000 messages that are more than anybody may keep


def publisher(chunk_size=CHUNK_SIZE):
    generator = random.Random(2012)
    conversation = Conversation(0, SERVER_PORT)
    begin(conversation, generator, chunk_size)
    return conversation, generator


def video(body, time):
    return message(VIDEO, body, 6, time, 1, CHUNK_SIZE)


def write(path, conversation):
    conversation.close()
    capture_file.write_pcap(path, conversation.packets)


def with_losses(conversation, data, generator, rate=0.05):
    """Says it, but some segments are not captured; the acknowledgements are."""
    for at in range(0, len(data), SEGMENT):
        piece = data[at : at + SEGMENT]
        if generator.random() < rate:
            conversation.skip(True, len(piece))
        else:
            conversation.send(True, piece, ACK | PUSH)
        conversation.send(False)


def fake_headers(size, path):
    """Video whose payload is full of headers that would be believable where a message begins."""
    conversation, generator = publisher()
    pieces = []
    for n in range(size // 10 + 1):
        body = FRAME
        while len(body) < 10 * KILOBYTE:
            chunk_stream, kind = generator.choice((4, 5, 6)), generator.choice((AUDIO, VIDEO))
            length = generator.randrange(20, 9000)
            body += header(0, chunk_stream, n * 40, length, kind, 1) + generator.randbytes(generator.randrange(60))
        pieces.append(video(body, n * 40))
    with_losses(conversation, b"".join(pieces), generator)
    write(path, conversation)


def nested(size, path):
    """RTMP within RTMP: the payload of a few huge messages is a stream of whole messages, commands among them."""
    conversation, generator = publisher()
    inner = []
    for n in range(size):
        inner.append(video(FRAME + generator.randbytes(900), n * 40))
        if n % 50 == 0:
            inner.append(command("onStatus", 0, None, {"code": f"NetStream.Fake.{n}"}, stream=1))
    body = FRAME + b"".join(inner)
    pieces = [video(body[at : at + 500_000], at // 100) for at in range(0, len(body), 500_000)]
    with_losses(conversation, b"".join(pieces), generator)
    write(path, conversation)


def alternating_lengths(size, path):
    """Every header announces something else than the one before, and half of the messages are never finished."""
    conversation, generator = publisher()
    pieces = []
    for n in range(size * 2):
        length = generator.choice((0, 1, 0xFFFFFF, 300, 0x800000, 65536))
        chunk_stream, kind = generator.choice((4, 5, 64, 700)), generator.choice((AUDIO, VIDEO, DATA_AMF0))
        head = header(0, chunk_stream, n, length, kind, n % 3)
        pieces.append(head + generator.randbytes(min(length, 4096)))
    with_losses(conversation, b"".join(pieces)[: size * KILOBYTE], generator)
    write(path, conversation)


def out_of_order(size, path):
    """A gap before every segment, and none is ever filled: the receiver acknowledges nothing."""
    conversation, generator = publisher()
    first = conversation.next[True]
    for n in range(size * 2):
        conversation.send(True, generator.randbytes(400), ACK | PUSH, sequence=first + 1 + n * 500)
    capture_file.write_pcap(path, conversation.packets)


def descending(size, path):
    """The same from the end to the beginning: each segment goes before all that wait."""
    conversation, generator = publisher()
    first = conversation.next[True] + size * 1100
    for n in range(size * 2):
        conversation.send(True, generator.randbytes(400), ACK | PUSH, sequence=first - n * 500)
    capture_file.write_pcap(path, conversation.packets)


def every_other_byte(size, path):
    """Segments of one byte with a gap of one byte after each; all is acknowledged."""
    conversation, generator = publisher()
    media = video(FRAME + generator.randbytes(180), 40)
    data = (media * (size * 20 // len(media) + 1))[: size * 20]
    for at in range(0, len(data) - 1, 2):
        conversation.send(True, data[at : at + 1], ACK | PUSH)
        conversation.skip(True, 1)
        if at % 32 == 0:
            conversation.send(False)
    write(path, conversation)


def overlaps(size, path):
    """Each byte comes several times, with other contents each time."""
    conversation, generator = publisher()
    data = video(FRAME + generator.randbytes(size * 300), 40)
    first = conversation.next[True]
    for at in range(0, len(data), 700):
        for back in (0, 300, 650):
            begin_at = max(0, at - back)
            piece = data[begin_at : at + 700] if back == 0 else generator.randbytes(700)
            conversation.send(True, piece, ACK | PUSH, sequence=first + begin_at)
    capture_file.write_pcap(path, conversation.packets)


def half_open(size, path):
    """Nothing but SYNs, each of another client."""
    write_syns(size, path, lambda n: (10 << 24 | n, 40000, SERVER_PORT))


def half_open_from_one(size, path):
    """The same from all ports of one client to several of the server: they share what one pair of hosts may have."""
    write_syns(size, path, lambda n: (10 << 24 | 1, 1024 + n % 60_000, SERVER_PORT + n // 60_000))


def write_syns(size, path, ends_of):
    """`ends_of` gives the client's address, its port, and the server's port."""
    head = ETHERNET + struct.pack(">BBHHHBBH", 0x45, 0, 40, 0, 0x4000, 64, 6, 0)
    length = len(head) + 8 + 20
    with open(path, "wb") as file:
        magic, link_type = capture_file.NANOSECOND_MAGIC, capture_file.LINK_ETHERNET
        file.write(struct.pack("<IHHiIII", magic, 2, 4, 0, 0, 262144, link_type))
        for n in range(size * 14):
            seconds, nanoseconds = divmod(START + n * STEP, 1_000_000_000)
            file.write(struct.pack("<IIII", seconds, nanoseconds, length, length) + head)
            client, port, server_port = ends_of(n)
            file.write(struct.pack(">II", client, 0xC0000201))
            file.write(struct.pack(">HHIIBBHHH", port, server_port, n, 0, 5 << 4, SYN, 65535, 0, 0))


def rtmfp_hellos(size, path):
    """Nothing but hellos of RTMFP, each of another client and with another tag."""
    packets, cache = [], {}
    for n in range(size * 9):
        half = struct.pack(">I", n) + struct.pack(">I", ~n & 0xFFFFFFFF)  # whose checksum is always the same
        hello = rtmfp_writer.counted(rtmfp_writer.option(0x0A, b"rtmfp://192.0.2.2/a")) + half * 2
        plain = b"\x0b\x12\x34" + rtmfp_writer.chunk(rtmfp_writer.INITIATOR_HELLO, hello)
        plain += b"\xff" * (-(len(plain) + 2) % 16)
        plain = rtmfp_writer.checksum(plain).to_bytes(2, "big") + plain
        udp = rtmfp_writer.scrambled(0, encrypted(plain, cache))
        udp = struct.pack(">HHHH", 40000, SERVER_PORT, 8 + len(udp), 0) + udp
        ip = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, 10 << 24 | n, 0xC0000201)
        data = ETHERNET + ip + udp
        packets.append(capture_file.Packet(START + n * STEP, capture_file.LINK_ETHERNET, data, len(data)))
    capture_file.write_pcap(path, packets)


def encrypted(plain, cache):
    """Under the startup key. What many packets begin with is encrypted once."""
    begin = plain[:32]
    if begin not in cache:
        cache[begin] = rtmfp_writer.STARTUP_KEY.encrypt(begin)
    rest = bytes(a ^ b for a, b in zip(plain[32:48], cache[begin][16:])) + plain[48:]
    return cache[begin] + rtmfp_writer.STARTUP_KEY.encrypt(rest)


def lonely_fragments(size, path):
    """First fragments of datagrams of which nothing else comes."""
    generator, packets = random.Random(2012), []
    more, length = 0x2000, 1004  # with the TCP header whole eights, as fragments must have
    for n in range(size):
        tcp = struct.pack(">HHIIBBHHH", 40000, SERVER_PORT, n, 0, 5 << 4, ACK, 65535, 0, 0)
        payload = tcp + generator.randbytes(length)
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), n & 0xFFFF, more, 64, 6, 0)
        data = ETHERNET + ip + struct.pack(">II", 10 << 24 | n >> 16, 0xC0000201) + payload
        packets.append(capture_file.Packet(START + n * STEP, capture_file.LINK_ETHERNET, data, len(data)))
    capture_file.write_pcap(path, packets)


def clock_set(size, path):
    """The capture's clock is set to 2102, and back again and again."""
    conversation, generator = publisher()
    for n in range(size):
        if n % (size // 4 + 1) == size // 8:
            conversation.time += LATER if n < size // 4 or size // 2 <= n < size * 3 // 4 else -LATER
        conversation.say(True, video(FRAME + generator.randbytes(900), n * 40))
    write(path, conversation)


def open_messages(size, path):
    """Up to 65,000 chunk streams, each with a command of 16 MiB that is never finished; at last one that is."""
    conversation, generator = publisher(OPEN_CHUNK)
    body = generator.randbytes(OPEN_CHUNK)
    streams = range(320, 320 + min(65_000, size * KILOBYTE // OPEN_CHUNK))
    conversation.say(True, b"".join(header(0, one, 0, 0xFFFFFF, COMMAND_AMF0) + body for one in streams))
    conversation.say(True, message(DATA_AMF0, amf0("x" * 2000), chunk_size=OPEN_CHUNK))
    write(path, conversation)


def lost_again(size, path):
    """Aggregates of one byte or none without a whole header, nothing lost: borders are lost after every hundred bytes,
    and what was searched is searched again."""
    conversation, generator = publisher(1)
    wire = bytearray()
    for n in range(size * KILOBYTE // 5):
        body = generator.choice((b"\x27", b"\xaf"))[: generator.randrange(2)]
        wire += header(generator.choice((1, 2, 3)), 6, n // 10, len(body), AGGREGATE, 1) + body
    for at in range(0, len(wire), LONG_SEGMENT):
        conversation.send(True, bytes(wire[at : at + LONG_SEGMENT]), ACK | PUSH)
    write(path, conversation)


def bombs(path, size, type_id, bodies):
    conversation, _ = publisher(65536)
    said = 0
    while said < size * KILOBYTE:
        for body in bodies:
            conversation.say(True, message(type_id, body, 4, 0, 1, 65536))
            said += len(body)
    write(path, conversation)


def amf0_bombs(size, path):
    """Depth, counts without elements, references to oneself, objects that never end."""
    name = amf0("bomb") + amf0(1)
    bombs(path, size, COMMAND_AMF0, [
        name + b"\x03\0\x01x" * 8000,
        name + b"\x0a\xff\xff\xff\xff" * 6000,
        name + b"\x08\xff\xff\xff\xff\0\x01x" * 4000,
        name + b"\x03\0\x01x\x07\0\0" * 4000,
        name + b"\x05" * 30000,
        name + b"\x0c\xff\xff\xff\xff" + bytes(30000),
        name + b"\x02\xff\xff",
    ])  # fmt: skip


def amf3_bombs(size, path):
    """References that stand for long text, dense arrays without end, depth."""
    name = b"\0" + amf0("bomb") + amf0(1) + b"\x11"
    text = b"\x06\xff\x7f" + b"x" * 8191 + b"\x06\0" * 8000
    bombs(path, size, COMMAND_AMF3, [
        name + b"\x09\xff\xff\xff\xff\x01" + text,
        name + b"\x09\x03\x01" * 8000,
        name + b"\x0a\x0b\x01\x03x" * 6000,
        name + b"\x09\xff\xff\xff\xff\x01" + b"\x01" * 30000,
        name + b"\x11\xff\xff\xff\xff\0" + b"\x09\0" * 9000,
        name + b"\x0c\xff\xff\xff\xff" + bytes(30000),
    ])  # fmt: skip


def noise(size, path):
    """On the RTMP port, from the middle: where is a chunk header in random bytes?"""
    generator = random.Random(2012)
    conversation = Conversation(0, SERVER_PORT)
    conversation.say(True, generator.randbytes(size * KILOBYTE))
    write(path, conversation)


def nearly_headers(size, path):
    """From the middle as well: every 12 bytes a header that only the next ones refute."""
    generator = random.Random(2012)
    conversation = Conversation(0, SERVER_PORT)
    headers = []
    for _ in range(size * KILOBYTE // 12):
        chunk_stream, kind = generator.choice((4, 6)), generator.choice((AUDIO, VIDEO))
        headers.append(header(0, chunk_stream, 40, generator.randrange(1, 200), kind, 1))
    conversation.say(True, b"".join(headers))
    write(path, conversation)


HOSTILE = {
    make.__name__: make
    for make in (
        fake_headers, nested, alternating_lengths, out_of_order, descending, every_other_byte, overlaps, half_open,
        half_open_from_one, rtmfp_hellos,
        lonely_fragments, clock_set, open_messages, lost_again, amf0_bombs, amf3_bombs, noise,
        nearly_headers,
    )
}  # fmt: skip
