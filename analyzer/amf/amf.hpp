// Describes AMF0 and AMF3 values: the data of commands, data messages and shared objects.
//
// Sources: "Action Message Format -- AMF 0" (2007) section 2; "Action Message Format -- AMF 3" (2013) section
// 3; Enhanced RTMP v2 "Action Message Format (AMF): AMF0 and AMF3"; the externalizable classes follow what
// BlazeDS and Red5 read and write.
//
// One value makes these calls. A range begins at the type marker and ends with the value.
//
// AMF0 marker    calls
//   00 number      real(amf_number)
//   01 boolean     flag(amf_boolean)
//   02, 0C string  text(amf_string)
//   03 object      begin(amf_object), { key, value }, end
//   05 null        flag(amf_null, false): prints as null
//   06 undefined   flag(amf_undefined, false): prints as null
//   07 reference   number(amf_reference), the index
//   08 ECMA array  begin(amf_ecma_array), number(amf_ecma_count), { key, value }, end
//   0A array       begin(amf_strict_array), { value }, end
//   0B date        real(amf_date), milliseconds since 1970 UTC; a time zone that is not 0 is a finding
//   0D, 04, 0E     flag(amf_unsupported, false): prints as null
//   0F XML         text(amf_xml)
//   10 object      begin(amf_typed_object), text(amf_class_name), { key, value }, end
//   11 AVM+        the AMF3 value, whose range then begins at the 11
//   22 int64       signed_number(amf_int64)
//
// AMF3 marker    calls
//   00, 01         as AMF0 06 and 05
//   02, 03         flag(amf_boolean)
//   04 integer     signed_number(amf3_integer)
//   05 double      real(amf_number)
//   06 string      text(amf_string); of a reference the text that it stands for, with the reference's range
//   07, 0B XML     text(amf_xml)
//   08 date        real(amf_date)
//   09 array       begin(amf3_array), { value }, end; if it has named members
//                  begin(amf3_associative_array), { key, value }, then, if there are elements,
//                  begin(amf3_dense), { value }, end; end
//   0A object      begin(amf3_object), text(amf_class_name) unless empty, { key, value }, end
//                  for a class that wraps one value begin(amf3_externalizable), value, end in place of
//                  members
//   0C ByteArray   blob(amf3_byte_array), with the range of its bytes alone
//   0D, 0E, 0F     begin(amf3_vector), { signed_number(amf3_vector_int) or number(amf3_vector_uint) or
//                  real(amf_number) }, end
//   10 vector      begin(amf3_vector), { value }, end; with a class name begin(amf3_typed_vector),
//                  text(amf_class_name), begin(amf3_dense), { value }, end, end
//   11 dictionary  begin(amf3_dictionary), { begin(amf3_dictionary_entry), key, value, end }, end;
//                  this key is a value, too
//   07 to 11       number(amf3_object_reference), the index, if it is a reference
//
// What cannot be decoded is blob(amf_unparsed), from there to the reader's end.
//
// Names and order of members are the sender's; a name may come twice. Keys whose text is not at that place on
// the wire (sealed members of AMF3 objects, members of Flex messages) have a range of length 0.
//
// Counts and lengths on the wire are never trusted: work, memory and calls are linear in the bytes that are
// there.
#pragma once

#include "amf/references.hpp"
#include "base/byte_reader.hpp"
#include "schema/field_sink.hpp"

namespace rtmpscope::amf {

/// Containers around a value, AMF0 and AMF3 together. Bounds the call stack. Finding: amf_depth_limit.
inline constexpr std::uint32_t max_depth = 64;

/// Values of one message, elements of vectors included. Bounds what sinks must hold for one message; enough
/// for the key frame index of a day and a half with a key frame each second. Finding: amf_value_limit.
inline constexpr std::uint32_t max_values = 1U << 18;

/// Text that stands on the wire only as references (string references, names of sealed members) may amount to
/// this many times the size of the message plus `free_expansion` bytes. Finding: amf_expansion_limit.
inline constexpr std::uint64_t max_expansion_factor = 16;
inline constexpr std::uint64_t free_expansion = 1U << 16;

/// Pushes one AMF0 value, which begins at the reader's position.
///
/// The reader must be over the whole buffer that ranges are to refer to (or over its beginning, to stop
/// earlier), since its positions become the ranges. Returns false if the value could not be delimited: then a
/// finding and the remaining bytes have been pushed, and the reader is at its end. An object that only lacks
/// its terminator at the end of the message counts as delimited. The containers pushed are balanced in any
/// case.
bool describe_amf0_value(ByteReader& reader, References& references, FieldSink& sink);

/// The same for a value that begins with an AMF3 marker.
bool describe_amf3_value(ByteReader& reader, References& references, FieldSink& sink);

/// All AMF0 values up to the reader's end.
void describe_amf0_values(ByteReader& reader, References& references, FieldSink& sink);

}  // namespace rtmpscope::amf
