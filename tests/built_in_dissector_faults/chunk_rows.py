"""Chunk headers, timestamps and how messages are put together from chunks."""

from rows import ABSENT, row
from rtmp_writer import (
    ABORT,
    AUDIO,
    COMMAND_AMF0,
    EXTENDED,
    SET_CHUNK_SIZE,
    VIDEO,
    amf0_values,
    basic_header,
    chunks,
    header,
    message,
    u24,
    u32,
)
from session import CLIENT, SERVER, Session

LATE = 20_000_023  # milliseconds, above what 24 bits hold
AAC_FRAME = b"\xaf\x01" + b"\x21" * 8
PING = amf0_values("ping", 0)


def audio(time, **more):
    return {"type": "audio", "timestamp": time, "complete": True, "audio": {"codec": "aac"}} | more


def video_frame(size, head=b"\x17\x01\x00\x00\x00"):
    """An AVC key frame with one NAL unit that fills it."""
    return head + u32(size - 9) + b"\x65" + b"\x88" * (size - 10)


@row("Chunk basic header", "csid 63, 64, 100, 319, 320 and 65599 are shown as they are")
def high_chunk_stream_ids():
    session = Session()
    for chunk_stream_id in (63, 64, 100, 319, 320, 65599):
        expected = {"type": "command_amf0", "chunk_stream_id": chunk_stream_id, "command": {"name": "ping"}}
        session.send(CLIENT, COMMAND_AMF0, PING, expected, chunk_stream_id=chunk_stream_id)
    return session


@row("Chunk basic header", "csid 64 in two and in three bytes is one chunk stream")
def two_forms_of_one_id():
    session = Session()
    first = header(0, 64, 100, len(AAC_FRAME), AUDIO, 1) + AAC_FRAME
    second = b"\x41\x00\x00" + u24(20) + u24(len(AAC_FRAME)) + bytes([AUDIO]) + AAC_FRAME
    session.raw(CLIENT, first + second, audio(100), audio(120, chunk_stream_id=64, message_stream_id=1))
    session.findings = ["basic_header_longer_than_needed"]
    return session


@row("Message header", "types 1, 2 and 3 inherit type, length and message stream: all of it stands in every message")
def inherited_fields():
    session = Session()
    size = len(AAC_FRAME)
    wire = header(0, 4, 1000, size, AUDIO, 1) + AAC_FRAME
    wire += header(1, 4, 20, size + 5, AUDIO) + AAC_FRAME + bytes(5)
    wire += header(2, 4, 30) + AAC_FRAME + bytes(5)
    wire += header(3, 4) + AAC_FRAME + bytes(5)
    all_have = {"type_id": AUDIO, "message_stream_id": 1, "chunk_stream_id": 4}
    longer = all_have | {"length": size + 5}
    session.raw(
        CLIENT,
        wire,
        audio(1000, length=size, **all_have),
        audio(1020, **longer),
        audio(1050, **longer),
        audio(1080, **longer),
    )
    return session


@row("Chunk continuation", "interleaved messages: how many chunks each has, and where it begins")
def interleaved():
    session = Session()
    frame = video_frame(300)
    wire = header(0, 6, 40, len(frame), VIDEO, 1) + frame[:128]
    wire += header(0, 4, 23, len(AAC_FRAME), AUDIO, 1) + AAC_FRAME
    wire += basic_header(3, 6) + frame[128:256] + basic_header(3, 6) + frame[256:]
    after_first = 3073 + 12 + 128
    first = {"type": "video", "timestamp": 40, "chunks": 3, "length": 300, "stream_offset": 3073}
    session.raw(CLIENT, wire, audio(23, chunks=1, stream_offset=after_first), first)
    return session


@row("Chunk continuation", "every chunk header is an event of its own, with what it holds and its packet")
def chunk_events():
    session = Session()
    session.options = ("--chunks",)
    frame = video_frame(300)
    wire = header(0, 6, 40, len(frame), VIDEO, 1) + frame[:128] + header(0, 4, 23, len(AAC_FRAME), AUDIO, 1) + AAC_FRAME
    wire += basic_header(3, 6) + frame[128:256] + basic_header(3, 6) + frame[256:]
    packet = len(session.packets) + 1
    session.raw(CLIENT, wire, audio(23), {"type": "video", "chunks": 3})
    chunk = {"event": "chunk", "direction": "to_server", "frame": packet}
    session.events = [
        chunk | {"format": 0, "chunk_stream_id": 6, "stream_offset": 3073, "timestamp": 40, "length": 300,
                 "type_id": "video", "message_stream_id": 1, "payload_length": 128},
        chunk | {"format": 0, "chunk_stream_id": 4, "stream_offset": 3213, "type_id": "audio", "payload_length": 10},
        chunk | {"format": 3, "chunk_stream_id": 6, "stream_offset": 3235, "length": ABSENT, "payload_length": 128},
        chunk | {"format": 3, "chunk_stream_id": 6, "stream_offset": 3364, "payload_length": 44},
    ]  # fmt: skip
    return session


@row("Extended timestamp", "(a) type 3 that begins a new message after one with an extended timestamp")
def extended_on_new_message():
    session = Session()
    wire = header(0, 4, LATE, len(AAC_FRAME), AUDIO, 1) + AAC_FRAME
    wire += header(1, 4, 20, len(AAC_FRAME), AUDIO) + AAC_FRAME
    wire += header(3, 4) + AAC_FRAME  # the last header had none: nor has this
    wire += header(0, 4, LATE + 60, len(AAC_FRAME), AUDIO, 1) + AAC_FRAME
    wire += header(3, 4) + u32(LATE + 60) + AAC_FRAME  # the same absolute time again
    wire += header(0, 4, LATE + 80, len(AAC_FRAME), AUDIO, 1) + AAC_FRAME
    times = (LATE, LATE + 20, LATE + 40, LATE + 60, LATE + 60, LATE + 80)
    session.raw(CLIENT, wire, *(audio(time, message_stream_id=1) for time in times))
    session.findings = ["type3_after_type0"]
    return session


@row("Extended timestamp", "(b) type 3 byte and its extended timestamp in different segments")
def extended_cut_by_segments():
    session = Session()
    frame = video_frame(400)
    wire = message(VIDEO, frame, 6, LATE, 1) + message(AUDIO, AAC_FRAME, 4, LATE + 5, 1)
    expected = {"type": "video", "timestamp": LATE, "chunks": 4, "length": 400, "complete": True}
    session.raw(CLIENT, wire, expected, audio(LATE + 5), segment_size=1)
    return session


@row("Extended timestamp", "(c) senders that omit it on type 3 are recognised")
def extended_omitted():
    session = Session()
    frame = video_frame(400)
    wire = chunks(header(0, 6, LATE, len(frame), VIDEO, 1), frame, 6)
    wire += chunks(header(1, 6, 40, len(frame), VIDEO), frame, 6)
    wire += chunks(header(0, 6, LATE + 80, len(frame), VIDEO, 1), frame, 6)
    expected = {"type": "video", "chunks": 4, "complete": True, "video": {"frame_type": "key", "data": {"length": 395}}}
    session.raw(CLIENT, wire, *(expected | {"timestamp": LATE + step} for step in (0, 40, 80)))
    session.findings = ["extended_timestamp_absent"]
    return session


@row("Extended timestamp", "(d) on type 1 it is a delta, and so is what type 3 repeats")
def extended_delta():
    session = Session()
    frame = video_frame(400)
    wire = message(VIDEO, b"\x17\x02\x00\x00\x00", 6, 1000, 1)
    wire += chunks(header(1, 6, LATE, len(frame), VIDEO), frame, 6, repeated=u32(LATE))
    wire += chunks(header(1, 6, 40, len(frame), VIDEO), frame, 6)
    start = {"type": "video", "timestamp": 1000, "video": {"packet_type": "sequence_end"}}
    times = (1000 + LATE, 1000 + LATE + 40)
    session.raw(CLIENT, wire, start, *({"type": "video", "timestamp": time, "chunks": 4} for time in times))
    return session


@row("Extended timestamp", "(d) on type 2 it is a delta")
def extended_delta_type_2():
    session = Session()
    wire = message(AUDIO, AAC_FRAME, 4, 1000, 1) + header(2, 4, LATE) + AAC_FRAME + header(2, 4, 23) + AAC_FRAME
    session.raw(CLIENT, wire, audio(1000), audio(1000 + LATE), audio(1000 + LATE + 23))
    return session


@row("Extended timestamp", "exactly 0xFFFFFF is extended, 0xFFFFFE is not; times wrap after 2^32")
def extended_borders():
    session = Session()
    wire = message(AUDIO, AAC_FRAME, 4, EXTENDED - 1, 1) + message(AUDIO, AAC_FRAME, 4, EXTENDED, 1)
    wire += message(AUDIO, AAC_FRAME, 4, 0xFFFFFFFF, 1) + header(1, 4, 21, len(AAC_FRAME), AUDIO) + AAC_FRAME
    session.raw(CLIENT, wire, audio(EXTENDED - 1), audio(EXTENDED), audio(0xFFFFFFFF), audio(20))
    return session


@row("Extended timestamp", "type 3 that begins a message without it, from a sender that omits it")
def extended_omitted_on_new_message():
    session = Session()
    frame = video_frame(200)
    wire = chunks(header(0, 6, LATE, len(frame), VIDEO, 1), frame, 6)
    wire += chunks(header(3, 6), frame, 6)
    session.raw(CLIENT, wire, *2 * [{"type": "video", "timestamp": LATE, "chunks": 2, "complete": True}])
    session.findings = ["extended_timestamp_absent", "type3_after_type0"]
    return session


def after_set_chunk_size(value, shown, findings, effective):
    """A message of 300 bytes in chunks of `effective` bytes after a Set Chunk Size with `value`."""
    session = Session()
    control = {"type": "set_chunk_size", "control": {"chunk_size": shown}}
    session.send(CLIENT, SET_CHUNK_SIZE, u32(value), control, chunk_stream_id=2)
    frame = video_frame(300)
    wire = message(VIDEO, frame, 6, 40, 1, chunk_size=effective)
    session.raw(CLIENT, wire, {"type": "video", "chunks": -(-300 // effective), "complete": True})
    session.findings = findings
    return session


@row("Set Chunk Size", "0 is ignored, and said")
def chunk_size_zero():
    return after_set_chunk_size(0, 0, ["chunk_size_zero"], 128)


@row("Set Chunk Size", "0x80000100: shown as sent, taken without its top bit, and said")
def chunk_size_top_bit():
    return after_set_chunk_size(0x80000100, 0x80000100, ["chunk_size_top_bit"], 256)


@row("Set Chunk Size", "32768 and above are followed")
def chunk_size_large():
    session = Session()
    for size in (32768, 524288, 4194304):
        session.set_chunk_size(CLIENT, size)
        frame = video_frame(600_000)
        expected = {"type": "video", "length": 600_000, "chunks": -(-600_000 // size), "complete": True}
        session.send(CLIENT, VIDEO, frame, expected, chunk_stream_id=6, stream=1)
    return session


@row("Set Chunk Size", "above the longest message means the same as 16777215, and is said")
def chunk_size_beyond_messages():
    return after_set_chunk_size(0x7FFFFFFF, 0x7FFFFFFF, ["chunk_size_beyond_messages"], 300)


@row("Set Chunk Size", "1 byte a chunk")
def chunk_size_one():
    return after_set_chunk_size(1, 1, ["chunk_size_small"], 1)


@row("Set Chunk Size", "in the midst of a message it holds for the chunks that follow; each direction has its own")
def chunk_size_within_message():
    session = Session()
    frame = video_frame(600)
    wire = header(0, 6, 40, len(frame), VIDEO, 1) + frame[:128]
    wire += message(SET_CHUNK_SIZE, u32(200), 2)
    wire += basic_header(3, 6) + frame[128:328] + basic_header(3, 6) + frame[328:528] + basic_header(3, 6) + frame[528:]
    control = {"type": "set_chunk_size", "control": {"chunk_size": 200}}
    session.raw(CLIENT, wire, control, {"type": "video", "chunks": 4, "length": 600, "complete": True})
    text = amf0_values("onText", 0, "x" * 300)
    session.send(SERVER, COMMAND_AMF0, text, {"type": "command_amf0", "chunks": -(-len(text) // 128)})
    return session


@row("Large messages", "a 100 KB key frame at chunk size 60000, and the frames after it")
def large_key_frame():
    session = Session()
    session.set_chunk_size(CLIENT, 60000)
    key = {"type": "video", "length": 100_000, "chunks": 2, "video": {"frame_type": "key", "data": {"length": 99_995}}}
    session.send(CLIENT, VIDEO, video_frame(100_000), key, chunk_stream_id=6, stream=1)
    for time in (40, 80):
        inter = {"type": "video", "timestamp": time, "chunks": 1, "video": {"frame_type": "inter"}}
        frame = video_frame(5_000, b"\x27\x01\x00\x00\x00")
        session.send(CLIENT, VIDEO, frame, inter, chunk_stream_id=6, stream=1, time=time)
    return session


@row("Large messages", "the longest message, 16777215 bytes")
def longest_message():
    session = Session()
    session.set_chunk_size(CLIENT, 65536)
    expected = {"type": "video", "length": 0xFFFFFF, "chunks": 256, "complete": True}
    session.send(CLIENT, VIDEO, video_frame(0xFFFFFF), expected, chunk_stream_id=6, stream=1)
    session.raw(CLIENT, message(AUDIO, AAC_FRAME, 4, 7, 1), audio(7))
    return session


@row("Large messages", "messages of length 0 are complete, and the type 3 header after one begins another")
def empty_messages():
    session = Session()
    wire = (
        header(0, 4, 10, 0, AUDIO, 1)
        + header(1, 4, 20, 0, AUDIO)
        + header(3, 4)
        + header(1, 4, 20, 10, AUDIO)
        + AAC_FRAME
    )
    empty = {"type": "audio", "length": 0, "chunks": 1, "complete": True}
    times = ({"timestamp": time} for time in (10, 30, 50))
    session.raw(CLIENT, wire, *(empty | time for time in times), audio(70))
    session.findings = 3 * ["audio_silence"]
    return session


@row("Abort message", "acted upon: the partial message ends, and the next type 3 chunk begins a new one")
def abort():
    session = Session()
    frame = video_frame(400)
    wire = header(0, 6, 40, len(frame), VIDEO, 1) + frame[:128] + basic_header(3, 6) + frame[128:256]
    wire += message(ABORT, u32(6), 2)
    wire += chunks(header(1, 6, 40, len(frame), VIDEO), frame, 6) + chunks(header(3, 6), frame, 6)
    given_up = {"type": "video", "timestamp": 40, "chunks": 2, "complete": False}
    control = {"type": "abort", "complete": True, "control": {"chunk_stream_id": 6}}
    whole = {"type": "video", "chunks": 4, "complete": True, "message_stream_id": 1}
    session.raw(CLIENT, wire, given_up, control, whole | {"timestamp": 80}, whole | {"timestamp": 120})
    session.findings = ["message_aborted"]
    return session


@row("Abort message", "for a chunk stream without a message in progress: nothing happens, and it is said")
def abort_of_nothing():
    session = Session()
    wire = message(AUDIO, AAC_FRAME, 4, 10, 1) + message(ABORT, u32(4), 2) + header(2, 4, 10) + AAC_FRAME
    session.raw(CLIENT, wire, audio(10), {"type": "abort", "control": {"chunk_stream_id": 4}}, audio(20))
    session.findings = ["abort_without_message"]
    return session


@row("Message header", "a message stream id that was written in big-endian order is said")
def swapped_message_stream_id():
    session = Session()
    wire = header(0, 4, 10, len(AAC_FRAME), AUDIO, 1 << 24) + AAC_FRAME
    session.raw(CLIENT, wire, audio(10, message_stream_id=1 << 24, stream_name=ABSENT))
    session.findings = ["message_stream_id_swapped"]
    return session
