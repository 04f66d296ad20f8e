#include "rtmp/session/chunk_habits.hpp"

namespace rtmpscope::rtmp {

ChunkHabits habits_of(const ChunkParser& parser) {
  ChunkHabits habits;
  for (std::size_t i = 0; i < parser.stream_count(); ++i) {
    const ChunkStream& stream = parser.stream(i);
    if (stream.first_header_type == no_header) continue;
    if (habits.streams.size() == most_chunk_habits) {
      habits.cut = true;
      break;
    }
    habits.streams.push_back({stream.message.chunk_stream_id, stream.first_header_type, stream.headers});
  }
  return habits;
}

}  // namespace rtmpscope::rtmp
