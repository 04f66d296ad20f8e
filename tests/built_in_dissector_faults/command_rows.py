"""Commands by name and argument, what belongs together, metadata, shared objects and aggregates."""

import struct

from rows import ABSENT, row
from rtmp_writer import (
    AGGREGATE,
    COMMAND_AMF0,
    COMMAND_AMF3,
    DATA_AMF0,
    DATA_AMF3,
    SHARED_OBJECT_AMF0,
    SHARED_OBJECT_AMF3,
    amf0,
    amf0_values,
    text,
    u24,
    u32,
)
from session import CLIENT, SERVER, Session


def command(session, direction, values, expected=None, stream=0, **more):
    """One AMF0 command; its name, transaction id and arguments are expected as sent."""
    body = {"name": values[0], "transaction_id": values[1], "arguments": expected or list(values[2:])}
    session.send(direction, COMMAND_AMF0, amf0_values(*values), {"command": body} | more, stream=stream)


@row("Commands", "connect with every property by its name, also names that begin alike (app, appName)")
def connect_properties():
    session = Session()
    properties = {
        "appName": "not the application",
        "app": "live/instance",
        "flashVer": "WIN 32,0,0,465",
        "swfUrl": "http://example.com/p.swf",
        "tcUrl": "rtmp://example.com:1935/live/instance",
        "fpad": False,
        "capabilities": 239,
        "audioCodecs": 3575,
        "videoCodecs": 252,
        "videoFunction": 1,
        "pageUrl": "http://example.com/",
        "objectEncoding": 3,
    }
    command(session, CLIENT, ("connect", 1, properties))
    return session


@row("Commands", "publish with stream key, play with its three arguments, play2, seek, pause")
def stream_commands():
    session = Session()
    for values in (
        ("releaseStream", 2, None, "key?token=a"),
        ("FCPublish", 3, None, "key?token=a"),
        ("publish", 4, None, "key?token=a", "live"),
        ("play", 0, None, "mp4:film.mp4", -2000, -1, True),
        ("play2", 0, None, {"oldStreamName": "a", "streamName": "b", "transition": "switch"}),
        ("seek", 0, None, 4000.5),
        ("pause", 0, None, True, 5000),
        ("closeStream", 0, None),
    ):
        command(session, CLIENT, values, stream=1)
    return session


@row("Commands", "onStatus and _error: level, code and description by name")
def statuses():
    session = Session()
    denied = {"level": "error", "code": "NetStream.Publish.Denied", "description": "no"}
    command(session, SERVER, ("onStatus", 0, None, denied), stream=1)
    command(session, SERVER, ("_error", 7, None, {"level": "error", "code": "NetConnection.Call.Failed"}))
    return session


@row("Commands", "@setDataFrame shows what it wraps; the name of the stream is known")
def set_data_frame():
    session = Session()
    command(session, CLIENT, ("publish", 5, None, "room", "live"), stream=1)
    wrapped = amf0_values("@setDataFrame", "onMetaData") + b"\x08" + u32(20) + amf0({"width": 1280, "encoder": "x"})[1:]
    expected = {"name": "@setDataFrame", "arguments": ["onMetaData", {"width": 1280, "encoder": "x"}]}
    session.send(CLIENT, DATA_AMF0, wrapped, {"data": expected, "stream_name": "room"}, stream=1, chunk_stream_id=4)
    session.findings = ["amf0_ecma_count_differs"]
    return session


@row("Commands", "transaction ids are numbers: large ones and fractions are no other ones")
def transaction_ids():
    session = Session()
    for number in (4294967297, 2.5):
        command(session, CLIENT, ("call", number, None), request_frame=ABSENT)
    frames = len(session.packets) - 1
    command(session, SERVER, ("_result", 1, None), request_frame=ABSENT)
    command(session, SERVER, ("_result", 4294967297, None), request_frame=frames)
    command(session, SERVER, ("_result", 2.5, None), request_frame=frames + 1)
    return session


@row("Call and response", "a response has its request's frame and the time between them")
def responses():
    session = Session()
    command(session, CLIENT, ("connect", 1, {"app": "live"}))
    request = len(session.packets)
    command(session, SERVER, ("_result", 1, {"fmsVer": "x"}, None), request_frame=request, response_time_ms=1)
    command(session, CLIENT, ("createStream", 2, None))
    command(session, SERVER, ("_result", 2, None, 1), request_frame=request + 2, response_time_ms=1)
    return session


@row("Call and response", "the server's onBWDone 3 and the client's publish 3 are no pair; each side counts for itself")
def directions_count_for_themselves():
    session = Session()
    command(session, CLIENT, ("publish", 3, None, "room", "live"), stream=1, request_frame=ABSENT)
    published = len(session.packets)
    command(session, SERVER, ("onBWDone", 3, None, 8192), request_frame=ABSENT, response_time_ms=ABSENT)
    asked = len(session.packets)
    command(session, CLIENT, ("_result", 3, None, 0), request_frame=asked)
    command(session, SERVER, ("_result", 3, None), request_frame=published)
    return session


@row("Enhanced RTMP", "connect says its capabilities: fourCcList, FourCcInfoMaps and capsEx")
def enhanced_capabilities():
    session = Session()
    capabilities = {
        "app": "live",
        "fourCcList": ["av01", "hvc1", "Opus"],
        "videoFourCcInfoMap": {"*": 4, "av01": 7},
        "audioFourCcInfoMap": {"Opus": 3},
        "capsEx": 15,
    }
    command(session, CLIENT, ("connect", 1, capabilities))
    result = {
        "code": "NetConnection.Connect.Success",
        "level": "status",
        "capsEx": 3,
        "videoFourCcInfoMap": {"hvc1": 4},
    }
    command(session, SERVER, ("_result", 1, {"fmsVer": "x"}, result))
    return session


@row("Enhanced RTMP", "reconnect request: code, description and the new URL")
def reconnect_request():
    session = Session()
    request = {
        "level": "status",
        "code": "NetConnection.Connect.ReconnectRequest",
        "description": "The streaming server is undergoing updates.",
        "tcUrl": "rtmp://foo.example.com:1234/realtimeapp",
    }
    command(session, SERVER, ("onStatus", 0, None, request))
    return session


@row("Commands", "type 17 with its leading byte, without it, and with AMF3 arguments")
def amf3_commands():
    session = Session()
    expected = {"name": "call", "transaction_id": 9, "arguments": [None, 5, "end"]}
    values = amf0_values("call", 9, None, b"\x11\x04\x05", "end")
    for body in (b"\x00" + values, values):
        session.send(CLIENT, COMMAND_AMF3, body, {"type": "command_amf3", "command": expected})
    data = {"name": "onTextData", "arguments": [{"text": "x"}]}
    session.send(
        CLIENT,
        DATA_AMF3,
        b"\x00" + amf0_values("onTextData", {"text": "x"}),
        {"type": "data_amf3", "data": data},
        stream=1,
    )
    return session


def shared_object(name, version, flags, events):
    body = text(name) + u32(version) + u32(flags) + u32(0)
    return body + b"".join(bytes([kind]) + u32(len(data)) + data for kind, data in events)


SHARED_OBJECT_EVENTS = (
    ((1, b""), {"type": "use", "length": 0}),
    ((2, b""), {"type": "release"}),
    ((3, text("x") + amf0(1)), {"type": "request_change", "entries": [{"key": "x", "value": [1]}]}),
    (
        (4, text("x") + amf0(1) + text("y") + amf0("z")),
        {"type": "change", "entries": [{"key": "x", "value": [1]}, {"key": "y", "value": ["z"]}]},
    ),
    ((5, text("x")), {"type": "success", "entries": [{"key": "x"}]}),
    ((6, amf0_values("handler", 1, True)), {"type": "send_message", "arguments": ["handler", 1, True]}),
    (
        (7, text("SharedObject.NoObjectFound") + text("error")),
        {"type": "status", "entries": [{"key": "SharedObject.NoObjectFound"}, {"key": "error"}]},
    ),
    ((8, b""), {"type": "clear"}),
    ((9, text("x")), {"type": "remove", "entries": [{"key": "x"}]}),
    ((10, text("x")), {"type": "request_remove", "entries": [{"key": "x"}]}),
    ((11, b""), {"type": "use_success"}),
)  # fmt: skip


@row("Shared objects", "name, version, flags and every event with its data (type 19)")
def shared_object_amf0():
    session = Session()
    body = shared_object("room/users", 3, 2, [event for event, _ in SHARED_OBJECT_EVENTS])
    expected = {
        "name": "room/users",
        "version": 3,
        "flags": 2,
        "events": [members for _, members in SHARED_OBJECT_EVENTS],
    }
    session.send(SERVER, SHARED_OBJECT_AMF0, body, {"type": "shared_object_amf0", "shared_object": expected})
    return session


@row("Shared objects", "with AMF3 values, marked by 0x11 or not (type 16)")
def shared_object_amf3():
    session = Session()
    changes = [(4, text("n") + b"\x11\x04\x05" + text("s") + b"\x06\x05hi")]
    body = b"\x03" + shared_object("so", 1, 0, changes)
    entries = [{"key": "n", "value": [5]}, {"key": "s", "value": ["hi"]}]
    expected = {"format": 3, "name": "so", "events": [{"type": "change", "entries": entries}]}
    session.send(SERVER, SHARED_OBJECT_AMF3, body, {"type": "shared_object_amf3", "shared_object": expected})
    return session


def tag(kind, time, body, back_pointer=None):
    """A sub-message: low 24 bits of its time first, then the high 8."""
    back = 11 + len(body) if back_pointer is None else back_pointer
    return bytes([kind]) + u24(len(body)) + u24(time) + bytes([time >> 24]) + bytes(3) + body + u32(back)


def aggregate(body, expected, findings=(), time=5000):
    session = Session()
    expected = {"type": "aggregate", "timestamp": time, "aggregate": {"messages": expected}}
    session.send(SERVER, AGGREGATE, body, expected, chunk_stream_id=5, time=time, stream=1)
    session.findings = list(findings)
    return session


@row("Aggregate", "sub-messages end where their lengths say; times are rebased to the aggregate's")
def aggregate_times():
    script = amf0_values("onCuePoint", 7)
    body = tag(9, 1000, b"\x17\x01\x00\x00\x00") + tag(18, 1010, script) + tag(8, 1023, b"\xaf\x01")
    video = {"packet_type": "coded_frames", "data": ABSENT}
    return aggregate(
        body,
        [
            {"type_id": 9, "length": 5, "timestamp": 1000, "absolute_timestamp": 5000, "video": video},
            {"type_id": 18, "absolute_timestamp": 5010, "data": {"name": "onCuePoint", "arguments": [7]}},
            {
                "type_id": 8,
                "length": 2,
                "absolute_timestamp": 5023,
                "back_pointer": 13,
                "audio": {"codec": "aac"},
            },
        ],
    )


@row("Aggregate", "times above 24 bits, and rebased modulo 2^32")
def aggregate_high_times():
    body = tag(8, 0x01000000, b"\xaf\x01") + tag(8, 0x01000014, b"\xaf\x01")
    expected = [
        {"timestamp": 0x01000000, "absolute_timestamp": 0xFFFFFFF8},
        {"timestamp": 0x01000014, "absolute_timestamp": 12},
    ]
    return aggregate(body, expected, time=0xFFFFFFF8)


@row("Aggregate", "a wrong back pointer is said, a missing last one too")
def aggregate_back_pointers():
    body = tag(8, 0, b"\xaf\x01", back_pointer=99) + tag(8, 20, b"\xaf\x01")[:-4]
    expected = [{"back_pointer": 99}, {"back_pointer": ABSENT, "absolute_timestamp": 5020}]
    return aggregate(body, expected, ["aggregate_back_pointer", "aggregate_back_pointer_missing"])


@row("Aggregate", "a length beyond the aggregate's end is said, and stays within it")
def aggregate_too_long():
    body = tag(8, 0, b"\xaf\x01") + b"\x08" + u24(1000) + u24(20) + bytes(4) + b"\xaf\x01\x00"
    return aggregate(body, [{"length": 2}, {"length": 1000, "audio": {"codec": "aac"}}], ["aggregate_length"])


@row("Commands", "numbers as they are, not cut to integers")
def numbers():
    session = Session()
    values = ("f", 1, None, 0.1, -1, 1e300, 2**53, -0.5)
    command(session, CLIENT, values)
    odd = b"".join(b"\x00" + struct.pack(">d", value) for value in (float("nan"), float("inf")))
    body = {"command": {"name": "g", "arguments": [None, None]}}
    session.send(CLIENT, COMMAND_AMF0, amf0_values("g", 2) + odd, body)
    session.findings = 2 * ["amf_number_not_finite"]
    return session
