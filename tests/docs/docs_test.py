"""The generated parts of the documentation are fresh, its links lead somewhere, and its include rules hold."""
import re
import subprocess
import sys
from pathlib import Path

RTMP = {f"rtmp/{room}" for room in ("chunk", "evidence", "recovery", "handshake", "message", "session")}

# Which folders of analyzer/ a folder may include from, besides itself: the layers of docs/architecture.md.
LAYERS = {
    "base": set(),
    "schema": {"base"},
    "amf": {"base", "schema"},
    "media": {"base", "schema", "amf"},
    "rtmp/chunk": {"base", "schema", "media"},
    "rtmp/evidence": {"base", "amf", "media", "rtmp/chunk"},
    "rtmp/recovery": {"base", "media", "rtmp/chunk", "rtmp/evidence"},
    "rtmp/handshake": {"base", "schema"},
    "rtmp/message": {"base", "schema", "amf", "media", "rtmp/chunk"},
    "rtmp/session": {"base", "schema", "media", "rtmp/chunk", "rtmp/recovery", "rtmp/handshake", "rtmp/message"},
    "carrier": {"base", "schema", "rtmp/evidence", "rtmp/handshake"},
    "net": {"base", "schema"},
    "capture": {"base"},
    "output": {"base", "schema", *RTMP, "output/text", "output/json"},
    "output/text": {"base", "schema", *RTMP, "output"},
    "output/json": {"base", "schema", *RTMP, "output"},
    "reference": {"base", "schema", "output", "output/json"},
    "pipeline": {"base", "schema", *RTMP, "carrier", "net", "capture", "output"},
    "app": {"base", "schema", *RTMP, "carrier", "net", "capture", "output", "reference", "pipeline"},
}

PLUGIN_LAYERS = {"base", "schema", "amf", "media", *RTMP, "carrier", "output", "output/text"}


def output_of(program, *arguments, cwd):
    return subprocess.run([program, *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout


def check_tables(program, root):
    for table in ("fields", "findings", "values", "events"):
        fresh = output_of(program, table, "--format", "markdown", cwd=root)
        assert (root / "docs" / f"{table}.md").read_text() == fresh, f"docs/{table}.md is stale: tools/generate-docs"


def check_readme(program, root):
    shown = re.search(r"^```\n(.*?)^```$", (root / "README.md").read_text(), re.S | re.M).group(1)
    sample = "samples/pub_ffmpeg_nginx_avc_aac.pcap"
    fresh = output_of(program, "analyze", "--color", "never", "-j", "1", sample, cwd=root)
    assert shown == fresh, "the output in README.md is stale: tools/generate-docs"


def check_links(root):
    for page in [root / "README.md", *root.glob("docs/*.md"), *root.glob("samples/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def check_includes(root):
    for source in (root / "analyzer").glob("**/*.[ch]pp"):
        folder = str(source.parent.relative_to(root / "analyzer"))
        for included in re.findall(r'#include "([\w/]+)/\w', source.read_text()):
            included = included.removesuffix("/tables")
            allowed = included == folder or included in LAYERS[folder]
            assert allowed, f"{source.relative_to(root)} includes from {included}/"
        if folder != "capture":
            assert not re.search(r"#include <pcap", source.read_text()), f"{source.name} includes pcap.h"
        if folder not in ("pipeline", "app"):
            assert not re.search(r"#include <(thread|mutex)>", source.read_text()), f"{source.name} uses threads"
    for source in (root / "dissector-plugin").glob("*.[ch]pp"):
        for included in re.findall(r'#include "([\w/]+)/\w', source.read_text()):
            included = included.removesuffix("/tables")
            assert included in PLUGIN_LAYERS, f"{source.relative_to(root)} includes from {included}/"


def main():
    program, root = sys.argv[1], Path(sys.argv[2])
    check_tables(program, root)
    check_readme(program, root)
    check_links(root)
    check_includes(root)


if __name__ == "__main__":
    main()
