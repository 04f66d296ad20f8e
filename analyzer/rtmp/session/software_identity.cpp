#include "rtmp/session/software_identity.hpp"

#include <array>
#include <charconv>
#include <string_view>

#include "rtmp/chunk/message.hpp"
#include "schema/schema.hpp"

namespace rtmpscope::rtmp {
namespace {

/// Numbers of the table handshake_software that rules ask for.
enum Handshake : std::uint8_t { ffmpeg = 1, srs = 5, node_media_server_or_alike = 7, zlmediakit = 8 };

struct Claim {
  std::string_view text;
  std::string_view name;
};

/// flashVer that one program alone sends.
constexpr std::array<Claim, 6> own_flash_versions = {{{"LNX.11,1,102,55", "nginx-rtmp as a relay client"},
                                                      {"WIN 15,0,0,239", "SRS as a client"},
                                                      {"FMS.3.1", "livego as a client"},
                                                      {"WIN 23,0,0,207", "rml_rtmp"},
                                                      {"MAC 22,0,0,192", "joy4 as a client"},
                                                      {"LNX 11,2,202,233", "yasea"}}};
/// The same of fmsVer.
constexpr std::array<Claim, 5> own_server_versions = {{{"LNX 9,0,124,2", "MediaMTX"},
                                                       {"FMS/3,5,2,654", "OvenMediaEngine"},
                                                       {"FMS/3,5,5,2004", "MistServer"},
                                                       {"FMS/3,0,1,1233", "rml_rtmp"},
                                                       {"FMS/4,5,0,297", "PHZ76/RtmpServer"}}};

template <std::size_t N>
std::string_view find_name(std::string_view text, const std::array<Claim, N>& claims) {
  for (const Claim& claim : claims) {
    if (claim.text == text) return claim.name;
  }
  return {};
}

/// "29.0.2" of "29.0.2+dfsg", "0.37.4" of "0,37,4": the digits and points that the text begins with.
std::string version_of(std::string_view text) {
  constexpr std::size_t longest = 16;
  std::string version;
  for (const char character : text.substr(0, longest)) {
    const bool is_digit = character >= '0' && character <= '9';
    if (!is_digit && character != '.' && character != ',') break;
    version.push_back(character == ',' ? '.' : character);
  }
  return version;
}

std::string with_version(std::string_view name, std::string_view text) {
  std::string out(name);
  if (const std::string version = version_of(text); !version.empty()) out.append(" ").append(version);
  return out;
}

/// What stands behind `mark`; empty if it is not there.
std::string_view behind(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  return at == std::string_view::npos ? std::string_view() : text.substr(at + mark.size());
}

/// The release that a major version of libavformat belongs to: 57 to 3, and one more each year.
std::string ffmpeg_release(std::string_view libavformat) {
  constexpr int first_known = 57, first_release = 3;
  int major = 0;
  std::from_chars(libavformat.data(), libavformat.data() + libavformat.size(), major);
  return major < first_known ? "FFmpeg" : "FFmpeg " + std::to_string(major - first_known + first_release);
}

std::string text_of(std::uint64_t handshake_software) {
  const ValueInfo* value = find_value(ValueTable::handshake_software, handshake_software);
  return value == nullptr ? std::string() : std::string(value->text);
}

}  // namespace

void SoftwareIdentity::on_handshake(Direction sender, std::uint64_t software) {
  const bool from_client = sender == Direction::to_server;
  (from_client ? client_handshake_ : server_handshake_) = static_cast<std::uint8_t>(software);
  (from_client ? client_ : server_) = text_of(software);
}

void SoftwareIdentity::on_control(Direction sender, std::uint8_t type, std::uint32_t value) {
  if (sender != Direction::to_client || connected_) return;
  if (type == MessageType::window_acknowledgement_size && window_ == 0) window_ = value;
  if (type == MessageType::set_chunk_size && chunk_size_ == 0) chunk_size_ = value;
}

void SoftwareIdentity::on_facts(Direction sender, const CommandFacts& facts) {
  if (sender == Direction::to_server) {
    if (facts.name == "connect") on_connect(facts);
    if (!facts.encoder.empty()) on_metadata(facts);
  } else if (facts.name == "_result" && !connected_ && facts.code == "NetConnection.Connect.Success") {
    connected_ = true;
    on_connected(facts);
  }
}

void SoftwareIdentity::on_connect(const CommandFacts& facts) {
  const std::string_view claim = facts.flash_version;
  if (const std::string_view name = find_name(claim, own_flash_versions); !name.empty()) client_ = name;
  if (claim.find("MistServer") != std::string_view::npos) client_ = "MistServer as a client";
  if (const auto version = behind(claim, "obs-studio/"); !version.empty())
    client_ = with_version("OBS", version);
  if (claim.starts_with("lal") && !version_of(claim.substr(3)).empty()) {
    client_ = with_version("lal", claim.substr(3));
  }
  // Others claim to be libavformat, too, but have not its C1.
  const auto libavformat = behind(claim, "Lavf");
  if (client_handshake_ == ffmpeg && !libavformat.empty()) client_ = ffmpeg_release(libavformat);
}

void SoftwareIdentity::on_metadata(const CommandFacts& facts) {
  if (const auto obs = behind(facts.encoder, "libobs version "); !obs.empty()) {
    const bool streamlabs = facts.encoder.starts_with("streamlabs");
    client_ = with_version(streamlabs ? "Streamlabs, libobs" : "OBS", obs);
  }
}

/// The reply to connect, in front of which the server has said its sizes.
void SoftwareIdentity::on_connected(const CommandFacts& facts) {
  constexpr std::uint32_t large_window = 5'000'000, small_window = 2'500'000;
  const std::string_view claim = facts.server_version;
  if (!facts.srs_version.empty()) {
    server_ = with_version("SRS", facts.srs_version);
  } else if (const std::string_view name = find_name(claim, own_server_versions); !name.empty()) {
    server_ = name;
  } else if (claim.starts_with("RED5/")) {
    server_ = "Red5 or Ant Media Server";
  } else if (facts.has_fmt_version) {
    server_ = "joy4 or Owncast";
  } else if (server_handshake_ == zlmediakit || server_handshake_ == srs) {
    return;  // no other is known to send these bytes
  } else if (window_ == large_window && chunk_size_ == 4096) {
    server_ = facts.version.empty() ? "nginx-rtmp" : with_version("lal", facts.version);
  } else if (window_ == large_window && chunk_size_ == 65535) {
    server_ = "Node-Media-Server";
  } else if (window_ == small_window && chunk_size_ == 1024) {
    server_ = "livego";
  } else if (server_handshake_ == node_media_server_or_alike && chunk_size_ == 65536) {
    server_ = "MistServer";
  }
}

}  // namespace rtmpscope::rtmp
