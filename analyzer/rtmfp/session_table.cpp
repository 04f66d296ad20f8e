#include "rtmfp/session_table.hpp"

#include <algorithm>

namespace rtmpscope::rtmfp {
namespace {

/// What an attempt to open a session is found by, before it has ids. One initiator's names are its own.
enum class NameKind : char { tag = 't', cookie = 'c', pair = 'p' };

void append(std::string& to, const Endpoint& endpoint) {
  to.append(reinterpret_cast<const char*>(endpoint.address.bytes.data()), endpoint.address.length);
  to.push_back(static_cast<char>(endpoint.port >> 8));
  to.push_back(static_cast<char>(endpoint.port));
}

std::string name_of(NameKind kind, Bytes identifier, const Endpoint& initiator) {
  std::string name(1, static_cast<char>(kind));
  append(name, initiator);
  return name.append(as_text(identifier.first(std::min(identifier.size(), identifier_bytes))));
}

/// An attempt with keys.
std::string pair_name(const Endpoint& initiator, const Endpoint& responder) {
  std::string name(1, static_cast<char>(NameKind::pair));
  append(name, initiator);
  append(name, responder);
  return name;
}

}  // namespace

struct SessionTable::Entry {
  Entry(const rtmp::ConnectionInfo& info, std::uint32_t number, SessionContext& context)
      : session(info, number, context), client(info.client), server(info.server) {}

  Session session;
  Endpoint client;  ///< where it is now, as `server`
  Endpoint server;
  Entries::iterator place;
  std::uint64_t first_frame = 0;
  Timestamp last_active = 0;  ///< clock of the tick before its last packet
  bool told_end = false;      ///< the session is closed; it takes late packets
  std::uint32_t moves = 0;
  std::vector<Path> paths;
  std::vector<HalfPath> half_paths;
  std::vector<std::string> names;
};

SessionTable::SessionTable(rtmp::EventSink& sink, const SessionOptions& options, const keys::KeyView& keys,
                           std::uint32_t& opened, Timestamp clock, const Limits& limits)
    : limits_(limits),
      opened_(opened),
      context_{
          .sink = sink, .options = options, .keys = KeyFinder(keys), .held = HeldBytes(limits.held_bytes)},
      now_(clock) {}
SessionTable::~SessionTable() = default;

std::optional<Taken> SessionTable::on_datagram(const net::UdpDatagram& datagram) {
  context_.taken.reset();
  take(datagram);
  return context_.taken;
}

void SessionTable::take(const net::UdpDatagram& datagram) {
  if (datagram.payload_length < smallest_datagram) {
    ++counters_.others;
    return;
  }
  const std::uint32_t session_id = session_id_of(datagram.bytes());
  if (session_id != 0) {
    const auto known = paths_.find(path_of(datagram, session_id));
    if (known != paths_.end()) return on_session_packet(known->second, datagram, session_id);
  }
  if (on_startup(datagram, session_id)) return;
  if (session_id != 0) {
    if (const Found moved = find_moved(datagram, session_id); moved.entry != nullptr) {
      on_moved(moved, datagram);
      return on_session_packet(moved, datagram, session_id);
    }
  }
  ++counters_.others;
}

void SessionTable::on_session_packet(const Found& found, const net::UdpDatagram& datagram,
                                     std::uint32_t session_id) {
  Entry& entry = *found.entry;
  Session& session = entry.session;
  // The answer to the initiator's keys comes with the initiator's id, and may come again.
  const bool may_be_answer = found.direction == Direction::to_client;
  if (may_be_answer && !session.answered() && on_startup(datagram, session_id)) return;
  if (!session.on_packet(found.direction, datagram)) {
    if (may_be_answer && on_startup(datagram, session_id)) return;
    session.on_unverified(found.direction, datagram);
  }
  ++counters_.datagrams;
  entry.last_active = now_;
  if (session.answered()) entries_.splice(entries_.end(), entries_, entry.place);
  if (session.state() == Session::State::ended && !entry.told_end) end(entry, EndCause::fin, datagram.packet);
}

bool SessionTable::on_startup(const net::UdpDatagram& datagram, std::uint32_t session_id) {
  if (datagram.cut()) {
    context_.startup_cut = true;
    return false;
  }
  const auto packet = startup_.open(datagram.bytes());
  if (!packet) return false;
  ++counters_.datagrams;
  on_startup_packet(datagram, session_id, *packet, true);
  return true;
}

/// `whole`: not put together from parts, so that it may have some.
void SessionTable::on_startup_packet(const net::UdpDatagram& datagram, std::uint32_t session_id, Bytes packet,
                                     bool whole) {
  PacketReader reader(packet);
  while (const auto chunk = reader.next()) {
    if (!chunk->cut) on_startup_chunk(datagram, session_id, *chunk, whole);
  }
}

void SessionTable::on_startup_chunk(const net::UdpDatagram& datagram, std::uint32_t session_id,
                                    const Chunk& chunk, bool whole) {
  switch (chunk.type) {
    case initiator_hello: return on_initiator_hello(datagram, chunk.payload);
    case responder_hello: return on_responder_hello(datagram, chunk.payload);
    case redirect: return on_redirect(datagram, chunk.payload);
    case cookie_change: return on_cookie_change(datagram, chunk.payload);
    case initiator_keying: return on_initiator_keying(datagram, chunk.payload);
    case responder_keying: return on_responder_keying(datagram, session_id, chunk.payload);
    case packet_fragment: {
      const auto fragment = whole ? parse_packet_fragment(chunk.payload) : std::nullopt;
      if (!fragment) return;
      const auto joined = split_packets_.add(path_of(datagram, session_id), *fragment);
      if (joined) on_startup_packet(datagram, session_id, *joined, false);
      return;
    }
    default: return;
  }
}

void SessionTable::on_initiator_hello(const net::UdpDatagram& datagram, Bytes chunk) {
  const auto hello = parse_initiator_hello(chunk);
  if (!hello) return;
  const std::string tag = name_of(NameKind::tag, hello->tag, datagram.source());
  Entry* entry = find_by_name(tag);
  if (entry == nullptr) {
    entry = add_asked(datagram.source(), datagram.destination(), datagram.packet);
    if (entry == nullptr) return;
    give_name(*entry, tag);
  }
  entry->last_active = now_;
  entry->session.count_startup(Direction::to_server, datagram);
  entry->session.on_hello(*hello, datagram.destination(), datagram.packet);
}

void SessionTable::on_responder_hello(const net::UdpDatagram& datagram, Bytes chunk) {
  const auto hello = parse_responder_hello(chunk);
  if (!hello) return;
  const std::string tag = name_of(NameKind::tag, hello->tag, datagram.destination());
  Entry* entry = find_by_name(tag);
  if (entry == nullptr) {
    entry = add_asked(datagram.destination(), datagram.source(), datagram.packet);
    if (entry == nullptr) return;
    give_name(*entry, tag);
  }
  give_name(*entry, name_of(NameKind::cookie, hello->cookie, datagram.destination()));
  entry->last_active = now_;
  entry->session.count_startup(Direction::to_client, datagram);
  entry->session.on_answer(*hello, datagram.source(), datagram.packet);
}

void SessionTable::on_redirect(const net::UdpDatagram& datagram, Bytes chunk) {
  const auto redirect = parse_redirect(chunk);
  if (!redirect) return;
  const std::string tag = name_of(NameKind::tag, redirect->tag, datagram.destination());
  Entry* entry = find_by_name(tag);
  if (entry == nullptr) {
    entry = add_asked(datagram.destination(), datagram.source(), datagram.packet);
    if (entry == nullptr) return;
    give_name(*entry, tag);
  }
  entry->last_active = now_;
  entry->session.count_startup(Direction::to_client, datagram);
  entry->session.on_redirect(*redirect, datagram.packet);
}

void SessionTable::on_cookie_change(const net::UdpDatagram& datagram, Bytes chunk) {
  const auto change = parse_cookie_change(chunk);
  if (!change) return;
  Entry* entry = find_by_name(name_of(NameKind::cookie, change->old_cookie, datagram.destination()));
  if (entry == nullptr) return;
  entry->session.count_startup(Direction::to_client, datagram);
  give_name(*entry, name_of(NameKind::cookie, change->new_cookie, datagram.destination()));
}

void SessionTable::on_initiator_keying(const net::UdpDatagram& datagram, Bytes chunk) {
  const auto keying = parse_initiator_keying(chunk);
  if (!keying) return;
  const Endpoint client = datagram.source();
  const Endpoint server = datagram.destination();
  const auto same_id = paths_.find(path_of(server, client, keying->session_id));
  Entry* entry = same_id == paths_.end() ? nullptr : same_id->second.entry;
  if (entry != nullptr && !entry->session.has_initiator_component(keying->component)) {
    // The initiator has forgotten the session with that id, and begins another one.
    if (!entry->told_end) end(*entry, EndCause::port_reuse, datagram.packet);
    remove(*entry);
    entry = nullptr;
  }
  if (entry == nullptr) {
    entry = find_by_name(name_of(NameKind::cookie, keying->cookie, client));
    if (entry != nullptr && entry->session.answered()) entry = nullptr;
  }
  if (entry == nullptr) entry = &add(client, server, datagram.packet, rtmp::Start::midstream);
  entry->last_active = now_;
  entry->server = server;
  entry->session.count_startup(Direction::to_server, datagram);
  entry->session.on_initiator_keying(*keying, server, datagram.packet);
  if (entry->session.answered()) return;
  add_paths(*entry, Direction::to_client, server, client);
  give_name(*entry, pair_name(client, server));
}

void SessionTable::on_responder_keying(const net::UdpDatagram& datagram, std::uint32_t session_id,
                                       Bytes chunk) {
  const auto keying = parse_responder_keying(chunk);
  if (!keying || session_id == 0) return;
  const auto known = paths_.find(path_of(datagram, session_id));
  Entry* entry = known == paths_.end() ? nullptr : known->second.entry;
  if (entry == nullptr) {
    entry = &add(datagram.destination(), datagram.source(), datagram.packet, rtmp::Start::midstream);
    entry->session.set_session_id(Direction::to_client, session_id);
    add_paths(*entry, Direction::to_client, datagram.source(), datagram.destination());
  }
  const bool opens = !entry->session.answered();
  entry->last_active = now_;
  entry->session.count_startup(Direction::to_client, datagram);
  entry->session.on_responder_keying(*keying, datagram.packet);
  if (!opens) return;
  entries_.splice(entries_.end(), unanswered_, entry->place);
  add_paths(*entry, Direction::to_server, entry->client, entry->server);
  end_other_attempt(*entry, datagram.packet);
}

/// Both sides had asked at once.
void SessionTable::end_other_attempt(const Entry& opened, PacketRef packet) {
  Entry* other = find_by_name(pair_name(opened.server, opened.client));
  if (other == nullptr || other == &opened || other->session.answered()) return;
  other->session.on_glare(packet);
  end(*other, EndCause::fin, packet);
  remove(*other);
}

SessionTable::Found SessionTable::find_moved(const net::UdpDatagram& datagram, std::uint32_t session_id) {
  for (const HalfPath& half : {HalfPath{datagram.destination(), session_id, HalfPath::End::receiver},
                               HalfPath{datagram.source(), session_id, HalfPath::End::sender}}) {
    const auto [first, last] = half_paths_.equal_range(half);
    if (first == last) continue;
    const bool only_one = std::next(first) == last;
    for (auto candidate = first; candidate != last; ++candidate) {
      if (accepts(candidate->second, datagram, only_one)) return candidate->second;
    }
  }
  return {};
}

bool SessionTable::accepts(const Found& found, const net::UdpDatagram& datagram, bool only_one) const {
  Session& session = found.entry->session;
  if (found.entry->told_end || !session.answered()) return false;
  return session.can_decode(found.direction) ? session.fits(found.direction, datagram) : only_one;
}

void SessionTable::on_moved(const Found& found, const net::UdpDatagram& datagram) {
  Entry& entry = *found.entry;
  const bool from_client = found.direction == Direction::to_server;
  const Endpoint client = from_client ? datagram.source() : datagram.destination();
  const Endpoint server = from_client ? datagram.destination() : datagram.source();
  if (entry.moves < address_events) {
    if (client != entry.client) entry.session.on_address(rtmp::Side::client, client, datagram.packet);
    if (server != entry.server) entry.session.on_address(rtmp::Side::server, server, datagram.packet);
    ++entry.moves;
  }
  entry.client = client;
  entry.server = server;
  if (entry.paths.size() >= 2 * paths_per_session) remove_paths(entry);
  add_paths(entry, Direction::to_server, client, server);
  add_paths(entry, Direction::to_client, server, client);
}

SessionTable::Entry* SessionTable::find_by_name(const std::string& name) const {
  const auto known = names_.find(name);
  return known == names_.end() ? nullptr : known->second;
}

void SessionTable::give_name(Entry& entry, std::string name) {
  const auto [known, added] = names_.try_emplace(std::move(name), &entry);
  if (!added) {
    if (known->second == &entry) return;
    std::erase(known->second->names, known->first);
    known->second = &entry;
  }
  if (entry.names.size() >= names_per_session) {
    names_.erase(entry.names.front());
    entry.names.erase(entry.names.begin());
  }
  entry.names.push_back(known->first);
}

SessionTable::Entry* SessionTable::add_asked(const Endpoint& client, const Endpoint& server,
                                             PacketRef packet) {
  if (unanswered_.size() < limits_.unanswered) return &add(client, server, packet, rtmp::Start::syn);
  ++counters_.left_out;
  return nullptr;
}

SessionTable::Entry& SessionTable::add(const Endpoint& client, const Endpoint& server, PacketRef packet,
                                       rtmp::Start start) {
  for (Entries* list : {&unanswered_, &entries_}) {
    const bool full = list == &unanswered_ ? list->size() >= limits_.unanswered : size() >= limits_.sessions;
    if (!full || list->empty()) continue;
    Entry& oldest = list->front();
    if (!oldest.told_end) {
      ++counters_.evicted;
      end(oldest, EndCause::evicted, packet);
    }
    remove(oldest);
  }
  rtmp::ConnectionInfo info;
  info.client = client;
  info.server = server;
  info.transport = rtmp::Transport::rtmfp;
  info.start = start;
  info.uid = connection_uid(client, server, packet.time);
  Entry& entry = unanswered_.emplace_back(info, ++opened_, context_);
  entry.place = std::prev(unanswered_.end());
  entry.first_frame = packet.number;
  entry.last_active = now_;
  entry.session.open(packet);
  return entry;
}

void SessionTable::add_paths(Entry& entry, Direction direction, const Endpoint& from, const Endpoint& to) {
  const std::uint32_t session_id = entry.session.session_id(direction);
  const Path path = path_of(from, to, session_id);
  const auto [known, added] = paths_.try_emplace(path, Found{&entry, direction});
  if (added) {
    entry.paths.push_back(path);
  } else if (known->second.entry != &entry) {
    std::erase(known->second.entry->paths, path);
    known->second = {&entry, direction};
    entry.paths.push_back(path);
  }
  add_half_path(entry, direction, {to, session_id, HalfPath::End::receiver});
  add_half_path(entry, direction, {from, session_id, HalfPath::End::sender});
}

void SessionTable::add_half_path(Entry& entry, Direction direction, const HalfPath& path) {
  if (std::ranges::find(entry.half_paths, path) != entry.half_paths.end()) return;
  if (half_paths_.count(path) >= tried_sessions) return;
  half_paths_.emplace(path, Found{&entry, direction});
  entry.half_paths.push_back(path);
}

void SessionTable::end(Entry& entry, EndCause cause, PacketRef packet) {
  entry.session.close(cause, packet);
  entry.told_end = true;
}

void SessionTable::remove(Entry& entry) {
  remove_paths(entry);
  for (const std::string& name : entry.names) names_.erase(name);
  (entry.session.answered() ? entries_ : unanswered_).erase(entry.place);
}

void SessionTable::remove_paths(Entry& entry) {
  for (const Path& path : entry.paths) paths_.erase(path);
  for (const HalfPath& half : entry.half_paths) {
    const auto [first, last] = half_paths_.equal_range(half);
    const auto own = std::find_if(first, last, [&](const auto& each) { return each.second.entry == &entry; });
    if (own != last) half_paths_.erase(own);
  }
  entry.paths.clear();
  entry.half_paths.clear();
}

Timestamp SessionTable::patience_with(const Entry& entry) const {
  if (entry.told_end) return limits_.linger;
  switch (entry.session.state()) {
    case Session::State::asked:
    case Session::State::keying: return limits_.startup_timeout;
    case Session::State::closing: return limits_.close_timeout;
    default: return limits_.idle_timeout;
  }
}

EndCause SessionTable::cause_of_silence(const Entry& entry) {
  return entry.session.state() == Session::State::closing ? EndCause::fin : EndCause::idle;
}

void SessionTable::on_tick(const net::Tick& tick) {
  now_ = tick.clock;
  std::vector<Entry*> silent;
  for (Entries* list : {&unanswered_, &entries_}) {
    for (Entry& entry : *list) {
      if (!entry.told_end) entry.session.on_tick(tick.packet);
      if (now_ - entry.last_active > patience_with(entry)) silent.push_back(&entry);
    }
  }
  std::ranges::sort(silent, {}, &Entry::first_frame);
  for (Entry* entry : silent) {
    const bool lingers = !entry->told_end && entry->session.answered();
    if (!entry->told_end) end(*entry, cause_of_silence(*entry), tick.packet);
    entry->last_active = now_;
    if (!lingers) remove(*entry);
  }
}

void SessionTable::finish(PacketRef last) {
  std::vector<Entry*> open;
  for (Entries* list : {&unanswered_, &entries_}) {
    for (Entry& entry : *list) {
      if (!entry.told_end) open.push_back(&entry);
    }
  }
  std::ranges::sort(open, {}, &Entry::first_frame);
  for (Entry* entry : open) {
    const bool closing = entry->session.state() == Session::State::closing;
    end(*entry, closing ? EndCause::fin : EndCause::capture_end, last);
  }
}

}  // namespace rtmpscope::rtmfp
