#!/usr/bin/env python3
"""Runs libpcap, tshark, tcpflow and rtmpscope over the same captures, side by side, and prints what each needs.

README.md in this folder says what the figures mean.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

BUILD = Path(__file__).resolve().parents[2] / "build/release"
TSHARK_PREFERENCES = [
    # Ports of the samples, and messages of any size: without these tshark skips a part of the work.
    *("-d", "tcp.port==1935-1939,rtmpt"),
    *("-o", "rtmpt.max_packet_size:16777215"),
]
SAMPLING_INTERVAL = 0.005  # seconds


class Tool(NamedTuple):
    name: str
    command: list
    once: bool = False  # slow and only for orientation


class Run(NamedTuple):
    wall: float  # seconds
    cpu: float
    peak: float  # MiB resident at most, the mapped file included
    own: float  # the same without pages of files
    failure: str = ""


def tools(options, capture, scratch):
    yield Tool("libpcap loop", [options.libpcap_loop, capture])
    if not options.no_tshark:
        tshark = ["tshark", "-n", *TSHARK_PREFERENCES, "-r", capture]
        yield Tool("tshark", tshark, once=True)
        yield Tool("tshark -T ek, RTMP", [*tshark, "-Y", "rtmpt", "-T", "ek", "-J", "rtmpt"], once=True)
    yield Tool("tcpflow", ["tcpflow", "-r", capture, "-o", scratch], once=True)
    for name, arguments in (
        ("--summary", ["--summary"]),
        ("text", ["--format", "text"]),
        ("ndjson", ["--format", "ndjson"]),
    ):
        for jobs in (1, 2):
            command = [options.rtmpscope, "analyze", "--no-progress", "--jobs", str(jobs), *arguments, capture]
            yield Tool(f"rtmpscope {name}, jobs {jobs}", command)


def resident(pid):
    """(highest resident size so far, resident now without files) in MiB; zeros when the process is gone.

    From /proc, since the ru_maxrss of a child is never below the size of the process that started it.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0, 0
    size = {name: int(value) / 1024 for name, value in re.findall(r"^(Vm\w+|Rss\w+):\s*(\d+)", status, re.MULTILINE)}
    return size.get("VmHWM", 0), size.get("VmRSS", 0) - size.get("RssFile", 0)


def measure(command, timeout, **process_options):
    """One run with output to /dev/null. A thread samples, so that the end is noticed at once."""
    with tempfile.TemporaryFile() as complaints:
        begin = time.perf_counter()
        process = subprocess.Popen(
            list(map(str, command)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            **process_options,
        )
        ended, timed_out, samples = threading.Event(), threading.Event(), [(0, 0)]

        def watch():
            while not ended.wait(SAMPLING_INTERVAL):
                samples.append(resident(process.pid))
                if time.perf_counter() - begin > timeout:
                    timed_out.set()
                    process.kill()
                    return

        watcher = threading.Thread(target=watch)
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        ended.set()
        watcher.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        failure = ""
        if timed_out.is_set():
            failure = f"ended after {timeout:.0f} s"
        elif process.returncode != 0:
            complaints.seek(0)
            lines = complaints.read().decode(errors="replace").splitlines()
            failure = f"exit code {process.returncode}: {lines[-1] if lines else ''}"
    peak, own = (max(values) for values in zip(*samples))
    return Run(wall, usage.ru_utime + usage.ru_stime, peak, own, failure)


def compare(capture, options):
    """Runs of every tool, by name. The tools alternate, so that a change of the machine's load meets all of them."""
    runs = {}
    with open(capture, "rb") as file:  # into the page cache: the disk is not what is measured
        while file.read(1 << 20):
            pass
    for repetition in range(options.repetitions):
        with tempfile.TemporaryDirectory(dir=options.scratch) as scratch:
            for number, tool in enumerate(tools(options, capture, scratch)):
                if repetition > 0 and tool.once:
                    continue
                if shutil.which(tool.command[0]) is None:
                    if repetition == 0:
                        print(f"{tool.name}: {tool.command[0]} is missing, left out", file=sys.stderr)
                    continue
                if sys.stderr.isatty():
                    print(f"\r\033[K{repetition + 1}/{options.repetitions} {tool.name}", end="\r", file=sys.stderr)
                runs.setdefault(tool.name, []).append(measure(tool.command, options.timeout))
    return runs


def print_table(capture, runs):
    median = {name: statistics.median(run.wall for run in of_tool) for name, of_tool in runs.items()}
    loop, ek = median["libpcap loop"], median.get("tshark -T ek, RTMP")
    print(f"\n{capture.name}, {capture.stat().st_size / (1 << 20):.0f} MiB")
    print(f"{'':28}{'wall s':>9}{'CPU s':>9}{'peak MiB':>10}{'own MiB':>9}{'of loop':>9}{'of ek':>9}")
    for name, of_tool in runs.items():
        wall = median[name]
        cpu = statistics.median(run.cpu for run in of_tool)
        peak, own = max(run.peak for run in of_tool), max(run.own for run in of_tool)
        of_ek = f"{ek / wall:9.1f}" if ek else f"{'-':>9}"
        failure = next((run.failure for run in of_tool if run.failure), "")
        row = f"{name:28}{wall:9.3f}{cpu:9.3f}{peak:10.1f}{own:9.1f}{loop / wall:9.2f}{of_ek}  {failure}"
        print(row.rstrip(), flush=True)


def main():
    parser = argparse.ArgumentParser(description="Compares rtmpscope with an empty libpcap loop, tshark and tcpflow.")
    parser.add_argument("capture", type=Path, nargs="+")
    parser.add_argument("--rtmpscope", type=Path, default=BUILD / "analyzer/app/rtmpscope", metavar="PROGRAM")
    parser.add_argument("--libpcap-loop", type=Path, default=BUILD / "tests/bench/libpcap_loop", metavar="PROGRAM")
    parser.add_argument("--repetitions", type=int, default=3, help="default 3; times: medians, memory: maximum")
    parser.add_argument("--timeout", type=float, default=600, metavar="SECONDS", help="for each run (default 600)")
    parser.add_argument("--no-tshark", action="store_true")
    parser.add_argument("--scratch", type=Path, help="where tcpflow may write as much as the capture has")
    options = parser.parse_args()
    for program in (options.rtmpscope, options.libpcap_loop):
        if shutil.which(program) is None:
            parser.error(f"{program} is not there; build the preset release or name another")
    for capture in options.capture:
        print_table(capture, compare(capture, options))


if __name__ == "__main__":
    main()
