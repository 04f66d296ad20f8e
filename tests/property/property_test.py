"""The same conversation gives the same events, however it was captured and whatever the number of jobs.

    property_test.py PROGRAM
"""

import gzip
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import cycle
from os import cpu_count
from pathlib import Path

import packet_transforms
import packets as capture_file
import stream_transforms
from program import Program, keys_of, parse, samples
from same_events import (
    same_packets,
    same_packets_at_other_addresses,
    same_packets_in_several_files,
    same_streams,
)

JOBS = (1, 2, 4, 7)
OPTIONS = ("--chunks", "--no-analysis")
ONE_BYTE_LIMIT = 150_000  # bytes of a capture file that is worth a packet for each byte


class Sample:
    """One sample's variants, each in a file of the scratch folder."""

    def __init__(self, path, scratch):
        self.path, self.scratch = path, Path(scratch)
        self.packets = capture_file.read(path)
        self.keys = keys_of(path)  # variants have no Decryption Secrets Blocks
        if secrets := capture_file.secrets(path):
            self.file("sample.keys").write_bytes(secrets)
            self.keys = ("--keys", self.file("sample.keys"))
        self.one_link_type = len({packet.link_type for packet in self.packets}) == 1

    def file(self, name):
        return self.scratch / name

    def pcap(self, name, packets):
        capture_file.write_pcap(self.file(name), list(packets))
        return [self.file(name)]

    def variants(self):
        """(name, what must be the same, files to analyze, standard input)"""
        yield from self.other_files()
        if self.one_link_type:
            yield from self.several_files()
            yield from self.other_streams()
        if packet_transforms.all_ethernet(self.packets):
            for transform in (packet_transforms.vlan_tagged, packet_transforms.linux_cooked):
                yield transform.__name__, same_packets, self.pcap("below.pcap", transform(self.packets)), None
        if packet_transforms.all_plain_ipv4(self.packets):
            files = self.pcap("ipv6.pcap", packet_transforms.over_ipv6(self.packets))
            yield "over_ipv6", same_packets_at_other_addresses, files, None

    def other_files(self):
        contents = self.path.read_bytes()
        yield "stdin", same_packets, ["-"], contents
        capture_file.write_pcapng(self.file("variant.pcapng"), self.packets)
        yield "pcapng", same_packets, [self.file("variant.pcapng")], None
        self.file("variant.gz").write_bytes(gzip.compress(contents, 1))
        yield "gzip", same_packets, [self.file("variant.gz")], None
        subprocess.run(["zstd", "-q", "-f", self.path, "-o", self.file("variant.zst")], check=True)
        yield "zstd", same_packets, [self.file("variant.zst")], None

    def several_files(self):
        """Two files that have to be merged by time. Packets of the same time stay in one file: their order between
        files is open."""
        times = [packet.time for packet in self.packets]
        later = [place for place in range(1, len(times)) if times[place] > times[place - 1]]
        if times != sorted(times) or not later:
            return
        middle = min(later, key=lambda place: abs(place - len(times) // 2))
        halves = self.pcap("first.pcap", self.packets[:middle]) + self.pcap("second.pcap", self.packets[middle:])
        yield "halves", same_packets_in_several_files, halves, None
        yield "halves_swapped", same_packets_in_several_files, halves[::-1], None
        zipped, side = ([], []), 0
        for place, packet in enumerate(self.packets):
            side ^= place in later
            zipped[side].append(packet)
        if all(zipped):
            files = self.pcap("odd.pcap", zipped[0]) + self.pcap("even.pcap", zipped[1])
            yield "zipped", same_packets_in_several_files, files, None

    def other_streams(self):
        for transform in (
            stream_transforms.random_segments,
            stream_transforms.large_segments,
            stream_transforms.reordered,
            stream_transforms.duplicated,
        ):
            yield transform.__name__, same_streams, self.pcap("streams.pcap", transform(self.packets)), None
        if self.path.stat().st_size <= ONE_BYTE_LIMIT:
            bytewise = stream_transforms.one_byte_segments(self.packets)
            yield "one_byte_segments", same_streams, self.pcap("streams.pcap", bytewise), None


def check(program, path):
    """(checks made, what went wrong)"""
    options = OPTIONS + keys_of(path)
    outputs = [program.ndjson(path, *options, "--jobs", jobs) for jobs in JOBS]
    wrong = [f"{path.name}: other bytes with --jobs {n}" for n, output in zip(JOBS, outputs) if output != outputs[0]]
    expected, count = parse(outputs[0]), len(JOBS)
    with tempfile.TemporaryDirectory() as scratch:
        jobs = cycle(JOBS)
        sample = Sample(path, scratch)
        for name, what_stays, files, stdin in sample.variants():
            count += 1
            try:
                source = {"stdin": None, "input": stdin} if stdin else {}
                events = program.events(*files, *OPTIONS, *sample.keys, "--jobs", next(jobs), **source)
            except RuntimeError as error:
                wrong.append(f"{path.name}, {name}: {error}")
                continue
            difference = first_difference(what_stays(expected), what_stays(events))
            if difference:
                wrong.append(f"{path.name}, {name}: {difference}")
    return count, wrong


def first_difference(expected, events):
    if isinstance(expected, dict):
        differences = (first_difference(expected.get(key, []), events.get(key, [])) for key in {*expected, *events})
        return next(filter(None, differences), None)
    for number, (one, other) in enumerate(zip(expected, events), 1):
        if one != other:
            keys = [pair for pair in one if pair not in other] + [pair for pair in other if pair not in one]
            return f"event {number} ({one.get('event')}) differs: {keys!r:.600}"
    if len(expected) != len(events):
        extra = max(expected, events, key=len)[min(len(expected), len(events))]
        return f"{len(expected)} events expected, {len(events)} found; first without partner: {extra!r:.300}"
    return None


def main():
    program, paths = Program(sys.argv[1]), sorted(samples(), key=lambda path: -path.stat().st_size)
    with ProcessPoolExecutor(cpu_count()) as pool:
        results = list(pool.map(partial(check, program), paths))
    wrong = [line for _, lines in results for line in lines]
    print(*wrong, f"{sum(count for count, _ in results)} runs over {len(paths)} samples", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
