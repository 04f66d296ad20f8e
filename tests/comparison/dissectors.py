"""What Wireshark shows of a capture: with its own RTMP dissector, and with the plugin; with default preferences."""

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import zip_longest

from reference_messages import KEEP, keys_of

AUDIO, VIDEO = 8, 9
# As Wireshark's own dissector calls them in the Info column.
NAMED = {"Video Data": VIDEO, "Audio Data": AUDIO}
NO_MESSAGE = re.compile(r"Handshake |\[")


@dataclass
class Shown:
    video: int = 0
    audio: int = 0
    other: int = 0
    unknown: int = 0  # that are called so, which is what is not RTMP at all
    incomplete: int = 0  # the plugin: of which bytes are missing
    messages: Counter = field(default_factory=Counter)  # the plugin: like the truth's
    protocols: set = field(default_factory=set)  # by the protocol column

    @property
    def all(self):
        return self.video + self.audio + self.other


def count(messages):
    """The same figures for messages of the truth."""
    types = Counter()
    for message, number in messages.items():
        types[message[0]] += number
    return Shown(types[VIDEO], types[AUDIO], sum(types.values()) - types[VIDEO] - types[AUDIO])


def built_in(tshark, capture, *arguments):
    """`tshark` has no plugin. The dissector shows a message's type in the Info column only, one phrase a message."""
    output = run(tshark, capture, "rtmpt", ["_ws.col.Protocol", "_ws.col.Info"], arguments)
    shown = Shown()
    for line in output.decode(errors="replace").splitlines():
        protocol, _, info = line.partition("\t")
        shown.protocols.add(protocol)
        for phrase in info.split("|"):
            if phrase.startswith("Unknown"):
                shown.unknown += 1
            elif phrase in NAMED:
                shown.video += NAMED[phrase] == VIDEO
                shown.audio += NAMED[phrase] == AUDIO
            elif not NO_MESSAGE.match(phrase) and protocol == "RTMP":
                shown.other += 1
    return shown


def plugin(tshark, capture, *arguments):
    """Complete messages."""
    fields = ["_ws.col.Protocol", *(f"rtmpscope.message.{name}" for name in ("complete", *KEEP))]
    output = run(tshark, capture, "rtmpscope", fields, arguments)
    messages, protocols, incomplete = Counter(), set(), 0
    for line in output.decode().splitlines():
        protocol, *columns = line.split("\t")
        protocols.add(protocol)
        # What is not known, as in mid-session, may be missing from some.
        for complete, kind, *others in zip_longest(*(column.split(",") for column in columns), fillvalue=""):
            if not kind:
                continue  # a packet without messages
            if complete not in ("1", "True"):
                incomplete += 1
            else:
                messages[(int(kind), *(int(other or -1) for other in others))] += 1
    shown = count(messages)
    shown.messages, shown.protocols, shown.incomplete = messages, protocols, incomplete
    return shown


def run(tshark, capture, display_filter, fields, arguments):
    """A line for each packet. That tshark fails at the end of a file that is cut is no matter here."""
    options = [option for name in fields for option in ("-e", name)]
    return tshark.run_with_errors("-n", "-r", tshark.readable(capture), "-Y", display_filter, "-T", "fields", *options,
                                  *tls_keys(tshark, capture), *arguments, check=False)[0]


def tls_keys(tshark, capture):
    keys = keys_of(capture)
    return ["-o", f"tls.keylog_file:{tshark.readable(keys[1].partition(':')[2])}"] if keys else []
