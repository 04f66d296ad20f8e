// FLV files of the streams of RTMFP sessions.
#pragma once

#include <map>

#include "listed_files.hpp"
#include "rtmfp_sessions.hpp"

namespace rtmpscope::plugin {

/// Decodes the sessions of a capture once more, with media whole. What is kept for the tree has none of it,
/// and the fragments of a message cannot be found again in packets.
class RtmfpExport final : private rtmp::EventSink {
 public:
  /// `sessions` are those of the capture: the decoder opens the same ones again, in the same order. All
  /// outlive this.
  RtmfpExport(export_object_list_t* list, flv::FileNames& names, const RtmfpSessions& sessions)
      : list_(list),
        names_(names),
        sessions_(sessions),
        keys_(sessions.keys()),
        feed_(*this, {.keep_media = true}, keys_->view(), opened_) {}

  /// Each datagram of a session, in the order of the capture.
  void on_datagram(const rtmfp::Datagram& datagram) { feed_.on_datagram(datagram); }
  /// A packet that is of no session: time has brought something.
  void on_packet(PacketRef packet) { feed_.on_packet(packet); }

 private:
  /// One session.
  struct Source {
    Source(export_object_list_t* list, flv::FileNames& names, const RtmfpConnection& connection)
        : files(list, names, connection), recorder(files, flv::Timestamps::from_zero, redaction.get()) {}

    ListedFiles files;
    output::RedactionPointer redaction = current_redaction();
    flv::Recorder recorder;
    std::string app;
  };

  static output::RedactionPointer current_redaction();
  void on_event(const rtmp::Event& event) override;

  export_object_list_t* list_;
  flv::FileNames& names_;
  const RtmfpSessions& sessions_;
  KeysPointer keys_;
  std::uint32_t opened_ = 0;
  std::map<std::uint32_t, Source> sources_;  ///< by the decoder's number
  rtmfp::SessionFeed feed_;
};

}  // namespace rtmpscope::plugin
