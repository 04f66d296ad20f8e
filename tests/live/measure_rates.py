"""How many packets a second are captured without drops, beside tcpdump and tshark. No test, since machines differ.

    measure_rates.py PROGRAM [CAPTURE]

tcpreplay (of the package of that name) sends a sample again and again, ten seconds at each rate, from one interface of
a pair to the other in a network namespace. Needs root.
"""

import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from live_socket import sniffing
from program import SAMPLES
from server import PATIENCE, running, wait_until

FROM, TO = "rtmpscope1", "rtmpscope0"
INSIDE = "--inside"
RATES = ("50000", "200000", "400000", "600000", None)  # None: as fast as tcpreplay can
SECONDS = 10
DROPS = r"(\d+) (?:packets )?dropped by|(\d+) packets? dropped"


def programs(program):
    yield "rtmpscope", [program, "live", "-i", TO, "--format", "ndjson", "-o", "/dev/null"]
    yield "tcpdump", [shutil.which("tcpdump", path="/usr/bin:/usr/sbin"), *f"-i {TO} -B 65536 -w /dev/null".split()]
    yield "tshark", [shutil.which("tshark"), *f"-i {TO} -B 64 -q".split()]


def measured(command, capture, rate):
    """Packets that were sent, how many a second, and how many of them were dropped."""
    with tempfile.NamedTemporaryFile() as told:
        with running(command, signal.SIGINT, stdout=subprocess.DEVNULL, stderr=told) as process:
            children = command[0].endswith("tshark")  # dumpcap listens for it
            wait_until(lambda: children or sniffing(process), "nobody listens")
            time.sleep(2 if children else 0.5)
            pace = ["--topspeed"] if rate is None else [f"--pps={rate}"]
            replay = ["tcpreplay", "-q", "-i", FROM, *pace, f"--duration={SECONDS}", "--loop=100000000", capture]
            sent = subprocess.run(replay, check=True, capture_output=True, text=True).stdout
            time.sleep(1)
            process.send_signal(signal.SIGINT)
            process.wait(10 * PATIENCE)
        text = Path(told.name).read_text()
    dropped = sum(int(number) for found in re.findall(DROPS, text) for number in found if number)
    return int(re.search(r"Actual: (\d+)", sent)[1]), float(re.search(r"([\d.]+) pps", sent)[1]), dropped


def main():
    program = str(Path(sys.argv[1]).resolve())
    words = [word for word in sys.argv[2:] if word != INSIDE]
    capture = Path(words[0]) if words else SAMPLES / "netem_clean_10ms.pcap"
    if INSIDE not in sys.argv:
        sys.exit(subprocess.run(["unshare", "--net", sys.executable, *sys.argv, INSIDE], check=False).returncode)
    for words in (f"add {TO} type veth peer name {FROM}", f"set {TO} up", f"set {FROM} up"):
        subprocess.run(["ip", "link", *words.split()], check=True)
    for rate in RATES:
        for name, command in programs(program):
            sent, per_second, dropped = measured(command, capture, rate)
            print(f"{name:10} {sent:9} packets, {per_second:9.0f} a second, {dropped} dropped", flush=True)


if __name__ == "__main__":
    main()
