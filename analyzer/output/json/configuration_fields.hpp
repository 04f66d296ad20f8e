// A codec's configuration in the JSON document, as numbers.
#pragma once

#include "media/configuration.hpp"
#include "schema/field_sink.hpp"

namespace rtmpscope::output {

/// Pushes the members of a stream's video or audio object that say what the media is.
void describe_configuration(const media::VideoConfiguration& configuration, FieldSink& sink);
void describe_configuration(const media::AudioConfiguration& configuration, FieldSink& sink);

}  // namespace rtmpscope::output
