"""Fields keep the conventions of Wireshark's README.dissector: addresses and times have types of their own, numbers
that have names have these in filters, too, what shares a byte is drawn as bits, and each field is filled by some
capture."""

import json
import re
import sys
import tempfile
import xml.etree.ElementTree as xml
from collections import defaultdict
from pathlib import Path

import field_bodies
import findings_test
from program import SAMPLES, Program, samples
from wireshark import IN_ORDER, Tshark

# These share no bits with others in their byte: they are computed from them, or say the same once more.
COMPUTED = re.compile(
    r"\.(codec|sample_rate|channels|bits_per_sample|low_frequency_channels|frame_length|frame\.\w+|\w+_name|protocol|"
    r"handshake\.version|luma_bit_depth|chroma_bit_depth|chroma_format|nal_length_size|"
    r"initial_presentation_delay|ps|sbr|count|array_count|level|samples|duration|audio\.enhanced|message\.type|"
    r"amf3?\.marker|tracks\.track\.data|obu\.length)$")
# Drawn as bits where they are, but other codecs and longer headers have values that are wider.
WIDER_ELSEWHERE = re.compile(r"\.(chunk\.chunk_stream_id|configuration\.(profile|level|object_type))$")
# No capture has them: Wireshark tells of these only while it runs out of something.
NEVER_HERE = {
    "rtmpscope.tree_limit": "robustness_test.py",
    "rtmpscope.stray_segment": "robustness_test.py",
    "rtmpscope.nal_unit_undecoded": "only with H.264 that Wireshark's own dissector gives up on: behaviour_test.py",
    "rtmpscope.redacted": "redaction_test.py",
    "rtmpscope.finding.after_gap": "damaged_events_test.py",
    "rtmpscope.finding.carrier_offset": "of findings in TLS and HTTP: encrypted_test.py",
    "rtmpscope.finding.sequence_number": "of findings in RTMFP with losses",
    "rtmpscope.rtmpe_open.padding": "of one secret in 256, which begins with zeros: tests/unit/carrier",
}


class Registered:
    """The fields as `tshark -G` lists them: of several with one name the first."""

    def __init__(self, tshark):
        self.lines = list(self.report(tshark, "fields"))
        self.names = [line[2] for line in self.lines]
        self.fields = {line[2]: line for line in self.lines if line[0] == "F"}
        self.named = {line[1] for line in self.report(tshark, "values") if line[0] == "V"}

    @staticmethod
    def report(tshark, name):
        """Lines about the plugin's fields, of the hundred thousands about all."""
        lines = tshark.run("-G", name).decode().splitlines()
        return (line.split("\t") for line in lines if "\trtmpscope." in line)

    def type(self, name):
        return self.fields[name][3]

    def mask(self, name):
        return int(self.fields[name][6], 16)


def layers(tshark, capture, *arguments):
    """The protocol's trees of the capture's packets."""
    output = tshark.run("-n", "-r", tshark.readable(capture), "-T", "pdml", "-J", "rtmpscope rtmfp", *IN_ORDER,
                        *arguments)
    for packet in xml.fromstring(output).iter("packet"):
        yield from packet.iterfind("proto[@name='rtmpscope']")
        yield from packet.iterfind("proto[@name='rtmfp']")


def walk(item):
    """(name, position, size) of what is on the wire and has no parts."""
    for field in item.iterfind("field"):
        if field.find("field") is not None:
            yield from walk(field)
        elif field.get("name", "").startswith("rtmpscope.") and int(field.get("size")) > 0:
            yield field.get("name"), int(field.get("pos")), int(field.get("size"))


def collect(tshark, captures):
    """Names of all fields that are there, and pairs of which both lie in one byte."""
    seen, shared = set(), set()
    for capture, arguments in captures:
        for layer in layers(tshark, capture, *arguments):
            seen.update(field.get("name") for field in layer.iter("field"))
            for item in layer.iterfind("field"):
                places = defaultdict(set)
                for name, position, size in walk(item):
                    if size == 1:
                        if not COMPUTED.search(name):
                            places[position].add(name)
                for names in places.values():
                    if len(names) > 1:
                        shared.update(names)
    return seen, shared


def check_types(registered):
    for name, line in registered.fields.items():
        key = name.rsplit(".", 1)[-1]
        if key == "address":
            assert line[3] == "FT_IPv4" and registered.type(name + "_ipv6") == "FT_IPv6", line
        elif key == "port":
            assert line[5] in ("BASE_PT_TCP", "BASE_PT_UDP"), line
        elif key.endswith("_ms"):
            assert line[3] in ("FT_UINT32", "FT_INT32"), line  # as sent; all others have their unit in the type
        if line[3] == "FT_RELATIVE_TIME":
            assert "illisecond" not in line[7], line
    assert registered.type("rtmpscope.amf.date") == "FT_ABSOLUTE_TIME"
    times = [name for name in registered.fields if registered.type(name) == "FT_RELATIVE_TIME"]
    assert len(times) == 9, times


def check_values(registered, program):
    """Numbers that JSON has words for, and those whose names are beside them, have names in filters."""
    table = (SAMPLES.parent / "docs/fields.md").read_text()
    rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| `rtmpscope.")]
    wanted = {row[0].strip("| `") for row in rows if row[3].strip() and row[2] not in ("boolean", "text")}
    wanted |= {f"rtmpscope.{name}" for name in (
        "chunk.format", "message.type_id", "aggregate.messages.message.type_id", "video.codec_id", "audio.sound_format",
        "amf.marker", "amf3.marker")}
    missing = [name for name in wanted if name in registered.fields and name not in registered.named]
    assert len(wanted) > 60 and not missing, missing


def check_filters(tshark):
    """A name as the tree shows it finds what has it."""
    capture = tshark.readable(SAMPLES / "obs_nginx.pcap")
    texts = ('rtmpscope.video.frame_type == "Key frame"', 'rtmpscope.video.codec_id == "H.264/AVC"',
             'rtmpscope.video.nal_units.nal_unit.type_name == "idr_slice"',
             'rtmpscope.amf.marker == "ECMA array"',
             'rtmpscope.video.configuration.profile_name == "constrained_baseline"',
             'rtmpscope.audio.sound_format == "AAC"',
             'rtmpscope.chunk.format == "All fields"', "rtmpscope.connection_open.client.address == 127.0.0.0/8",
             "rtmpscope.handshake_done.duration < 0.001", "rtmpscope.message.response_time > 0.00001",
             "rtmpscope.amf.length == 4 && rtmpscope.amf.key_length == 3", "rtmpscope.amf.object_end")
    table = tshark.run("-n", "-q", "-r", capture, "-z", ",".join(["io,stat,0", *texts])).decode()
    (row,) = re.findall(r"^\| +[\d.]+ <> .+\|$", table, re.MULTILINE)
    frames = [int(cell) for cell in row.split("|")[2::2] if cell.strip()]  # and bytes
    assert len(frames) == len(texts) and all(frames), dict(zip(texts, frames))


def check_drawing(tshark):
    lines = tshark.run("-n", "-r", tshark.readable(SAMPLES / "obs_nginx.pcap"), "-O", "rtmpscope").decode()
    for line in ("00.. .... = Format: All fields (0)", "..00 0100 = Chunk stream id: 4",
                 "0001 .... = Frame type: Key frame (1)", ".... 0111 = Codec id: H.264/AVC (7)",
                 "1010 .... = Sound format: AAC (10)", ".... 11.. = Sound rate: 44 kHz (3)",
                 "...0 0101 = NAL unit type: 5"):
        assert f" {line}\n" in lines, line
    capture = tshark.readable(SAMPLES / "enh_multi_mixed_ffnew_nginx.pcap")
    enhanced = tshark.run("-n", "-r", capture, "-O", "rtmpscope").decode()
    for line in ("1... .... = Enhanced: True", ".001 .... = Frame type: Key frame (1)",
                 "0000 .... = Multitrack type: One track (0)",
                 ".100 000. = NAL unit type: 32"):
        assert f" {line}\n" in enhanced, line


def check_taps(tshark, registered):
    """Taps such as io,stat take one field of a name: there is no other."""
    assert len(registered.names) == len(set(registered.names))
    capture = tshark.readable(SAMPLES / "obs_nginx.pcap")
    names = [f"rtmpscope.{name}" for name in (
        "video.frame_type", "chunk.format", "audio.sound_format", "video.nal_units.nal_unit.type")]
    shown = tshark.run("-n", "-r", capture, "-T", "fields", *(part for name in names for part in ("-e", name)))
    rows = [line.split("\t") for line in shown.decode().splitlines()]
    counts = [sum(len(cell.split(",")) for cell in column if cell) for column in zip(*rows)]
    counted = ",".join(["io,stat,0", *(f"COUNT({name}){name}" for name in names)])
    table = tshark.run("-n", "-q", "-r", capture, "-z", counted).decode()
    (row,) = re.findall(r"^\| +[\d.]+ <> .+\|$", table, re.MULTILINE)
    assert min(counts) > 30 and [int(cell) for cell in row.split("|")[2:] if cell.strip()] == counts, (counts, table)


def check_bytes(tshark, registered, capture):
    """Bytes that do not lie in the packet as they are shown have their value, and nothing breaks over empty ones."""
    names = [name for name in registered.fields if registered.type(name) == "FT_BYTES"]
    arguments = [argument for name in names for argument in ("-e", name)]
    output = tshark.run("-n", "-r", tshark.readable(capture), "-T", "fields", *arguments, *tshark.keys(capture))
    column = names.index("rtmpscope.rtmfp_hello.tag")
    tags = {line.split("\t")[column] for line in output.decode().splitlines()} - {""}
    assert tags == {b"0123456789abcdef".hex()}, tags


def check_templates(registered):
    """No text has a place that each occurrence fills in."""
    assert not [line for line in registered.lines if re.search(r"\{[a-z]+\}", "\t".join(line))]


def finding_names(program):
    """Expert items of findings: tests/findings sees to these."""
    table = json.loads(Program(program).run("findings", "--format", "json").stdout)
    return {f"rtmpscope.finding.{row['id']}" for row in table}


def main():
    program, plugin, series = sys.argv[1:4]
    with Tshark(plugin, series) as tshark, tempfile.TemporaryDirectory() as folder:
        registered = Registered(tshark)
        check_types(registered)
        check_values(registered, program)
        check_filters(tshark)
        check_drawing(tshark)
        check_taps(tshark, registered)
        check_templates(registered)
        made = Path(folder) / "bodies.pcap"
        made.with_suffix(".keys").write_text(field_bodies.write(made, with_held=True))
        check_bytes(tshark, registered, made)
        rows = Path(folder) / "rows.pcap"
        _, keys, *_ = findings_test.write(rows)
        captures = [(capture, ["-2", *tshark.keys(capture)]) for capture in samples()]
        captures += [(made, ["-2", *tshark.keys(made)]), (rows, ["-o", f"rtmpscope.key_file:{tshark.readable(keys)}"])]
        seen, shared = collect(tshark, captures)
        never = sorted(registered.fields.keys() - seen - NEVER_HERE.keys() - finding_names(program))
        assert not never, never
        without = sorted(name for name in shared if registered.mask(name) == 0 and not WIDER_ELSEWHERE.search(name))
        assert not without, without
        judged = {f"rtmpscope.finding.{finding_id}" for finding_id in findings_test.JUDGED}
        assert not judged & registered.fields.keys()  # these are in no packet
        print(f"{len(seen)} fields seen, {len(shared)} share a byte with others")


if __name__ == "__main__":
    main()
