"""A publisher's session in HTTP (RTMPT), made up, and what dissectors find hard about it."""

import struct
from dataclasses import replace

from rtmp_writer import amf0, u16, u32
from session import CLIENT, SERVER
from situations import Publisher, situation

CLIENT_PORT = 50000
TCP_AT = 34  # Ethernet and IP before it
NO_INTERVAL = b"\x01"  # the byte in front of what the server has to say


class Tunnel(Publisher):
    """Requests hold up to `most` bytes of RTMP, and `at_once` of them are sent before the first is answered, as
    HTTP/1.1 lets a client.
    """

    def __init__(self, identifier, most=10_000, at_once=1):
        self.identifier, self.most, self.at_once, self.requests = identifier, most, at_once, 0
        super().__init__(port=80)

    def send_handshake(self):
        self.exchange([("open/1", b"\0")], [self.identifier.encode() + b"\n"])
        super().send_handshake()

    def raw(self, direction, wire, *expected, **_):
        if direction == SERVER:
            self.exchange([self.command("idle", b"\0")], [NO_INTERVAL + wire])
            return
        pieces = [wire[at : at + self.most] for at in range(0, len(wire), self.most)]
        for at in range(0, len(pieces), self.at_once):
            requests = [self.command("send", piece) for piece in pieces[at : at + self.at_once]]
            self.exchange(requests, [NO_INTERVAL] * len(requests))

    def command(self, name, body):
        self.requests += 1
        return f"{name}/{self.identifier}/{self.requests}", body

    def exchange(self, requests, responses):
        heads = [f"POST /{path} HTTP/1.1\r\nHost: 192.0.2.2" for path, _ in requests]
        super().raw(CLIENT, b"".join(http(head, body) for head, (_, body) in zip(heads, requests)))
        super().raw(SERVER, b"".join(http("HTTP/1.1 200 OK", body) for body in responses))


def http(head, body, media_type="application/x-fcs"):
    return f"{head}\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def remoting_packets():
    """AMF over HTTP, which is no RTMP: one call without headers."""
    session = Publisher(port=80, handshake=False)
    call = u16(0) + u16(0) + u16(1) + u16(8) + b"app.call" + u16(2) + b"/1" + u32(0xFFFFFFFF) + amf0([1])
    session.raw(CLIENT, http("POST /gateway HTTP/1.1\r\nHost: 192.0.2.2", call, "application/x-amf"))
    session.end()
    return session.packets


def tunnel_packets(*arguments, **options):
    session = Tunnel(*arguments, **options).opening().media()
    session.end()
    return session.packets


def from_port(packet, port):
    """The same with another port of the client's."""
    data = bytearray(packet.data)
    for at in (TCP_AT, TCP_AT + 2):
        if struct.unpack_from(">H", data, at) == (CLIENT_PORT,):
            struct.pack_into(">H", data, at, port)
    return replace(packet, data=bytes(data))


@situation("RTMPT, session id of 16 characters")
def tunnel_id_of_16():
    return tunnel_packets("c16a5320fa475530")


@situation("RTMPT, session id of 11 characters")
def tunnel_id_of_11():
    return tunnel_packets("xmeb7Ok41aF")


@situation("RTMPT, two sessions of one client side by side", sessions=2)
def tunnels_side_by_side():
    sessions = tunnel_packets("c16a5320fa475530", most=2500), tunnel_packets("d27b6431ab586641", most=2500)
    return [
        replace(from_port(packet, CLIENT_PORT + number), time=packet.time + number)
        for both in zip(*sessions)
        for number, packet in enumerate(both)
    ]


@situation("RTMPT, two requests in one packet, and two responses")
def tunnel_in_pairs():
    return tunnel_packets("c16a5320fa475530", most=200, at_once=2)
