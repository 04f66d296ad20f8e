"""Runs the program under test and reads what it prints."""

import json
import subprocess
from pathlib import Path

import schema

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


class Pairs(list):
    """A JSON object as a list of (key, value): order and duplicate keys count. get() gives the last of a key."""

    def get(self, key, default=None):
        return next((value for name, value in reversed(self) if name == key), default)

    def without(self, keys):
        """A copy that lacks some keys at every depth."""
        return Pairs((key, strip(value, keys)) for key, value in self if key not in keys)


def strip(value, keys):
    if isinstance(value, Pairs):
        return value.without(keys)
    return [strip(element, keys) for element in value] if isinstance(value, list) else value


def samples():
    return sorted(path for path in SAMPLES.iterdir() if path.suffix in (".pcap", ".pcapng"))


def keys_of(capture):
    """Options that give the keys of a sample which has some in a file beside it."""
    keys = capture.with_suffix(".keys")
    return ("--keys", keys) if keys.exists() else ()


class Program:
    def __init__(self, path):
        self.path = str(path)

    def run(self, *arguments, **options):
        """A finished process with bytes in stdout and stderr. Raises if its JSON does not fit the schema."""
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        arguments = [str(argument) for argument in arguments]
        result = subprocess.run([self.path, *arguments], check=False, **options)
        if prints_events(arguments) and result.returncode in (0, 1) and result.stdout:
            schema.check(self.path, result.stdout)
        return result

    def ndjson(self, *arguments, **options):
        """Output of `analyze --format ndjson`. Exit code 1 is no failure: some samples are cut."""
        result = self.run("analyze", "--format", "ndjson", *arguments, **options)
        if result.returncode not in (0, 1):
            raise RuntimeError(f"exit code {result.returncode}: {result.stderr.decode(errors='replace')}")
        return result.stdout

    def events(self, *arguments, **options):
        return parse(self.ndjson(*arguments, **options))


def prints_events(arguments):
    formats = (value for option, value in zip(arguments, arguments[1:]) if option == "--format")
    return arguments[:1] in (["analyze"], ["live"]) and any(value in ("ndjson", "json") for value in formats)


def parse(ndjson):
    return [json.loads(line, object_pairs_hook=Pairs) for line in ndjson.splitlines()]
