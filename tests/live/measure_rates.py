"""What it costs to capture a packet, beside tcpdump and tshark, and the rate that follows. No test: machines differ.

    measure_rates.py PROGRAM [--captures CAPTURE…] [--rate 50000] [--seconds 10] [--topspeed] [--one-core]

tcpreplay (of the package of that name) sends a capture again and again from one interface of a pair to the other in a
network namespace. A sender on the same machine is slower than tcpdump, and so finds no rate at which it drops packets.
So the processor time is taken that each program needs for a packet, at a rate that all of them bear: the thread that
needs most says how many packets a second one core for each thread would bear. With --topspeed it is also sent as fast
as it goes, and drops are counted. With --one-core each program has one core, all of its threads together, and small
buffers, and the sender another one: the highest rate is searched at which none drops packets or is behind for more
than a second. That is only of use where nobody else needs these cores. tests/bench/make_captures.py makes captures of
MTU size, loopback size and others. Needs root.
"""

import argparse
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from live_socket import sniffing
from program import SAMPLES
from server import PATIENCE, running, wait_until

FROM, TO = "rtmpscope1", "rtmpscope0"
INSIDE = "--inside"
LOOPBACK_MTU = 65535
QUIET = 0.5  # seconds without work: the program is done
MOST_BEHIND = 1.0  # seconds
SMALL_BUFFER = 4096  # KiB
DROPS = r"(\d+) (?:packets )?dropped by|(\d+) packets? dropped"


def programs(program, buffer_kilobytes=65536):
    buffer = str(buffer_kilobytes * 1024)
    live = [program, "live", "-i", TO, "-f", "tcp", "-o", "/dev/null", "-B", buffer, "--ring-size", buffer]
    yield "rtmpscope, summary", [*live, "--summary"]
    yield "rtmpscope, ndjson", [*live, "--format", "ndjson"]
    yield "rtmpscope, no judge", [*live, "--summary", "--no-analysis"]
    tcpdump = shutil.which("tcpdump", path="/usr/bin:/usr/sbin")
    yield "tcpdump -w", [tcpdump, *f"-i {TO} -B {buffer_kilobytes} -w /dev/null".split()]
    tshark = [shutil.which("tshark"), *f"-i {TO} -B {buffer_kilobytes // 1024} -q".split()]
    yield "tshark -q", tshark  # which counts, and looks at nothing
    yield "tshark, dissecting", [*tshark, "-z", "io,stat,0,rtmpt"]


def children_of(process):
    """tshark lets dumpcap capture."""
    command = ["ps", "-o", "pid=", "--ppid", str(process.pid)]
    return [int(word) for word in subprocess.run(command, capture_output=True, check=False).stdout.split()]


def cpu_times(process):
    """Seconds of each thread."""
    times = {}
    for pid in [process.pid, *children_of(process)]:
        for path in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            times[path] = int(path.read_text().split()[0]) / 1e9
    return times


def settled_times(process):
    """tshark is behind what was captured."""
    before, deadline = cpu_times(process), time.monotonic() + 10 * PATIENCE
    while time.monotonic() < deadline:
        time.sleep(QUIET)
        after = cpu_times(process)
        if sum(after.values()) - sum(before.values()) < 0.05:
            return after
        before = after
    return before


@dataclass
class Measured:
    """What became of the packets that were sent."""

    sent: int
    per_second: float
    dropped: int
    used: list  # processor time by thread, the busiest first
    behind: float  # seconds that the program had to do behind the last packet


def measured(command, capture, rate, seconds, sender=()):
    with tempfile.NamedTemporaryFile() as told:
        with running(command, signal.SIGINT, stdout=subprocess.DEVNULL, stderr=told) as process:
            children = any(str(word).endswith("/tshark") for word in command)  # dumpcap listens for it
            wait_until(lambda: children or sniffing(process), "nobody listens")
            time.sleep(3 if children else 0.5)
            before = cpu_times(process)
            pace = ["--topspeed"] if rate is None else [f"--pps={rate}"]
            replay = [*sender, "tcpreplay", "-q", "-K", "-i", FROM, *pace, f"--duration={seconds}",
                      "--loop=100000000", capture]
            sent = subprocess.run(replay, check=True, capture_output=True, text=True).stdout
            ended = time.monotonic()
            after = settled_times(process)
            behind = time.monotonic() - ended - QUIET
            process.send_signal(signal.SIGINT)
            process.wait(10 * PATIENCE)
        text = Path(told.name).read_text()
    dropped = sum(int(number) for found in re.findall(DROPS, text) for number in found if number)
    used = sorted((after[thread] - before.get(thread, 0) for thread in after), reverse=True)
    return Measured(int(re.search(r"Actual: (\d+)", sent)[1]), float(re.search(r"([\d.]+) pps", sent)[1]), dropped,
                    used, behind)


def measure(name, command, capture, rate, seconds):
    result = measured(command, capture, rate, seconds)
    all_threads, busiest = (time / (result.sent - result.dropped) * 1e9 for time in (sum(result.used), result.used[0]))
    print(f"{name:22} {result.sent:9} packets, {result.per_second:8.0f} a second, {result.dropped} dropped; "
          f"ns a packet: {all_threads:6.0f}, busiest thread {busiest:6.0f}: {1e9 / busiest:9.0f} a second", flush=True)
    return busiest


def bears(command, capture, rate, seconds):
    """Nothing: the sender does not."""
    result = measured(["taskset", "-c", "1", *command], capture, rate, seconds, ("taskset", "-c", "0"))
    if result.dropped == 0 and result.behind <= MOST_BEHIND:
        return True if result.per_second > 0.95 * rate else None
    return False


def search(name, command, capture, options):
    """The highest rate on one core, to some per cent."""
    best, too_much, limit = 0, None, ""
    while too_much is None or best == 0 or too_much / best > 1.08:
        rate = options.rate if best == 0 and too_much is None else 2 * best if too_much is None else (
            too_much / 2 if best == 0 else (best * too_much) ** 0.5)
        answer = bears(command, capture, round(rate), options.seconds)
        if answer is None:
            limit = ", and the sender has no more"
            break
        if answer:
            best = rate
        else:
            too_much = rate
    print(f"{name:22} on one core: {best:9.0f} a second{limit}", flush=True)


def inside(options):
    subprocess.run(["ip", "link", *f"add {TO} type veth peer name {FROM}".split()], check=True)
    for name in (TO, FROM):
        subprocess.run(["ip", "link", *f"set {name} mtu {LOOPBACK_MTU} up".split()], check=True)
    for capture in options.captures:
        print(capture.name)
        times = {name: measure(name, command, capture, options.rate, options.seconds)
                 for name, command in programs(options.program)}
        for ours in (name for name in times if name.startswith("rtmpscope")):
            ratios = (f"{times[other] / times[ours]:.2f} of {other}" for other in times if other[0] == "t")
            print(f"  rate of {ours}: {', '.join(ratios)}", flush=True)
        if options.one_core:
            for name, command in programs(options.program, SMALL_BUFFER):
                search(name, command, capture, options)
        if not options.topspeed:
            continue
        for name, command in programs(options.program):
            measure(name, command, capture, None, options.seconds)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--captures", type=Path, nargs="+", default=[SAMPLES / "netem_clean_10ms.pcap"])
    parser.add_argument("--rate", type=int, default=50_000)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--topspeed", action="store_true")
    parser.add_argument("--one-core", action="store_true")
    parser.add_argument(INSIDE, action="store_true")
    options = parser.parse_args()
    options.program = str(Path(options.program).resolve())
    if not options.inside:
        sys.exit(subprocess.run(["unshare", "--net", sys.executable, *sys.argv, INSIDE], check=False).returncode)
    inside(options)


if __name__ == "__main__":
    main()
