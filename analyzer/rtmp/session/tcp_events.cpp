#include "rtmp/session/tcp_events.hpp"

#include "rtmp/session/events.hpp"

namespace rtmpscope::rtmp {

void describe_round_trip(const RoundTripFields& id, const SpacedValues& microseconds, FieldSink& sink) {
  if (microseconds.count() == 0) return;
  const auto push = [&sink](FieldId field, std::uint32_t value) { sink.real(field, {}, value / 1000.0); };
  sink.begin(id.object, 0);
  push(id.least, microseconds.least());
  push(id.median, microseconds.median());
  push(id.most, microseconds.most());
  sink.end(id.object, 0);
}

void IcmpEvent::describe(FieldSink& sink) const {
  constexpr std::uint32_t of_v6 = 0x8000;
  const std::uint32_t number = (error.v6 ? of_v6 : 0U) | std::uint32_t{error.type} << 8 | error.code;
  sink.number(FieldId::icmp_error, {}, number);
  sink.number(FieldId::icmp_version, {}, error.v6 ? 6 : 4);
  sink.number(FieldId::icmp_type, {}, error.type);
  sink.number(FieldId::icmp_code, {}, error.code);
  sink.text(FieldId::icmp_reporter, {}, as_bytes(error.reporter.to_string()));
  if (error.mtu != 0) sink.number(FieldId::icmp_mtu, {}, error.mtu);
}

void TcpSampleEvent::describe(FieldSink& sink) const {
  using enum FieldId;
  const auto number_if_any = [&sink](FieldId id, std::uint64_t number) {
    if (number != 0) sink.number(id, {}, number);
  };
  sink.number(tcp_sample_second, {}, sample.second);
  if (sample.seconds != 1) sink.number(tcp_sample_seconds, {}, sample.seconds);
  sink.number(tcp_sample_packets, {}, sample.packets);
  sink.number(tcp_sample_data_segments, {}, sample.data_segments);
  sink.number(tcp_sample_bytes, {}, sample.bytes);
  number_if_any(tcp_sample_waiting, sample.waiting);
  if (sample.in_flight_max) sink.number(tcp_sample_in_flight_max, {}, *sample.in_flight_max);
  if (sample.window_min) sink.number(tcp_sample_window_min, {}, *sample.window_min);
  if (sample.window_max) sink.number(tcp_sample_window_max, {}, *sample.window_max);
  number_if_any(tcp_sample_zero_windows, sample.zero_windows);
  number_if_any(tcp_sample_zero_window, sample.zero_window_ms);
  describe_round_trip({tcp_sample_round_trip, tcp_sample_round_trip_min, tcp_sample_round_trip_median,
                       tcp_sample_round_trip_max},
                      sample.round_trip_us, sink);
  number_if_any(tcp_sample_lost_before, sample.losses.before);
  number_if_any(tcp_sample_lost_behind, sample.losses.behind);
  number_if_any(tcp_sample_spurious, sample.losses.spurious);
  number_if_any(tcp_sample_reordered, sample.losses.reordered);
  number_if_any(tcp_sample_not_captured, sample.losses.not_captured);
  number_if_any(tcp_sample_duplicates, sample.duplicate_acknowledgements);
  sink.begin(tcp_sample_limit, 0);
  constexpr std::array<FieldId, sender_limits> limits = {tcp_sample_limit_application,
                                                         tcp_sample_limit_receiver, tcp_sample_limit_network,
                                                         tcp_sample_limit_sender, tcp_sample_limit_unknown};
  for (std::size_t i = 0; i < limits.size(); ++i) number_if_any(limits[i], sample.limit_ms[i]);
  sink.end(tcp_sample_limit, 0);
}

}  // namespace rtmpscope::rtmp
