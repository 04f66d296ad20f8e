"""What is wrong and not mended yet: beginnings of complaints, and why. Anything else fails; so does one that occurs no more."""

KNOWN = {
    "rtmp_tcserver_ffmpeg.pcap snap_96, wrong_": "our bug: after a lost type 1 header a type 2 header keeps the type and length "
    "of the message before (Acknowledgement and Window Acknowledgement Size share a chunk stream)",
    "rtmp_tcserver_ffmpeg.pcap snap_128, wrong_": "our bug, the same",
    "ip_fragments.pcap snap_256, phantom_lacking": "not decided: the fragments are cut, ours and the judge's idea of what is left differ",
    "err_play_vod_missing.pcap midstream_other_port, phantom_partial": "our bug: a start within C2 or S2 is not told from chunks",
    "err_metadata_zero_length.pcap midstream_other_port, phantom_": "our bug, the same",
    "postgres, seed 0 from the middle, port 1935": "our bug: in mid-stream on an RTMP port two messages of type 0 are believed",
    "postgres, seed 1 from the middle, port 1935": "our bug, the same",
    "nearly_headers, events": "our bug: in mid-stream, bytes made to look like headers give a message every 250 bytes",
    "postgres, seed 3 from the middle, port 1935": "our bug, the same",
}


def unexpected(complaints, concerned):
    """The complaints that are not known; `concerned` says which of the known ones must have occurred."""
    seen = set()
    for complaint in complaints:
        beginning = next((known for known in KNOWN if complaint.startswith(known)), None)
        if beginning is None:
            yield complaint
        seen.add(beginning)
    yield from (f"known, but occurs no more: {known}" for known in KNOWN if concerned(known) and known not in seen)
