"""The RTMP messages of a capture by means that are neither rtmpscope's nor Wireshark's RTMP dissector: bytes as "Follow
Stream" puts them together, HTTP taken apart here, and the slow decoder of tests/differential.
"""

import re
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import reference_rtmp
from known_differences import not_whole
from streams import Stream, tcp_streams

RTMP, RTMPE, HTTP = (3,), (6, 8, 9), b"POST /"
KEEP = ("type_id", "chunk_stream_id", "message_stream_id", "timestamp", "length", "stream_offset")
REQUEST = re.compile(rb"POST (?:http://[^/ ]*)?/(open|send|idle|close)/([^/ ]*)[^\r]*\r\n")
CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)


@dataclass
class Truth:
    messages: Counter = field(default_factory=Counter)  # of tuples of what KEEP names
    protocols: set = field(default_factory=set)
    loss: str = ""  # why it cannot be known


def keys_of(capture):
    """What tshark needs to decrypt TLS: a key log beside the capture."""
    log = Path(capture).with_suffix(".keys")
    return ["-o", f"tls.keylog_file:{log}"] if log.exists() else []


def truth_of(capture):
    truth = Truth(loss=not_whole(capture) or "")
    try:
        plain = tcp_streams(capture)
        may_decrypt = keys_of(capture) or capture.suffix == ".pcapng"  # which may have keys in it
        secure = tcp_streams(capture, "tls", keys_of(capture)) if may_decrypt else []
    except subprocess.CalledProcessError:  # a file that is cut
        return Truth(loss=truth.loss or "the file is cut")
    if None in plain:
        truth.loss = truth.loss or "segments are missing"
    for streams, suffix in ((plain, ""), (secure, "S")):
        whole = [stream for stream in streams if stream]
        for stream in whole:
            opening = {stream.to_server[:1], stream.to_client[:1]}
            if any(bytes([version]) in opening for version in RTMPE):
                truth.protocols.add("RTMPE")
            elif bytes(RTMP) in opening:
                truth.protocols.add("RTMP" + suffix)
                truth.messages += messages_of(stream)
        for stream in tunnels(whole):
            if stream.to_server[:1] in map(lambda version: bytes([version]), RTMPE):
                truth.protocols.add("RTMPTE")
            else:
                truth.protocols.add("RTMPT" + suffix)
                truth.messages += messages_of(stream)
    return truth


def messages_of(stream):
    return Counter(
        tuple(getattr(message, name) for name in KEEP)
        for direction in (stream.to_server, stream.to_client)
        for message in reference_rtmp.messages(direction)
        if message.complete
    )


def tunnels(streams):
    """The RTMP streams in HTTP, one for each session id, whose requests may use several TCP connections."""
    sessions = {}
    for stream in streams:
        if stream.to_client.startswith(HTTP):  # tshark's idea of who is the client of a TLS connection
            stream = Stream(stream.server, stream.client, stream.to_client, stream.to_server)
        if not stream.to_server.startswith(HTTP):
            continue
        bodies = zip(http_messages(stream.to_server), http_messages(stream.to_client))
        for (head, sent), (_, received) in bodies:
            request = REQUEST.match(head)
            if not request:
                continue
            command, session = request.groups()
            if command == b"open":
                session = received.strip()
            up, down = sessions.setdefault((stream.server, session), ([], []))
            if command == b"send":
                up.append(sent)
            if command in (b"send", b"idle"):
                down.append(received[1:])  # the first byte is the polling interval
    for (server, _), (up, down) in sessions.items():
        yield Stream(None, server, b"".join(up), b"".join(down))


def http_messages(data):
    """(head, body) of each message of one direction, where Content-Length says how long it is."""
    at = 0
    while (end := data.find(b"\r\n\r\n", at)) >= 0:
        head = data[at : end + 4]
        length = CONTENT_LENGTH.search(head)
        at = end + 4 + int(length[1] if length else 0)
        yield head, data[end + 4 : at]
