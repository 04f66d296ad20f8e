"""Values of AMF0 and AMF3: every marker, references, and where one format ends and the other begins."""

import struct

from rows import ABSENT, row
from rtmp_writer import COMMAND_AMF0, COMMAND_AMF3, amf0, amf0_values, amf3_text, text, u16, u32
from session import CLIENT, Session

DAY = struct.pack(">d", 1_700_000_000_000)  # 2023-11-14T22:13:20Z


def values(wire, expected, findings=(), type_id=COMMAND_AMF0):
    """A session with a command of these arguments, and another command that shows that all is in its place."""
    session = Session()
    head = (b"\x00" if type_id == COMMAND_AMF3 else b"") + amf0_values("f", 1)
    session.send(CLIENT, type_id, head + wire, {"complete": True, "command": {"name": "f", "arguments": expected}})
    session.send(CLIENT, COMMAND_AMF0, amf0_values("g", 2, "after"), {"command": {"name": "g", "arguments": ["after"]}})
    session.findings = list(findings)
    return session


def amf3(wire, expected, findings=()):
    """The same with one AMF3 value, and AMF0 after it."""
    return values(b"\x11" + bytes.fromhex(wire) + amf0("end"), [expected, "end"], findings, COMMAND_AMF3)


@row("AMF0", "number, boolean, string, null, undefined, unsupported, long string, XML, int64")
def amf0_simple():
    wire = amf0_values(1.5, False, True, "s", None) + b"\x06\x0d"
    wire += b"\x0c" + u32(70_000) + b"x" * 70_000 + b"\x0c" + u32(2) + b"hi" + b"\x0f" + u32(4) + b"<a/>"
    wire += b"\x22" + struct.pack(">q", -5)
    return values(wire, [1.5, False, True, "s", None, None, None, "x" * 70_000, "hi", "<a/>", -5])


@row("AMF0", "objects, ECMA arrays, strict arrays and typed objects, in each other")
def amf0_containers():
    inner = {"list": [1, {"a": None}], "flag": True}
    wire = amf0(inner) + b"\x08" + u32(1) + text("k") + amf0([]) + b"\x00\x00\x09"
    wire += b"\x10" + text("com.example.Thing") + text("n") + amf0(7) + b"\x00\x00\x09"
    return values(wire, [inner, {"k": []}, {"@class": "com.example.Thing", "n": 7}])


@row("AMF0", "ECMA arrays with a count that is only a hint")
def amf0_ecma_counts():
    wire = b"".join(b"\x08" + u32(count) + text("a") + amf0(1) + b"\x00\x00\x09" for count in (0, 1, 20))
    return values(wire, [{"a": 1}, {"a": 1}, {"a": 1}], 2 * ["amf0_ecma_count_differs"])


@row("AMF0", "dates with their time zone")
def amf0_dates():
    wire = b"\x0b" + DAY + b"\x00\x00" + b"\x0b" + DAY + b"\xff\xc4"
    return values(wire, 2 * ["2023-11-14T22:13:20.000Z"], ["amf0_date_time_zone"])


@row("AMF0", "references, of which each names its target, and one without target")
def amf0_references():
    wire = amf0({"self": b"\x07" + u16(0)}) + amf0([b"\x07" + u16(0)]) + b"\x07" + u16(1) + b"\x07" + u16(9)
    expected = [{"self": {"@reference": 0}}, [{"@reference": 0}], {"@reference": 1}, {"@reference": 9}]
    return values(wire, expected, ["amf0_reference_unresolved"])


@row("AMF0", "movie clip and record set have no layout: named, and nothing is made up")
def amf0_reserved():
    return values(b"\x04\x01\x02\x03", [None, {"length": 3, "hex": "010203"}], ["amf0_marker_reserved"])


@row("AMF0", "empty names, duplicate names, and text that is not UTF-8")
def amf0_odd_names():
    wire = b"\x03" + text("") + amf0(1) + text("b") + amf0(2) + text("b") + amf0(3) + b"\x00\x00\x09"
    wire += b"\x02\x00\x02\xe9h"
    return values(wire, [{"": 1, "b": 3}, {"hex": "e968"}], ["amf_text_not_utf8"])


@row("AMF3", "the switch from AMF0 covers one value, also inside an object")
def switch_covers_one_value():
    inside = amf0({"a": b"\x11\x0a\x0b\x01" + amf3_text("b") + b"\x03\x01", "c": True})
    wire = b"\x11\x04\x05" + amf0("zero") + inside + b"\x11\x03" + amf0(7)
    return values(wire, [5, "zero", {"a": {"b": True}, "c": True}, True, 7])


@row("AMF3", "undefined, null, false, true, double, string")
def amf3_simple():
    wire = "".join(f"11{value}" for value in ("00", "01", "02", "03", "053ff8000000000000", "06056869", "0601"))
    return values(bytes.fromhex(wire), [None, None, False, True, 1.5, "hi", ""])


@row("AMF3", "integers have 29 bits with a sign: -1 is -1")
def amf3_integers():
    cases = {
        "047f": 127, "048100": 128, "04ff7f": 16383, "04818000": 16384, "0480c08000": 2097152,
        "04bfffffff": 268435455, "04c0808000": -268435456, "04ffffffff": -1,
    }  # fmt: skip
    return values(bytes.fromhex("".join("11" + wire for wire in cases)), list(cases.values()))


@row("AMF3", "byte arrays, and what follows them")
def amf3_byte_arrays():
    return amf3("09 05 01  0c 07 010203  0c 01", [{"length": 3, "hex": "010203"}, {"length": 0}])


@row("AMF3", "XML (0x0B) and XML document (0x07), and what follows them")
def amf3_xml():
    return amf3("09 07 01  07 09 3c612f3e  0b 09 3c622f3e  04 01", ["<a/>", "<b/>", 1])


@row("AMF3", "dates")
def amf3_dates():
    return amf3("08 01" + DAY.hex(), "2023-11-14T22:13:20.000Z")


@row("AMF3", "arrays with a dense part, an associative part, and both")
def amf3_arrays():
    wire = "09 07 01  09 05 01 04 01 04 02  09 01 03 61 04 01 01  09 03 03 62 04 02 01 04 07"
    return amf3(wire, [[1, 2], {"a": 1, "@dense": ABSENT}, {"b": 2, "@dense": [7]}])


@row("AMF3", "vectors of int, uint, double and object (0x0D to 0x10)")
def amf3_vectors():
    wire = "09 0b 01  0d 05 00 ffffffff 00000002  0e 03 01 ffffffff  0f 03 00 3ff8000000000000"
    wire += "10 05 00 03 2a 04 01 06 03 78  10 03 00 05 4343 01"
    return amf3(wire, [[-1, 2], [4294967295], [1.5], [1, "x"], {"@class": "CC", "@dense": [None]}])


@row("AMF3", "dictionaries (0x11), with keys of any type")
def amf3_dictionary():
    return amf3("11 05 00  04 01 06 03 61  06 03 6b 09 03 01 02", [[1, "a"], ["k", [False]]])


@row("AMF3", "strings by reference; empty ones have none")
def amf3_string_references():
    return amf3("09 0b 01  06 03 61  06 01  06 00  06 05 6262  06 02", ["a", "", "a", "bb", "bb"])


@row("AMF3", "objects: class, sealed and dynamic members, and traits by reference")
def amf3_objects():
    wire = "09 05 01  0a 2b 05 4343 03 61 03 62 04 01 06 05 6869 03 78 06 02 01  0a 01 04 ffffffff 06 06 01"
    first = {"@class": "CC", "a": 1, "b": "hi", "x": "a"}
    return amf3(wire, [first, {"@class": "CC", "a": -1, "b": "hi"}])


@row("AMF3", "complex values by reference; tables go on over the values of a message")
def amf3_object_references():
    array = [1, {"@object_reference": 0}]
    wire = bytes.fromhex("11 09 05 01 04 01 09 00") + b"\x11\x06" + amf3_text("s") + b"\x11\x06\x00" + b"\x11\x09\x00"
    return values(wire, [array, "s", "s", {"@object_reference": 0}], (), COMMAND_AMF3)


@row("AMF3", "externalizable ArrayCollection, ArrayList and ObjectProxy")
def amf3_externalizable():
    def wrapped(name):
        return (b"\x0a\x07" + bytes([len(name) << 1 | 1]) + name.encode() + b"\x09\x05\x01\x04\x01\x04\x02").hex()

    names = [f"flex.messaging.io.{name}" for name in ("ArrayCollection", "ArrayList", "ObjectProxy")]
    return amf3(
        "09 07 01" + "".join(map(wrapped, names)), [{"@class": name, "@externalizable": [[1, 2]]} for name in names]
    )


@row("AMF3", "externalizable Flex messages with their flags (DSK)")
def amf3_flex_message():
    members = {"@class": "DSK", "body": "result", "correlationId": "id"}
    return amf3("0a 07 07 44534b  01 06 0d 726573756c74  01 06 05 6964  00", members)


@row("AMF3", "externalizable of a class that is not known: said, the rest is bytes, the next message is sound")
def amf3_externalizable_unknown():
    wire = b"\x11\x0a\x07\x03X\x01\x02\x03"
    expected = [{"@class": "X", "@unparsed": {"length": 3, "hex": "010203"}}]
    return values(wire, expected, ["amf3_externalizable_unknown"], COMMAND_AMF3)


@row("AMF3", "a reference without target is said, and the values after it are sound")
def amf3_bad_reference():
    return values(bytes.fromhex("11 06 0a 11 04 07"), [None, 7], ["amf3_string_reference_unresolved"], COMMAND_AMF3)


@row("AMF robustness", "10,000 objects in each other stop at the limit, and the next message is sound")
def deep_nesting():
    return nested(10_000)


@row("AMF robustness", "a million objects in each other, likewise")
def deepest_nesting():
    return nested(1_000_000)


def nested(depth):
    session = Session()
    session.set_chunk_size(CLIENT, 65536)
    wire = amf0_values("f", 1) + b"\x03\x00\x01a" * depth + amf0(1) + b"\x00\x00\x09" * depth
    session.send(CLIENT, COMMAND_AMF0, wire, {"complete": True, "command": {"name": "f"}})
    session.send(CLIENT, COMMAND_AMF0, amf0_values("g", 2), {"command": {"name": "g"}})
    session.findings = ["amf_depth_limit"]
    return session


@row("AMF robustness", "counts and lengths that no message can have are said at once")
def impossible_lengths():
    session = Session()
    array = amf0_values("f", 1) + b"\x0a\xff\xff\xff\xff" + amf0(1)
    long_string = amf0_values("f", 1) + b"\x0c\xff\xff\xff\xffab"
    session.send(CLIENT, COMMAND_AMF0, array, {"command": {"arguments": [[1]]}})
    session.send(CLIENT, COMMAND_AMF0, long_string, {"command": {"arguments": ["ab"]}})
    session.findings = ["amf_array_short", "amf_value_truncated"]
    return session
