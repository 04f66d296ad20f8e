"""A long live session: does `rtmpscope live` say the same as `rtmpscope analyze` of a capture made beside it?

    live_figures.py PROGRAM [--short] [--keep FOLDER]

Three publishers send 4 Mbit/s each, for 30 minutes (--short: one). Figures, findings and verdicts of both must be
equal, but for what a microsecond makes: each packet socket reads the clock itself. Then it says what the analysis
costs: processor time of `analyze --summary` on the capture with and without it, by turns, the least of each.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hosts import command_in_namespace, why_not_possible
from live_socket import sniffing
from media import make_media
from program import Pairs, Program, parse
from server import PATIENCE, wait_until
from stage import PORT, Stage, stop

SKIPPED = 77
LONG, SHORT = 1800, 60  # seconds
PUBLISHERS = 3
REPETITIONS = 3
OF_THE_JUDGE = ("sample", "score", "fingerprint", "verdict", "capture_verdict", "finding", "connection_close")
TIMING = {"time", "uid", "since", "until"}
NUMBER = re.compile(r"\d+([.:]\d+)*")
SHARE, LEAST = 0.01, 0.1  # of a number, and in its own unit
INSIDE = "--inside"  # the namespace


def play(stage, program, live_output, seconds):
    """The session, with dumpcap and rtmpscope beside it."""
    stage.nginx()
    stage.capture_at()
    with open(live_output, "wb") as output:
        command = [program, "live", "-i", "lo", "-B", 64 << 20, "-f", f"tcp port {PORT}", "--format", "ndjson"]
        live = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=output)
        wait_until(lambda: sniffing(live), "rtmpscope does not listen")
        publishers = [stage.publish(name=f"live{number}", source=stage.large) for number in range(PUBLISHERS)]
        time.sleep(seconds)
        for publisher in publishers:
            stop(publisher)
        time.sleep(1)
        live.send_signal(signal.SIGTERM)
        assert live.wait(PATIENCE) == 0, live.returncode
    stage.finish()


def told(events):
    """What is compared, by kind and connection; the end of one connection may come before or after that of another."""
    kept = [event for event in events if event.get("event") in OF_THE_JUDGE]
    return sorted(kept, key=lambda event: (event.get("event"), event.get("connection") or 0))


def alike(one, other):
    """Equal, but for what a microsecond makes of numbers, also of those in texts."""
    if isinstance(one, Pairs):
        names = [[name for name, _ in value if name not in TIMING] for value in (one, other)]
        return names[0] == names[1] and all(alike(one.get(name), other.get(name)) for name in names[0])
    if isinstance(one, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, str):
        return NUMBER.sub("#", one) == NUMBER.sub("#", other)
    if isinstance(one, bool) or one is None:
        return one == other
    return abs(one - other) <= max(LEAST, SHARE * abs(one))


def processor_seconds(command):
    before = os.times()
    subprocess.run(list(map(str, command)), stdout=subprocess.DEVNULL, check=True)
    after = os.times()
    return sum(after[2:4]) - sum(before[2:4])


def cost(program, capture):
    """(seconds with, seconds without)"""
    command = [program, "analyze", "-j", 1, "--summary", capture]
    ways = ([*command], [*command, "--no-analysis"])
    turns = [[processor_seconds(way) for way in ways] for _ in range(REPETITIONS)]
    return tuple(map(min, zip(*turns)))


def compare(live, file):
    """Lines about what differs. A message at the border of two seconds may be in either sample."""
    pairs = [(one, other) for one, other in zip(live, file) if not alike(one, other)]
    samples = [pair for pair in pairs if pair[0].get("event") == "sample"]
    if len(samples) <= SHARE * sum(event.get("event") == "sample" for event in live):
        pairs = [pair for pair in pairs if pair not in samples]
    yield from (f"live: {one}\nfile: {other}" for one, other in pairs)
    if len(live) != len(file):
        yield f"{len(live)} events live, {len(file)} from the file"


def outside(options):
    reason = why_not_possible()
    if reason:
        print(f"skipped, since there is no network namespace to play in: {reason}")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        make_media(folder)
        seconds = SHORT if options.short else LONG
        words = [sys.executable, __file__, options.program, INSIDE, folder, str(seconds)]
        subprocess.run(command_in_namespace(words), check=True)
        capture = folder / "beside.pcap"
        live = told(parse((folder / "live.ndjson").read_bytes()))
        file = told(Program(options.program).events(capture))
        differences = list(compare(live, file))
        print(*differences[:20], sep="\n")
        verdicts = [(event.get("connection"), event.get("cause")) for event in live if event.get("event") == "verdict"]
        print(f"{len(live)} events of the judge, {len(differences)} differ; verdicts {verdicts}")
        with_it, without = cost(options.program, capture)
        ratio = with_it / without
        print(f"analyze --summary: {with_it:.2f} s with analysis, {without:.2f} s without, ratio {ratio:.2f}")
    sys.exit(1 if differences or len(verdicts) != PUBLISHERS else 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--keep", type=Path)
    parser.add_argument(INSIDE, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.inside:
        outside(options)
    folder = Path(options.inside[0])
    with tempfile.TemporaryDirectory() as scratch, Stage(scratch, folder / "beside.pcap", folder) as stage:
        play(stage, options.program, folder / "live.ndjson", float(options.inside[1]))


if __name__ == "__main__":
    main()
