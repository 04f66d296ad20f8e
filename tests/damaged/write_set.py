#!/usr/bin/python3
"""Writes damaged versions of captures, for tools/compare-output: the same seeds, the same files, whatever the program.

    write_set.py FOLDER [--captures CAPTURE_OR_FOLDER…] [--seeds N] [--damage NAME…] [--most-bytes N]

FOLDER gets one file a capture, damage and seed, as pcapng. Without --captures the samples are damaged. A capture of
which nothing remains gives no file. Captures larger than --most-bytes are left out.
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from os import cpu_count
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "python"))

from conversations import Capture, write  # noqa: E402
from damage import (  # noqa: E402
    CERTAIN, DAMAGES, MIDSTREAM, MIDSTREAM_OTHER_PORT, all_streams, cut_start, on_other_ports, random_starts,
)  # fmt: skip
from program import SAMPLES  # noqa: E402
from runs import generator_for  # noqa: E402

STARTS = 2  # mid-stream starts a seed
SUFFIXES = (".pcap", ".pcapng", ".gz", ".zst")
MADE = [name for name in DAMAGES if name != "none"] + [MIDSTREAM, MIDSTREAM_OTHER_PORT]


def versions(capture, name, seeds):
    """(what tells it apart from other versions of that damage, packets)"""
    if name not in (MIDSTREAM, MIDSTREAM_OTHER_PORT):
        for seed in range(1 if name in CERTAIN else seeds):
            yield seed, DAMAGES[name](capture, generator_for(capture.path.name, name, seed))
        return
    generator = generator_for(capture.path.name, name, 0)
    for number, start in enumerate(random_starts(capture, all_streams(capture), generator, seeds * STARTS)):
        damaged = cut_start(capture, start)
        yield number, on_other_ports(capture, damaged)[0] if name == MIDSTREAM_OTHER_PORT else damaged


def write_versions(path, folder, names, seeds):
    """(files, bytes)"""
    capture, sizes = Capture(path), []
    for name in names:
        for number, damaged in versions(capture, name, seeds):
            if damaged:
                target = folder / f"{path.name.split('.pcap')[0]}.{name}.{number}.pcapng"
                write(target, damaged)
                sizes.append(target.stat().st_size)
    return len(sizes), sum(sizes)


def captures(places, most_bytes):
    for place in places:
        found = sorted(p for p in place.iterdir() if p.suffix in SUFFIXES) if place.is_dir() else [place]
        yield from (path for path in found if path.stat().st_size <= most_bytes)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--captures", type=Path, nargs="+", default=[SAMPLES])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--damage", nargs="+", choices=MADE, default=MADE, metavar="NAME")
    parser.add_argument("--most-bytes", type=int, default=1 << 30)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    found = list(captures(options.captures, options.most_bytes))
    if len({path.name for path in found}) < len(found):
        parser.error("captures of the same name")
    job = partial(write_versions, folder=options.folder, names=options.damage, seeds=options.seeds)
    with ProcessPoolExecutor(cpu_count()) as pool:
        made = list(pool.map(job, found))
    print(f"{sum(files for files, _ in made)} files, {sum(size for _, size in made) >> 20} MiB in {options.folder}")


if __name__ == "__main__":
    main()
