#include "carrier/http_tunnel/tunnel_table.hpp"

namespace rtmpscope::carrier {

std::shared_ptr<TunnelSession> TunnelTable::find(const TunnelEnds& ends, std::string_view id) {
  const auto number = numbers_.find({ends.client.address, ends.server, std::string(id)});
  if (number == numbers_.end()) return nullptr;
  Entry& entry = sessions_.at(number->second);
  use(entry);
  return entry.session;
}

std::shared_ptr<TunnelSession> TunnelTable::add(const TunnelEnds& ends, const TunnelOpening& opening,
                                                const PacketRef& packet) {
  Key key{ends.client.address, ends.server, opening.session};
  if (const auto old = numbers_.find(key); old != numbers_.end()) {
    remove(sessions_.find(old->second), EndCause::port_reuse, packet);
  }
  if (sessions_.size() >= most_sessions) evict(packet);
  Entry entry;
  entry.session = std::make_shared<TunnelSession>(++added_, factory_(ends, opening), held_);
  entry.key = key;
  numbers_.emplace(std::move(key), added_);
  Entry& added = sessions_.emplace(added_, std::move(entry)).first->second;
  use(added);
  return added.session;
}

void TunnelTable::use(Entry& entry) {
  if (entry.last_use != 0) by_use_.erase(entry.last_use);
  entry.last_use = ++uses_;
  entry.alone = 0;
  by_use_.emplace(entry.last_use, entry.session->number());
}

TunnelTable::Entries::iterator TunnelTable::remove(Entries::iterator entry, EndCause cause,
                                                   const PacketRef& packet) {
  const std::shared_ptr<TunnelSession> session = entry->second.session;
  by_use_.erase(entry->second.last_use);
  numbers_.erase(entry->second.key);
  const Entries::iterator next = sessions_.erase(entry);
  session->close(cause, packet);
  return next;
}

void TunnelTable::evict(const PacketRef& packet) {
  if (!by_use_.empty()) remove(sessions_.find(by_use_.begin()->second), EndCause::evicted, packet);
}

void TunnelTable::on_detached(const std::shared_ptr<TunnelSession>& session, EndCause cause,
                              const PacketRef& packet) {
  const auto entry = sessions_.find(session->number());
  if (entry == sessions_.end()) return;
  entry->second.cause = cause;
  if (session->attached() == 0 && session->is_close_requested()) remove(entry, cause, packet);
}

void TunnelTable::on_tick(const PacketRef& packet) {
  const bool too_much = held_ > held_limit;
  for (auto entry = sessions_.begin(); entry != sessions_.end();) {
    TunnelSession& session = *entry->second.session;
    session.on_tick(packet);
    if (too_much) session.stop_waiting(packet);
    if (session.attached() == 0 && ++entry->second.alone > reattach_time) {
      entry = remove(entry, entry->second.cause, packet);
    } else {
      ++entry;
    }
  }
}

void TunnelTable::finish(const PacketRef& packet) {
  while (!sessions_.empty()) {
    const auto first = sessions_.begin();
    remove(first, first->second.session->attached() == 0 ? first->second.cause : EndCause::capture_end,
           packet);
  }
}

}  // namespace rtmpscope::carrier
