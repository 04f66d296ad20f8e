"""Protocol control and user control messages, with all their parameters."""

from rows import ABSENT, row
from rtmp_writer import ACKNOWLEDGEMENT, PEER_BANDWIDTH, USER_CONTROL, WINDOW_SIZE, header, u16, u32
from session import CLIENT, SERVER, Session


def controls(direction, type_id, *cases):
    """A session with one message for each (body, key of the body's object, expected members)."""
    session = Session()
    for body, key, members in cases:
        expected = {"type_id": type_id, "length": len(body), key: members}
        session.send(direction, type_id, body, expected, chunk_stream_id=2)
    return session


@row("Ack, window ack, peer bandwidth", "values, and limit types by their names in the standard")
def control_values():
    session = Session()
    cases = (
        (ACKNOWLEDGEMENT, u32(0xFFFFFFFF), {"sequence_number": 0xFFFFFFFF}),
        (WINDOW_SIZE, u32(2_500_000), {"window_size": 2_500_000}),
        (PEER_BANDWIDTH, u32(2_500_000) + b"\x00", {"window_size": 2_500_000, "limit_type": "hard"}),
        (PEER_BANDWIDTH, u32(2_500_000) + b"\x01", {"window_size": 2_500_000, "limit_type": "soft"}),
        (PEER_BANDWIDTH, u32(2_500_000) + b"\x02", {"window_size": 2_500_000, "limit_type": "dynamic"}),
        (PEER_BANDWIDTH, u32(1), {"window_size": 1, "limit_type": ABSENT}),
    )
    for type_id, body, members in cases:
        session.send(SERVER, type_id, body, {"type_id": type_id, "control": members}, chunk_stream_id=2)
    return session


@row("Ack, window ack, peer bandwidth", "acknowledgements as Flash Player repeats them, with type 3 headers")
def repeated_acknowledgements():
    session = Session()
    wire = header(0, 2, 0, 4, ACKNOWLEDGEMENT) + u32(1000) + header(3, 2) + u32(2000) + header(3, 2) + u32(3000)
    session.raw(CLIENT, wire, *({"control": {"sequence_number": number}} for number in (1000, 2000, 3000)))
    return session


@row("User control", "stream begin, EOF, dry, recorded, buffer empty (0x1F) and ready (0x20) say their stream")
def stream_events():
    names = {
        0: "stream_begin",
        1: "stream_eof",
        2: "stream_dry",
        4: "stream_is_recorded",
        31: "buffer_empty",
        32: "buffer_ready",
    }
    cases = ((u16(event) + u32(7), {"event_type": name, "message_stream_id": 7}) for event, name in names.items())
    return controls(SERVER, USER_CONTROL, *((body, "user_control", members) for body, members in cases))


@row("User control", "Set Buffer Length says stream and milliseconds")
def set_buffer_length():
    members = {"event_type": "set_buffer_length", "message_stream_id": 1, "buffer_length_ms": 36_000_000}
    return controls(CLIENT, USER_CONTROL, (u16(3) + u32(1) + u32(36_000_000), "user_control", members))


@row("User control", "ping request and response say their time")
def pings():
    session = Session()
    for direction, event, name in ((SERVER, 6, "ping_request"), (CLIENT, 7, "ping_response")):
        members = {"event_type": name, "timestamp": 0xDEADBEEF}
        session.send(
            direction, USER_CONTROL, u16(event) + u32(0xDEADBEEF), {"user_control": members}, chunk_stream_id=2
        )
    return session


@row("User control", "SWF verification (0x1A, 0x1B): version, size and digest")
def swf_verification():
    session = Session()
    request = {"event_type": "swf_verification_request", "swf_verification_version": 1}
    session.send(SERVER, USER_CONTROL, u16(26) + b"\x01", {"user_control": request}, chunk_stream_id=2)
    digest = bytes(range(32))
    answer = {
        "event_type": "swf_verification_response",
        "swf_verification_version": 1,
        "swf_size": 1234,
        "swf_size2": 1234,
        "swf_digest": {"length": 32, "hex": digest.hex()},
    }
    body = u16(27) + b"\x01\x01" + u32(1234) + u32(1234) + digest
    session.send(CLIENT, USER_CONTROL, body, {"user_control": answer}, chunk_stream_id=2)
    return session


@row("User control", "events without a name keep number and data")
def unknown_events():
    data = bytes.fromhex("000000000000000107e934b0")
    members = {"event_type": 8, "data": {"length": 12, "hex": data.hex()}}
    return controls(CLIENT, USER_CONTROL, (u16(8) + data, "user_control", members))


@row("User control", "one that is too short says so, and breaks nothing after it")
def short_event():
    members = {
        "event_type": "set_buffer_length",
        "message_stream_id": 1,
        "buffer_length_ms": ABSENT,
        "data": {"length": 1},
    }
    ping = {"event_type": "ping_response", "timestamp": 5}
    cases = (u16(3) + u32(1) + b"\x00", "user_control", members), (u16(7) + u32(5), "user_control", ping)
    session = controls(CLIENT, USER_CONTROL, *cases)
    session.findings = ["message_body_short"]
    return session
