"""No verdict on a damaged capture, and no finding above note, that the intact one does not have: undecided is right,
anything else is wrong.

    damaged_verdicts_test.py PROGRAM [--captures FOLDER] [--seeds N]

Captures lose packets (1 % and 20 %), one direction, their beginning, or all bytes beyond a snap length.
"""

import argparse
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from os import cpu_count
from pathlib import Path

from conversations import Capture, write
from damage import DAMAGES, MIDSTREAM, all_streams, cut_start, random_starts
from packets import secrets
from program import Program, SAMPLES
from runs import generator_for
from verdict_lines import captures_in, key_arguments, verdicts

UNDECIDED = {"capture_hole", "other_side_missing", "capture_ended", "unknown"}
RANDOM = ("loss_1", "loss_20")
# Nothing tells a datagram that the capture lost from one that the network lost: what is missing is missing.
IN_DATAGRAMS = {"rtmfp_no_answer", "header_missing", "command_unanswered", "frames_missing"}
CERTAIN = ("one_way_to_server", "one_way_to_client", "snap_96", "snap_256")


def versions(capture, seeds):
    """(name, packets)"""
    for name in CERTAIN:
        yield name, DAMAGES[name](capture, generator_for(capture.path.name, name, 0))
    for name in RANDOM:
        for seed in range(seeds):
            yield f"{name} seed {seed}", DAMAGES[name](capture, generator_for(capture.path.name, name, seed))
    generator = generator_for(capture.path.name, MIDSTREAM, 0)
    for start in random_starts(capture, all_streams(capture), generator, 2 * seeds):
        yield f"from byte {start.position} of conversation {start.conversation} on", cut_start(capture, start)


def causes_of(found):
    """{(client port, server port): causes of all connections between these}"""
    causes = {}
    for (client, server, _), verdict in found.items():
        causes.setdefault((client, server), set()).add(verdict["cause"])
    return causes


def wrong_verdicts(intact, damaged):
    """Ports that swapped sides are the same connection: without its beginning nobody knows who was the client."""
    for (client, server, _), verdict in damaged.items():
        if verdict["cause"] in UNDECIDED:
            continue
        expected = intact.get((client, server)) or intact.get((server, client)) or set()
        if verdict["cause"] not in expected:
            yield (client, server), expected, verdict


def by_ports(findings):
    """{(client port, server port): ids of all connections between these}"""
    ids = {}
    for ports, found in findings.items():
        if ports is not None:
            ids.setdefault(ports[:2], set()).update(found)
    return ids


def new_findings(intact, damaged, is_rtmfp):
    for (client, server), ids in damaged.items():
        known = intact.get((client, server), set()) | intact.get((server, client), set())
        known = known | IN_DATAGRAMS if is_rtmfp else known
        for identifier in sorted(ids - known):
            yield (client, server), identifier


def judge(path, program, seeds):
    """(Counter, lines about what is wrong)"""
    program, counts, lines = Program(program), Counter(), []
    keys, within = key_arguments(path), secrets(path)
    found, findings = verdicts(program, path)
    intact, intact_findings = causes_of(found), by_ports(findings)
    capture = Capture(path)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "damaged.pcapng"
        if within:  # a damaged version has no such block
            inside = Path(folder) / "inside.keys"
            inside.write_bytes(within)
            keys += ["--keys", inside]
        for name, damaged in versions(capture, seeds):
            if not damaged:
                continue
            write(target, damaged)
            found, findings = verdicts(program, target, *keys)
            counts["runs"] += 1
            counts["verdicts"] += len(found)
            counts["decided"] += sum(verdict["cause"] not in UNDECIDED for verdict in found.values())
            for ports, expected, verdict in wrong_verdicts(intact, found):
                counts["wrong"] += 1
                lines.append(f"{path.name}, {name}: {ports} is {verdict['cause']}, intact {sorted(expected)}: "
                             f"{verdict['sentence']}")
            for ports, identifier in new_findings(intact_findings, by_ports(findings), path.name.startswith("rtmfp")):
                counts["new"] += 1
                lines.append(f"{path.name}, {name}: {ports} has {identifier}")
    return counts, lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--captures", type=Path, default=SAMPLES)
    parser.add_argument("--seeds", type=int, default=1)
    options = parser.parse_args()
    work = partial(judge, program=options.program, seeds=options.seeds)
    with ProcessPoolExecutor(cpu_count()) as pool:
        results = list(pool.map(work, captures_in(options.captures)))
    total = sum((counts for counts, _ in results), Counter())
    print(*(line for _, lines in results for line in lines), sep="\n")
    print(f"{total['runs']} damaged captures, {total['verdicts']} verdicts, {total['decided']} of them decided, "
          f"{total['wrong']} wrong; {total['new']} findings that are not in the intact one")
    assert total["decided"] > 0
    sys.exit(1 if total["wrong"] or total["new"] else 0)


if __name__ == "__main__":
    main()
