"""Sessions of real peers, each judged right.

    lab_test.py PROGRAM [--all] [--only NAME...] [--keep FOLDER] [--judge FOLDER]

Plays the quick sessions, or all, or those named, several at once, each in a network namespace of its own, and compares
what PROGRAM says of the captures with what was done. --keep writes the captures there; --judge plays nothing, and takes
the captures of an earlier run. Exits with 77 (skipped) where there are no namespaces.
"""

import argparse
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import sessions_ends  # noqa: F401
import sessions_media  # noqa: F401
import sessions_network  # noqa: F401
import sessions_refusals  # noqa: F401
import sessions_silence  # noqa: F401
from expected import SESSIONS
from hosts import command_in_namespace, why_not_possible
from media import make_media
from program import Program

SKIPPED = 77
AT_ONCE = 8  # they sleep most of the time
CONFIDENCE = ("certain", "likely", "possible")
PLAY = Path(__file__).with_name("play_session.py")
LONGEST = 300  # seconds until a session counts as hung


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--only", nargs="+", choices=SESSIONS, metavar="NAME")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--judge", type=Path)
    return parser.parse_args()


def play(session, capture, media):
    """Empty, or why it could not be played."""
    command = command_in_namespace([sys.executable, PLAY, session.name, capture, media])
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST)
    return "" if result.returncode == 0 else result.stderr


def wrong_verdict(expected, verdict):
    """What is wrong with a connection's verdict, as lines."""
    cause, by, confidence = (verdict.get(key) for key in ("cause", "ended_by", "confidence"))
    if cause not in expected.causes:
        yield f"cause {cause}, not {' or '.join(expected.causes)} ({verdict.get('sentence')})"
    if expected.says not in verdict.get("sentence"):
        yield f"the sentence does not say that {expected.says}: {verdict.get('sentence')}"
    if by != expected.ended_by:
        yield f"ended by {by}, not {expected.ended_by}"
    if CONFIDENCE.index(confidence) > CONFIDENCE.index(expected.confidence):
        yield f"only {confidence}"


def wrong_findings(expected, findings):
    ids = {finding.get("id") for finding in findings}
    yield from (f"finding {name} is missing" for name in expected.findings if name not in ids)
    yield from (f"finding {name} must not be there" for name in expected.not_findings if name in ids)
    for finding in findings:
        if not expected.above_note and finding.get("severity") != "note":
            yield f"{finding.get('severity')} {finding.get('id')}: {finding.get('text')}"


def judge(program, session, capture):
    """What is wrong with the judgement of a capture, as lines."""
    events = program.events(*session.options, capture)
    of_kind = {kind: [event for event in events if event.get("event") == kind] for kind in ("verdict", "finding")}
    verdicts = {event.get("connection"): event for event in of_kind["verdict"]}
    if len(verdicts) != len(session.expected):
        yield f"{len(verdicts)} verdicts, not {len(session.expected)}"
    for (connection, verdict), expected in zip(sorted(verdicts.items()), session.expected):
        findings = [event for event in of_kind["finding"] if event.get("connection") == connection]
        for line in (*wrong_verdict(expected, verdict), *wrong_findings(expected, findings)):
            yield f"connection {connection}: {line}"


# Sessions that are not judged right each time, with what was said of them. They are played and printed, and fail
# nothing.
OPEN = {
    "tls13_unknown_certificate": "ended by the server, not by the client: its alert is encrypted, and the FIN of nginx "
    "may come first",
}


def told(name, problems):
    for line in problems:
        print(f"{'OPEN' if name in OPEN else 'WRONG'} {name}: {line}")
    if not problems:
        print(f"right {name}", flush=True)
    return not problems or name in OPEN


def play_and_judge(program, chosen, folder):
    """Whether all is right."""
    make_media(folder)

    def whole(session):
        capture = folder / f"{session.name}.pcap"
        problem = play(session, capture, folder)
        problems = [f"could not be played: {problem}"] if problem else list(judge(program, session, capture))
        return told(session.name, problems)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return all(list(pool.map(whole, chosen)))


def main():
    options = arguments()
    program = Program(options.program)
    names = options.only or [name for name, session in SESSIONS.items() if session.quick or options.all]
    chosen = [SESSIONS[name] for name in names]
    if options.judge:
        right = [told(one.name, list(judge(program, one, options.judge / f"{one.name}.pcap"))) for one in chosen]
        sys.exit(0 if all(right) else 1)
    reason = why_not_possible()
    if reason:
        print(f"skipped, since there is no network namespace to play in: {reason}\n" + "\n".join(names))
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        right = play_and_judge(program, chosen, folder)
    sys.exit(0 if right else 1)


if __name__ == "__main__":
    main()
