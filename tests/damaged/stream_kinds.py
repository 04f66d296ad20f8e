"""Publishers that senders of the lab are not: other codecs, chunk sizes and headers, made from a random generator.

Each name is what the stream is made of, such as "hvc1 aac 333 type1": video, audio, chunk size, and how headers save
bytes. A word "segments" behind that puts each chunk into a segment of its own; "shared" puts audio and video on one
chunk stream, as librtmp does both.
"""

import packets as capture_file
from publisher_script import begin
from rtmp_writer import AUDIO, VIDEO, basic_header, chunks, header, u24, u32
from scripted_tcp import ACK, PUSH, Conversation

PORT = 1935
SECONDS, SECONDS_OF_AUDIO = 12, 60
AUDIO_STEP, VIDEO_STEP = 23, 40
AUDIO_STREAM, VIDEO_STREAM = 4, 6
KEY_INTERVAL = 50  # frames
SILENT_AAC = bytes.fromhex("af01 2110 0460 8c1c")  # the same frame over and over


def nal_units(generator, size, first):
    return u32(size) + first + generator.randbytes(size - len(first))


def legacy_video(generator, number, size):
    key = number % KEY_INTERVAL == 0
    first = b"\x65" if key else b"\x41"
    return bytes([0x17 if key else 0x27, 1]) + u24(0) + nal_units(generator, size, first)


def enhanced_video(four_cc):
    """As gortmplib writes it: frame type 0 in every frame."""

    def frame(generator, number, size):
        if four_cc != b"hvc1":
            return b"\x81" + four_cc + generator.randbytes(size)
        unit = nal_units(generator, size, b"\x26\x01" if number % KEY_INTERVAL == 0 else b"\x02\x01")
        if number % 3 == 0:
            return b"\x81" + four_cc + u24(40) + unit
        return b"\x83" + four_cc + unit

    return frame


def same(body):
    return lambda generator, number: body


def varying(head, shortest, longest):
    return lambda generator, number: head + generator.randbytes(generator.randint(shortest, longest))


VIDEOS = {
    "none": None, "avc": legacy_video,
    "hvc1": enhanced_video(b"hvc1"), "av01": enhanced_video(b"av01"), "vp09": enhanced_video(b"vp09"),
}  # fmt: skip
AUDIOS = {
    "none": None, "aac": varying(b"\xaf\x01", 90, 260), "silent_aac": same(SILENT_AAC),
    "silent_opus": same(b"\x91Opus\xf8\xff\xfe"), "opus": varying(b"\x91Opus", 60, 200),
    "silent_mulaw": same(b"\x82" + b"\xff" * 184), "silent_pcm": same(b"\x3e" + bytes(1024)),
}  # fmt: skip


class Headers:
    """Of one chunk stream. `style` says which fields are left out: type0 none, type1 the message stream, compressed all
    that stays as it was.
    """

    def __init__(self, chunk_stream_id, style):
        self.chunk_stream_id, self.style = chunk_stream_id, style
        self.time = self.kind = self.step = None

    def next(self, time, type_id, length):
        step = None if self.time is None else time - self.time
        if step is None or self.style == "type0":
            chunk_format = 0
        elif self.style == "type1" or (type_id, length) != self.kind:
            chunk_format = 1
        else:
            chunk_format = 3 if step == self.step else 2
        self.time, self.kind, self.step = time, (type_id, length), step
        value = step if chunk_format else time
        return header(chunk_format, self.chunk_stream_id, value, length, type_id, 1)


def messages(video, audio, style, shared, generator):
    """(chunk stream, first header, body) in order of time."""
    length = 1000 * (SECONDS if video else SECONDS_OF_AUDIO)
    due = [(number * VIDEO_STEP, VIDEO, number) for number in range(length // VIDEO_STEP) if video]
    due += [(number * AUDIO_STEP, AUDIO, number) for number in range(length // AUDIO_STEP) if audio]
    streams = {AUDIO: Headers(AUDIO_STREAM, style)}
    streams[VIDEO] = streams[AUDIO] if shared else Headers(VIDEO_STREAM, style)
    for time, type_id, number in sorted(due):
        if type_id == VIDEO:
            key = number % KEY_INTERVAL == 0
            body = video(generator, number, generator.randint(9000, 15000) if key else generator.randint(300, 6000))
        else:
            body = audio(generator, number)
        yield streams[type_id].chunk_stream_id, streams[type_id].next(time, type_id, len(body)), body


def publisher(name, generator, number=0, port=PORT):
    """The packets of one such stream."""
    video, audio, size, style, *more = name.split()
    conversation = Conversation(number, port)
    begin(conversation, generator, int(size))
    for chunk_stream_id, first, body in messages(VIDEOS[video], AUDIOS[audio], style, "shared" in more, generator):
        say(conversation, first, body, chunk_stream_id, int(size), "segments" in more)
    conversation.close()
    return conversation.packets


def said(name, generator):
    """How many messages of audio and video it has."""
    video, audio, _, style, *more = name.split()
    return sum(1 for _ in messages(VIDEOS[video], AUDIOS[audio], style, "shared" in more, generator))


def say(conversation, first, body, chunk_stream_id, size, segments):
    if not segments:
        conversation.say(True, chunks(first, body, chunk_stream_id, size))
        return
    for at in range(0, len(body), size):
        head = first if at == 0 else basic_header(3, chunk_stream_id)
        conversation.send(True, head + body[at : at + size], ACK | PUSH)
    conversation.send(False)


def write(name, generator, path):
    capture_file.write_pcap(path, publisher(name, generator))
