#include "output/evidence/evidence_observer.hpp"

namespace rtmpscope::output {
namespace {

using evidence::ConnectionNews;

/// Nothing if nobody asks for it.
std::optional<ConnectionNews> news_of(const rtmp::Event& event, std::optional<Severity> severity) {
  if (event.about == nullptr) return std::nullopt;
  ConnectionNews news;
  news.client = event.about->client;
  news.server = event.about->server;
  news.uid = event.about->uid;
  news.packet = event.packet;
  switch (event.kind) {
    case EventKind::connection_open:
      if (!rtmp::is_rtmp(event.about->transport)) return std::nullopt;
      news.kind = ConnectionNews::Kind::opened;
      return news;
    case EventKind::connection_close: news.kind = ConnectionNews::Kind::closed; return news;
    case EventKind::finding: {
      const auto& finding = static_cast<const rtmp::FindingEvent&>(event);
      if (!severity || finding.severity() < *severity) return std::nullopt;
      news.kind = ConnectionNews::Kind::found;
      news.id = info(finding.id).id;
      news.text.append(name(finding.severity())).append(": ").append(finding.text());
      news.text.append("  [").append(news.id).append("]");
      return news;
    }
    default: return std::nullopt;
  }
}

}  // namespace

void EvidenceObserver::on_event(const rtmp::Event& event) {
  auto news = news_of(event, options_.severity);
  // A finding comes behind the event that shows it, and a connection's end behind all of its findings.
  shown_->on_event(event);
  if (news) tell(*std::move(news));
}

void EvidenceObserver::tell(evidence::ConnectionNews news) {
  if (at_once_) return options_.take(news);
  auto attachment = std::make_shared<NewsAttachment>();
  attachment->news = std::move(news);
  attach_to(output(), std::move(attachment), 0);
}

}  // namespace rtmpscope::output
