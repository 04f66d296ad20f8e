#include "evidence/evidence.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

namespace rtmpscope::evidence {
namespace {

constexpr Timestamp second = 1'000'000'000;
/// Verdicts, and what several connections tell, come so long after the end at most.
constexpr Timestamp patience_after_end = 5 * second;

/// Of a ClientHello that begins in the packet (RFC 8446, section 4.1.2), which a key log names a session by.
std::optional<std::array<std::uint8_t, 32>> client_random_in(const capture::Packet& packet) {
  constexpr std::size_t random_at = 11;  // behind the headers of record and handshake, and the version
  std::array<std::uint8_t, 32> random{};
  const Bytes bytes = packet.bytes();
  for (std::size_t i = 0; i + random_at + random.size() <= bytes.size(); ++i) {
    if (bytes[i] != 0x16 || bytes[i + 1] != 3 || bytes[i + 5] != 1 || bytes[i + 9] != 3) continue;
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(i + random_at), random.size(), random.begin());
    return random;
  }
  return std::nullopt;
}

/// UTC, as file names can have it.
std::string name_of_time(Timestamp time) {
  const std::time_t seconds = time / second;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts);
  return {text.data(), size};
}

}  // namespace

Evidence::~Evidence() {
  finish();
}

void Evidence::add(const net::FlowKey& key, const capture::Packet& packet, bool begins) {
  now_ = packet.time;
  const auto found = connections_.find(key);
  const auto of_key = [&](const Closed& closed) { return closed.key == key; };
  if (begins && found != connections_.end() && std::ranges::any_of(closed_, of_key)) {
    forget(key);
    std::erase_if(closed_, of_key);
  } else if (found != connections_.end() && found->second.file != nullptr) {
    found->second.file->add(packet);
    return;
  }
  keeper_.add(key, packet);
}

void Evidence::on_news(const ConnectionNews& news) {
  const net::FlowKey key = key_of(
      news, [&](const net::FlowKey& each) { return keeper_.knows(each) || connections_.contains(each); });
  if (news.kind == ConnectionNews::Kind::opened) {
    if (!keeper_.knows(key)) return;
    connections_.try_emplace(key).first->second.key = key;
    keeper_.keep_beginning(key);
    return;
  }
  const auto found = connections_.find(key);
  if (found == connections_.end()) return;
  if (news.kind == ConnectionNews::Kind::found) return on_found(found->second, news);
  closed_.push_back({now_, key});
}

void Evidence::on_found(Connection& connection, const ConnectionNews& news) {
  connection.found_at = now_;
  if (connection.full) return;
  if (connection.file == nullptr) {
    if (!may_make_file(now_)) {
      left_out_ += connection.had_file ? 0 : 1;
      return;
    }
    connection.file = make_file(news);
    if (connection.file == nullptr) return;
    connection.had_file = true;
    ++open_files_;
    connection.has_secrets = false;
    if (options_.secrets && !connection.client_random) {
      keeper_.for_each(connection.key, [&](const capture::Packet& packet) {
        if (!connection.client_random) connection.client_random = client_random_in(packet);
      });
    }
    add_secrets(connection);
    const Timestamp from = options_.seconds == 0 ? 0 : now_ - second * options_.seconds;
    keeper_.for_each(connection.key, [&](const capture::Packet& packet) {
      if (packet.time >= from) connection.file->add(packet);
    });
  }
  connection.file->comment(news.packet.number, news.text);
}

/// They may come late.
void Evidence::add_secrets(Connection& connection) const {
  if (!connection.client_random || connection.has_secrets) return;
  const std::string key_log = options_.secrets(*connection.client_random);
  if (key_log.empty()) return;
  connection.file->add_secrets(key_log);
  connection.has_secrets = true;
}

bool Evidence::may_make_file(Timestamp now) {
  constexpr Timestamp minute = 60 * second;
  // The clock may have gone back.
  while (!made_.empty() && (now - made_.front() > minute || now < made_.front())) made_.pop_front();
  if (made_.size() >= most_files_a_minute) return false;
  made_.push_back(now);
  return true;
}

/// The name has nothing that a peer sends.
std::unique_ptr<EvidenceFile> Evidence::make_file(const ConnectionNews& news) {
  const std::string path = fmt::format("{}/{}-{}-{}.pcapng", options_.folder, name_of_time(news.packet.time),
                                       as_text(news.uid), news.id);
  const std::string comment =
      fmt::format("{} and {}: {}", news.client.to_string(), news.server.to_string(), news.text);
  auto file = EvidenceFile::create(path, interfaces_, comment);
  if (!file) {
    if (!failed_) tell(file.error().message);
    failed_ = true;
    return nullptr;
  }
  std::erase(files_, path);
  files_.push_back(path);
  if (options_.files != 0 && files_.size() > options_.files) {
    for (auto& [key, connection] : connections_) {
      if (connection.file == nullptr || connection.file->path() != files_.front()) continue;
      end_file(connection);
      connection.full = true;
    }
    ::unlink(files_.front().c_str());
    files_.pop_front();
  }
  return std::move(*file);
}

void Evidence::end_file(Connection& connection) {
  if (connection.file == nullptr) return;
  const auto error = connection.file->close();
  connection.file.reset();
  --open_files_;
  if (error && !failed_) tell(error->message);
  failed_ = error.has_value();
}

void Evidence::end_window() {
  for (auto& [key, connection] : connections_) {
    if (open_files_ == 0) break;
    if (connection.file == nullptr) continue;
    add_secrets(connection);
    connection.file->flush();
    connection.full = connection.file->bytes() >= options_.file_bytes;
    const bool over = options_.seconds != 0 && now_ - connection.found_at > second * options_.seconds;
    if (connection.full || over) end_file(connection);
  }
  forget_closed(now_);
}

void Evidence::forget_closed(Timestamp now) {
  while (!closed_.empty() && (now - closed_.front().at > patience_after_end || now < closed_.front().at)) {
    const net::FlowKey key = closed_.front().key;
    closed_.pop_front();
    forget(key);
  }
}

void Evidence::forget(const net::FlowKey& key) {
  const auto found = connections_.find(key);
  if (found != connections_.end()) {
    end_file(found->second);
    connections_.erase(found);
  }
  keeper_.forget(key);
}

void Evidence::finish() {
  for (auto& [key, connection] : connections_) end_file(connection);
  connections_.clear();
}

void Evidence::tell(const std::string& text) const {
  if (options_.tell) options_.tell(text);
}

}  // namespace rtmpscope::evidence
