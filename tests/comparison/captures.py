"""One capture in both dissectors, and the truth about it."""

import json
import subprocess
from collections import Counter
from dataclasses import dataclass

from dissectors import Shown, plugin
from reference_messages import KEEP, truth_of
from wireshark import IN_ORDER

# Messages that the analyzer tells when the connection ends, of which Wireshark tells no dissector: one a direction.
CERTAIN_AT_END = 2
CAPTURE_SUFFIXES = (".pcap", ".pcapng", ".pcap.gz")


@dataclass
class CaptureRow:
    name: str
    carrier: str
    preferences: tuple
    expected: Counter  # messages
    shown: Shown  # by the plugin
    loss: str  # why what is expected is only what the analyzer decodes
    good: bool  # the plugin shows what it must


def capture_files(folder):
    return sorted(path for path in folder.iterdir() if path.name.endswith(CAPTURE_SUFFIXES))


def analyzer_messages(program, capture):
    """Complete ones; -1 stands for a value that is not known. Other tests see to the schema; here captures may have
    many incomplete ones."""
    command = [program.path, "analyze", "--format", "ndjson", "--only", "message", str(capture)]
    output = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout
    events = (json.loads(line) for line in output.splitlines() if b'"complete":true' in line)
    return Counter(tuple(event.get(name, -1) for name in KEEP) for event in events if event["event"] == "message")


def compare_plugin(own, program, capture):
    """Yields the row of the capture; and a second one if segments came out of order in it."""
    truth = truth_of(capture)
    carrier = ", ".join(sorted(truth.protocols)) or "none"
    expected = analyzer_messages(program, capture) if truth.loss else truth.messages
    for preferences in ((), tuple(IN_ORDER)):
        shown = plugin(own, capture, *preferences)
        missing, additional = expected - shown.messages, shown.messages - expected
        late = not preferences and missing and not truth.loss and has_gap(own, capture)
        if truth.loss:
            good = sum((without_context(expected) - without_context(shown.messages)).values()) <= CERTAIN_AT_END
        else:
            good = bool(late) or not missing and not additional
        name = capture.name + (", in order" if preferences else "")
        yield CaptureRow(name, carrier, preferences, expected, shown, truth.loss, good)
        if not late:
            return


def without_context(messages):
    """Behind a gap time and message stream may not be known."""
    found = Counter()
    for (type_id, chunk_stream_id, _, _, length, _), number in messages.items():
        found[type_id, chunk_stream_id, length] += number
    return found


def has_gap(own, capture):
    return bool(own.run("-n", "-r", own.readable(capture), "-Y", "rtmpscope.missing_segment"))
