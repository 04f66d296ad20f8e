// What a redacted output shows of texts, as the tables say: disclosure.def, properties.def, vocabulary.def.
//
// The default is secret, for fields, for names of properties and for their values.
#pragma once

#include "schema/schema.hpp"

namespace rtmpscope {

/// disclosure.def says what each means.
enum class Disclosure : std::uint8_t { secret, own, word, name, url, software, status, address };

enum class Vocabulary : std::uint8_t {
  none,
#define VOCABULARY(vocabulary) vocabulary,
#define WORD(vocabulary, text)
#include "schema/tables/vocabulary.def"
#undef VOCABULARY
#undef WORD
};

/// How a text is shown. The row of a field or property, or what stands for one that has no row.
struct TextRule {
  Disclosure rule = Disclosure::secret;
  Vocabulary vocabulary = Vocabulary::none;
  std::string_view noun = "text";
};

[[nodiscard]] const TextRule& text_rule(FieldId id);
/// Null: the name is not known, and not to be shown either.
[[nodiscard]] const TextRule* find_property(std::string_view name);
[[nodiscard]] bool is_word(Vocabulary vocabulary, std::string_view text);

}  // namespace rtmpscope
