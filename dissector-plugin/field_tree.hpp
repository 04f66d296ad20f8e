// The fields of a tape below an item of Wireshark's tree.
#pragma once

#include "chunk_places.hpp"
#include "presenter.hpp"
#include "tree_items.hpp"

namespace rtmpscope::plugin {

/// Wireshark gives up at a million items in a packet and calls that a bug of the dissector.
inline constexpr std::uint32_t most_items = 200'000;

/// What one packet's tree is made with.
struct Target : ItemTarget {
  ChunkPlaces chunks;
  Presenter* presenter = nullptr;
  bool labels = false;       ///< whether anybody reads the texts of items
  bool begins_here = false;  ///< the message's first chunk lies in this packet
  std::uint32_t items = 0;
  bool limit_told = false;
};

/// Adds the fields of `tape` below `parent`. `base` is where their ranges count from in the target's tvb.
void add_fields(Target& target, proto_tree* parent, proto_item* parent_item, const Tape& tape, int base,
                bool with_findings);

}  // namespace rtmpscope::plugin
