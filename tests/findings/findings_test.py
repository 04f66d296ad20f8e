"""Every finding of the tables appears in every output: a made-up connection for each.

    findings_test.py PROGRAM [PLUGIN SERIES]    NDJSON, JSON and text; with a plugin in tshark, too
    findings_test.py PROGRAM --write FILE       writes the capture, to be looked at elsewhere
"""

import json
import re
import sys
import tempfile
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import amf_rows  # noqa: F401  (registers rows)
import conduct_rows  # noqa: F401
import handshake_rows  # noqa: F401
import judged_rows
import media_rows  # noqa: F401
import message_rows  # noqa: F401
import packets
import profile_rows
import rtmfp_rows  # noqa: F401
import tls_rows  # noqa: F401
import tunnel_rows  # noqa: F401
from program import Program
from rows import ROWS
from wireshark import Tshark

# What the judge finds: a connection's counts are of what the decoder has found.
JUDGED_MODULES = ("conduct_rows", "profile_rows")
JUDGED = {finding_id for finding_id, function in ROWS if getattr(function, "__module__", "") in JUDGED_MODULES}
JUDGED |= set(judged_rows.IDS)

# What the plugin cannot show, and why.
NOT_IN_TSHARK = {
    "not_rtmp": "what is not RTMP goes to other dissectors",
    "connection_repeated": "Wireshark tells connections apart by itself",
    "syn_again": "Wireshark shows no dissector a SYN",
    "overlap_conflict": "Wireshark shows no dissector a retransmission",
    **dict.fromkeys((finding_id for finding_id, _ in ROWS if finding_id.startswith("tls_")), "Wireshark decrypts TLS"),
    "tunnel_session_unknown": "HTTP is Wireshark's, which hands on bodies",
    "tunnel_request_failed": "the same",
    "tunnel_request_repeated": "the same",
    "tunnel_sequence_missing": "the same",
    "tunnel_polling_byte_missing": "the same",
    "tunnel_response_missing": "the same",
    "rtmfp_no_answer": "Wireshark does not say that a capture ends, or that time passes",
    "rtmfp_no_key": "the same; rtmfp.no_key marks the packets",
    **dict.fromkeys(JUDGED, "what the judge finds is no packet's"),
}

# What compares a figure with a threshold names it.
LIMITED = {
    "starved", "too_fast", "media_pause", "jitter", "interleave_wide", "av_drift", "audio_clock", "frame_rate_drop",
    "bitrate_drop", "frames_missing", "buffer_need", "track_silent", "key_distance", "open_gop", "time_back",
    "time_jump", "time_frozen", "metadata_late",
}
THRESHOLDS = Path(__file__).parents[2] / "docs" / "thresholds.md"

SECOND = 1_000_000_000


def client_of(number):
    return f"10.0.{number >> 8}.{number & 255}"


def number_of(client):
    high, low = client.split(".")[2:]
    return int(high) << 8 | int(low)


def merged():
    """All connections in one capture, one after the other, each with a client of its own; and their keys."""
    capture, keys = [], ""
    wait = 0
    for number, (_, function) in enumerate(ROWS):
        session = function()
        session.end()
        keys += getattr(session, "keys", "")
        address = bytes(map(int, client_of(number).split(".")))
        for packet in session.packets:
            data = packet.data.replace(b"\xc0\x00\x02\x01", address, 1)  # the client's, in the IP header
            capture.append(replace(packet, time=packet.time + wait, data=data))
        wait += session.packets[-1].time - session.packets[0].time + 10 * SECOND
    return capture, keys


def write(path):
    """The option that names the key log, which is written beside it."""
    capture, keys = merged()
    packets.write_pcap(path, capture)
    path.with_suffix(".keys").write_text(keys)
    profile_rows.write_profiles(path.with_suffix(".profiles"))
    return "--keys", path.with_suffix(".keys"), "--profiles", path.with_suffix(".profiles")


def from_ndjson(program, path, options):
    """{client: ids}"""
    clients, found = {}, defaultdict(set)
    for line in program.ndjson(path, *options, "--only", "connection_open,finding").splitlines():
        event = json.loads(line)
        if event["event"] == "connection_open":
            clients[event["connection"]] = event["client"]["address"]
        elif event["event"] == "finding":
            found[clients[event["connection"]]].add(event["id"])
    return found


def limits_missing(program, path, options):
    thresholds = set(re.findall(r"^\| `(\w+)`", THRESHOLDS.read_text(), re.MULTILINE))
    findings = [json.loads(line) for line in program.ndjson(path, *options, "--only", "finding").splitlines()]
    for finding in findings:
        if finding["id"] in LIMITED and finding.get("limit") not in thresholds:
            yield f"{finding['id']} has the limit {finding.get('limit')}, which is no threshold"
    yield from (f"{finding_id} was not seen" for finding_id in LIMITED - {finding["id"] for finding in findings})


def from_json(program, path, options):
    """The same, of connections whose summary counts findings."""
    document = json.loads(program.run("analyze", path, *options, "--format", "json", "--only", "finding").stdout)
    counted = {connection["connection"]: connection for connection in document["connections"]}
    found = defaultdict(set)
    for event in document["events"]:
        if event["event"] != "finding":
            continue
        connection = counted[event["connection"]]
        if connection["findings"][event["severity"]] > 0 or event["id"] in JUDGED:
            found[connection["client"]["address"]].add(event["id"])
    return found


def from_text(program, path, options):
    found = defaultdict(set)
    output = program.run("analyze", "--sort", "end", path, *options).stdout.decode()
    for block in re.split(r"^#", output, flags=re.MULTILINE)[1:]:
        header = re.match(r"\d+ +([\d.]+):", block)
        client = header[1] if header else ""
        if not client.startswith("10."):
            continue  # a server that has asked for a session, or a verdict
        shown = set(re.findall(r"\[([a-z0-9_]+)\]", block))
        found[client] |= shown if re.search(r"^    findings ", block, re.MULTILINE) else shown & JUDGED
        function = ROWS[number_of(client)][1]
        if getattr(function, "text", "") not in block:
            print(f"{function.__name__}: not in its block of text: {function.text}")
            found[client].clear()
    return found


def from_tshark(tshark, path, ids, keys):
    ids = [finding_id for finding_id in ids if finding_id not in JUDGED and finding_id not in WITHOUT_ROW]
    columns = [argument for finding_id in ids for argument in ("-e", f"rtmpscope.finding.{finding_id}")]
    given = ("-o", f"rtmpscope.key_file:{tshark.readable(keys)}")
    fields = ("-T", "fields", "-e", "ip.src", "-e", "ip.dst", *columns)
    output = tshark.run("-n", *given, "-r", tshark.readable(path), *fields)
    found = defaultdict(set)
    for line in output.decode().splitlines():
        source, destination, *values = line.split("\t")
        client = source if source.startswith("10.") else destination
        found[client] |= {finding_id for finding_id, value in zip(ids, values) if value}
    return found


def table(program):
    return [finding["id"] for finding in json.loads(program.run("findings", "--format", "json").stdout)]


# Findings without a row yet, and what one would take. A row for one of them is a complaint, so that the list becomes
# shorter.
WITHOUT_ROW = {
    "reconnecting": "several connections of one client",
    "duplicate_publisher": "two connections at a time",
    "key_reused": "two clients at a time",
    "sender_blocked": "TCP with a closed window", "path_loss": "TCP with losses", "path_slow": "TCP with a slow way",
    "path_timeout": "TCP with timeouts",
    "known_issue": "the marks of a program that has a known fault",
    "key_irregular": "distances that differ within the limit of key_distance",
}


def complaints(ids, outputs):
    for finding_id in ids:
        if (finding_id in {row for row, _ in ROWS}) == (finding_id in WITHOUT_ROW):
            yield f"{finding_id} has {'a' if finding_id in WITHOUT_ROW else 'no'} row"
    for number, (finding_id, function) in enumerate(ROWS):
        if finding_id not in ids:
            yield f"{finding_id} is in no table"
        for output, found in outputs.items():
            hidden = output == "tshark" and finding_id in NOT_IN_TSHARK
            if (finding_id in found[client_of(number)]) == hidden:
                name = getattr(function, "__name__", "")
                yield f"{finding_id} {name} ({client_of(number)}) is {'' if hidden else 'not '}in {output}"


def main():
    program, arguments = Program(sys.argv[1]), sys.argv[2:]
    if arguments[:1] == ["--write"]:
        write(Path(arguments[1]))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "findings.pcap"
        options = write(path)
        ids = table(program)
        readers = {"ndjson": from_ndjson, "json": from_json, "text": from_text}
        limits = list(limits_missing(program, path, options))
        outputs = {name: read(program, path, options) for name, read in readers.items()}
        if arguments:
            with Tshark(*arguments) as tshark:
                outputs["tshark"] = from_tshark(tshark, path, ids, options[1])
    wrong = [*complaints(ids, outputs), *limits]
    print(*wrong, f"{len(ids)} findings, {len(ROWS)} rows, {len(wrong)} complaints", sep="\n")
    return 1 if wrong or not ROWS else 0


if __name__ == "__main__":
    sys.exit(main())
