// What a command or data message says, as names and numbers instead of fields.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rtmp/chunk/message.hpp"
#include "schema/field_sink.hpp"

namespace rtmpscope::rtmp {

/// Longest string that facts keep; longer ones are cut. Real names and URLs are far shorter.
inline constexpr std::size_t kept_text = 1024;

/// Whether the answer to the command is an onStatus on its message stream, whatever its transaction id.
[[nodiscard]] constexpr bool opens_stream(std::string_view command) {
  return command == "publish" || command == "play" || command == "play2";
}

/// Typed facts of one command (RTMP 7.2) or data message. Strings are copies, cut to `kept_text` bytes, and
/// empty or absent where the message does not have them.
struct CommandFacts {
  std::string name;
  std::optional<double> transaction_id;
  std::optional<std::string>
      first_text;  ///< first string argument that is no property: the stream name of publish, …
  std::optional<double>
      first_number;  ///< first number argument that is no property: the stream id of _result, …
  // Properties of object arguments, at any depth of one.
  std::string app;
  std::string tc_url;
  std::string flash_version;   ///< flashVer
  std::string server_version;  ///< fmsVer
  std::string level;
  std::string code;
  std::string description;
  std::string version;           ///< of the status of connect's _result
  std::string srs_version;       ///< the same in its object "data"
  std::string encoder;           ///< of metadata
  bool has_fmt_version = false;  ///< fmtVer, as joy4 misspells fmsVer

  [[nodiscard]] bool is_response() const { return name == "_result" || name == "_error"; }
  /// Whether this status answers a command that opens a stream: "NetStream.Play.Reset" comes before that.
  [[nodiscard]] bool answers_opening() const {
    return name == "onStatus" &&
           (severity() == Severity::error || code.ends_with(".Start") || code.ends_with(".Notify"));
  }
  /// How bad the status is that it reports: error, warning, or nothing of the kind.
  [[nodiscard]] std::optional<Severity> severity() const {
    if (name == "_error" || level == "error") return Severity::error;
    return level == "warning" ? std::optional(Severity::warning) : std::nullopt;
  }
};

/// Collects the facts of a command or data message from one run of describe_message.
class FactSink : public NullSink {
 public:
  [[nodiscard]] CommandFacts& facts() { return facts_; }
  /// Size of the longest string that was cut; 0: none was.
  [[nodiscard]] std::size_t shortened_text() const { return shortened_text_; }
  /// Of a command where bytes are missing: the argument that came last may be cut short, and is no name.
  void drop_cut_argument() { facts_.first_text.reset(); }

  void begin(FieldId id, std::uint32_t offset) override;
  void end(FieldId id, std::uint32_t end_offset) override;
  void key(Range range, Bytes name) override;
  void real(FieldId id, Range range, double value) override;
  void text(FieldId id, Range range, Bytes value) override;
  void signed_number(FieldId id, Range range, std::int64_t value) override;

 private:
  void argument_number(double value);
  std::string kept(Bytes value);
  std::string* property();

  CommandFacts facts_;
  std::size_t shortened_text_ = 0;
  int depth_ = 0;  ///< of containers inside the argument list
  bool in_arguments_ = false;
  std::string key_;              ///< of the next value
  bool is_srs_version_ = false;  ///< the next value, one object further in
};

}  // namespace rtmpscope::rtmp
