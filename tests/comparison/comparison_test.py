"""The plugin shows what is true: every message of the samples, of captures as they come in practice, and of the rows of
tests/built_in_dissector_faults; and behind losses as much as the analyzer decodes."""

import sys

import packets
from captures import analyzer_messages, compare_plugin
from decoding import Row, see_plugin, write
from dissectors import count, plugin
from program import Program, samples
from rows import ROWS
from situations import SITUATIONS
from tunnels import remoting_packets  # registers situations, too
from wireshark import Tshark


def wrong_captures(own, program):
    for capture in samples():
        for row in compare_plugin(own, program, capture):
            if not row.good:
                yield f"{row.name}: {count(row.expected)} is shown as {count(row.shown.messages)}"


def wrong_situations(own, program):
    for situation in SITUATIONS:
        what, arguments = situation.what, situation.arguments
        path = own.root / f"{situation.packets.__name__}.pcap"
        packets.write_pcap(path, situation.packets())
        shown = plugin(own, path, *arguments)
        if f"{shown.video} + {shown.audio}" != situation.truth:
            yield f"{what}: {situation.truth} is shown as {shown.video} + {shown.audio}"
        # Of the whole stream TCP hands on less than there is, by default and with a gap.
        if not arguments and sum((analyzer_messages(program, path) - shown.messages).values()) > 2:
            yield f"{what}: the analyzer decodes more"


def wrong_rows(own, program):
    rows = [Row(*row) for row in ROWS]
    capture = own.root / "rows.pcap"
    see_plugin(own, program, capture, write(rows, capture))
    for row in rows:
        yield from (f"{row.name}: {line}" for line in row.wrong)
        if row.plugin_messages != row.messages or row.plugin_values != row.values:
            yield f"{row.name}: {row.plugin_messages} of {row.messages} messages, findings {dict(row.findings)}"


def wrong_remoting(own):
    """AMF over HTTP stays with Wireshark's own dissector."""
    path = own.root / "remoting.pcap"
    packets.write_pcap(path, remoting_packets())
    for protocol, expected in (("amf", 1), ("rtmpscope", 0)):
        found = len(own.run("-n", "-r", own.readable(path), "-Y", protocol).splitlines())
        if found != expected:
            yield f"AMF over HTTP: {found} packets of {protocol}"


def main():
    program, series = Program(sys.argv[1]), sys.argv[3]
    with Tshark(sys.argv[2], series) as own:
        lines = [*wrong_captures(own, program), *wrong_situations(own, program), *wrong_rows(own, program)]
        lines += wrong_remoting(own)
    print(*lines, sep="\n")
    print(f"{len(samples())} samples, {len(SITUATIONS)} situations, {len(ROWS)} rows: {len(lines)} complaints")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
