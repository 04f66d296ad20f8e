"""Expert items exist whether a tree is made or not: `tshark -q -z expert` says
what a tree has, in one pass and in two.
"""

import re
import sys
from collections import Counter

from program import SAMPLES
from wireshark import Tshark

REFUSED_CALL = "The peer does not know the procedure; many programs call some that servers do not have"
# What each capture must have at least.
WANTED = {
    "err_play_vod_missing.pcap": {"Error response: NetStream.Play.StreamNotFound"},
    "auth_adobe_bad.pcap": {"Error response: NetConnection.Connect.Rejected"},
    "rtmp_crtmp_publish_ffmpeg.pcap": {REFUSED_CALL},
    "netem_loss5.pcap": {"Bytes of the stream are missing", "It is not known where chunks begin",
                         "It is known again where chunks begin", "The message is incomplete"},
    "snaplen_96.pcap": {"The message is incomplete"},
    "err_metadata_zero_length.pcap": set(),
    "exts_pub_offset_16775.pcap": set(),
    "pub_ffmpeg_nginx_avc_aac.pcap": set(),
}  # fmt: skip
ROW = re.compile(r" +(\d+) +\S+ +(?:rtmpscope|rtmfp) +(.+)")


def told(tshark, capture, *arguments):
    """{summary: how often} of this plugin."""
    output = tshark.run("-n", "-q", "-r", tshark.readable(capture), "-z", "expert", *arguments).decode()
    return Counter({row[2]: int(row[1]) for line in output.splitlines() if (row := ROW.fullmatch(line))})


def in_trees(tshark, capture):
    items = Counter()
    for _, layers in tshark.dissect(capture):
        for layer in layers:
            for field in layer.iter("field"):
                name, message = field.get("name"), field.find("field[@name='_ws.expert.message']")
                if name == "_ws.expert" and message is not None:
                    items[message.get("show")] += 1
    return items


def main():
    plugin, series = sys.argv[2], sys.argv[3]
    with Tshark(plugin, series) as tshark:
        for name, wanted in WANTED.items():
            once = told(tshark, SAMPLES / name)
            assert wanted <= set(once), (name, once)
            assert once == told(tshark, SAMPLES / name, "-2"), name
            assert once == in_trees(tshark, SAMPLES / name), (name, once, in_trees(tshark, SAMPLES / name))
        assert not told(tshark, SAMPLES / "pub_ffmpeg_nginx_avc_aac.pcap"), "a healthy capture has none"


if __name__ == "__main__":
    main()
