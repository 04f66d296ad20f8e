"""What is odd about AMF values."""

import struct

from rows import amf0, amf3
from rtmp_writer import u16, u32

NUMBER = b"\x00" + struct.pack(">d", 1)
MEMBER = u16(1) + b"a" + NUMBER


def u29(value):
    """Of three bytes."""
    return bytes((0x80 | value >> 14, 0x80 | value >> 7 & 0x7F, value & 0x7F))


amf0({
    "amf_value_truncated": "00 3ff0",
    "amf_array_short": "0a 00000003 05",
    "amf_text_not_utf8": "02 0002 c3c3",
    "amf_number_not_finite": "00 7ff8000000000000",
    "amf_depth_limit": 100 * (b"\x03" + u16(1) + b"x"),
    "amf_value_limit": b"\x0a" + u32(300_000) + 300_000 * b"\x05",
    "amf0_marker_unknown": "42",
    "amf0_marker_reserved": "04",
    "amf0_object_end_misplaced": "09",
    "amf0_object_unterminated": b"\x03" + MEMBER,
    "amf0_ecma_terminator_missing": b"\x08" + u32(1) + MEMBER,
    "amf0_ecma_count_differs": b"\x08" + u32(5) + MEMBER + b"\x00\x00\x09",
    "amf0_reference_unresolved": "07 0007",
    "amf0_date_time_zone": "0b 0000000000000000 003c",
    "amf0_boolean_odd": "01 07",
})  # fmt: skip

amf3({
    "amf_table_limit": b"\x09" + u29(140_000 << 1 | 1) + b"\x01" + 140_000 * b"\x06\x03a",
    "amf_expansion_limit": b"\x06" + u29(32384 << 1 | 1) + 32384 * b"x" + 1000 * b"\x11\x06\x00",
    "amf3_marker_unknown": "42",
    "amf3_string_reference_unresolved": "06 02",
    "amf3_object_reference_unresolved": "0a 02",
    "amf3_traits_reference_unresolved": "0a 05",
    # With the tables of the first value the message would be too short.
    "amf3_tables_restarted": "0a 43 01 03 61 03 62 03 63 03 64 01 01 01 01 11 09 05 01 0a 13 01 03 78 02 0a 01 03",
    "amf3_externalizable_unknown": "0a 07 03 61 0102",
})  # fmt: skip
