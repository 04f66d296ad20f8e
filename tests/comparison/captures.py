"""One capture in both dissectors, and the truth about it."""

from collections import Counter
from dataclasses import dataclass

from dissectors import Shown, built_in, count, plugin
from truth import KEEP, truth_of
from wireshark import IN_ORDER

CAPTURE_SUFFIXES = (".pcap", ".pcapng", ".pcap.gz")


@dataclass
class CaptureRow:
    name: str
    carrier: str
    truth: Shown
    built_in: Shown
    plugin: Shown
    loss: str  # why the truth is only what the analyzer decodes
    good: bool  # the plugin shows what it must


def capture_files(folder):
    return sorted(path for path in folder.iterdir() if path.name.endswith(CAPTURE_SUFFIXES))


def analyzer_messages(program, capture):
    return Counter(
        tuple(event.get(name) for name in KEEP)
        for event in program.events(capture)
        if event.get("event") == "message" and event.get("complete")
    )


def compare_capture(bare, own, program, capture):
    """Yields the row of the capture; and a second one if segments came out of order in it."""
    truth = truth_of(capture)
    carrier = ", ".join(sorted(truth.protocols)) or "none"
    expected = analyzer_messages(program, capture) if truth.loss else truth.messages
    for preferences in ((), IN_ORDER):
        theirs, ours = (see(tshark, capture, *preferences) for see, tshark in ((built_in, bare), (plugin, own)))
        missing, additional = expected - ours.messages, ours.messages - expected
        late = not preferences and missing and not truth.loss and has_holes(own, capture)
        name = capture.name + (", in order" if preferences else "")
        good = bool(late) or not missing and (bool(truth.loss) or not additional)
        yield CaptureRow(name, carrier, count(expected), theirs, ours, truth.loss, good)
        if not late:
            return


def has_holes(own, capture):
    return bool(own.run("-n", "-r", own.readable(capture), "-Y", "rtmpscope.missing_segment"))
