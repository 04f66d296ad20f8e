"""FLV files as lists of tags, read by hand; and what the analyzer tells of the same messages."""

import struct
from collections import defaultdict

AUDIO, VIDEO, DATA = 8, 9, 18
SET_DATA_FRAME = b"\2\0\x0d@setDataFrame"


def tags(flv):
    """[(type, timestamp, body)]; everything that a reader relies on is checked."""
    signature, version, flags, header_size = struct.unpack(">3sBBI", flv[:9])
    assert (signature, version, header_size) == (b"FLV", 1, 9)
    found, at = [], 13
    assert flv[9:13] == bytes(4)
    while at < len(flv):
        type_id, size = flv[at], int.from_bytes(flv[at + 1 : at + 4], "big")
        timestamp = int.from_bytes(flv[at + 4 : at + 7], "big") | flv[at + 7] << 24
        assert flv[at + 8 : at + 11] == bytes(3), "stream id"
        body, back = flv[at + 11 : at + 11 + size], flv[at + 11 + size : at + 15 + size]
        assert len(body) == size and int.from_bytes(back, "big") == 11 + size, "back pointer"
        found.append((type_id, timestamp, body))
        at += 15 + size
    kinds = {tag[0] for tag in found}
    assert flags == (4 if AUDIO in kinds else 0) | (1 if VIDEO in kinds else 0), flags
    return found


def is_coded(type_id, body):
    """Coded frames, as FLV E.4.3.1 and Enhanced RTMP tell them from configuration and the like."""
    if type_id == DATA:
        return False
    first = body[0]
    if type_id == VIDEO and first & 0x80:
        kind = first & 0x0F
        return kind in (1, 3) or (kind == 6 and body[1] & 0x0F in (1, 3))
    if type_id == AUDIO and first >> 4 == 9:
        kind = first & 0x0F
        return kind == 1 or (kind == 5 and body[1] & 0x0F == 1)
    with_kind = first & 0x0F in (7, 12) if type_id == VIDEO else first >> 4 == 10
    if type_id == VIDEO and first >> 4 == 5:
        return False
    return not with_kind or (len(body) > 1 and body[1] == 1)


def told(program, capture, together, options=()):
    """The analyzer's media messages, a list for each stream: [[(type, timestamp, length)]]. `together`: one for each
    direction."""
    found, takes = defaultdict(list), defaultdict(int)
    for event in program.events(*options, capture):
        if event.get("event") != "message" or not event.get("complete"):
            continue
        stream = (event.get("connection"), event.get("message_stream_id"))
        type_id, length = event.get("type_id"), event.get("length")
        if type_id == 20 and event.get("command").get("name") in ("publish", "play"):
            takes[stream] += 1
        elif type_id in (AUDIO, VIDEO, DATA) and length > 0:
            name = event.get("data").get("name") if type_id == DATA else None
            if name == "@setDataFrame":
                length -= len(SET_DATA_FRAME)
            if name not in ("|RtmpSampleAccess", "onStatus", "@clearDataFrame"):
                # node-media-server sends media on message stream 0, and nothing on any other.
                key = (stream[0], event.get("direction"), None if together else stream[1], takes[stream])
                found[key].append((type_id, event.get("timestamp"), length))
    return list(found.values())


def rebased(messages, coded):
    """Times count from the earliest coded frame; what comes before has the time 0."""
    begin = min((message[1] for message, is_frame in zip(messages, coded) if is_frame), default=0)
    return [(type_id, max(timestamp - begin, 0), length) for type_id, timestamp, length in messages]
