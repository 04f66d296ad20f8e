"""Includes point one way: each folder uses what its README.md allows, and nothing else.

    includes_test.py ROOT

The line of README.md that begins with "May use:" names folders of analyzer/ (`base`, `rtmp/chunk`) and what is not of
the project (LIBRARIES). The C++ standard library is free to all, but for threads.
"""

import re
import sys
from pathlib import Path

from known_exceptions import CIRCLES
from sources import Complaint, report, rooms, sources, unexpected

PLUGIN = "dissector-plugin"
ALLOWANCE = re.compile(r"^May use: (.*?)\n(?:\n|\Z)", re.S | re.M)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)', re.M)

LIBRARIES = {
    "CLI11": r"CLI/",
    "Linux": r"linux/|(grp|pwd|termios)\.h$",
    "OpenSSL": r"openssl/",
    "POSIX": r"(arpa|net|netinet|sys)/|(errno|fcntl|netdb|poll|pthread|sched|signal|unistd)\.h$",
    "Wireshark": r"(epan|wiretap|wsutil)/|glib\.h$|ws_version\.h$",
    "fmt": r"fmt/",
    "glibc": r"malloc\.h$",
    "libpcap": r"pcap",
    "libseccomp": r"seccomp\.h$",
    "nlohmann-json": r"nlohmann/",
    "prometheus-cpp": r"prometheus/",
    "sanitizers": r"sanitizer/",
    "threads": r"(thread|mutex|shared_mutex|condition_variable|semaphore|barrier|latch|future|stop_token)$",
    "zlib": r"zlib\.h$",
    "zstd": r"zstd(_errors)?\.h$",
}
FREE = re.compile(r"tl/expected\.hpp$|\w+$|std\w+\.h$")  # \w+: the standard library's, which have no suffix


def allowance(folder):
    """What the folder's README.md names, or None."""
    readme = folder / "README.md"
    line = ALLOWANCE.search(readme.read_text()) if readme.exists() else None
    return line and set(re.findall(r"`([^`]+)`", line[1]))


def allowances(root):
    return {name: allowance(folder) for name, folder in rooms(root).items()}


def library(header):
    """The name of what is not of the project; None: free to all, or unknown."""
    return next((name for name, pattern in LIBRARIES.items() if re.match(pattern, header)), None)


def bad_includes(root, allowed):
    for name, folder in rooms(root).items():
        if allowed[name] is None:
            yield f"{folder.relative_to(root)}/README.md has no line \"May use: …\""
            continue
        for source in sources(root, [folder], (".cpp", ".hpp", ".c", ".h", ".def")):
            if source.parent != folder and source.parent.name != "tables":
                continue
            for kind, header in INCLUDE.findall(source.read_text()):
                used = library(header) if kind == "<" else header.rpartition("/")[0].removesuffix("/tables")
                if kind == "<" and used is None and not FREE.match(header):
                    includer = source.relative_to(root)
                    yield f"{includer} includes {header}, which tests/docs/includes_test.py does not know"
                elif used and used != name and used not in allowed[name]:
                    yield f"{source.relative_to(root)} includes {header}: its README.md does not allow {used}"


def bad_names(root, allowed):
    known = LIBRARIES.keys() | allowed.keys()
    for name, used in allowed.items():
        yield from (f"{name}/README.md may use {one}, which there is not" for one in sorted((used or set()) - known))


def circles(allowed):
    """Sets of folders that reach each other."""
    reached = {name: {one for one in used or () if one in allowed} for name, used in allowed.items()}
    for _ in allowed:
        for used in reached.values():
            used |= {more for one in used for more in reached[one]}
    circles = {" ".join(sorted(other for other in used if name in reached[other])) for name, used in reached.items()}
    for names in sorted(circles):
        if names:
            yield Complaint(names, f"may include each other: {names}")


def bad_links(root, allowed):
    """A library links what its folder may use."""
    libraries = {f"rtmpscope_{name.replace('/', '_')}": name for name in allowed}
    for name, folder in rooms(root).items():
        build = folder / "CMakeLists.txt"
        text = build.read_text() if build.exists() else ""
        for _, depends in re.findall(r"rtmpscope_library\((\w+).*?DEPENDS\s*([^)]*)\)", text, re.S):
            for linked in depends.split():
                other = libraries.get(linked)
                if other and other != name and other not in (allowed[name] or ()):
                    yield f"{build.relative_to(root)} links {linked}: README.md does not allow {other}"


def main():
    root = Path(sys.argv[1])
    allowed = allowances(root)
    return report([
        *bad_includes(root, allowed), *bad_names(root, allowed), *bad_links(root, allowed),
        *unexpected(circles(allowed), CIRCLES, "CIRCLES"),
    ])  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
