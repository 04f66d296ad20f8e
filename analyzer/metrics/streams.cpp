#include "metrics/streams.hpp"

namespace rtmpscope::metrics {

void StreamTable::add(const StreamNews& news) {
  const StreamKey key{news.uid, news.id, news.use};
  const auto known = shown.find(key);
  if (news.ended) {
    if (known != shown.end())
      shown.erase(known);
    else
      other_bytes[static_cast<std::size_t>(news.use)] += news.media_bytes;
    return;
  }
  if (known == shown.end() && shown.size() >= most) {
    other_bytes[static_cast<std::size_t>(news.use)] += news.media_bytes;
    return;
  }
  StreamSeries& series = known != shown.end() ? known->second : shown[key];
  series.media_bytes += news.media_bytes;
  if (news.lead) series.lead = news.lead;
  if (!news.app.empty()) series.app = news.app;
  if (!news.name.empty()) series.name = news.name;
}

}  // namespace rtmpscope::metrics
