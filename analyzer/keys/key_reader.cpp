#include "keys/key_reader.hpp"

namespace rtmpscope::keys {

void KeyReader::add(Bytes bytes, KeyStore& store) {
  std::string_view text = as_text(bytes);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view piece = text.substr(0, end);
    if (held_.size() + piece.size() > longest_line) too_long_ = true;
    if (end == std::string_view::npos) {
      if (!too_long_) held_.append(piece);
      if (too_long_) held_.clear();
      return;
    }
    text.remove_prefix(end + 1);
    if (held_.empty()) {
      take_line(piece, store);
    } else {
      held_.append(too_long_ ? std::string_view() : piece);
      take_line(held_, store);
      held_.clear();
    }
  }
}

void KeyReader::finish(KeyStore& store) {
  if (!held_.empty() || too_long_) take_line(held_, store);
  restart();
}

void KeyReader::restart() {
  held_.clear();
  too_long_ = false;
}

void KeyReader::take_line(std::string_view line, KeyStore& store) {
  ++counts_.lines;
  KeyLine parsed = too_long_ ? KeyLine(MalformedLine()) : parse_key_line(line);
  too_long_ = false;
  const auto keep = [&](auto&& keys) { ++(store.add(std::move(keys)) ? counts_.usable : counts_.dropped); };
  if (auto* tls = std::get_if<TlsSecret>(&parsed)) keep(*tls);
  if (auto* rtmpe = std::get_if<RtmpeKeys>(&parsed)) keep(*rtmpe);
  if (auto* rtmfp = std::get_if<RtmfpKeys>(&parsed)) keep(*rtmfp);
  if (std::holds_alternative<UnneededLine>(parsed)) ++counts_.unneeded;
  if (std::holds_alternative<UnknownLine>(parsed)) ++counts_.unknown;
  if (!std::holds_alternative<MalformedLine>(parsed)) return;
  if (counts_.malformed++ == 0) counts_.first_malformed = counts_.lines;
}

}  // namespace rtmpscope::keys
