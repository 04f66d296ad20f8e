"""Where rtmpscope and the others differ, and why."""

from fnmatch import fnmatch
from math import isfinite

# Captures without all bytes of a conversation. What becomes of them is a matter of recovery, which the others do not
# try.
NOT_WHOLE = {
    "encap_vxlan.pcap": "the segment with C0 and C1 was an IP fragment and is missing",
    "format_truncated_file.pcap": "the file ends within a packet, at which tshark gives up",
    "gap_[0-9]*": "packets were removed",
    "midstream*": "begins in mid-session",
    "snaplen_*": "packets are cut",
}
AFTER_EXTENDED_DELTA = ", timestamps behind an extended timestamp of a type 1 or 2 header"
# The beginnings of complaints, and why they are none.
EXPLAINED = {
    "netem_loss3_at_client.pcap, stream 1 to_client": "ours ends with the client's reset; a segment with two messages "
    "was still on its way then, and the others take it. We count it (late_segments of capture_end)",
}


def explanation(complaint):
    if complaint.endswith(AFTER_EXTENDED_DELTA):
        return "tshark takes it for the time itself; it is a step, like the field that it extends (RTMP 5.3.1.3)"
    return next((why for beginning, why in EXPLAINED.items() if complaint.startswith(beginning)), None)


def not_whole(capture):
    return next((why for name, why in NOT_WHOLE.items() if fnmatch(capture.name, name)), None)

def as_tshark_shows(scalars):
    """tshark 4.0 shows no field for an empty string. Infinities and NaN it shows, but JSON has no word for them."""
    return [
        scalar
        for scalar in scalars
        if scalar != "" and not (isinstance(scalar, float) and not isfinite(scalar))
    ]
