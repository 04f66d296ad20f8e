"""Packets of RTMP connections alone in the file of a live run (--write rtmp).

    rtmp_packets_test.py PROGRAM

Exits with 77 (skipped) where listening is not allowed.
"""

import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from evidence_test import check_same, of_connection
from live_run import give_to_anybody
from packet_log_test import MILLION, live
from program import Program, parse
from rtmp_talk import HANDSHAKE, connection, serve
from rtmp_writer import amf0_values, message
from server import PATIENCE, free_port, wait_until

SILENCE = 0.5  # seconds, longer than a window of packets


def ports_in(path):
    command = [shutil.which("tshark"), "-r", path, "-T", "fields", "-e", "tcp.srcport", "-e", "tcp.dstport"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "damaged" not in shown.stderr and "cut short" not in shown.stderr, shown.stderr
    return [tuple(int(word) for word in line.split()) for line in shown.stdout.splitlines()]


def talk_of_something_else(port, size=20_000):
    """A connection that is none of RTMP."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        with socket.create_connection(("127.0.0.1", port)) as client, listener.accept()[0] as server:
            for side, bytes_sent in ((client, b"GET / HTTP/1.0\r\n\r\n"), (server, b"x" * size)):
                side.sendall(bytes_sent)
            time.sleep(0.1)


def talk_late(port):
    """The handshake comes long after the connection's beginning, and commands long after that."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        server = threading.Thread(target=serve, args=(listener,))
        server.start()
        with socket.create_connection(("127.0.0.1", port)) as client:
            time.sleep(SILENCE)
            client.sendall(b"\x03" + bytes(HANDSHAKE))
            answer = b""
            while len(answer) < 1 + 2 * HANDSHAKE:
                answer += client.recv(65536)
            time.sleep(SILENCE)
            client.sendall(answer[1:1 + HANDSHAKE] + message(20, amf0_values("late", 2.0, None)))
            time.sleep(SILENCE)
        server.join()


def ended(folder, count):
    return lambda: (folder / "live.ndjson").read_bytes().count(b'"event":"connection_close"') == count


def check_kinds(program, folder, *options):
    """All packets of RTMP connections, from the first SYN to the last acknowledgement, and nothing else."""
    late, early, other, packets = free_port(), free_port(), free_port(), folder / "packets.pcapng"
    with live(program, folder, f"tcp port {late} or tcp port {early} or tcp port {other}", "-w", packets,
              "--write", "rtmp", *options):  # fmt: skip
        talks = [threading.Thread(target=talk, args=words) for talk, *words in (
            (talk_late, late), (connection, early, [f"call{number}" for number in range(20)]),
            (talk_of_something_else, other))]
        for talk in talks:
            talk.start()
        for talk in talks:
            talk.join()
        connection(early, ["again"])
        wait_until(ended(folder, 3), "the connections do not end")
    events, again = parse((folder / "live.ndjson").read_bytes()), program.events(packets)
    closed = [event for event in events if event.get("event") == "connection_close"]
    assert len({event.get("uid") for event in closed}) == 3, closed
    for event in closed:
        check_same(of_connection(again, event.get("uid")), of_connection(events, event.get("uid")))
    ports = ports_in(packets)
    assert not any(other in pair for pair in ports) and len(ports) < events[-1].get("packets"), len(ports)
    assert {port for pair in ports for port in pair} > {late, early}
    assert again[-1].get("kernel_drops") == again[-1].get("interface_drops") == 0, again[-1]


def check_ring(program, folder):
    """Rings are those of -w: no file exceeds its size, the newest stay, and what else goes by costs none."""
    port, other = free_port(), free_port()
    with live(program, folder, f"tcp port {port} or tcp port {other}", "-w", folder / "ring", "-C", "1", "-W", "2",
              "--write", "rtmp"):  # fmt: skip
        for number in range(3):
            connection(port, [f"call{number}-{call}-" + "x" * 20_000 for call in range(60)])
            talk_of_something_else(other, 3 * MILLION)
        wait_until(ended(folder, 3), "the connections do not end")
    files = sorted(folder.glob("ring*"))
    assert [path.name for path in files] == ["ring0", "ring1"], files
    sizes = [path.stat().st_size for path in files]
    assert max(sizes) <= MILLION < sum(sizes), sizes
    assert any(b"call2-59-" in path.read_bytes() for path in files), "the newest are away"
    assert not any(b"call0-0-" in path.read_bytes() for path in files), "the oldest are there"


def check_bad_use(program, folder):
    for options, code in ((("--write", "rtmp"), 2), (("--write", "some", "-w", folder / "file"), 2),
                          (("-w", folder / "no" / "such", "--write", "rtmp"), 4)):  # fmt: skip
        result = program.run("live", "-i", "lo", *options, timeout=PATIENCE)
        assert result.returncode == code, result


def main():
    program = Program(Path(sys.argv[1]).resolve())
    for check, *options in ((check_kinds,), (check_kinds, "-j", "2", "--fanout", "2"), (check_ring,), (check_bad_use,)):
        with tempfile.TemporaryDirectory() as folder:
            give_to_anybody(folder)
            check(program, Path(folder), *options)
    print("the packets of RTMP connections, and no others")


if __name__ == "__main__":
    main()
