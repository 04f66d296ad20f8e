"""Broken captures: tshark ends well, and whatever is malformed is an expert item, not an exception."""

import random
import subprocess
import sys
from pathlib import Path

from program import samples
from wireshark import IN_ORDER, Tshark

SEEDS = 2
CHOSEN = ["pub_ffmpeg_nginx_avc_aac.pcap", "rtmp_crtmp_play_rtmpdump.pcap", "enh_multi_mixed_ffnew_nginx.pcap",
          "rtmpe_crtmp_play_ffmpeg.pcap", "err_connect_rejected.pcap", "midstream_chunk128.pcap"]


def editcap(*arguments):
    subprocess.run(["editcap", *map(str, arguments)], check=True, capture_output=True)


def broken_captures(capture, folder):
    """Yields (description, file): changed bytes, cut packets, deleted packets."""
    broken = Path(folder) / "broken.pcap"
    for seed in range(1, SEEDS + 1):
        editcap("-E", "0.01", "--seed", seed, capture, broken)
        yield f"editcap -E 0.01 --seed {seed}", broken
    editcap("-s", "150", capture, broken)
    yield "editcap -s 150", broken
    deleted = random.Random(capture.name).sample(range(4, 40), 6)
    editcap(capture, broken, *deleted)
    yield f"without packets {sorted(deleted)}", broken


def complaints(tshark, capture, *arguments):
    broken = tshark.readable(capture, "broken.pcap")
    output = tshark.run("-n", "-r", broken, "-V", *arguments).decode(errors="replace")
    for line in output.splitlines():
        # The plugin's layer is the last of a packet: what Wireshark gives up there, it gives up in our code.
        if "Dissector bug" in line or "[Malformed Packet: rtmpscope" in line:
            yield line.strip()


def main():
    plugin, series = sys.argv[2], sys.argv[3]
    failures = runs = 0
    with Tshark(plugin, series) as tshark:
        for capture in (path for path in samples() if path.name in CHOSEN):
            for what, broken in broken_captures(capture, tshark.root):
                for arguments in ([], ["-2", *IN_ORDER]):
                    runs += 1
                    for line in complaints(tshark, broken, *arguments):
                        failures += 1
                        print(f"{capture.name}, {what} {' '.join(arguments)}: {line}")
    print(f"{runs} runs")
    assert runs > 0
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
