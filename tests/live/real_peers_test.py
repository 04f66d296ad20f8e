"""Real peers in network namespaces: live tells all that analyze tells of the packets that were written beside.

    real_peers_test.py PROGRAM [OPTION…]

ffmpeg publishes to nginx, in the clear and in TLS, and rtmpdump plays, from another namespace. Options go to the live
run. Exits with 77 (skipped) where there can be no namespace.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from live_run import SKIPPED, wait_until_confined
from live_socket import sniffing
from live_test import write_certificate
from program import Program, parse
from server import PATIENCE, nginx, publish, running, wait_until
from side_by_side import told

INSIDE = "--inside"
HERE, THERE = "10.77.1.1", "10.77.1.2"
PORT, TLS_PORT = 1935, 4430
# The file's name is not the interface's.
NOT_COMPARED = {"capture_start", "capture_end"}


@contextmanager
def other_namespace():
    """The words that run a command in it."""
    with running(["unshare", "-n", "sleep", str(10 * PATIENCE)]) as holder:
        before = ["nsenter", "-t", str(holder.pid), "-n"]
        mine = os.readlink("/proc/self/ns/net")
        wait_until(lambda: os.readlink(f"/proc/{holder.pid}/ns/net") != mine, "there is no namespace")
        for words in (["link", "add", "here", "type", "veth", "peer", "name", "there", "netns", str(holder.pid)],
                      ["addr", "add", f"{HERE}/24", "dev", "here"], ["link", "set", "here", "up"],
                      ["link", "set", "lo", "up"]):  # fmt: skip
            subprocess.run(["ip", *words], check=True)
        for words in (["addr", "add", f"{THERE}/24", "dev", "there"], ["link", "set", "there", "up"]):
            subprocess.run([*before, "ip", *words], check=True)
        yield before


def play(before, name, seconds):
    """Until it is interrupted: nginx does not tell a player that there is no more."""
    command = ["timeout", "-s", "INT", str(seconds), "rtmpdump", "-q", "-v", "-r", f"rtmp://{HERE}:{PORT}/live/{name}",
               "-o", "/dev/null"]
    subprocess.run([*before, *command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False,
                   timeout=PATIENCE)


def sessions(before, keys):
    with ThreadPoolExecutor() as pool:
        peers = [pool.submit(publish, PORT, host=HERE, name="clear", before=before),
                 pool.submit(publish, TLS_PORT, scheme="rtmps", host=HERE, name="hidden", before=before,
                             environment={"SSLKEYLOGFILE": str(keys)})]
        time.sleep(1)
        peers.append(pool.submit(play, before, "clear", 2))
        for peer in peers:
            peer.result()


@contextmanager
def tcpdump(path):
    program = shutil.which("tcpdump", path=os.environ["PATH"] + ":/usr/sbin")
    command = [program, *"-i here -n -U -B 16384 --immediate-mode -w".split(), path, "tcp"]
    with running(command, signal.SIGINT, stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: sniffing(process), "tcpdump does not listen")
        yield


def record(program, folder, keys, options):
    """Runs the sessions. Returns the live events, and the files of both captures."""
    written, beside, output = folder / "written.pcapng", folder / "beside.pcap", folder / "live.ndjson"
    command = [program.path, "live", "-i", "here", "-f", "tcp", "--format", "ndjson", "--keys", keys, "--samples",
               "-w", written, "-o", output, *options]
    server = nginx(folder, PORT, tls_port=TLS_PORT, pem=write_certificate(folder), address=HERE)
    with other_namespace() as before, server:
        with tcpdump(beside), open(folder / "errors", "wb") as errors, running(command, stderr=errors) as live:
            wait_until(lambda: sniffing(live) or live.poll() is not None, "rtmpscope does not listen")
            wait_until_confined(live)
            sessions(before, keys)
            wait_until(lambda: output.read_bytes().count(b'"event":"verdict"') == 3, "there are not three ends")
            live.send_signal(signal.SIGTERM)
            assert live.wait(PATIENCE) == 0, (folder / "errors").read_text()
    return parse(output.read_bytes()), written, beside


def check_same(live, file, what):
    for one, other in zip(live, file):
        assert one == other, f"live: {one}\n{what}: {other}"
    assert len(live) == len(file), (what, len(live), len(file))


def check(program, options):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        keys = folder / "keys.txt"
        keys.touch()
        live, written, beside = record(program, folder, keys, options)
        again = program.events("--keys", keys, "--samples", written)
        side = program.events("--keys", keys, beside)
    check_same([event for event in live if event.get("event") not in NOT_COMPARED],
               [event for event in again if event.get("event") not in NOT_COMPARED], "of the packets written")
    kinds = [event.get("transport") for event in live if event.get("event") == "connection_open"]
    assert sorted(kinds) == ["rtmp", "rtmp", "rtmps"], kinds
    assert [live[-1].get(key) for key in ("kernel_drops", "interface_drops", "ring_drops")] == [0, 0, 0]
    names = [event.get("command").get("name") for event in live if event.get("command")]
    assert names.count("publish") == 2 and names.count("play") == 1, names
    # tcpdump has its own time stamps, so that orders and figures of times differ; messages do not.
    messages = [sorted(str(event.without({"frame", "first_frame", "request_frame", "connection"}))
                       for event in told(events) if event.get("event") == "message") for events in (live, side)]
    assert messages[0] == messages[1] and len(messages[0]) > 300, [len(each) for each in messages]
    print(f"{len(live)} events of {len(kinds)} connections, live as from both files")


def main():
    if INSIDE not in sys.argv:
        command = ["unshare", "-n", sys.executable, *sys.argv, INSIDE]
        probe = subprocess.run(["unshare", "-n", "true"], check=False, capture_output=True)
        sys.exit(subprocess.run(command, check=False).returncode if probe.returncode == 0 else SKIPPED)
    sys.argv.remove(INSIDE)
    check(Program(sys.argv[1]), sys.argv[2:])


if __name__ == "__main__":
    main()
