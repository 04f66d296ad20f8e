"""What other protocols sound like: for each name a function that makes an exchange from a random generator.

An exchange is a list of (whether the client sends, bytes). The streams are long enough for everything that looks at the
first 64 KiB, and have the shapes that come closest to chunk headers: length prefixes, small numbers, runs of zeros, FLV
tags and AMF.
"""

import base64
import math
import struct
import subprocess
from functools import cache

LONG = 150_000  # bytes

CLIENT, SERVER = True, False


def repeat(make, size=LONG):
    """make(n) for n = 0, 1, … until there are `size` bytes."""
    pieces, total = [], 0
    while total < size:
        pieces.append(make(len(pieces)))
        total += len(pieces[-1])
    return b"".join(pieces)


def http(head, body):
    request = b"GET /stream HTTP/1.1\r\nHost: media.example\r\nUser-Agent: test\r\n\r\n"
    return [(CLIENT, request), (SERVER, b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n"), (SERVER, body)]


def flv(random):
    """Tags of audio and video: type, 24-bit length and time, as chunk headers have them."""
    time = [0]

    def tag(_):
        time[0] += random.choice((0, 13, 23, 40))
        kind = random.choice((8, 8, 9))
        body = b"\xaf\x01" + random.randbytes(180)
        if kind == 9:
            body = b"\x27\x01\0\0\0" + random.randbytes(random.randrange(50, 4000))
        head = struct.pack(">B", kind) + struct.pack(">I", len(body))[1:] + struct.pack(">I", time[0])[1:] + bytes(4)
        return head + body + struct.pack(">I", len(body) + 11)

    return b"FLV\x01\x05\0\0\0\x09\0\0\0\0" + repeat(tag)


def http_flv(random):
    return http(b"Content-Type: video/x-flv", flv(random))


def bare_flv(random):
    return [(CLIENT, flv(random))]


@cache
def encoded(form):
    """A real file: test picture and tone, as ffmpeg writes it to something that cannot be rewound."""
    sources = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", "-f", "lavfi", "-i", "sine"]
    coding = ["-t", "12", "-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-c:a", "aac", "-f", form]
    if form == "mp4":
        coding += ["-movflags", "frag_keyframe+empty_moov"]
    command = ["ffmpeg", "-v", "error", *sources, *coding, "-"]
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True).stdout


def real_flv(random):
    return http(b"Content-Type: video/x-flv", encoded("flv"))


def real_mpeg_ts(random):
    return http(b"Content-Type: video/mp2t", encoded("mpegts"))


def real_matroska(random):
    return http(b"Content-Type: video/x-matroska", encoded("matroska"))


def real_mp4(random):
    return http(b"Content-Type: video/mp4", encoded("mp4"))


def http_json(random):
    rows = repeat(lambda n: b'{"id": %d, "value": %.6f},\n' % (n, random.random()))
    return http(b"Content-Type: application/json", rows)


def http_chunked(random):
    def piece(_):
        data = random.randbytes(random.randrange(1, 8000))
        return b"%x\r\n%s\r\n" % (len(data), data)

    return http(b"Transfer-Encoding: chunked", repeat(piece) + b"0\r\n\r\n")


def http_amf(random):
    """Flash remoting: AMF messages in POST requests."""

    def request(n):
        value = b"\x02\0\x05hello\0" + struct.pack(">d", n) + b"\x03\0\x01x\x05\0\0\x09"
        body = b"\0\0\0\0\0\x01\0\x04null\0\x02/1" + struct.pack(">I", len(value) + 5) + b"\x0a\0\0\0\x01" + value
        head = b"POST /gateway HTTP/1.1\r\nContent-Type: application/x-amf\r\nContent-Length: %d\r\n\r\n"
        return head % len(body) + body

    return [(CLIENT, repeat(request))]


def http_mp4(random):
    def box(n):
        head = struct.pack(">IIII", 0, n, 0, 1000 * n) * 9
        body = random.randbytes(random.randrange(100, 9000)) if n % 3 == 2 else head
        return struct.pack(">I", len(body) + 8) + (b"moof", b"traf", b"mdat")[n % 3] + body

    return http(b"Content-Type: video/mp4", repeat(box))


def tls(random):
    def record(n):
        size = random.choice((40, 300, 1400, 16401))
        return b"\x17\x03\x03" + struct.pack(">H", size) + random.randbytes(size)

    hello = b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + random.randbytes(506)
    answer = b"\x16\x03\x03\0\x5a\x02\0\0\x56\x03\x03" + random.randbytes(83) + b"\x14\x03\x03\0\x01\x01"
    return [(CLIENT, hello), (SERVER, answer + repeat(record)), (CLIENT, repeat(record, 20000))]


def ssh(random):
    exchange = [(CLIENT, b"SSH-2.0-OpenSSH_9.2\r\n"), (SERVER, b"SSH-2.0-OpenSSH_9.2p1\r\n")]
    names = b"curve25519-sha256,ecdh-sha2-nistp256,diffie-hellman-group14-sha256" * 4
    init = struct.pack(">IBB", 1068, 4, 20) + random.randbytes(16) + struct.pack(">I", len(names)) + names
    encrypted = [(SERVER, random.randbytes(LONG)), (CLIENT, random.randbytes(9000))]
    return [*exchange, (CLIENT, init), (SERVER, init), *encrypted]


def rtsp(random):
    def packet(n):
        size = random.choice((172, 1000, 1400))
        rtp = struct.pack(">BBHII", 0x80, 96 | (n % 5 == 0) << 7, n & 0xFFFF, 90000 + n * 3600, 0x1234)
        return b"$\0" + struct.pack(">H", size + 12) + rtp + random.randbytes(size)

    setup = b"SETUP rtsp://cam/1 RTSP/1.0\r\nCSeq: 2\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\n\r\n"
    return [(CLIENT, setup), (SERVER, b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nSession: 1\r\n\r\n"), (SERVER, repeat(packet))]


def rtp_framed(random):
    """RFC 4571."""

    def packet(n):
        body = struct.pack(">BBHII", 0x80, 0, n & 0xFFFF, n * 160, 7) + random.randbytes(160)
        return struct.pack(">H", len(body)) + body

    return [(CLIENT, repeat(packet))]


def mpeg_ts(random):
    def packet(n):
        if n % 20 == 0:
            return b"\x47\x40\0\x10\0" + b"\0\xb0\x0d\0\x01\xc1\0\0\0\x01\xf0\0" + b"\xff" * 171
        return struct.pack(">BHB", 0x47, 0x100 | (n % 7 == 0) << 14, 0x10 | n & 15) + random.randbytes(184)

    return [(CLIENT, repeat(packet))]


def random_bytes(random):
    return [(CLIENT, random.randbytes(LONG)), (SERVER, random.randbytes(LONG))]


def zeros(_):
    return [(CLIENT, bytes(LONG)), (SERVER, bytes(LONG))]


def ones(_):
    return [(CLIENT, b"\xff" * LONG), (SERVER, b"\x03" * LONG)]


def one_byte(random):
    return [(CLIENT, bytes([random.randrange(256)]) * LONG), (SERVER, bytes([random.randrange(256)]) * LONG)]


def sparse(random):
    """A disk image: zeros with a little between."""
    return [(SERVER, repeat(lambda _: bytes(random.randrange(1, 4096)) + random.randbytes(random.randrange(1, 300))))]


def counters(random):
    first, step = random.randrange(1 << 20), random.choice((1, 2, 40, 256))
    counted = repeat(lambda n: struct.pack(">I", first + n * step))
    return [(CLIENT, counted), (SERVER, bytes(range(256)) * (LONG // 256))]


def records(random):
    """A table of small big-endian numbers."""
    row = lambda n: struct.pack(">BHIHB", 3, n & 0xFFFF, random.randrange(3000), 9, 0)  # noqa: E731
    return [(SERVER, repeat(row))]


def small_values(random):
    return [(CLIENT, bytes(random.choices((0, 1, 2, 3, 4, 8, 9, 20), k=LONG)))]


def audio(random):
    """PCM: a tone with pauses."""
    pitch = random.uniform(0.01, 0.3)
    sample = lambda n: struct.pack("<h", 0 if n // 4000 % 2 else int(3000 * math.sin(n * pitch)))  # noqa: E731
    return [(CLIENT, repeat(sample))]


def smtp(random):
    mail = base64.encodebytes(random.randbytes(LONG))
    head = b"EHLO me\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n"
    return [(SERVER, b"220 mail ESMTP\r\n"), (CLIENT, head + mail + b".\r\nQUIT\r\n")]


def imap(random):
    def fetch(n):
        return b"* %d FETCH (FLAGS (\\Seen) BODY[] {500}\r\n%s)\r\n" % (n, random.randbytes(250).hex().encode())

    return [(SERVER, b"* OK ready\r\n"), (CLIENT, b"a1 FETCH 1:* BODY[]\r\n"), (SERVER, repeat(fetch))]


def irc(random):
    return [(CLIENT, repeat(lambda n: b":nick%d PRIVMSG #room :message %x\r\n" % (n % 9, random.getrandbits(99))))]


def csv(random):
    return [(SERVER, repeat(lambda n: b"%d;%d;%.3f\n" % (n, random.randrange(999), random.random())))]


def redis(random):
    def command(n):
        return b"*3\r\n$3\r\nSET\r\n$10\r\nkey:%06d\r\n$64\r\n%s\r\n" % (n % 999999, random.randbytes(64))

    return [(CLIENT, repeat(command)), (SERVER, b"+OK\r\n" * 1000)]


def memcached(random):
    command = lambda n: b"set k%d 0 0 200\r\n%s\r\n" % (n, random.randbytes(200))  # noqa: E731
    return [(CLIENT, repeat(command)), (SERVER, b"STORED\r\n" * 500)]


def mysql(random):
    def row(n):
        texts = b"%d" % n, b"name%d" % n, random.randbytes(20).hex().encode()
        body = b"".join(bytes([len(text)]) + text for text in texts)
        return struct.pack("<I", len(body))[:3] + bytes([n & 255]) + body

    greeting = b"\x4a\0\0\0\x0a8.0.30\0" + random.randbytes(8) + bytes(56)
    return [(SERVER, greeting), (CLIENT, b"\x11\0\0\0\x03select * from t;"), (SERVER, repeat(row))]


def postgres(random):
    def row(n):
        body = struct.pack(">HI", 2, 4) + struct.pack(">I", n) + struct.pack(">I", 30) + random.randbytes(30)
        return b"D" + struct.pack(">I", len(body) + 4) + body

    return [(CLIENT, struct.pack(">II", 20, 196608) + b"user\0me\0\0\0\0"), (SERVER, repeat(row))]


def mongodb(random):
    def message(n):
        body = struct.pack("<IBI", 0, 0, 60) + b"\x10n\0" + struct.pack("<I", n) + random.randbytes(49)
        return struct.pack("<IIII", len(body) + 16, n, 0, 2013) + body

    return [(CLIENT, repeat(message))]


def kafka(random):
    def request(n):
        body = struct.pack(">HHIH", 0, 7, n, 6) + b"client" + random.randbytes(random.randrange(100, 3000))
        return struct.pack(">I", len(body)) + body

    return [(CLIENT, repeat(request))]


def amqp(random):
    def frame(n):
        size = random.choice((8, 100, 4000))
        return struct.pack(">BHI", random.choice((1, 2, 3)), 1, size) + random.randbytes(size) + b"\xce"

    return [(CLIENT, b"AMQP\0\0\x09\x01"), (CLIENT, repeat(frame))]


def mqtt(random):
    def publish(n):
        body = b"\0\x09sensors/7" + random.randbytes(80)
        return bytes([0x30, len(body)]) + body

    return [(CLIENT, b"\x10\x10\0\x04MQTT\x04\x02\0\x3c\0\x04test"), (CLIENT, repeat(publish))]


def websocket(random):
    def frame(n):
        size = random.choice((200, 1000, 60000))
        return b"\x82\x7e" + struct.pack(">H", size) + random.randbytes(size)

    request = b"GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    answer = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
    return [(CLIENT, request), (SERVER, answer + repeat(frame))]


def http2(random):
    def frame(n):
        size = random.choice((5, 50, 1000, 16384))
        data = bytes([0]) + struct.pack(">I", size - 5) + random.randbytes(size - 5)  # a gRPC message
        kind = random.choice((0, 0, 1, 8))
        return struct.pack(">I", size)[1:] + bytes([kind, 0]) + struct.pack(">I", 1 + 2 * (n % 5)) + data

    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"
    return [(CLIENT, preface), (SERVER, repeat(frame)), (CLIENT, repeat(frame, 30000))]


def smb(random):
    def message(n):
        head = b"\xfeSMB" + struct.pack("<HHIHHIIQIIQ", 64, 1, 0, 8, 1, 0, 0, n, 0, 1, 99) + bytes(16)
        body = struct.pack("<HBBIII", 17, 80, 0, 4096, 0, 0) + random.randbytes(4096)
        return struct.pack(">I", len(head + body)) + head + body

    return [(SERVER, repeat(message))]


def bittorrent(random):
    piece = lambda n: struct.pack(">IBII", 16393, 7, n // 16, n % 16 * 16384) + random.randbytes(16384)  # noqa: E731
    hello = b"\x13BitTorrent protocol" + bytes(8) + random.randbytes(40)
    requests = repeat(lambda n: struct.pack(">IBIII", 13, 6, n // 16, n % 16 * 16384, 16384), 5000)
    return [(CLIENT, hello), (SERVER, hello + b"\0\0\0\x01\x01"), (CLIENT, requests), (SERVER, repeat(piece))]


def dns(random):
    def answer(n):
        body = struct.pack(">HHHHHH", n & 0xFFFF, 0x8180, 1, 1, 0, 0) + b"\x03www\x07example\0\0\x01\0\x01"
        body += b"\xc0\x0c\0\x01\0\x01\0\0\x0e\x10\0\x04" + random.randbytes(4)
        return struct.pack(">H", len(body)) + body

    return [(SERVER, repeat(answer))]


def ldap(random):
    def entry(n):
        name = b"\x64\x50\x04\x0ccn=a,dc=test\x30\x40"
        body = b"\x02\x02" + struct.pack(">H", n & 0x7FFF) + name + random.randbytes(64)
        return b"\x30" + bytes([len(body)]) + body

    return [(SERVER, repeat(entry))]


def rdp(random):
    def packet(n):
        body = b"\x02\xf0\x80" + random.randbytes(random.randrange(20, 1500))
        return b"\x03\0" + struct.pack(">H", len(body) + 4) + body

    hello = b"\x03\0\0\x13\x0e\xe0\0\0\0\0\0\x01\0\x08\0\x03\0\0\0"
    return [(CLIENT, hello), (SERVER, repeat(packet)), (CLIENT, repeat(packet, 9000))]


def echo(random):
    """A server that sends back what it gets, where the first bytes could be a handshake's but for the version."""
    data = b"\x05" + bytes(8) + random.randbytes(LONG)
    return [(who, data[at : at + 1537]) for at in range(0, LONG, 1537) for who in (CLIENT, SERVER)]


def low_bytes(random):
    """Begins with a byte that a version could be, but is not, and has the sizes of a handshake."""
    first = bytes([random.choice([byte for byte in range(32) if byte not in (3, 6, 8, 9)])])
    return [(CLIENT, first + random.randbytes(1536)), (SERVER, first + random.randbytes(3072 + LONG))]


def vnc(random):
    def update(n):
        head = struct.pack(">BBH", 0, 0, 1) + struct.pack(">HHHHI", n % 800, n % 600, 32, 16, 0)
        return head + bytes(random.choices((0, 0, 0, 255), k=32 * 16 * 4))

    hello = b"RFB 003.008\n"
    return [(SERVER, hello), (CLIENT, hello), (SERVER, repeat(update)), (CLIENT, b"\x03\x01\0\0\0\0\x04\0\x03\0" * 900)]


PROTOCOLS = {
    make.__name__: make
    for make in (
        real_flv, real_mpeg_ts, real_matroska, real_mp4, http_flv, bare_flv, http_json, http_chunked, http_amf,
        http_mp4, tls, ssh, rtsp, rtp_framed, mpeg_ts, random_bytes, zeros, ones, one_byte, sparse, counters, records,
        small_values, audio, smtp, imap, irc, csv, redis, memcached, mysql, postgres, mongodb, kafka, amqp, mqtt,
        websocket, http2, smb, bittorrent, dns, ldap, rdp, vnc, echo, low_bytes,
    )
}  # fmt: skip
