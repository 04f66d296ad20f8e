"""Verdicts as lines of text: one a connection, and one for the capture."""

import json
from pathlib import Path

KEY_ENDINGS = (".keys", ".rtmpekeys", ".rtmfpkeys")
CAPTURE_ENDINGS = (".pcap", ".pcapng", ".pcap.gz")


def captures_in(folder):
    return sorted(path for path in Path(folder).iterdir() if path.name.endswith(CAPTURE_ENDINGS))


def key_arguments(capture):
    """Key files that lie beside the capture."""
    stem = capture.name.split(".pcap")[0]
    keys = [capture.with_name(stem + ending) for ending in KEY_ENDINGS]
    return [argument for path in keys if path.exists() for argument in ("--keys", path)]


def judged_events(program, capture, *arguments):
    """Events connection_close, verdict, capture_verdict and finding."""
    options = ["--format", "ndjson", "--only", "connection_close,verdict,capture_verdict,finding"]
    result = program.run("analyze", capture, *options, *key_arguments(capture), *arguments)
    if result.returncode not in (0, 1):  # 1: the file is cut, and analysed up to there
        raise RuntimeError(f"{capture}: exit code {result.returncode}: {result.stderr.decode()}")
    return [json.loads(line) for line in result.stdout.splitlines()]


def verdicts(program, capture, *arguments):
    """{(client port, server port, how many before it had these): verdict}, and {same: ids of what is found above note}

    Findings of the decoder that it puts down to a gap are left out.
    """
    ports, seen, found, findings = {}, {}, {}, {}
    events = judged_events(program, capture, *arguments)
    for event in events:
        if event["event"] == "connection_close":
            pair = (event["client"]["port"], event["server"]["port"])
            ports[event["connection"]] = (*pair, seen.get(pair, 0))
            seen[pair] = seen.get(pair, 0) + 1
        elif event["event"] == "verdict":
            found[ports[event["connection"]]] = event
    for event in events:
        if event["event"] == "finding" and event["severity"] != "note" and not event.get("after_gap"):
            findings.setdefault(ports.get(event.get("connection")), set()).add(event["id"])
    return found, findings


def line_of(capture, event):
    if event["event"] == "capture_verdict":
        return f"{capture.name} | capture | {event['severity']} | {event['sentence']}"
    told = "".join(f" (with {other})" for other in event.get("told_with", []))
    number, ended_by = str(event["connection"]), event.get("ended_by", "-")
    return " | ".join(
        (capture.name, number, ended_by, event["cause"], event["confidence"], event["sentence"] + told)
    )


def lines(program, capture):
    """By connection, the capture's last."""
    events = [event for event in judged_events(program, capture) if event["event"].endswith("verdict")]
    events.sort(key=lambda event: (event["event"] == "capture_verdict", event.get("connection", 0)))
    return [line_of(capture, event) for event in events]
