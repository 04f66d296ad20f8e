#include "carrier/tls/likeness.hpp"

#include <algorithm>

namespace rtmpscope::tls {
namespace {

constexpr std::uint32_t first_block = 1537, reply_and_block = 3073, reply = 1536;  // RTMP 5.2.1

}  // namespace

ContentSize content_size(std::size_t body, const Suite& suite, std::uint16_t version) {
  const auto at_least_0 = [](std::size_t size, std::size_t extra) {
    return static_cast<std::uint32_t>(size > extra ? size - extra : 0);
  };
  if (version >= tls_1_3) {
    const std::uint32_t size = at_least_0(body, 1U + suite.tag_size);
    return {size, size};
  }
  if (suite.cipher != CipherKind::aes_cbc) {
    const std::uint32_t size = at_least_0(body, suite.explicit_nonce_size() + suite.tag_size);
    return {size, size};
  }
  constexpr std::size_t block = 16;
  const std::size_t iv_and_mac = (version > tls_1_0 ? block : 0) + hash_size(suite.mac);
  return {at_least_0(body, iv_and_mac + block), at_least_0(body, iv_and_mac + 1)};
}

void LikenessWatch::add(Direction direction, ContentSize size) {
  std::vector<Seen>& records = records_[index_of(direction)];
  if (records.size() < most_records) records.push_back({size, order_});
  ++order_;
}

std::size_t LikenessWatch::find_run(Direction direction, std::size_t from, std::uint32_t order,
                                    std::uint32_t bytes) const {
  const std::vector<Seen>& records = records_[index_of(direction)];
  for (std::size_t begin = from; begin < records.size(); ++begin) {
    if (records[begin].order < order) continue;
    std::uint32_t least = 0, most = 0;
    for (std::size_t i = begin; i < records.size() && least <= bytes; ++i) {
      least += records[i].size.least;
      most += records[i].size.most;
      // A run begins with bytes of the block: a record without content does not count.
      if (least <= bytes && bytes <= most && records[begin].size.most > 0) return i + 1;
    }
  }
  return 0;
}

bool LikenessWatch::is_decided() const {
  const bool enough =
      std::ranges::any_of(records_, [](const auto& side) { return side.size() >= most_records; });
  return enough || likeness() == Likeness::high;
}

Likeness LikenessWatch::likeness() const {
  const std::vector<Seen>& client = records_[index_of(Direction::to_server)];
  const std::vector<Seen>& server = records_[index_of(Direction::to_client)];
  const std::size_t behind_c1 = find_run(Direction::to_server, 0, 0, first_block);
  if (client.empty() || server.empty()) {  // one direction alone: its two blocks have to follow one another
    if (server.empty())
      return behind_c1 != 0 && find_run(Direction::to_server, behind_c1, 0, reply) == behind_c1 + 1
                 ? Likeness::low
                 : Likeness::none;
    return find_run(Direction::to_client, 0, 0, reply_and_block) != 0 ? Likeness::low : Likeness::none;
  }
  if (behind_c1 == 0) return Likeness::none;
  const std::uint32_t c1_at = client[behind_c1 - 1].order;
  const std::size_t behind_s2 = find_run(Direction::to_client, 0, c1_at, reply_and_block);
  if (behind_s2 == 0) return Likeness::none;
  // C2 answers S1, which may have come in a record of its own.
  const bool answered = find_run(Direction::to_server, behind_c1, 0, reply) != 0;
  return answered ? Likeness::high : Likeness::medium;
}

}  // namespace rtmpscope::tls
