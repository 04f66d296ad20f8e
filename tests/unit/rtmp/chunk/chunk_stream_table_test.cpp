// Chunk streams by id: the first few, which are compared at once, and those in the map.
#include "rtmp/chunk/chunk_stream_table.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::test {
namespace {

using rtmp::ChunkStreamTable;

TEST(ChunkStreamTable, IsEmptyAtFirst) {
  const ChunkStreamTable table;
  EXPECT_TRUE(table.empty());
  for (const std::uint32_t id : {2U, 255U, 256U, 65599U}) {
    EXPECT_EQ(table.index_of(id), ChunkStreamTable::not_seen) << id;
  }
}

/// More than are compared at once, with ids that differ in one bit or in the second byte only.
TEST(ChunkStreamTable, FindsEachByItsId) {
  const std::vector<std::uint32_t> ids = {2, 3, 130, 258, 255, 4, 65599, 5, 6, 7, 8, 259, 64};
  ChunkStreamTable table;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(table.index_of(ids[i]), ChunkStreamTable::not_seen) << ids[i];
    EXPECT_EQ(table.find_or_add(ids[i]), i);
    EXPECT_EQ(table.find_or_add(ids[i]), i);
  }
  ASSERT_EQ(table.size(), ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(table.index_of(ids[i]), i) << ids[i];
    EXPECT_EQ(table[i].message.chunk_stream_id, ids[i]);
  }
  EXPECT_EQ(table.index_of(9), ChunkStreamTable::not_seen);
  EXPECT_EQ(table.index_of(514), ChunkStreamTable::not_seen);
}

}  // namespace
}  // namespace rtmpscope::test
