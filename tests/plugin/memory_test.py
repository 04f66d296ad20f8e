"""Broken captures under AddressSanitizer and UndefinedBehaviorSanitizer: no byte is read that is not there, and nothing
is lost or destroyed twice where Wireshark leaves functions with longjmp. Without a sanitized plugin there is nothing to
see: exit code 77."""

import os
import subprocess
import sys

from program import SAMPLES
from wireshark import IN_ORDER, Tshark

SKIPPED = 77
# Every way to the plugin's code: trees, NAL units in Wireshark's own dissectors, taps.
DETAIL = ["-V", "-o", "rtmpscope.media_detail:TRUE"]
TAPS = ["-q", "-z", "rtmpscope,streams", "-z", "rtmpscope,commands", "-z", "follow,rtmpscope,ascii,0"]
CHOSEN = [("enh_multi_mixed_ffnew_nginx.pcap", DETAIL), ("pub_gst_librtmp_nginx.pcap", ["-2", *DETAIL, *IN_ORDER]),
          ("rtmp_crtmp_publish_ffmpeg.pcap", TAPS), ("err_publish_denied.pcap", DETAIL)]
PACKETS = 400


def broken(capture, folder, seed):
    """Wrong bytes, and cut packets."""
    damaged, cut = folder / f"damaged-{seed}.pcap", folder / f"cut-{seed}.pcap"
    for command in (["-E", "0.01", "--seed", seed, "-r", capture, damaged, f"1-{PACKETS}"],
                    ["-s", 120 + 40 * seed, "-r", capture, cut, f"1-{PACKETS}"]):
        subprocess.run(["editcap", *map(str, command)], check=True, capture_output=True)
    return damaged, cut


def main():
    plugin, series = sys.argv[2], sys.argv[3]
    if "RTMPSCOPE_PRELOAD" not in os.environ:
        sys.exit(SKIPPED)
    with Tshark(plugin, series) as tshark:
        for seed, (name, arguments) in enumerate(CHOSEN, 1):
            export = ["--export-objects", f"rtmpscope,{tshark.folder('exported')}"] if arguments is TAPS else []
            for path in broken(SAMPLES / name, tshark.root, seed):
                capture = tshark.readable(path)
                output = tshark.run("-n", "-r", capture, *arguments, *export)
                assert b"rtmpscope" in output, "tshark does not load the plugin"


if __name__ == "__main__":
    main()
