"""Sessions that somebody ends, or that stand still for a while."""

import signal
import time

from expected import CLIENT_KILLED, CLIENT_STOPPED, HEALTHY, SERVER_ENDED, one, session
from stage import pause, stop

BEGUN = 30_000  # bytes of a capture in which publishing goes on
RESTART = one("server_restart", "server", "likely")


def publishing(stage, **options):
    """A publisher whose media has come."""
    process = stage.publish(**options)
    stage.wait_for_traffic(BEGUN)
    return process


@session(
    "ffmpeg publishes to nginx for 10 s, another ffmpeg plays it; both are stopped properly",
    HEALTHY,
    one("client_stopped client_closed client_vanished", "client", "likely", above_note=False),
)
def healthy(stage):
    stage.nginx()
    stage.capture_at()
    publisher = publishing(stage)
    player = stage.play()
    time.sleep(10)
    stop(player)
    stop(publisher)
    stage.finish()


@session(
    "ffmpeg publishing to nginx gets SIGTERM",
    HEALTHY,
)
def publisher_sigterm(stage):
    stage.nginx()
    stage.capture_at()
    publisher = publishing(stage)
    time.sleep(5)
    stop(publisher)
    stage.finish()


@session(
    "ffmpeg publishing to nginx gets SIGKILL; its kernel closes the connection",
    CLIENT_KILLED,
)
def publisher_sigkill(stage):
    stage.nginx()
    stage.capture_at()
    publisher = publishing(stage)
    time.sleep(5)
    stop(publisher, signal.SIGKILL)
    stage.finish()


def stopped_for(stage, seconds, **nginx):
    stage.nginx(**nginx)
    stage.capture_at()
    publisher = publishing(stage)
    time.sleep(6)
    pause(publisher, seconds)
    if publisher.poll() is None:
        time.sleep(6)
        stop(publisher)
    stage.finish()


@session(
    "ffmpeg publishing to nginx gets SIGSTOP, after 3 s SIGCONT, and after 6 s more SIGTERM",
    one("client_stopped", "client", "certain", findings=("media_pause",)),
)
def publisher_stopped_3s(stage):
    stopped_for(stage, 3)


@session(
    "ffmpeg publishing to nginx gets SIGSTOP, after 12 s SIGCONT, and after 6 s more SIGTERM",
    one("client_stopped", "client", "certain", findings=("media_pause",)),
)
def publisher_stopped_12s(stage):
    stopped_for(stage, 12)


@session(
    "ffmpeg publishing to nginx gets SIGSTOP, after 70 s SIGCONT, and after 6 s more SIGTERM",
    one("client_stopped", "client", "certain", findings=("media_pause",)),
    quick=False,
)
def publisher_stopped_70s(stage):
    stopped_for(stage, 70)


@session(
    "ffmpeg publishing to nginx with drop_idle_publisher 10s gets SIGSTOP for 14 s: nginx closes after 10 s",
    one("publisher_silent", "server", "possible", findings=("media_pause", "end_abrupt")),
)
def publisher_dropped_when_idle(stage):
    stopped_for(stage, 14, more="drop_idle_publisher 10s;")


@session(
    "ffmpeg publishing to nginx with ping 2s, ping_timeout 4s gets SIGSTOP for 20 s: its pings have no answer, "
    "but nginx takes its own pings for a sign of life and goes on",
    one("client_stopped", "client", "certain", findings=("media_pause", "ping_unanswered")),
)
def publisher_pinged(stage):
    stopped_for(stage, 20, of_server="ping 2s; ping_timeout 4s;")


def three_publishers(stage):
    found = []
    for name in ("one", "two", "three"):
        found.append(publishing(stage, name=name))
    time.sleep(4)
    return found


@session(
    "three publishers; nginx gets SIGTERM",
    RESTART,
    RESTART,
    RESTART,
)
def nginx_stopped(stage):
    nginx = stage.nginx()
    stage.capture_at()
    three_publishers(stage)
    stop(nginx)
    stage.finish(1)


@session(
    "three publishers; nginx gets SIGKILL",
    RESTART,
    RESTART,
    RESTART,
)
def nginx_killed(stage):
    nginx = stage.nginx()
    stage.capture_at()
    three_publishers(stage)
    stop(nginx, signal.SIGKILL)
    stage.finish(1)


@session(
    "three publishers; nginx gets SIGTERM and is started again; the publishers come again and stop properly",
    RESTART,
    RESTART,
    RESTART,
    CLIENT_STOPPED,
    CLIENT_STOPPED,
    CLIENT_STOPPED,
)
def nginx_restarted(stage):
    nginx = stage.nginx()
    stage.capture_at()
    three_publishers(stage)
    stop(nginx)
    stage.nginx()
    again = three_publishers(stage)
    for publisher in again:
        stop(publisher)
        time.sleep(1)
    stage.finish()


@session(
    "one publisher; nginx gets SIGKILL",
    SERVER_ENDED,
)
def nginx_killed_with_one(stage):
    nginx = stage.nginx()
    stage.capture_at()
    publishing(stage)
    time.sleep(4)
    stop(nginx, signal.SIGKILL)
    stage.finish(1)
