"""A connection that publishes one stream, made of media messages, and what the program says of it."""

import json
import tempfile
from pathlib import Path

import packets
from rtmp_writer import AUDIO, COMMAND_AMF0, VIDEO, amf0_values
from session import CLIENT, SERVER, Session

CHUNK_SIZE = 60_000


def published(messages):
    """messages: [(type, milliseconds, body)]. Returns a finished Session."""
    session = Session()
    session.set_chunk_size(CLIENT, CHUNK_SIZE)
    connect = amf0_values("connect", 1, {"app": "live", "tcUrl": "rtmp://192.0.2.2/live"})
    session.send(CLIENT, COMMAND_AMF0, connect, None, chunk_stream_id=3)
    session.send(SERVER, COMMAND_AMF0, amf0_values("_result", 1, {}, {}), None, chunk_stream_id=3)
    session.send(CLIENT, COMMAND_AMF0, amf0_values("createStream", 2, None), None, chunk_stream_id=3)
    session.send(SERVER, COMMAND_AMF0, amf0_values("_result", 2, None, 1), None, chunk_stream_id=3)
    session.send(CLIENT, COMMAND_AMF0, amf0_values("publish", 3, None, "x", "live"), None, chunk_stream_id=3, stream=1)
    for type_id, time, body in messages:
        chunk_stream_id = {AUDIO: 4, VIDEO: 6}.get(type_id, 5)
        session.send(CLIENT, type_id, body, None, chunk_stream_id=chunk_stream_id, time=time, stream=1)
    session.end()
    return session


def analyzed(program, messages):
    """(the stream in the JSON document, ids of the findings in order, the events of the media messages)"""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stream.pcap"
        packets.write_pcap(path, published(messages).packets)
        result = program.run("analyze", "--no-analysis", "--format", "json", path)
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    events = document["events"]
    findings = [event["id"] for event in events if event["event"] == "finding"]
    media = [event for event in events if event["event"] == "message" and event["type"] in ("audio", "video")]
    return document["connections"][0]["streams"][0], findings, media
