#include "rtmp/message/command_facts.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rtmpscope::rtmp {
namespace {

std::string cut(Bytes value) {
  return std::string(as_text(value.first(std::min(value.size(), kept_text))));
}

}  // namespace

std::string FactSink::kept(Bytes value) {
  if (value.size() > kept_text) shortened_text_ = std::max(shortened_text_, value.size());
  return cut(value);
}

void FactSink::begin(FieldId id, std::uint32_t) {
  if (id == FieldId::command_arguments || id == FieldId::data_arguments) {
    in_arguments_ = true;
  } else if (in_arguments_) {
    ++depth_;
    key_.clear();
  }
}

void FactSink::end(FieldId id, std::uint32_t) {
  if (id == FieldId::command_arguments || id == FieldId::data_arguments) {
    in_arguments_ = false;
  } else if (in_arguments_) {
    --depth_;
  }
}

void FactSink::key(Range, Bytes name) {
  if (depth_ == 1) key_ = cut(name);
  if (depth_ == 1 && key_ == "fmtVer") facts_.has_fmt_version = true;
  is_srs_version_ = depth_ == 2 && as_text(name) == "srs_version";
}

void FactSink::text(FieldId id, Range, Bytes value) {
  if (id == FieldId::command_name || id == FieldId::data_name) {
    facts_.name = kept(value);
  } else if (in_arguments_ && depth_ == 0) {
    if (!facts_.first_text) facts_.first_text = kept(value);
  } else if (depth_ == 1) {
    if (std::string* target = property(); target != nullptr) *target = kept(value);
    key_.clear();
  } else if (is_srs_version_) {
    facts_.srs_version = kept(value);
    is_srs_version_ = false;
  }
}

void FactSink::real(FieldId id, Range, double value) {
  if (id == FieldId::command_transaction_id) {
    facts_.transaction_id = value;
  } else {
    argument_number(value);
  }
}

void FactSink::signed_number(FieldId, Range, std::int64_t value) {
  argument_number(static_cast<double>(value));
}

void FactSink::argument_number(double value) {
  if (in_arguments_ && depth_ == 0 && !facts_.first_number) facts_.first_number = value;
}

std::string* FactSink::property() {
  const std::array<std::pair<std::string_view, std::string*>, 9> wanted = {
      {{"app", &facts_.app},
       {"tcUrl", &facts_.tc_url},
       {"flashVer", &facts_.flash_version},
       {"fmsVer", &facts_.server_version},
       {"level", &facts_.level},
       {"code", &facts_.code},
       {"description", &facts_.description},
       {"version", &facts_.version},
       {"encoder", &facts_.encoder}}};
  for (const auto& [name, target] : wanted) {
    if (key_ == name) return target;
  }
  return nullptr;
}

}  // namespace rtmpscope::rtmp
