"""Sessions in which one side waits for the other in vain. The server is written by hand."""

import signal
import time

from client import Publisher
from expected import one, session
from server import PATIENCE
from server_by_hand import serve, silent
from stage import PORT, stop

WINDOW = 100_000  # bytes


def given_up(stage, script, seconds=5):
    """ffmpeg talks to a server with this script, and gets SIGTERM after that time, if it is still there."""
    serve(stage.address, PORT, script)
    stage.capture_at()
    publisher = stage.publish()
    time.sleep(seconds)
    if publisher.poll() is None:
        stop(publisher)
    stage.finish()


@session(
    "the server reads C0 C1 and closes",
    one("handshake_server_gone", "server", "likely"),
)
def handshake_server_gone(stage):
    given_up(stage, lambda peer: peer.wait_for(length=1537))


@session(
    "the server does not answer C0 C1; ffmpeg gets SIGTERM after 5 s",
    one("handshake_server_gone", "client", "likely"),
)
def handshake_unanswered(stage):
    def script(peer):
        peer.wait_for(length=1537)
        silent(peer)

    given_up(stage, script)


@session(
    "the server does not answer connect; ffmpeg gets SIGTERM after 5 s",
    one("connect_unanswered", "client", "certain", findings=("command_unanswered",)),
)
def connect_unanswered(stage):
    def script(peer):
        peer.shake_hands()
        silent(peer)

    given_up(stage, script)


@session(
    "the server does not answer publish; ffmpeg gets SIGTERM after 8 s",
    one("publish_unanswered", "client", "certain", findings=("command_unanswered",)),
)
def publish_unanswered(stage):
    def script(peer):
        peer.shake_hands()
        peer.accept_connect()
        peer.accept_stream()
        silent(peer)

    given_up(stage, script, 8)


@session(
    "ffmpeg publishing gets SIGSTOP; the server pings after 2 s of silence, and closes 5 s later without an "
    "answer",
    one("ping_unanswered", "server", "possible", findings=("media_pause",)),
)
def ping_unanswered(stage):
    def script(peer):
        peer.shake_hands()
        peer.accept_connect()
        peer.accept_stream()
        peer.accept_publish()
        peer.read_until_silence(2)
        peer.ping()
        time.sleep(5)

    serve(stage.address, PORT, script)
    stage.capture_at()
    publisher = stage.publish()
    stage.wait_for_traffic(100_000)
    publisher.send_signal(signal.SIGSTOP)
    time.sleep(10)
    stop(publisher, signal.SIGKILL)
    stage.finish()


@session(
    "the client wants an Acknowledgement for each 100000 bytes, and gets none: it stops, and closes after 6 s",
    one("ack_stall", "client", "likely"),
)
def no_acknowledgement(stage):
    def script(peer):
        peer.shake_hands()
        peer.accept_connect()
        peer.accept_stream()
        peer.accept_publish()
        peer.read_until_silence(PATIENCE)

    serve(stage.address, PORT, script)
    stage.capture_at()
    publisher = Publisher(stage.address, PORT, transaction=4.0)
    publisher.ask_for_acknowledgements(WINDOW)
    publisher.publish(stage.small, 60, most=WINDOW)
    time.sleep(6)
    publisher.close()
    stage.finish()
