"""Sessions that come to nothing: keys, names, TLS, ports."""

import subprocess
import time

from expected import CLIENT_STOPPED, SERVER_ENDED, one, session
from hosts import tool
from server import PATIENCE
from sessions_ends import publishing
from stage import PORT, TLS_PORT, stop

FORBIDDEN = 403
RTMPS_HERE = ("--port", TLS_PORT)  # else TLS is taken for what it mostly is: something else
# nginx closes, or ffmpeg does after the status.
REFUSED_SILENTLY = one("publish_silent_refusal", "server", "likely")


@session(
    "nginx asks a callback (on_publish) about the key, which answers 403: nginx closes without a word",
    REFUSED_SILENTLY,
)
def wrong_key(stage):
    url = stage.http_server(lambda path, before: FORBIDDEN)
    stage.nginx(more=f"on_publish {url}/publish;")
    stage.capture_at()
    stage.publish(name="test?key=wrong").wait(PATIENCE)
    stage.finish()


def refused_later(stage, seconds):
    url = stage.http_server(lambda path, before: FORBIDDEN)
    update = f"on_update {url}/update; notify_update_timeout {seconds}s; notify_update_strict on;"
    stage.nginx(more=update)
    stage.capture_at()
    stage.publish().wait(PATIENCE)
    stage.finish()


@session(
    "nginx asks a callback (on_update, notify_update_strict) 1 s after the start, which answers 403: nginx closes",
    one("publish_start_then_close", "server", "likely"),
)
def refused_by_update_1s(stage):
    refused_later(stage, 1)


@session(
    "as refused_by_update_1s, but 6 s after the start: nothing in the connection tells why",
    SERVER_ENDED,
)
def refused_by_update_6s(stage):
    refused_later(stage, 6)


@session(
    "two ffmpeg publish the same name; nginx refuses the second with BadName",
    CLIENT_STOPPED,
    one("publish_busy", "client", "certain", findings=("request_refused",)),
)
def name_in_use(stage):
    stage.nginx()
    stage.capture_at()
    first = publishing(stage)
    time.sleep(1)
    stage.publish().wait(PATIENCE)
    time.sleep(1)
    stop(first)
    stage.finish()


@session(
    "ffmpeg plays a file that nginx does not have",
    one("play_missing", "client", "certain", findings=("request_refused",)),
)
def play_missing(stage):
    stage.nginx()
    stage.capture_at()
    player = stage.play("nothing.flv", app="vod")
    time.sleep(2)
    stop(player)
    stage.finish()


@session(
    "ffmpeg plays a live name that nobody publishes, and is stopped after 4 s",
    one("play_waiting", "client", "likely"),
)
def play_waiting(stage):
    stage.nginx()
    stage.capture_at()
    player = stage.play("nobody")
    time.sleep(4)
    stop(player)
    stage.finish()


@session(
    "ffmpeg connects to a port that nobody listens on",
    one("syn_refused", "server", "certain"),
)
def syn_refused(stage):
    stage.capture_at()
    stage.publish().wait(PATIENCE)
    stage.finish()


@session(
    "a device in between drops each SYN of ffmpeg; it is killed after 8 s",
    one("syn_unanswered", None, "likely"),
)
def syn_dropped(stage):
    stage.add_hosts()
    stage.nginx()
    stage.between.to_server.drop_syn = True
    stage.capture_at(stage.client)
    publisher = stage.publish()
    time.sleep(8)
    stop(publisher)
    stage.finish()


def verify(stage, version):
    """openssl as a client that trusts nobody."""
    stage.nginx(tls="ssl_protocols TLSv1.2 TLSv1.3;")
    stage.capture_at(expression=f"tcp port {TLS_PORT}")
    target = ["-connect", f"{stage.address}:{TLS_PORT}", "-servername", "live.example"]
    options = ["-verify_return_error", "-no-CAfile", "-no-CApath", f"-tls{version}"]
    command = [tool("openssl"), "s_client", *target, *options]
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=PATIENCE)
    stage.finish()


@session(
    "TLS 1.2 to nginx; the client does not trust the certificate, and says so in an alert in clear",
    one("tls_alert", "client", "certain", findings=("tls_failed",)),
    options=RTMPS_HERE,
)
def tls12_unknown_certificate(stage):
    verify(stage, "1_2")


@session(
    "TLS 1.3 to nginx; the client does not trust the certificate, and says so in an alert",
    one("tls_alert", "client", "likely", findings=("tls_failed",)),
    options=RTMPS_HERE,
)
def tls13_unknown_certificate(stage):
    verify(stage, "1_3")


@session(
    "RTMP in clear to the port on which nginx wants TLS",
    one("tls_expected", "server", "likely"),
)
def plain_to_tls_port(stage):
    stage.nginx()
    stage.capture_at(expression=f"tcp port {TLS_PORT}")
    stage.publish(port=TLS_PORT).wait(PATIENCE)
    stage.finish()


@session(
    "a publisher in clear, then TLS to the same port, on which nginx waits for more; the client is stopped after "
    "5 s",
    CLIENT_STOPPED,
    one("plain_expected", "client", "possible"),
)
def tls_to_plain_port(stage):
    stage.nginx()
    stage.capture_at()
    first = publishing(stage)
    time.sleep(1)
    stop(first)
    client = stage.publish(scheme="rtmps", port=PORT)
    time.sleep(5)
    stop(client)
    stage.finish()
