"""The service: what systemd starts, and what it is told.

    service_test.py PROGRAM UNIT CONFIGURATION

The test takes the place of systemd: it reads the unit and the configuration, starts the program as another user
with the one capability, and listens on NOTIFY_SOCKET. Exits with 77 (skipped) where the test is not root.
"""

import os
import pwd
import re
import shlex
import shutil
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path

from live_run import SKIPPED, commands_in, give_to_anybody
from live_socket import may_listen
from program import parse
from rtmp_talk import connection
from server import PATIENCE, free_port, running, wait_until

WATCHDOG = 1.0  # seconds
NOBODY = pwd.getpwnam("nobody")


def command_line(unit, configuration, folder, port):
    """As systemd makes it, but for the place of the log and the port."""
    start = re.search(r"^ExecStart=(.*)$", unit.read_text(), re.M)[1]
    options = re.search(r'^RTMPSCOPE_OPTIONS="(.*)"$', configuration.read_text(), re.M)[1]
    options = options.replace("/var/log/rtmpscope", str(folder)).replace("1935", str(port))
    words = start.replace("$RTMPSCOPE_OPTIONS", "").split() + shlex.split(options)
    assert words[:2] == ["/usr/bin/rtmpscope", "live"], words
    return words


class Notices:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.setblocking(False)
        path.chmod(0o777)
        self.seen = []

    def look(self):
        try:
            while True:
                self.seen.append((time.monotonic(), self.socket.recv(4096).decode()))
        except BlockingIOError:
            return [text for _, text in self.seen]


def main():
    program, unit, configuration = (Path(word).resolve() for word in sys.argv[1:4])
    if os.geteuid() != 0 or not may_listen():
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        give_to_anybody(folder)
        notices = Notices(folder / "notify")
        mine = folder / "rtmpscope"
        shutil.copy(program, mine)
        words = command_line(unit, configuration, folder, port)
        as_service = ["setpriv", f"--reuid={NOBODY.pw_uid}", f"--regid={NOBODY.pw_gid}", "--clear-groups",
                      "--inh-caps=+net_raw", "--ambient-caps=+net_raw", "--bounding-set=-all,+net_raw",
                      "--no-new-privs"]  # fmt: skip
        environment = {**os.environ, "NOTIFY_SOCKET": str(folder / "notify"), "WATCHDOG_USEC": str(int(WATCHDOG * 1e6))}
        output = folder / "events.ndjson"
        with open(folder / "errors", "wb") as errors:
            with running([*as_service, mine, *words[1:]], stderr=errors, env=environment) as process:
                wait_until(lambda: "READY=1" in notices.look() or process.poll() is not None, "it is never ready")
                assert process.poll() is None, (folder / "errors").read_text()
                status = Path(f"/proc/{process.pid}/status").read_text()
                assert re.search(r"^Seccomp:\t2$", status, re.M) and re.search(r"^CapEff:\t0+$", status, re.M), status
                time.sleep(4 * WATCHDOG)  # without a packet
                connection(port, ["first"])
                wait_until(lambda: commands_in(output) == ["first"], "the event does not come")
                process.send_signal(signal.SIGHUP)
                process.send_signal(signal.SIGTERM)
                assert process.wait(PATIENCE) == 0, (folder / "errors").read_text()
        assert notices.look()[-1] == "STOPPING=1", notices.seen
        alive = [at for at, text in notices.seen if text == "WATCHDOG=1"]
        assert len(alive) >= 4 and max(later - at for at, later in zip(alive, alive[1:])) < WATCHDOG, notices.seen
        assert parse(output.read_bytes())[-1].get("event") == "capture_end"
    print("the service is ready, alive, and ends as systemd expects it")


if __name__ == "__main__":
    main()
