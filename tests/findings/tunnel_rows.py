"""What is odd about RTMPT sessions."""

from rows import row, text
from rtmp_writer import COMMAND_AMF0, amf0_values, message
from session import C0_C1, C2, CLIENT, S0_S1_S2, SERVER, Session

NO_RTMP = b"\0"


class Tunnel:
    """Requests and responses of one session; what is not given is as it should be."""

    def __init__(self, opened=True):
        self.session = Session(port=80, handshake=False)
        if opened:
            self.ask("open/1", NO_RTMP)
            self.answer(b"c16a5320fa475530\n")

    def ask(self, path, body):
        head = f"POST /{path} HTTP/1.1\r\nContent-Type: application/x-fcs\r\nContent-Length: {len(body)}\r\n\r\n"
        self.session.raw(CLIENT, head.encode() + body)
        return self

    def send(self, number, body):
        return self.ask(f"send/c16a5320fa475530/{number}", body)

    def answer(self, body, status="200 OK"):
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n"
        self.session.raw(SERVER, head.encode() + body)
        return self

    def handshake(self):
        self.send(0, C0_C1).answer(b"\1" + S0_S1_S2)
        connect = amf0_values("connect", 1, {"app": "live", "tcUrl": "rtmpt://192.0.2.2/live"})
        return self.send(1, C2 + message(COMMAND_AMF0, connect)).answer(b"\1")


@row("tunnel_session_unknown")
@text("RTMPT")
def session_unknown():
    return Tunnel().handshake().send(2, b"").answer(NO_RTMP, "404 Not Found").session


@row("tunnel_session_unknown")
def session_never_known():
    tunnel = Tunnel(opened=False)
    return tunnel.send(0, C0_C1).answer(NO_RTMP, "400 Bad Request").session


@row("tunnel_request_failed")
def request_failed():
    return Tunnel().handshake().send(2, b"").answer(b"", "503 Service Unavailable").session


@row("tunnel_request_failed")
def open_failed():
    tunnel = Tunnel(opened=False)
    return tunnel.ask("open/1", NO_RTMP).answer(b"<html>", "500 Oops").session


@row("tunnel_request_repeated")
def request_repeated():
    return Tunnel().handshake().send(1, b"again").answer(b"\1").session


@row("tunnel_sequence_missing")
def sequence_missing():
    return Tunnel().handshake().send(4, b"").answer(b"\1").session


@row("tunnel_polling_byte_missing")
def polling_byte_missing():
    return Tunnel().handshake().send(2, b"").answer(b"").session


@row("tunnel_response_missing")
def response_missing():
    return Tunnel().handshake().send(2, b"").session


@row("tunnel_response_missing")
def open_unanswered():
    return Tunnel(opened=False).ask("open/1", NO_RTMP).session
