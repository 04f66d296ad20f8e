"""Packets that a live run writes beside its output: the same events, and rings that never exceed their size.

    packet_log_test.py PROGRAM

Exits with 77 (skipped) where listening is not allowed.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from live_run import give_to_anybody, wait_for_listening, wait_until_confined
from program import Program, parse
from rtmp_talk import connection
from server import PATIENCE, free_port, running, wait_until

MILLION = 1_000_000
# What depends on the file, or on when the run was stopped.
NOT_COMPARED = {"capture_start", "capture_end", "stream_totals", "score"}


@contextmanager
def live(program, folder, expression, *options):
    output = folder / "live.ndjson"
    with open(folder / "errors", "wb") as errors:
        command = [program.path, "live", "-i", "lo", "-f", expression, "--format", "ndjson", "-o", output, *options]
        with running(command, stderr=errors) as process:
            wait_for_listening(process, folder)
            wait_until_confined(process)
            yield process
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0, told(folder)


def told(folder):
    return (folder / "errors").read_text()


def compared(events):
    return [event for event in events if event.get("event") not in NOT_COMPARED]


def send_datagrams(port, count, size=1400):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:  # fmt: skip
        receiver.bind(("127.0.0.1", port))
        for number in range(count):
            sender.sendto(number.to_bytes(4, "big") + bytes(size - 4), ("127.0.0.1", port))
            if number % 50 == 49:
                time.sleep(0.005)


def check_same_events(program, folder):
    """analyze tells of the file what live has told; Wireshark reads it."""
    port, packets = free_port(), folder / "packets.pcapng"
    with live(program, folder, f"tcp port {port}", "-w", packets):
        connection(port, [f"call{number}" for number in range(5)])
        wait_until(lambda: b"connection_close" in (folder / "live.ndjson").read_bytes(), "the connection does not end")
    events = parse((folder / "live.ndjson").read_bytes())
    again = program.events(packets)
    assert compared(events) == compared(again) and len(compared(events)) > 10
    assert again[-1].get("kernel_drops") == 0 and again[-1].get("packets") == events[-1].get("packets")
    assert packets.stat().st_mode & 0o007 == 0, "everybody can read it"
    command = [shutil.which("tshark"), "-r", packets, *"-T fields -e frame.number -e frame.interface_name".split()]
    shown = subprocess.run(command, check=True, capture_output=True, text=True)
    assert len(shown.stdout.splitlines()) == events[-1].get("packets") and "\tlo" in shown.stdout, shown
    assert "damaged" not in shown.stderr and "cut short" not in shown.stderr, shown.stderr


def numbers_in(program, path):
    """Of the datagrams in a file, which is whole."""
    result = program.run("analyze", "--format", "ndjson", path)
    assert result.returncode == 0, (path, result)
    data, numbers, at = path.read_bytes(), [], 0
    while at < len(data):
        block, length = (int.from_bytes(data[at + start : at + start + 4], "little") for start in (0, 4))
        if block == 6:
            numbers.append(int.from_bytes(data[at + 28 + 42 : at + 28 + 46], "big"))
        at += length
    return numbers


def check_ring_by_size(program, folder):
    """Three files of a million bytes at most: the newest packets, none of them twice or missing."""
    port = free_port()
    with live(program, folder, f"udp dst port {port}", "-w", folder / "ring", "-C", "1", "-W", "3"):
        send_datagrams(port, 6000)
        time.sleep(0.2)
    files = sorted(folder.glob("ring*"), key=lambda path: numbers_in(program, path)[0])
    assert {path.name for path in files} == {"ring0", "ring1", "ring2"}, files
    sizes = [path.stat().st_size for path in files]
    assert max(sizes) <= MILLION and min(sizes[:2]) > 0.99 * MILLION, sizes
    numbers = [number for path in files for number in numbers_in(program, path)]
    assert numbers == list(range(numbers[0], 6000)) and len(numbers) > 1500, (numbers[0], numbers[-1], len(numbers))


def check_ring_by_time(program, folder):
    port = free_port()
    with live(program, folder, f"udp dst port {port}", "-w", folder / "%H%M%S.pcapng", "-G", "1", "-W", "2"):
        for _ in range(40):
            send_datagrams(port, 10)
            time.sleep(0.1)
        time.sleep(0.2)
    files = sorted(folder.glob("*.pcapng"))
    assert len(files) == 2 and all(path.stem.isdigit() for path in files), files
    counts = [len(numbers_in(program, path)) for path in files]
    assert 20 <= counts[0] <= 120, counts


def check_full_disk(program, folder):
    """The run goes on, the file stays whole, and what is missing is counted."""
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k,mode=777", "none", disk]
    if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode != 0:
        print("no file system can be made: a full disk is not tested")
        return
    try:
        port = free_port()
        with live(program, folder, f"udp dst port {port}", "-w", disk / "packets"):
            send_datagrams(port, 500)
            wait_until(lambda: "packets are not written: No space left" in told(folder), "nobody says it")
        assert "packets were not written" in told(folder)
        assert len(numbers_in(program, disk / "packets")) > 50
    finally:
        subprocess.run(["umount", disk], check=True)


def check_bad_use(program, folder):
    for options, code in ((("-C", "1"), 2), (("-W", "2"), 2), (("-w", folder / "no" / "such"), 4),
                          (("-w", folder / "one", "-o", folder / "one"), 2)):  # fmt: skip
        result = program.run("live", "-i", "lo", *options)
        assert result.returncode == code, result


def main():
    program = Program(Path(sys.argv[1]).resolve())
    checks = check_same_events, check_ring_by_size, check_ring_by_time, check_full_disk, check_bad_use
    for check in checks:
        with tempfile.TemporaryDirectory() as folder:
            give_to_anybody(folder)
            check(program, Path(folder))
    print("packets are written as they are analysed, in rings as documented")


if __name__ == "__main__":
    main()
