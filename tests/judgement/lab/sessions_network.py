"""Sessions whose way, or whose receiver, is too slow, lossy, or gone."""

import signal
import time

from expected import CLIENT_STOPPED, SERVER_ENDED, one, session
from sessions_ends import publishing
from stage import stop

DELAY = 0.010  # seconds each way
NEEDED = 4_200_000  # bit/s that large.flv takes
FORGED_TTL = 200
SMALL_BUFFERS = "echo 4096 65536 131072 > /proc/sys/net/ipv4/tcp_{}mem"
ENCODER_IS_FINE = ("frame_rate_drop", "frames_missing", "bitrate_drop", "audio_clock", "time_jump", "time_back")


def far_nginx(stage, capture_at, **nginx):
    """nginx on a host of its own, DELAY away; the capture is at the host "client" or "server"."""
    stage.add_hosts()
    for way in (stage.between.to_server, stage.between.to_client):
        way.delay = DELAY
    server = stage.nginx(**nginx)
    stage.capture_at(getattr(stage, capture_at))
    return server


def slow_link(stage, capture_at):
    far_nginx(stage, capture_at)
    stage.between.to_server.rate = NEEDED / 2
    publisher = publishing(stage, source=stage.large)
    time.sleep(20)
    stop(publisher)
    stage.wait_for_silence(3)
    stage.finish()


SLOW = one("client_stopped client_closed", "client", "certain", findings=("starved", "path_slow"),
           not_findings=("sender_blocked", "middlebox_reset", *ENCODER_IS_FINE))


@session(
    "ffmpeg publishes 4 Mbit/s through a link of half of it (queue 64 KiB); captured near the client",
    SLOW,
)
def slow_link_at_client(stage):
    slow_link(stage, "client")


@session(
    "as slow_link_at_client, captured near the server",
    SLOW,
)
def slow_link_at_server(stage):
    slow_link(stage, "server")


def lossy_link(stage, capture_at):
    far_nginx(stage, capture_at)
    stage.between.to_server.loss = 0.05
    publisher = publishing(stage, source=stage.large)
    time.sleep(15)
    stop(publisher)
    stage.finish(1)


LOSSY = one("client_stopped client_closed", "client", "certain", findings=("path_loss",),
            not_findings=("sender_blocked", "capture_incomplete", *ENCODER_IS_FINE))


@session(
    "ffmpeg publishes 4 Mbit/s; 5 % of its packets are lost; captured near the client (lost behind the capture)",
    LOSSY,
)
def lossy_link_at_client(stage):
    lossy_link(stage, "client")


@session(
    "as lossy_link_at_client, captured near the server (lost before the capture)",
    LOSSY,
)
def lossy_link_at_server(stage):
    lossy_link(stage, "server")


@session(
    "as slow_link_at_client, but the link has plenty: 20 ms away",
    one("client_stopped", "client", "certain", above_note=False),
)
def clean_link(stage):
    far_nginx(stage, "client")
    stage.between.to_server.rate = 10 * NEEDED
    publisher = publishing(stage, source=stage.large)
    time.sleep(10)
    stop(publisher)
    stage.finish()


READS_NOT = {"findings": ("sender_blocked",), "says": "The client stopped reading"}
PLAYER_STOPPED_READING = one("receiver_stopped", "client", "likely", **READS_NOT)
DROPPED_PLAYER = one("receiver_stopped", "server", "likely", **READS_NOT)
SERVER_STOPPED_READING = one(
    "receiver_stopped", "server", "likely", findings=("sender_blocked",), says="The server stopped reading"
)


def stopped_player(stage, seconds, **nginx):
    """(publisher, player): the player got SIGSTOP that long ago."""
    far_nginx(stage, "server", **nginx)
    stage.client.run("sh", "-c", SMALL_BUFFERS.format("r"))
    stage.server.run("sh", "-c", SMALL_BUFFERS.format("w"))
    publisher = publishing(stage, source=stage.large)
    player = stage.play()
    time.sleep(5)
    player.send_signal(signal.SIGSTOP)
    time.sleep(seconds)
    return publisher, player


@session(
    "ffmpeg plays 4 Mbit/s and gets SIGSTOP: its window fills; after 12 s SIGKILL, so that its kernel resets",
    CLIENT_STOPPED,
    PLAYER_STOPPED_READING,
)
def player_stops_reading(stage):
    publisher, player = stopped_player(stage, 12)
    stop(player, signal.SIGKILL)
    stop(publisher)
    stage.finish(1)


@session(
    "ffmpeg plays 4 Mbit/s and gets SIGSTOP; nginx (timeout 5s) gives up, but its FIN waits behind what is not "
    "read; after 12 s SIGCONT: the FIN comes",
    CLIENT_STOPPED,
    DROPPED_PLAYER,
)
def player_dropped_by_nginx(stage):
    publisher, player = stopped_player(stage, 12, of_server="timeout 5s;")
    player.send_signal(signal.SIGCONT)
    time.sleep(3)
    stop(publisher)
    stage.finish(1)


@session(
    "ffmpeg plays 4 Mbit/s, gets SIGSTOP for 6 s, goes on, and is stopped",
    CLIENT_STOPPED,
    one("client_stopped client_closed client_vanished", "client", "likely", findings=("sender_blocked",)),
)
def player_reads_late(stage):
    publisher, player = stopped_player(stage, 6)
    player.send_signal(signal.SIGCONT)
    time.sleep(5)
    stop(player)
    stop(publisher)
    stage.finish(1)


@session(
    "nginx gets SIGSTOP while ffmpeg publishes 4 Mbit/s: the server's window fills; after 8 s SIGKILL",
    SERVER_STOPPED_READING,
)
def server_stops_reading(stage):
    nginx = far_nginx(stage, "client")
    stage.server.run("sh", "-c", SMALL_BUFFERS.format("r"))
    publishing(stage, source=stage.large)
    time.sleep(5)
    nginx.send_signal(signal.SIGSTOP)
    time.sleep(8)
    stop(nginx, signal.SIGKILL)
    stage.finish(1)


@session(
    "the way breaks in both directions while ffmpeg publishes; ffmpeg gets SIGKILL after 15 s; captured near the "
    "client",
    one("path_lost", None, "likely", findings=("path_timeout",), says="The way to the server broke"),
)
def way_breaks(stage):
    far_nginx(stage, "client")
    publisher = publishing(stage, source=stage.large)
    time.sleep(4)
    stage.between.to_server.cut = stage.between.to_client.cut = True
    time.sleep(15)
    stop(publisher, signal.SIGKILL)
    stage.finish(2)


FORGED = one("middlebox_reset", None, "likely", findings=("middlebox_reset",))


def forged_reset(stage, side, to, ahead=0):
    """Captured at `side`; the reset goes `to` one."""
    far_nginx(stage, side)
    publisher = publishing(stage)
    time.sleep(5)
    stage.between.forge_reset(getattr(stage.between, f"to_{to}"), FORGED_TTL, ahead)
    time.sleep(2)
    return publisher


@session(
    "a device in between sends the publisher a reset in the server's name, with another TTL; captured near the client",
    FORGED,
)
def forged_reset_at_client(stage):
    forged_reset(stage, "client", "client")
    stage.finish()


@session(
    "a device in between sends the server a reset in the publisher's name, with another TTL; captured near the server",
    FORGED,
)
def forged_reset_at_server(stage):
    forged_reset(stage, "server", "server")
    stage.finish()


@session(
    "as forged_reset_at_server, but its number is 10000 too high: the server asks back (RFC 5961, section 3.2) and the "
    "stream goes on, until the publisher is stopped. (The decoder takes each reset near the window for an end.)",
    FORGED,
)
def forged_reset_not_taken(stage):
    stop(forged_reset(stage, "server", "server", ahead=10_000))
    stage.finish()


@session(
    "nginx gets SIGKILL while a publisher 20 ms away sends: the reset is the server's own",
    SERVER_ENDED,
)
def honest_reset(stage):
    nginx = far_nginx(stage, "client")
    publishing(stage, source=stage.large)
    time.sleep(4)
    stop(nginx, signal.SIGKILL)
    stage.finish(1)
