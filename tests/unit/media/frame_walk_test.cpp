#include "media/frame_walk.hpp"

#include <gmock/gmock.h>

#include "described.hpp"
#include "support/bytes.hpp"
#include "support/cuts.hpp"

namespace rtmpscope::test {
namespace {

using media::FrameContents;
using media::FrameWalk;
using media::PictureKind;
using ::testing::ElementsAre;

using ByteVector = std::vector<std::uint8_t>;

/// A NAL unit with its length, of `size` bytes, that begins with `head`.
ByteVector unit(std::string_view head, std::size_t size) {
  ByteVector bytes = hex(head);
  bytes.resize(std::max(bytes.size(), size), 0xA5);
  const auto length = static_cast<std::uint8_t>(bytes.size() >> 8);
  return concat(ByteVector{0, 0, length, static_cast<std::uint8_t>(bytes.size())}, bytes);
}

ByteVector legacy_avc(const ByteVector& units) {
  return concat(hex("1701000050"), units);
}

/// What a walk sees of a message whose pieces are handed over as MessageAssembler does.
std::optional<FrameContents> walk(const std::vector<Bytes>& pieces, std::uint32_t length) {
  FrameWalk walk(length);
  ByteVector head;
  std::uint32_t passed = 0;
  for (const Bytes piece : pieces) {
    const std::uint32_t before = passed;
    passed += static_cast<std::uint32_t>(piece.size());
    const std::size_t more = std::min<std::size_t>(piece.size(), media::head_size - head.size());
    head.insert(head.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(more));
    if (passed <= walk.next()) continue;
    if (!walk.started()) {
      walk.start(head);
      walk.take(Bytes(head).first(std::min<std::size_t>(before, head.size())), 0);
    }
    walk.take(piece, before);
  }
  return walk.contents();
}

FrameContents contents_of(const ByteVector& body) {
  const auto contents = media::read_frame_contents(body, static_cast<std::uint32_t>(body.size()));
  EXPECT_TRUE(contents);
  return contents.value_or(FrameContents());
}

std::vector<int> types_of(const FrameContents& contents) {
  return {contents.types.begin(), contents.types.begin() + contents.listed};
}

ByteVector key_frame() {
  return legacy_avc(concat(unit("09f0", 2), unit("67", 30), unit("68", 5), unit("0605", 900),
                           unit("65", 1500), unit("65", 700), unit("0c", 40)));
}

TEST(FrameWalk, SeesAllNalUnitsOfALargeFrame) {
  const FrameContents contents = contents_of(key_frame());
  EXPECT_THAT(types_of(contents), ElementsAre(9, 7, 8, 6, 5, 5, 12));
  EXPECT_EQ(contents.nal_units, 7U);
  EXPECT_EQ(contents.picture, PictureKind::idr);
  EXPECT_TRUE(contents.delimiter);
  EXPECT_TRUE(contents.sei);
  EXPECT_TRUE(contents.parameter_sets);
  EXPECT_EQ(contents.filler_bytes, 44U);
  EXPECT_TRUE(contents.whole);
  EXPECT_FALSE(contents.cut());
}

TEST(FrameWalk, SeesTheSameHoweverTheMessageIsCut) {
  const std::vector<ByteVector> bodies{
      key_frame(),
      concat(hex("a1 68766331 000010"), unit("4e01", 60), unit("0201", 90), unit("0201", 7)),
      concat(hex("93 76766331"), unit("0079", 40), unit("0049", 90), unit("0001", 2)),
      concat(hex("96 03 61766331 02"), unit("67", 30), unit("65", 50)),
      concat(hex("97 02000001 03 61766331"), unit("41", 30), unit("41", 50)),
      legacy_avc(concat(unit("41", 20), hex("00000000"), unit("41", 20))),
      legacy_avc(concat(unit("41", 20), hex("0000ffff 41"))),
      legacy_avc(concat(unit("41", 40), hex("0000"))),
      legacy_avc({}),
  };
  for (const ByteVector& body : bodies) {
    const auto length = static_cast<std::uint32_t>(body.size());
    const auto expected = media::read_frame_contents(body, length);
    ASSERT_TRUE(expected);
    cut_every_way(
        body, [&](const std::vector<Bytes>& pieces) { ASSERT_EQ(walk(pieces, length), expected); }, 4096, 50);
  }
}

TEST(FrameWalk, ReadsNothingButLengthsAndHeaders) {
  const ByteVector body = key_frame();
  const Bytes bytes(body);
  FrameWalk walk(static_cast<std::uint32_t>(body.size()));
  EXPECT_EQ(walk.next(), media::head_size - 1);
  walk.start(bytes.first(media::head_size));
  int handed_over = 0;
  while (walk.next() != FrameWalk::never) {
    walk.take(bytes.subspan(walk.next(), 1), walk.next());
    ++handed_over;
  }
  EXPECT_EQ(handed_over, 7 * 5);
  EXPECT_EQ(walk.contents(), contents_of(body));
}

TEST(FrameWalk, TellsThePicturesOfEachCodec) {
  const auto hevc = [](std::string_view head) {
    return contents_of(concat(hex("93 68766331"), unit(head, 40))).picture;
  };
  EXPECT_EQ(hevc("2601"), PictureKind::idr);
  EXPECT_EQ(hevc("2801"), PictureKind::idr);
  EXPECT_EQ(hevc("2a01"), PictureKind::cra);
  EXPECT_EQ(hevc("2001"), PictureKind::bla);
  EXPECT_EQ(hevc("2401"), PictureKind::bla);
  EXPECT_EQ(hevc("0c01"), PictureKind::radl);
  EXPECT_EQ(hevc("1201"), PictureKind::rasl);
  EXPECT_EQ(hevc("0201"), PictureKind::other);
  EXPECT_EQ(hevc("4001"), PictureKind::unknown);
  const auto vvc = [](std::string_view head) {
    return contents_of(concat(hex("93 76766331"), unit(head, 40))).picture;
  };
  EXPECT_EQ(vvc("0039"), PictureKind::idr);
  EXPECT_EQ(vvc("0049"), PictureKind::cra);
  EXPECT_EQ(vvc("0051"), PictureKind::gdr);
  EXPECT_EQ(vvc("0011"), PictureKind::radl);
  EXPECT_EQ(vvc("0019"), PictureKind::rasl);
  EXPECT_EQ(vvc("0001"), PictureKind::other);
  EXPECT_EQ(vvc("0099"), PictureKind::unknown);  // a picture header
  EXPECT_EQ(contents_of(legacy_avc(unit("41", 40))).picture, PictureKind::other);
  // The first slice decides.
  EXPECT_EQ(contents_of(legacy_avc(concat(unit("41", 9), unit("65", 40)))).picture, PictureKind::other);
}

TEST(FrameWalk, ListsTheFirstNalUnitsAndCountsAll) {
  ByteVector units;
  for (int i = 0; i < 20; ++i) units = concat(units, unit("65", 9));
  const FrameContents contents = contents_of(legacy_avc(concat(units, unit("06", 9))));
  EXPECT_EQ(contents.listed, FrameContents::most_types);
  EXPECT_EQ(contents.nal_units, 21U);
  EXPECT_TRUE(contents.sei);
  EXPECT_TRUE(contents.whole);
  EXPECT_TRUE(contents.cut());
}

TEST(FrameWalk, EndsWhereALengthDoesNotFit) {
  const FrameContents contents = contents_of(legacy_avc(concat(unit("41", 40), hex("00010000 65"))));
  EXPECT_THAT(types_of(contents), ElementsAre(1));
  EXPECT_FALSE(contents.whole);
  // Start codes are no lengths.
  const FrameContents start_codes = contents_of(legacy_avc(concat(hex("00000001 65"), ByteVector(60, 0xA5))));
  EXPECT_EQ(start_codes.nal_units, 0U);
  EXPECT_EQ(start_codes.picture, PictureKind::unknown);
  EXPECT_FALSE(start_codes.whole);
}

TEST(FrameWalk, CountsNalUnitsThatAreTooShortForAHeader) {
  const FrameContents contents = contents_of(legacy_avc(concat(hex("00000000"), unit("41", 40))));
  EXPECT_EQ(contents.nal_units, 2U);
  EXPECT_THAT(types_of(contents), ElementsAre(1));
  EXPECT_TRUE(contents.whole);
  const FrameContents vvc = contents_of(concat(hex("93 76766331"), unit("0039", 40), hex("00000001 00")));
  EXPECT_EQ(vvc.nal_units, 2U);
  EXPECT_THAT(types_of(vvc), ElementsAre(7));
}

TEST(FrameWalk, LeavesTheRestOpenWhereBytesAreMissing) {
  const ByteVector body = key_frame();
  const Bytes bytes(body);
  const auto length = static_cast<std::uint32_t>(body.size());
  for (std::size_t size = 0; size < body.size(); size += 11) {
    const auto contents = media::read_frame_contents(bytes.first(size), length);
    if (size < media::head_size) {
      EXPECT_FALSE(contents) << size;
      continue;
    }
    ASSERT_TRUE(contents) << size;
    // The last header is 41 bytes in front of the end.
    EXPECT_EQ(contents->whole, size >= body.size() - 39) << size;
    EXPECT_EQ(contents->cut(), !contents->whole) << size;
  }
}

TEST(FrameWalk, HasNothingToSayOfOtherMessages) {
  const auto nothing = [](const ByteVector& body) {
    return !media::read_frame_contents(body, static_cast<std::uint32_t>(body.size()));
  };
  EXPECT_TRUE(nothing({}));
  EXPECT_TRUE(nothing(hex("17")));
  EXPECT_TRUE(nothing(concat(hex("1700000000"), hex(avc_obs))));
  EXPECT_TRUE(nothing(hex("1702000000")));
  EXPECT_TRUE(nothing(concat(hex("12"), ByteVector(60, 1))));                     // Sorenson H.263
  EXPECT_TRUE(nothing(concat(hex("93 61763031"), ByteVector(60, 1))));            // AV1
  EXPECT_TRUE(nothing(concat(hex("96 13 61766331 02 00002d"), unit("65", 41))));  // many tracks
}

TEST(FrameWalk, IsShownWhereTheKeptBytesEndTooEarly) {
  const ByteVector body = key_frame();
  const auto length = static_cast<std::uint32_t>(body.size());
  const auto contents = media::read_frame_contents(body, length);
  ASSERT_TRUE(contents);
  Tape tape;
  media::describe_video(Bytes(body).first(40), length, tape, &*contents);
  EXPECT_EQ(value(tape, "video.nal_units_cut"), "true");
  EXPECT_EQ(value(tape, "video.picture"), "idr");
  EXPECT_EQ(value(tape, "video.filler_bytes"), "44");
  EXPECT_EQ(value(tape, "video.nal_unit_count"), "7");
  EXPECT_EQ(value(tape, "video.nal_types.type", 0), "access_unit_delimiter");
  EXPECT_EQ(value(tape, "video.nal_types.type", 6), "filler");
  EXPECT_EQ(value(tape, "video.nal_contents.content", 0), "access_unit_delimiter");
  EXPECT_EQ(value(tape, "video.nal_contents.content", 2), "sei");
  EXPECT_EQ(value(tape, "video.nal_types_cut"), "-");
  // Where all is kept, nothing is said twice.
  Tape whole;
  media::describe_video(body, length, whole, &*contents);
  EXPECT_EQ(value(whole, "video.picture"), "idr");
  EXPECT_EQ(value(whole, "video.filler_bytes"), "44");
  EXPECT_EQ(value(whole, "video.nal_types.type"), "-");
  // Nobody has followed the frame.
  Tape head;
  media::describe_video(Bytes(body).first(40), length, head);
  EXPECT_EQ(value(head, "video.picture"), "-");
  EXPECT_EQ(value(head, "video.nal_unit_count"), "-");
}

/// But for the data itself, which are as many bytes as there are.
std::vector<Tape::Entry> described(Bytes kept, std::uint32_t length, const FrameContents& contents) {
  Tape tape;
  media::describe_video(kept, length, tape, &contents);
  std::vector<Tape::Entry> entries = tape.entries();
  std::erase_if(entries, [](const Tape::Entry& entry) { return entry.op == Tape::Op::blob; });
  for (Tape::Entry& entry : entries) entry.bytes_offset = 0;
  return entries;
}

TEST(FrameWalk, KnowsWhatOfTheKeptBytesIsDescribed) {
  const ByteVector encoder = unit("0605", 700);
  const ByteVector picture = unit("65888040", 3000);
  const ByteVector body = legacy_avc(concat(concat(unit("0910", 2), encoder), picture));
  const auto length = static_cast<std::uint32_t>(body.size());
  const FrameContents contents = contents_of(body);
  const std::size_t picture_at = body.size() - picture.size();
  EXPECT_EQ(media::bytes_described(Bytes(body).first(media::key_head_size), length),
            picture_at + media::head_size);
  EXPECT_EQ(media::bytes_described(body, length), length);  // all is there
  // The encoder's text is cut, so every byte of it counts.
  EXPECT_EQ(media::bytes_described(Bytes(body).first(500), length), 500U);
  for (std::size_t kept = media::head_size; kept < media::key_head_size; kept += 7) {
    const Bytes head = Bytes(body).first(kept);
    EXPECT_EQ(described(head.first(media::bytes_described(head, length)), length, contents),
              described(head, length, contents))
        << kept;
  }
}

TEST(FrameWalk, LeavesAllKeptBytesWhereItCannotFollow) {
  const auto size_after = [](std::string_view start) {
    ByteVector body = hex(start);
    body.resize(3000, 0xA5);
    return media::bytes_described(Bytes(body).first(2048), 3000);
  };
  EXPECT_EQ(size_after("17010000500000000165"), 2048U);  // a start code
  EXPECT_EQ(size_after("17010000500100000065"), 2048U);  // longer than the message
  EXPECT_EQ(size_after("1700000000"), 2048U);            // a configuration record
  EXPECT_EQ(size_after("12000000"), 2048U);              // another codec
}

}  // namespace
}  // namespace rtmpscope::test
