#include "base/connection_uid.hpp"

#include <vector>

#include "base/byte_order.hpp"
#include "base/crypto.hpp"

namespace rtmpscope {
namespace {

constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

void append(std::vector<std::uint8_t>& to, std::uint64_t number, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    to.push_back(static_cast<std::uint8_t>(number >> shift));
  }
}

}  // namespace

ConnectionUid connection_uid(const Endpoint& client, const Endpoint& server, Timestamp first_packet) {
  std::vector<std::uint8_t> hashed;
  hashed.reserve(2 * (1 + 16 + 2) + 8);
  for (const Endpoint* endpoint : {&client, &server}) {
    const auto& bytes = endpoint->address.bytes;
    hashed.push_back(endpoint->address.length);
    hashed.insert(hashed.end(), bytes.begin(), bytes.begin() + endpoint->address.length);
    append(hashed, endpoint->port, 2);
  }
  append(hashed, static_cast<std::uint64_t>(first_packet), 8);
  const auto digest = sha1(hashed);
  ConnectionUid uid{};
  uid.front() = 'C';
  // Two numbers of 64 bits fill the places by turns, so that each gives less than all of its digits.
  std::array<std::uint64_t, 2> numbers{load_be64(digest.data()), load_be64(digest.data() + 8)};
  for (std::size_t i = 1; i < uid.size(); ++i) {
    std::uint64_t& number = numbers[i % 2];
    uid[i] = digits[number % digits.size()];
    number /= digits.size();
  }
  return uid;
}

}  // namespace rtmpscope
