"""What is odd about RTMFP sessions."""

from rows import row
from rtmfp_writer import (
    CLIENT,
    FLOW_EXCEPTION,
    INITIATOR_KEYING,
    PING,
    SERVER,
    USER_DATA,
    RtmfpSession,
    chunk,
    counted,
    fragment,
    media_flow,
    startup,
    vlu,
)


def opened_with(*chunks):
    session = RtmfpSession()
    session.send(CLIENT, *chunks)
    return session


@row("rtmfp_no_key")
def without_its_key():
    session = RtmfpSession(components={CLIENT: bytes.fromhex("040d02c1c2"), SERVER: bytes.fromhex("040d02d1d2")})
    session.keys_known = False
    session.send(CLIENT, chunk(PING))
    return session


@row("rtmfp_no_answer")
def without_an_answer():
    session = RtmfpSession(opened=False)
    session.hello()
    return session


@row("rtmfp_packet_unverified")
def damaged_packet():
    session = opened_with(chunk(PING))
    packet = session.packets.pop()
    session.packets.append(packet.with_data(packet.data[:-1] + bytes([packet.data[-1] ^ 1])))
    return session


@row("rtmfp_packet_repeated")
def repeated_packet():
    session = RtmfpSession(numbered=True)
    for number in (b"\x05", b"\x06", b"\x05"):
        session.send(CLIENT, chunk(PING), number=number)
    return session


@row("rtmfp_chunk_malformed")
def fragment_without_numbers():
    return opened_with(chunk(USER_DATA, b"\x00\x02"))


@row("rtmfp_chunk_unknown")
def unknown_chunk():
    return opened_with(chunk(0x66, b"?"))


@row("rtmfp_flow_refused")
def refused_flow():
    session = opened_with(fragment(2, 1, b"\x09\0\0\0\0", metadata=media_flow(1)))
    session.send(SERVER, chunk(FLOW_EXCEPTION, vlu(2) + vlu(5)))
    return session


@row("rtmfp_flow_limit")
def flow_number_too_large():
    return opened_with(fragment(1 << 40, 1, b"\x09\0\0\0\0", metadata=media_flow(1)))


def swap_ends(session):
    session.ends[CLIENT], session.ends[SERVER] = session.ends[SERVER], session.ends[CLIENT]


@row("rtmfp_glare")
def both_ask_at_once():
    session = RtmfpSession(opened=False)
    session.hello()
    session.answer()
    swap_ends(session)
    session.initiator_keying()  # of the server
    swap_ends(session)
    offer = (0x05000000).to_bytes(4, "big") + counted(b"cookie") + counted(b"certificate of the client")
    session.datagram(CLIENT, startup(chunk(INITIATOR_KEYING, offer + counted(session.components[CLIENT]) + b"X")))
    swap_ends(session)
    session.responder_keying()  # of the client: the server's attempt goes on
    swap_ends(session)
    return session


@row("rtmfp_message_short")
def message_without_a_time():
    return opened_with(fragment(2, 1, b"\x09\0\0", metadata=media_flow(1)))
