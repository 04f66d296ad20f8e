"""Live capture sees what a capture file taken beside it holds, whatever carries RTMP.

    live_test.py PROGRAM rtmp|rtmps|rtmpt|rtmpts

ffmpeg publishes to nginx with its RTMP module on loopback; rtmpscope and tcpdump listen. nginx takes TLS off as well; a
small server of the tests takes HTTP off, and stunnel TLS in front of it. The keys come from ffmpeg, and the key file is
empty when rtmpscope begins. Exits with 77 (skipped) where listening is not allowed.
"""

import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import schema
from program import Program, parse
from server import free_port, listening, nginx, publish, running, wait_until
from side_by_side import check_same, record
from tls_session import DAY, certificate
from tunnel_server import tunnel_server

STUNNEL_CONFIGURATION = """
foreground = yes
pid =
[front]
accept = 127.0.0.1:{port}
connect = 127.0.0.1:{behind}
cert = {pem}
"""


def write_certificate(folder):
    """A file with a key and a certificate that is valid whenever this runs."""
    path = folder / "server.pem"
    path.write_bytes(certificate("localhost", valid_to=36_500 * DAY))
    path.chmod(0o600)
    return path


def stunnel(folder, port, behind):
    configuration = folder / "stunnel.conf"
    configuration.write_text(STUNNEL_CONFIGURATION.format(port=port, behind=behind, pem=write_certificate(folder)))
    return running([shutil.which("stunnel4"), configuration], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def start_servers(stack, folder, scheme, port):
    """What listens on `port` takes RTMP in the carrier that `scheme` stands for."""
    behind = port if scheme == "rtmp" else free_port()
    in_front = {"tls_port": port, "pem": write_certificate(folder)} if scheme == "rtmps" else {}
    stack.enter_context(nginx(folder, behind, **in_front))
    wait_until(lambda: listening(behind), "nginx does not listen")
    if scheme == "rtmpt":
        stack.enter_context(tunnel_server(port, behind))
    elif scheme == "rtmpts":
        between = free_port()
        stack.enter_context(tunnel_server(between, behind))
        stack.enter_context(stunnel(folder, port, between))
    wait_until(lambda: listening(port), f"nobody listens for {scheme}")


def check_carrier(scheme, events):
    """The session is told as what it is, with its keys."""
    transports = {event.get("transport") for event in events if event.get("event") == "connection_open"}
    assert transports == {scheme}, transports
    if scheme in ("rtmps", "rtmpts"):
        keys = [event.get("keys") for event in events if event.get("event") == "tls"]
        assert keys == ["found"], keys


def main():
    program, scheme = Program(sys.argv[1]), sys.argv[2]
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder, port = Path(name), free_port()
        start_servers(stack, folder, scheme, port)
        keys = folder / "keys.txt"
        keys.touch()
        options = ("--keys", keys) if scheme in ("rtmps", "rtmpts") else ()

        def session():
            publish(port, scheme=scheme, environment={"SSLKEYLOGFILE": str(keys)})

        live, status, capture = record(program, folder, port, session, *options)
        schema.check(program.path, live)
        live_events, file_events = parse(live), program.events(capture, *options)
    # In HTTP ffmpeg asks for the end of the session instead.
    check_same(live_events, file_events, status, "publish" if scheme in ("rtmpt", "rtmpts") else "deleteStream")
    check_carrier(scheme, live_events)
    print(f"{scheme}: {len(live_events)} events, live as from the file")


if __name__ == "__main__":
    main()
