"""What the judge finds about conduct: commands, control messages, beginnings and ends."""

from rows import bodies, row  # noqa: F401
from rtmp_writer import (
    ABORT,
    ACKNOWLEDGEMENT,
    AUDIO,
    COMMAND_AMF0,
    USER_CONTROL,
    VIDEO,
    WINDOW_SIZE,
    amf0_values,
    header,
    u16,
    u32,
)
from segments import RST
from session import ACK, C0_C1, CLIENT, FIN, SERVER, Session
from tls_rows import certificate_refused
from tls_session import TlsSession

AAC_HEADER, AAC_FRAME = b"\xaf\x00\x12\x10", b"\xaf\x01" + b"\x21" * 64
AVC_SPS = bytes.fromhex("6764000cacd941419f9f011000000300100000030320f1429960")
AVC_RECORD = bytes.fromhex("01640 00cffe1001a".replace(" ", "")) + AVC_SPS + bytes.fromhex("01000468efbcb0")
AVC_HEADER = b"\x17\x00\x00\x00\x00" + AVC_RECORD
CONNECTED = {"level": "status", "code": "NetConnection.Connect.Success", "description": "Connection succeeded."}
STARTED = {"level": "status", "code": "NetStream.Publish.Start", "description": "Start publishing"}


def command(session, direction, name, transaction, *arguments, stream=0):
    body = amf0_values(name, transaction, *arguments)
    session.send(direction, COMMAND_AMF0, body, None, chunk_stream_id=3, stream=stream)


def connected(tc_url="rtmp://192.0.2.2/live", app="live", server=None, status=None):
    """A session whose connect is granted. `server` and `status`: what the reply's two objects have besides."""
    session = Session()
    session.set_chunk_size(CLIENT, 65536)
    session.set_chunk_size(SERVER, 65536)
    command(session, CLIENT, "connect", 1, {"app": app, "tcUrl": tc_url, "flashVer": "LNX 1,2,3,4"})
    command(session, SERVER, "_result", 1, {"fmsVer": "FMS/9,9,9,999", "capabilities": 31, **(server or {})},
            {**CONNECTED, **(status or {})})  # fmt: skip
    return session


def asking(name="name", **options):
    """The same, with a stream that the client asks to publish to."""
    session = connected(**options)
    command(session, CLIENT, "createStream", 2, None)
    command(session, SERVER, "_result", 2, None, 1)
    command(session, CLIENT, "publish", 3, None, name, "live", stream=1)
    return session


def publishing(name="name", **options):
    session = asking(name, **options)
    command(session, SERVER, "onStatus", 0, None, STARTED, stream=1)
    return session


def media(session, type_id, body, time=0):
    session.send(CLIENT, type_id, body, None, chunk_stream_id=4 if type_id == AUDIO else 6, stream=1, time=time)


def goodbye(session):
    command(session, CLIENT, "deleteStream", 9, None, 1)
    return session


@row("command_unanswered")
def connect_without_answer():
    session = Session()
    session.set_chunk_size(CLIENT, 65536)
    command(session, CLIENT, "connect", 1, {"app": "live", "tcUrl": "rtmp://192.0.2.2/live"})
    session.pause(6)
    return session


@row("reply_unexpected")
def result_for_publish():
    session = asking()
    command(session, SERVER, "_result", 3, None, STARTED)
    return goodbye(session)


@row("reply_unexpected")
def result_for_nothing():
    session = publishing()
    command(session, SERVER, "_result", 77, None, None)
    return goodbye(session)


@row("command_order")
def media_before_the_yes():
    session = asking()
    media(session, AUDIO, AAC_HEADER)
    media(session, AUDIO, AAC_FRAME)
    command(session, SERVER, "onStatus", 0, None, STARTED, stream=1)
    return goodbye(session)


@row("request_refused")
def publish_refused():
    session = asking()
    refusal = {"level": "error", "code": "NetStream.Publish.BadName", "description": "Already publishing"}
    command(session, SERVER, "onStatus", 0, None, refusal, stream=1)
    return session


@row("auth_step")
def login_asked_for():
    session = Session()
    session.set_chunk_size(CLIENT, 65536)
    session.set_chunk_size(SERVER, 65536)
    command(session, CLIENT, "connect", 1, {"app": "live", "tcUrl": "rtmp://192.0.2.2/live"})
    refusal = {"level": "error", "code": "NetConnection.Connect.Rejected",
               "description": "[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : "}  # fmt: skip
    command(session, SERVER, "_error", 1, None, refusal)
    return session


@row("end_abrupt")
def end_in_the_middle():
    session = publishing()
    media(session, AUDIO, AAC_HEADER)
    media(session, AUDIO, AAC_FRAME)
    return session


@row("ack_late")
def no_acknowledgement():
    session = publishing()
    session.send(CLIENT, WINDOW_SIZE, u32(1000), None, chunk_stream_id=2)
    for time in range(0, 600, 20):
        media(session, AUDIO, AAC_FRAME, time)
    return goodbye(session)


@row("ack_value")
def acknowledgement_of_too_much():
    session = publishing()
    session.send(SERVER, ACKNOWLEDGEMENT, u32(500_000_000), None, chunk_stream_id=2)
    return goodbye(session)


@row("ping_unanswered")
def ping_without_answer():
    session = publishing()
    session.send(SERVER, USER_CONTROL, u16(6) + u32(1000), None, chunk_stream_id=2)
    session.pause(11)
    return goodbye(session)


@row("server_idle_limit_near")
def silence_at_srs():
    says = {"srs_sig": "SRS", "srs_server": "SRS/5.0.170(Bee)", "srs_version": "5.0.170", "srs_id": "x", "srs_pid": 1}
    server = {"fmsVer": "FMS/3,5,3,888", "capabilities": 127, "mode": 1}
    session = publishing(server=server, status={"description": "Connection succeeded", "data": says})
    media(session, AUDIO, AAC_HEADER)
    media(session, AUDIO, AAC_FRAME)
    session.pause(4)  # of five
    media(session, AUDIO, AAC_FRAME, 4000)
    return goodbye(session)


@row("key_in_clear")
def token_in_the_name():
    return goodbye(publishing("name?token=0123456789"))


@row("chunk_stream_lost")
def no_chunk_stream():
    session = publishing()
    session.raw(CLIENT, b"\xff" * 400)
    return session


@row("message_incomplete_often")
def aborted_messages():
    session = publishing()
    for _ in range(2):
        session.raw(CLIENT, header(0, 4, 0, 100_000, AUDIO, 1) + bytes(65536))
        session.send(CLIENT, ABORT, u32(4), None, chunk_stream_id=2)
    return goodbye(session)


@row("capture_incomplete")
def a_packet_is_missing():
    session = publishing()
    for time in range(0, 200, 20):
        media(session, AUDIO, AAC_FRAME, time)
    del session.packets[-5]
    return goodbye(session)


@row("enhanced_not_announced")
def enhanced_without_a_list():
    session = publishing()
    media(session, VIDEO, b"\x93hvc1" + b"\0\0\1\x02\x01\xd0")
    return goodbye(session)


@row("codec_id_private")
def private_codec_id():
    session = publishing()
    media(session, VIDEO, b"\x1c\x01\0\0\0" + u32(2) + b"\x26\x01")
    return goodbye(session)


@row("header_invalid")
def short_configuration():
    session = publishing()
    media(session, VIDEO, b"\x17\x00\0\0\0\x01\x64")
    return goodbye(session)


@row("tls_failed")
def tls_with_an_alert():
    return certificate_refused()


@row("plain_where_tls_expected")
def plain_rtmp_to_https_port():
    session = Session(port=443, handshake=False)
    session.raw(CLIENT, C0_C1)
    session.packet(SERVER, FIN | ACK)
    return session


@row("tls_where_plain_expected")
def hello_to_a_server_of_plain_rtmp():
    session = TlsSession()
    try:
        session.ends[CLIENT].do_handshake()
    except OSError:
        session.transfer(CLIENT)
    session.packet(SERVER, FIN | ACK)
    return session


@row("middlebox_reset")
def reset_with_another_ttl():
    session = publishing()
    media(session, AUDIO, AAC_HEADER)
    session.packet(SERVER, RST, time_to_live=200)
    return session
