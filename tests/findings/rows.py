"""The rows: which finding a made-up capture must give, and the functions that make them."""

from functools import partial

from rtmp_writer import AUDIO, COMMAND_AMF0, COMMAND_AMF3, VIDEO, amf0_values
from session import CLIENT, Session

ROWS = []  # (id of the finding, function that makes a Session)


def row(*finding_ids):
    """Registers a function that returns a Session with a connection that gives these findings."""

    def register(function):
        for finding_id in finding_ids:
            ROWS.append((finding_id, function))
        return function

    return register


def text(line):
    """What the text output says of the row's connection besides its findings. To stand below `row`."""

    def attach(function):
        function.text = line
        return function

    return attach


def bodies(type_id, cases, **header):
    """A row for each (id of a finding: body of a message)."""
    for finding_id, body in cases.items():
        body = bytes.fromhex(body) if isinstance(body, str) else body
        ROWS.append((finding_id, partial(one_message, type_id, body, **header)))


def one_message(type_id, body, direction=CLIENT, **header):
    session = Session()
    session.set_chunk_size(direction, 65536)
    session.send(direction, type_id, body, None, **header)
    return session


def media(cases):
    """The same for a media message, which begins with its kind: "audio 9100", "video 17"."""
    for finding_id, text in cases.items():
        kind, body = text.split(" ", 1)
        type_id = {"audio": AUDIO, "video": VIDEO}[kind]
        bodies(type_id, {finding_id: body}, chunk_stream_id=6, stream=1)


def amf0(cases):
    """A row for each (id of a finding: argument of a command as AMF0)."""
    for finding_id, body in cases.items():
        value = bytes.fromhex(body) if isinstance(body, str) else body
        bodies(COMMAND_AMF0, {finding_id: amf0_values("call", 0) + value})


def amf3(cases):
    for finding_id, body in cases.items():
        value = bytes.fromhex(body) if isinstance(body, str) else body
        bodies(COMMAND_AMF3, {finding_id: b"\x00" + amf0_values("call", 0) + b"\x11" + value})
