// The files of Wireshark's export list.
#pragma once

#include <memory>

#include "flv/file_names.hpp"
#include "flv/recorder.hpp"
#include "recorded_connection.hpp"
#include "ws_compat.h"

namespace rtmpscope::plugin {

/// The files of one connection.
class ListedFiles final : public flv::FileStore {
 public:
  /// All outlive this.
  ListedFiles(export_object_list_t* list, flv::FileNames& names, const RecordedConnection& connection);

  std::unique_ptr<flv::ByteFile> create(const flv::StreamKey& stream,
                                        const flv::RecordedMessage& first) override;
  /// Wireshark does not say when its list is complete.
  void on_added(flv::FileWriter& writer) override;
  void on_left_out(flv::ByteFile*, const flv::RecordedMessage&) override {}
  void on_finished(flv::FileWriter&) override {}

 private:
  export_object_list_t* list_;
  flv::FileNames& names_;
  const RecordedConnection& connection_;
  output::RedactionPointer redaction_;
};

}  // namespace rtmpscope::plugin
