// A whole capture file, from its bytes to NDJSON. The oracle: the output is the same for one and for three
// threads, every line is a JSON object, and text, summary and document do not fail either.
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "output/factory/renderer_factory.hpp"
#include "pipeline/engine.hpp"

namespace {

using namespace rtmpscope;

std::string analyze(Bytes file, output::OutputFormat format, unsigned jobs, bool everything) {
  auto source = capture::open_memory(file, "fuzz");
  if (!source) return {};
  pipeline::EngineOptions options;
  options.jobs = jobs;
  output::RendererOptions shown;
  shown.format = format;
  options.shard.rtmp_ports = {1935};
  options.shard.session.chunk_events = everything;
  shown.render.ranges = everything && format == output::OutputFormat::ndjson;
  const std::uint8_t key[] = {1};
  if (everything) shown.render.redaction = std::make_shared<const output::Redaction>(Bytes(key), true);
  std::string output;
  pipeline::run(**source, options, output::RendererFactory(shown), [&](std::string_view bytes) {
    output += bytes;
    return true;
  });
  return output;
}

void require_json_lines(const std::string& text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string::npos || !nlohmann::json::accept(text.substr(at, end - at))) std::abort();
    at = end + 1;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes file(data, size);
  const std::string one = analyze(file, output::OutputFormat::ndjson, 1, true);
  require_json_lines(one);
  if (analyze(file, output::OutputFormat::ndjson, 3, true) != one) std::abort();
  const std::string document = analyze(file, output::OutputFormat::json, 1, false);
  if (!document.empty() && !nlohmann::json::accept(document)) std::abort();
  analyze(file, output::OutputFormat::text, 1, false);
  return 0;
}
