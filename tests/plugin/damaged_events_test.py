"""One decoder where packets are missing, too: Wireshark's tree has the chunks and messages that the analyzer tells,
with the same fields, estimated timestamps included.

Samples are damaged as in tests/damaged. What may differ, and why:

- The packet in which an event is shown. Wireshark shows a packet once and for all before it reads the next one, so what
  was held until chunk borders were found behind a gap is shown in the packet that decided; the analyzer says for each
  message which packet completed it. So nothing is shown before the packet that the analyzer tells.
- The end of a stream. Wireshark asks a dissector about payload only, so what becomes certain when the connection ends
  is told by the analyzer alone: the last messages of a direction whose chunk borders are not found, or whose last
  headers are in doubt.
- Names of streams, and which request a response answers: one may know them where the other does not. Where bytes are
  missing, the analyzer waits for them before it goes on with that direction, while the other one goes on; Wireshark
  waits for nothing. So what one direction says of the other is not known at the same place. For the same reason the
  handshake is left out, whose parts are described by what the other side sent.

The packets of TCP's own handshake are left in: without them there is nothing in the capture by which both could count
the bytes of a stream from the same one. Begun in mid-stream, the analyzer counts from the first byte captured, and so
does the plugin.
"""

import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "damaged"))

from conversations import Capture, write  # noqa: E402
from damage import (  # noqa: E402
    DAMAGES,
    MIDSTREAM,
    MIDSTREAM_OTHER_PORT,
    Start,
    all_streams,
    cut_start,
    on_other_ports,
    random_starts,
)
from events_test import DAMAGED, PLACE, analyzer_events, plugin_events, same_field  # noqa: E402
from program import SAMPLES, Program  # noqa: E402
from run_cases import run_cases  # noqa: E402
from runs import generator_for  # noqa: E402
from segments import SYN  # noqa: E402
from wireshark import Tshark  # noqa: E402

MIDSTREAM_IN_TEXT = "midstream_in_text"
ENCODER_TEXT = b"x264 - core "  # in its first picture
# By sample: chunks of 128 and 4096 bytes, extended timestamps, publishers and players, several connections, headers of
# all types. In mid-stream on other ports Wireshark asks some thirty dissectors, each of which may take a packet of
# media for its own before the plugin is certain, as one does with the samples that are not here for it.
CASES = {
    "pub_ffmpeg_nginx_avc_aac.pcap": ["loss_1", "loss_20", "burst", MIDSTREAM, MIDSTREAM_IN_TEXT],
    "pub_gst_librtmp_nginx.pcap": ["loss_1", "gaps", MIDSTREAM, MIDSTREAM_OTHER_PORT],
    "nms_gst_publish.pcap": ["loss_5", "loss_20", "gaps"],
    "exts_pub_offset_16775.pcap": ["loss_0.1", "loss_1", "loss_5", "gaps"],
    "pubplay_ffmpeg_nginx.pcap": [MIDSTREAM],
    "srs_avc_aac.pcap": ["loss_5", "burst"],
    "rtmp_tcserver_ffmpeg.pcap": ["loss_1", "loss_20"],
}
SEEDS = 2
MOST_UNDECIDED = 10  # messages of a direction that only the end of the connection decides
MOST_SHOWN = 5
OFFSET = {"message": PLACE["stream_offset"], "chunk": 2}  # places in a head
KNOWN_IN_TIME = {PLACE["stream_name"], PLACE["request_frame"]}


def damaged_versions(sample, damage):
    """Each a list of packets."""
    capture = Capture(SAMPLES / sample)
    for seed in range(SEEDS):
        generator = generator_for(sample, damage, seed)
        if damage in (MIDSTREAM, MIDSTREAM_OTHER_PORT):
            (start,) = random_starts(capture, all_streams(capture), generator, 1)
            packets = cut_start(capture, start)
            yield packets if damage == MIDSTREAM else on_other_ports(capture, packets)[0]
            continue
        if damage == MIDSTREAM_IN_TEXT:
            yield cut_start(capture, start_in_text(capture))
            return  # nothing is left to chance
        left = {entry.origin: entry for entry in DAMAGES[damage](capture, generator)}
        opening = {entry.origin: entry for entry in capture.intact()
                   if (segment := capture.segments[entry.origin]) and segment.flags & SYN}
        yield [entry for _, entry in sorted((left | opening).items())]


def start_in_text(capture):
    for conversation in capture.conversations:
        for sender, stream in conversation.streams.items():
            position = stream.content.find(ENCODER_TEXT)
            if position >= 0:
                return Start(conversation.number, sender, position)
    raise ValueError(f"{capture.path.name}: no text of an encoder")


def by_stream(events):
    """Chunks and messages as {(kind, client's port, direction): [(frame, head, fields)]} in the order of the stream."""
    found = defaultdict(list)
    for (frame, kind), all_of_kind in events.items():
        for head, fields in all_of_kind if kind in OFFSET else ():
            found[kind, *head[:2]].append((frame, head, fields))
    for (kind, *_), listed in found.items():
        listed.sort(key=lambda event: int(event[1][OFFSET[kind]]))  # noqa: B023
    return found


def same_head(told, shown):
    return all(a == b or (place in KNOWN_IN_TIME and None in (a, b)) for place, (a, b) in enumerate(zip(told, shown)))


def differences(told, shown, counts):
    """Lines about what differs though it need not."""
    for key in sorted(told.keys() | shown.keys()):
        theirs, ours = told[key], shown[key]
        if key[0] == "message":
            counts["messages"] += len(theirs)
            counts["estimated"] += sum(head[PLACE["timestamp_exact"]] is not None for _, head, _ in theirs)
        if not len(theirs) - MOST_UNDECIDED <= len(ours) <= len(theirs):
            yield f"{key}: {len(theirs)} told, {len(ours)} in Wireshark"
        for (frame, a, fields), (shown_in, b, found) in zip(theirs, ours):
            if not same_head(a, b):
                yield f"{key}: {a} is {b} in Wireshark"
            elif shown_in < frame:
                yield f"{key}: {a} of frame {frame} is shown in {shown_in}"
            elif len(fields) != len(found):
                yield f"{key}: {a}: {len(fields)} fields, {len(found)} in Wireshark"
            else:
                yield from (f"{key}: {a}: {x} is {y} in Wireshark"
                            for x, y in zip(fields, found) if not same_field(x, y))


def captures_of(sample, damage, folder):
    if damage is None:
        yield SAMPLES / sample
        return
    for seed, packets in enumerate(damaged_versions(sample, damage)):
        path = folder / f"{damage}_{seed}_{sample}"
        write(path, packets)
        yield path


def compare(case, program, plugin, series):
    counts, lines = Counter(), []
    with Tshark(plugin, series) as tshark, tempfile.TemporaryDirectory() as scratch:
        for seed, path in enumerate(captures_of(*case, Path(scratch))):
            told = by_stream(analyzer_events(Program(program), path))
            for passes in ([], ["-2"])[: 1 if seed else 2]:
                shown = by_stream(plugin_events(tshark, path, *passes))
                found = list(differences(told, shown, counts))
                lines += [f"{path.name} {' '.join(passes)}: {line}" for line in found[:MOST_SHOWN]]
    return counts, lines


def main():
    cases = [(sample, damage) for sample, damages in CASES.items() for damage in damages]
    cases += [(sample, None) for sample in DAMAGED]
    run_cases(compare, cases, "{messages} messages, {estimated} of them with estimated timestamps", proof="estimated")


if __name__ == "__main__":
    main()
