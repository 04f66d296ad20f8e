"""A slow reading of RTMPT that is meant to be obviously right: whole byte streams of TCP connections in, the byte
streams of sessions out. HTTP as in RFC 9112; no document defines RTMPT: what librtmp, FFmpeg and crtmpserver do.
"""

import gzip
import re
import zlib
from collections import namedtuple

Message = namedtuple("Message", "first_line body")
Exchange = namedtuple("Exchange", "command session number request response")

TARGET = re.compile(rb"^POST (?:http://[^/]*)?/(send|idle|close)/([^/ ]+)/(\d+) ")
OPEN = re.compile(rb"^POST (?:http://[^/]*)?/open/1 ")


def is_tunnel(stream):
    return stream.to_server.startswith(b"POST ") and b"application/x-fcs" in stream.to_server[:1000].lower()


def messages(data):
    """The HTTP messages of one direction; bodies without their codings."""
    at = 0
    while at < len(data):
        end = re.compile(rb"\r?\n\r?\n").search(data, at)
        if not end:
            return
        lines = re.split(rb"\r?\n", data[at : end.start()])
        fields = {}
        for line in lines[1:]:
            name, _, value = line.partition(b":")
            fields[name.strip().lower()] = value.strip()
        at = end.end()
        is_response = lines[0].startswith(b"HTTP/")
        if is_response and lines[0].split()[1].startswith(b"1"):
            continue  # "100 Continue": the response comes later
        if b"chunked" in fields.get(b"transfer-encoding", b"").lower():
            body, at = chunked_body(data, at)
        elif b"content-length" in fields:
            length = int(fields[b"content-length"])
            body, at = data[at : at + length], at + length
        elif is_response:
            body, at = data[at:], len(data)
        else:
            body = b""
        coding = fields.get(b"content-encoding", b"").lower()
        if coding in (b"gzip", b"x-gzip"):
            body = gzip.decompress(body)
        elif coding == b"deflate":
            body = zlib.decompress(body)
        yield Message(lines[0], body)


def chunked_body(data, at):
    body = b""
    while True:
        line_end = data.index(b"\n", at)
        size = int(data[at:line_end].split(b";")[0], 16)
        at = line_end + 1
        if size == 0:
            break
        body += data[at : at + size]
        at = data.index(b"\n", at + size) + 1
    while True:  # the trailer
        line_end = data.index(b"\n", at)
        line, at = data[at:line_end].strip(), line_end + 1
        if not line:
            return body, at


def sessions(streams):
    """For each session that the TCP connections carry: (the first of these, bytes to the server, bytes to the
    client)."""
    exchanges, carriers = {}, {}
    for stream in streams:
        responses = list(messages(stream.to_client))
        for place, request in enumerate(messages(stream.to_server)):
            response = responses[place] if place < len(responses) else Message(b"", b"")
            if OPEN.match(request.first_line):
                carriers.setdefault(response.body.strip(), stream)
            elif found := TARGET.match(request.first_line):
                command, session, number = found.groups()
                carriers.setdefault(session, stream)
                known = exchanges.setdefault(session, {})
                # What comes again is the same; of responses the longer one is whole.
                before = known.get(int(number))
                if not before or len(before.response) < len(response.body):
                    known[int(number)] = Exchange(command, session, number, request.body, response.body)
    for session, carrier in carriers.items():
        numbered = exchanges.get(session, {})
        ordered = [numbered[number] for number in sorted(numbered)]
        to_server = b"".join(exchange.request for exchange in ordered if exchange.command == b"send")
        to_client = b"".join(exchange.response[1:] for exchange in ordered)  # behind the polling byte
        yield carrier._replace(to_server=to_server, to_client=to_client)
