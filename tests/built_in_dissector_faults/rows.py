"""The rows: their registry, and how what is expected is compared with what was printed."""

from program import Pairs

ROWS = []  # (area, what, function that makes a Session)
ABSENT = object()  # expected: the key is not there


def row(area, what):
    """Registers a function that returns a Session, for one defect of Wireshark's dissector."""

    def register(function):
        ROWS.append((area, what, function))
        return function

    return register


def difference(expected, found, place=""):
    """None if `found` holds all that is expected. Objects may have more keys than expected, lists not more elements."""
    if isinstance(expected, dict):
        if not isinstance(found, Pairs):
            return f"{place}: expected an object, found {found!r:.200}"
        for key, value in expected.items():
            if value is ABSENT:
                if found.get(key, ABSENT) is not ABSENT:
                    return f"{place}.{key}: expected to be absent, found {found.get(key)!r:.200}"
            elif complaint := difference(value, found.get(key, ABSENT), f"{place}.{key}"):
                return complaint
        return None
    if isinstance(expected, list) and isinstance(found, list) and not isinstance(found, Pairs):
        if len(expected) != len(found):
            return f"{place}: expected {len(expected)} elements, found {len(found)}: {found!r:.300}"
        pairs = enumerate(zip(expected, found))
        return next(filter(None, (difference(*pair, f"{place}[{number}]") for number, pair in pairs)), None)
    if found is ABSENT:
        return f"{place}: expected {expected!r:.200}, found nothing"
    same = expected == found and isinstance(expected, bool) == isinstance(found, bool)
    return None if same else f"{place}: expected {expected!r:.200}, found {found!r:.200}"


def complaints(session, events):
    """What is wrong with the events of a session, as lines of text."""
    lines = []
    for direction, expected in session.messages.items():
        found = [event for event in events if event.get("event") == "message" and event.get("direction") == direction]
        for number, pair in enumerate(zip(expected, found), 1):
            complaint = difference(*pair, f"{direction}, message {number}")
            lines += [complaint] if complaint else []
        if len(expected) != len(found):
            kinds = [event.get("type", event.get("type_id")) for event in found]
            lines.append(f"{direction}: expected {len(expected)} messages, found {len(found)}: {kinds!r:.300}")
    found = [event.get("id") for event in events if event.get("event") == "finding"]
    if found != session.findings:
        lines.append(f"findings: expected {session.findings}, found {found}")
    for expected in session.events:
        candidates = [event for event in events if event.get("event") == expected["event"]]
        reasons = [difference(expected, event, expected["event"]) for event in candidates]
        if None not in reasons:
            lines.append((reasons or [f"no event {expected['event']}"])[-1])
    return lines
