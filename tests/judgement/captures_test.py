"""What must be found in captures of real software, and that healthy ones give nothing above note.

    captures_test.py PROGRAM [--captures FOLDER]

Captures that are not in the folder (samples/, if none is given) are left out.
"""

import argparse
import fnmatch
import sys
from pathlib import Path

from program import Program, SAMPLES
from verdict_lines import captures_in, judged_events

HEALTHY = (
    "pub_ffmpeg_nginx_*", "nms_gst_publish.*", "pub_gst_librtmp_nginx.*", "rtmp_crtmp_publish_ffmpeg.*", "encap_*",
    "link_*", "obs_nginx.*", "netem_clean_10ms.*", "netem_reorder.*", "netem_dup.*", "play_vod_*", "vod_*",
    "lal_ffmpeg_rtmpdump.*", "srs_avc_aac.*", "pubplay_*", "port_reuse.*", "redirect_publish.*",
    "multi_8streams_nginx.*", "rtmpt_*", "rtmp_tcserver_*", "ip_fragments.*", "segments_*", "pub_big_metadata.*",
    "pub_hi_chunk128.*",
)  # fmt: skip
UNDECIDED = {"capture_hole", "other_side_missing", "capture_ended", "unknown"}

# Causes of connections, by number; and ids of findings that the capture has.
CAUSES = {
    "auth_adobe_none.pcap": {1: "auth_needed"},
    "auth_adobe_bad.pcap": {3: "auth_failed"},
    "err_no_such_app.pcap": {1: "connect_silent_refusal"},
    "err_connect_rejected.pcap": {1: "connect_silent_refusal"},
    "err_publish_denied.pcap": {1: "publish_silent_refusal"},
    "err_publish_twice.pcap": {1: "client_stopped", 2: "publish_busy"},
    "err_kill_publisher.pcap": {1: "client_closed", 2: "publisher_gone"},
    "err_play_vod_missing.pcap": {1: "play_missing"},
    "err_play_live_missing.pcap": {1: "play_waiting"},
    "err_metadata_zero_length.pcap": {1: "bad_start"},
    "err_plain_http_on_1935.pcap": {1: "not_rtmp"},
    "redirect_publish.pcap": {1: "client_stopped"},
    "pub_longgop.pcap": {1: "client_stopped"},
    "srs_avc_aac.pcap": {1: "client_stopped"},
}
FINDINGS = {
    "netem_loss5.pcap": {"path_loss"},
    "netem_loss3_at_client.pcap": {"path_loss"},
    "netem_loss3_at_server.pcap": {"path_loss"},
    "gap_1pct.pcap": {"capture_incomplete"},
    "gap_5pct.pcap": {"capture_incomplete"},
    "snaplen_96.pcap": {"capture_incomplete"},
    "oneway_c2s.pcap": {"capture_incomplete"},
    "oneway_s2c.pcap": {"capture_incomplete"},
    "midstream.pcap": {"capture_incomplete"},
    "pub_longgop.pcap": {"key_distance"},
    "enh_hevc_aac_nav_nginx.pcap": {"enhanced_not_announced", "known_issue"},
    "enh_av1_opus_nav_nginx.pcap": {"enhanced_not_announced", "known_issue"},
    "enh_av1_opus_ffnew_nginx.pcap": {"enhanced_not_announced", "known_issue"},
    "err_metadata_zero_length.pcap": {"known_issue"},
}
ABSENT = {  # healthy in this, whatever else they have
    "netem_clean_10ms.pcap": {"path_loss", "buffer_need"},
    "netem_reorder.pcap": {"path_loss"},
    "play_vod_*": {"too_fast", "jitter", "starved"},
    "vod_*": {"too_fast", "jitter", "starved"},
    "lal_ffmpeg_rtmpdump.pcap": {"too_fast", "jitter", "starved"},
    "srs_avc_aac.pcap": {"too_fast", "jitter", "starved"},
}
# As the lists of the captures say; the others were made on one machine, where nothing is far.
CAPTURED_AT = {"netem_loss3_at_client.pcap": {"client"}, "netem_*": {"server"}}


def captured_at(name):
    return next((wanted for pattern, wanted in CAPTURED_AT.items() if fnmatch.fnmatch(name, pattern)), None)


def matches(name, patterns):
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def complaints(program, capture):
    events = judged_events(program, capture)
    findings = [event for event in events if event["event"] == "finding"]
    causes = {event["connection"]: event["cause"] for event in events if event["event"] == "verdict"}
    ids = {finding["id"] for finding in findings}
    for number, cause in CAUSES.get(capture.name, {}).items():
        if causes.get(number) != cause:
            yield f"connection {number} is {causes.get(number)}, expected {cause}"
    for identifier in FINDINGS.get(capture.name, set()) - ids:
        yield f"lacks {identifier}"
    for pattern, absent in ABSENT.items():
        if fnmatch.fnmatch(capture.name, pattern) and absent & ids:
            yield f"has {sorted(absent & ids)}"
    places = {event["captured_at"] for event in events if "captured_at" in event}
    if (wanted := captured_at(capture.name)) is not None and places != wanted:
        yield f"is captured at {sorted(places)}, expected {sorted(wanted)}"
    damaged = matches(capture.name, ("gap_*", "oneway_*", "midstream*"))
    if damaged and set(causes.values()) - UNDECIDED - {"client_stopped", "client_vanished"}:
        yield f"says {sorted(causes.values())} of what is not there"
    if matches(capture.name, HEALTHY):
        for finding in findings:
            if finding["severity"] != "note":
                yield f"healthy, and has {finding['severity']} {finding['id']}: {finding['text']}"
        for event in events:
            silent_end = capture.name == "obs_nginx.pcap"  # OBS 29 closes without any command
            if event["event"] == "capture_verdict" and event["severity"] != "note" and not silent_end:
                yield f"healthy, and the capture is {event['severity']}: {event['sentence']}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--captures", type=Path, default=SAMPLES)
    options = parser.parse_args()
    program, wrong, healthy = Program(options.program), 0, 0
    captures = captures_in(options.captures)
    for capture in captures:
        healthy += matches(capture.name, HEALTHY)
        for line in complaints(program, capture):
            print(f"{capture.name}: {line}")
            wrong += 1
    print(f"{len(captures)} captures, {healthy} of them healthy, {wrong} complaints")
    return 1 if wrong or not healthy else 0


if __name__ == "__main__":
    sys.exit(main())
