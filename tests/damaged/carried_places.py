"""Where the bytes of RTMP lie in the TCP streams that carry them: a slow reading of intact captures.

A stream here is a list of Piece, in order: which bytes of the carrier a run of the content is made of.
"""

import hashlib
import hmac
import re
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

HEAD_END = re.compile(rb"\r?\n\r?\n")
LENGTH = re.compile(rb"\ncontent-length: *(\d+)", re.IGNORECASE)
SENT = re.compile(rb"POST /send/")
IN_SESSION = re.compile(rb"POST /(?:send|idle|close)/")
RECORD_HEADER, APPLICATION_DATA = 5, 23
GCM_OVERHEAD_1_2 = 24  # explicit nonce and tag


@dataclass(frozen=True)
class Piece:
    """Bytes `begin` to `end` of the content need bytes `outer` to `outer_end` of the carrier: each its own one, if
    there are as many, or else all of them."""

    begin: int
    end: int
    outer: int
    outer_end: int

    def needed(self, begin, end):
        begin, end = max(begin, self.begin), min(end, self.end)
        if self.outer_end - self.outer == self.end - self.begin:
            return self.outer + begin - self.begin, self.outer + end - self.begin
        return self.outer, self.outer_end


class Places:
    def __init__(self, pieces):
        self.pieces = pieces

    def needed(self, begin, end):
        """Ranges of the carrier that bytes `begin` to `end` of the content are made of."""
        for piece in self.pieces:
            if piece.begin < end and begin < piece.end:
                yield piece.needed(begin, end)

    def inside(self, outer):
        """Of what lies in this content, in the carrier that `outer` are the places of."""
        pieces = []
        for piece in self.pieces:
            ranges = list(outer.needed(piece.outer, piece.outer_end))
            if len(ranges) == 1 and ranges[0][1] - ranges[0][0] == piece.end - piece.begin:
                pieces.append(Piece(piece.begin, piece.end, *ranges[0]))
                continue
            for part in outer.pieces:  # each record by itself
                begin, end = max(part.begin, piece.outer), min(part.end, piece.outer_end)
                if begin < end:
                    at = piece.begin + begin - piece.outer
                    pieces.append(Piece(at, at + end - begin, part.outer, part.outer_end))
        return Places(pieces)


def as_it_is(stream):
    return Places([Piece(0, len(stream), 0, len(stream))])


def http_messages(stream):
    """(first line, where the body begins, where it ends) of messages whose head says their length."""
    at = 0
    while end := HEAD_END.search(stream, at):
        head, begin = bytes(stream[at : end.start()]), end.end()
        length = LENGTH.search(head)
        at = begin + (int(length[1]) if length else 0)
        yield head.partition(b"\n")[0], begin, at


def tunnel_places(to_server, to_client):
    """Of the one RTMPT session that a TCP connection carries, which sends its requests in order."""
    requests, responses = list(http_messages(to_server)), list(http_messages(to_client))
    sent = [(begin, end) for line, begin, end in requests if SENT.match(line)]
    answered = [
        (begin + 1, end)  # behind the polling byte
        for (line, _, _), (_, begin, end) in zip(requests, responses)
        if IN_SESSION.match(line) and end > begin
    ]
    return Places(list(in_row(sent))), Places(list(in_row(answered)))


def in_row(ranges):
    at = 0
    for begin, end in ranges:
        if begin < end:
            yield Piece(at, at + end - begin, begin, end)
            at += end - begin


def records(stream):
    """(type, where it begins, where it ends)"""
    at = 0
    while at + RECORD_HEADER <= len(stream):
        kind, length = stream[at], struct.unpack_from(">H", stream, at + 3)[0]
        if at + RECORD_HEADER + length > len(stream):
            return
        yield kind, at, at + RECORD_HEADER + length
        at += RECORD_HEADER + length


def tls_content(stream, direction, key_log):
    """(Places of the application data in one direction, these data if they are deciphered here). `key_log` is {(label,
    client random): secret}, of TLS 1.3 with one of its first three suites, or of 1.2 with AES-GCM."""
    label = {"to_server": "CLIENT_TRAFFIC_SECRET_0", "to_client": "SERVER_TRAFFIC_SECRET_0"}[direction]
    opened = None
    for secret in (secret for (name, _), secret in key_log.items() if name == label):
        for suite in suites(len(secret)):
            opened = opened or list(opened_1_3(stream, secret, suite))
    if opened:
        return Places(list(in_records((begin, end, len(data)) for begin, end, data in opened))), b"".join(
            data for _, _, data in opened
        )
    sizes = [
        (begin, end, end - begin - RECORD_HEADER - GCM_OVERHEAD_1_2)
        for kind, begin, end in records(stream)
        if kind == APPLICATION_DATA
    ]
    return Places(list(in_records(sizes))), None


def in_records(sizes):
    at = 0
    for begin, end, size in sizes:
        if size:
            yield Piece(at, at + size, begin, end)
            at += size


def suites(secret_size):
    return [("sha384", AESGCM, 32)] if secret_size == 48 else [("sha256", AESGCM, 16), ("sha256", ChaCha20Poly1305, 32)]


def expand(secret, label, size, digest):
    """HKDF-Expand-Label without context (RFC 8446, 7.1)."""
    info = struct.pack(">HB", size, 6 + len(label)) + b"tls13 " + label + b"\0"
    out, block, number = b"", b"", 1
    while len(out) < size:
        block = hmac.digest(secret, block + info + bytes([number]), digest)
        out, number = out + block, number + 1
    return out[:size]


def opened_1_3(stream, secret, suite):
    """(where it begins, where it ends, its application data) of each record that this secret opens."""
    digest, cipher, key_size = suite
    assert hashlib.new(digest).digest_size == len(secret)
    opener, iv = cipher(expand(secret, b"key", key_size, digest)), expand(secret, b"iv", 12, digest)
    number = 0
    for kind, begin, end in records(stream):
        if kind != APPLICATION_DATA:
            continue
        nonce = (int.from_bytes(iv, "big") ^ number).to_bytes(12, "big")
        header = bytes(stream[begin : begin + RECORD_HEADER])
        try:
            clear = opener.decrypt(nonce, bytes(stream[begin + RECORD_HEADER : end]), header).rstrip(b"\0")
        except InvalidTag:  # of the handshake, which has other keys
            continue
        number += 1
        yield begin, end, clear[:-1] if clear[-1] == APPLICATION_DATA else b""


def read_key_log(text):
    words = (line.split() for line in text.splitlines())
    return {(found[0], found[1]): bytes.fromhex(found[2]) for found in words if len(found) == 3 and found[0][0] != "#"}
