"""What a live run says of itself at --metrics: asked for, and read."""

import re
import urllib.request

from server import PATIENCE

# Of all that peers may send, with one interface; docs/operating.md promises it.
MOST_SERIES = 900
LINE = re.compile(r'(?P<name>[a-z_]+)(?:\{(?P<labels>[^}]*)\})? (?P<value>\S+)')
LABEL = re.compile(r'([a-z]+)="([^"]*)"')


def text_at(port, path="/metrics"):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as answer:
        return answer.read().decode()


def read(text):
    """Values by name and labels: {("rtmpscope_streams", frozenset({("use", "play")})): 2.0}."""
    series = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        match = LINE.fullmatch(line)
        assert match, line
        key = match["name"], frozenset(LABEL.findall(match["labels"] or ""))
        assert key not in series, line
        series[key] = float(match["value"])
    return series


def total(series, name, **labels):
    """Sum of the series that have these labels."""
    return sum(value for (each, has), value in series.items() if each == name and set(labels.items()) <= has)
