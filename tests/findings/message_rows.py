"""What is odd about chunks, messages, control and commands."""

from dataclasses import replace

from rows import bodies, row
from rtmp_writer import (
    ABORT,
    ACKNOWLEDGEMENT,
    AGGREGATE,
    AUDIO,
    COMMAND_AMF0,
    DATA_AMF0,
    SET_CHUNK_SIZE,
    SHARED_OBJECT_AMF0,
    VIDEO,
    WINDOW_SIZE,
    amf0_values,
    chunks,
    header,
    message,
    text,
    u16,
    u24,
    u32,
)
from session import CLIENT, Session

LATE = 20_000_023  # milliseconds, above what 24 bits hold
AAC_FRAME = b"\xaf\x01" + b"\x21" * 8
FRAME = b"\x17\x01\x00\x00\x00" + u32(391) + b"\x65" + b"\x88" * 390


def sent(*wire):
    session = Session()
    for part in wire:
        session.raw(CLIENT, part)
    return session


def audio(chunk_format, time, chunk_stream_id=4, stream=1):
    return header(chunk_format, chunk_stream_id, time, len(AAC_FRAME), AUDIO, stream) + AAC_FRAME


def sub_message(type_id, body, back_pointer=None):
    """Of an aggregate."""
    size = len(body) + 11 if back_pointer is None else back_pointer
    return bytes([type_id]) + u24(len(body)) + u24(0) + b"\0" + u24(0) + body + (u32(size) if size else b"")


for size, finding_id in ((0, "chunk_size_zero"), (0x80000080, "chunk_size_top_bit"), (64, "chunk_size_small"),
                         (0x7FFFFFFF, "chunk_size_beyond_messages")):
    bodies(SET_CHUNK_SIZE, {finding_id: u32(size)}, chunk_stream_id=2)

bodies(10, {"message_type_unknown": bytes(20)})
bodies(ACKNOWLEDGEMENT, {"message_body_short": bytes(3)}, chunk_stream_id=2)
bodies(WINDOW_SIZE, {"message_body_trailing": u32(5000) + b"\1"}, chunk_stream_id=2)
bodies(WINDOW_SIZE, {"control_on_wrong_stream": u32(5000)}, chunk_stream_id=5, stream=1)
bodies(ABORT, {"abort_without_message": u32(9)}, chunk_stream_id=2)
bodies(AGGREGATE, {
    "aggregate_length": bytes([AUDIO]) + u24(500) + bytes(7) + AAC_FRAME,
    "aggregate_back_pointer": sub_message(AUDIO, AAC_FRAME, 7) + sub_message(AUDIO, AAC_FRAME),
    "aggregate_last_back_pointer": sub_message(AUDIO, AAC_FRAME, 7),
    "aggregate_back_pointer_missing": sub_message(AUDIO, AAC_FRAME, 0),
    "aggregate_nested": sub_message(AGGREGATE, sub_message(AUDIO, AAC_FRAME)),
}, chunk_stream_id=6, stream=1)  # fmt: skip
bodies(COMMAND_AMF0, {
    "command_name_missing": amf0_values(1, 2),
    "transaction_id_missing": amf0_values("ping"),
    "command_name_alone": amf0_values("onFCPublish"),
})  # fmt: skip
bodies(DATA_AMF0, {"data_message_empty": b"", "data_name_missing": amf0_values(1, 2)}, stream=1)
bodies(SHARED_OBJECT_AMF0, {
    "shared_object_name_cut": u16(40) + b"name",
    "shared_object_event_length": text("name") + bytes(12) + b"\4" + u32(99) + b"abc",
})  # fmt: skip


@row("first_header_not_type0")
def first_header_not_type0():
    return sent(header(1, 3, 0, 6, 4) + u16(6) + u32(1))


@row("continuation_not_type3")
def continuation_not_type3():
    body = FRAME[:200]
    again = header(1, 6, 0, len(body), VIDEO)
    return sent(header(0, 6, 0, len(body), VIDEO, 1) + body[:128] + again + body[128:])


@row("extended_timestamp_differs")
def extended_timestamp_differs():
    zero = chunks(header(0, 6, LATE, len(FRAME), VIDEO, 1), FRAME, 6, repeated=u32(0))
    return sent(zero, audio(0, LATE))


@row("chunk_size_not_obeyed")
def chunk_size_not_obeyed():
    frame = chunks(header(0, 6, 0, len(FRAME), VIDEO, 1), FRAME, 6)
    return sent(message(SET_CHUNK_SIZE, u32(4096), 2), frame, audio(0, 20))


@row("extended_timestamp_unannounced")
def extended_timestamp_unannounced():
    surplus = header(0, 4, 9, len(AAC_FRAME), AUDIO, 1) + u32(0x1000009) + AAC_FRAME
    return sent(audio(0, 0xFFFFF0), surplus, audio(0, 0x1000020))


@row("basic_header_longer_than_needed")
def basic_header_longer_than_needed():
    return sent(b"\x01\x00\x00" + audio(0, 100, 64)[2:])


@row("message_stream_id_swapped")
def message_stream_id_swapped():
    return sent(audio(0, 10, stream=1 << 24))


@row("extended_timestamp_absent")
def extended_timestamp_absent():
    first = chunks(header(0, 6, LATE, len(FRAME), VIDEO, 1), FRAME, 6)
    return sent(first + chunks(header(1, 6, 40, len(FRAME), VIDEO), FRAME, 6))


@row("extended_timestamp_absolute")
def extended_timestamp_absolute():
    absolute = u32(1000 + LATE)
    return sent(audio(0, 1000, 6), chunks(header(1, 6, LATE, len(FRAME), VIDEO), FRAME, 6, repeated=absolute))


@row("type3_after_type0")
def type3_after_type0():
    return sent(audio(0, 60000, 4), audio(0, 60010, 6), audio(3, 0, 6))


@row("message_abandoned")
def message_abandoned():
    return sent(message(VIDEO, FRAME, 6, 40, 1)[:140], message(VIDEO, FRAME[:200], 6, 80, 1))


@row("message_aborted")
def message_aborted():
    return sent(message(VIDEO, FRAME, 6, 40, 1)[:140], message(ABORT, u32(6), 2))


@row("chunk_header_cut")
def chunk_header_cut():
    return sent(audio(0, 40), header(0, 4, 80, 5, AUDIO, 1)[:8])


@row("retained_bytes_limit")
def retained_bytes_limit():
    """Data messages that lack their last byte, then that of the last one."""
    chunk_size = 7_000_000
    session = sent(message(SET_CHUNK_SIZE, u32(chunk_size), 2))
    for chunk_stream_id in range(10, 15):
        wire = header(0, chunk_stream_id, 0, chunk_size + 1, DATA_AMF0, 1) + bytes(chunk_size)
        session.raw(CLIENT, wire, segment_size=60_000)
    session.raw(CLIENT, header(3, 14) + bytes(1))
    return session


@row("requests_forgotten")
def requests_forgotten():
    """None is ever answered."""
    calls = (message(COMMAND_AMF0, amf0_values(f"call{n}", n + 10, None), 3) for n in range(65))
    return sent(b"".join(calls))


@row("message_streams_not_listed")
def message_streams_not_listed():
    return sent(b"".join(audio(0, n, stream=n + 2) for n in range(257)))


@row("text_shortened")
def text_shortened():
    return sent(message(COMMAND_AMF0, amf0_values("publish", 5, None, "n" * 1025, "live"), 3, 0, 1))


@row("connection_repeated")
def connection_repeated():
    """Appended to itself."""
    session = sent(*(audio(0, 40 * n) for n in range(1200)))
    session.packets += list(session.packets)
    return session


@row("syn_again")
def syn_again():
    """The same, played on: times go on, too."""
    session = sent(*(audio(0, 40 * n) for n in range(1200)))
    step = session.packets[1].time - session.packets[0].time
    shift = session.packets[-1].time + step - session.packets[0].time
    session.packets += [replace(packet, time=packet.time + shift) for packet in session.packets]
    return session


@row("overlap_conflict")
def overlap_conflict():
    """A segment comes early, and again with other bytes, before the one in front of it."""
    session, wire = sent(), audio(0, 40)
    begin = session.sequence[CLIENT]
    for at, part in ((10, wire[10:]), (10, bytes(len(wire) - 10)), (0, wire[:10])):
        session.sequence[CLIENT] = (begin + at) & 0xFFFFFFFF
        session.raw(CLIENT, part)
    session.sequence[CLIENT] = (begin + len(wire)) & 0xFFFFFFFF
    return session
