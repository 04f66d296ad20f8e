"""Checks output against the JSON Schema that the program prints, as all tests do that use program.py."""

import json
import subprocess
from functools import cache

import fastjsonschema

# What lies in these is the sender's, who may use a name twice.
SENDERS_VALUES = {"arguments", "metadata", "value"}
MOST_REMEMBERED = 200_000  # lines; many runs of one test print the same ones
FREQUENT = {"event_message", "event_chunk"}

checked = set()


class Object(dict):
    """A JSON object that remembers whether a key came twice."""

    twice = None

    def __init__(self, pairs):
        super().__init__(pairs)
        if len(self) != len(pairs):
            keys = [key for key, _ in pairs]
            self.twice = next(key for key in keys if keys.count(key) > 1)


def find_twice(value):
    """A key that comes twice in one object, outside of what the sender named."""
    if isinstance(value, list):
        return next(filter(None, map(find_twice, value)), None)
    if not isinstance(value, dict):
        return None
    if value.twice is not None:
        return value.twice
    return next(filter(None, (find_twice(member) for key, member in value.items() if key not in SENDERS_VALUES)), None)


def load(text):
    """One JSON text; no key of the program's own may come twice in an object."""
    value = json.loads(text, object_pairs_hook=Object)
    twice = find_twice(value)
    if twice is not None:
        raise ValueError(f"the key {twice} comes twice: {text!r:.300}")
    return value


@cache
def printed(program):
    """The schema that `program schema` prints."""
    return json.loads(subprocess.run([program, "schema"], stdout=subprocess.PIPE, check=True).stdout)


@cache
def validator(program):
    """A function that raises if it is given what is neither an event nor a document.

    The schema's list of alternatives is tried one after the other by a validator; here the kind of the event chooses,
    which says the same of what the events have as `event`, and is much faster.
    """
    schema = printed(program)
    kinds = [name for name in schema["$defs"] if name.startswith("event_")]
    kinds.sort(key=lambda kind: kind in FREQUENT)  # the last one here is the first one asked for
    known = {"enum": [kind[len("event_") :] for kind in kinds]}
    choice = {"type": "object", "required": ["event"], "properties": {"event": known}}
    definitions = dict(schema["$defs"])
    for kind in kinds:
        is_kind = {"required": ["event"], "properties": {"event": {"const": kind[len("event_") :]}}}
        definitions[f"not_{kind}"] = choice
        choice = {"if": is_kind, "then": {"$ref": f"#/$defs/{kind}"}, "else": {"$ref": f"#/$defs/not_{kind}"}}
    definitions["event"] = choice
    document = {"if": {"required": ["events"]}, "then": {"$ref": "#/$defs/document"}, "else": {"$ref": "#/$defs/event"}}
    return fastjsonschema.compile(document | {"$defs": definitions})


def check(program, text):
    """Raises unless the text is lines that fit the schema of the program, or one document that does."""
    is_document = text.startswith(b'{"format":')
    for line in [text] if is_document else text.splitlines():
        digest = hash(line)
        if digest in checked:
            continue
        validator(program)(load(line))
        if len(checked) >= MOST_REMEMBERED:
            checked.clear()
        checked.add(digest)
