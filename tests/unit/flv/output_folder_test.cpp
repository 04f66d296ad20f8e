#include "flv/output_folder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace rtmpscope::flv {
namespace {

namespace fs = std::filesystem;

class OutputFolderTest : public testing::Test {
 protected:
  OutputFolderTest() {
    std::string name = (fs::temp_directory_path() / "rtmpscope-folder-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  ~OutputFolderTest() override { fs::remove_all(root_); }

  std::unique_ptr<OutputFolder> open(bool overwrite = false) {
    auto folder = OutputFolder::open((root_ / "out").string(), overwrite);
    EXPECT_TRUE(folder) << folder.error().message;
    return std::move(*folder);
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(root_ / "out" / name, std::ios::binary).rdbuf();
    return text.str();
  }

  fs::path root_;
};

TEST_F(OutputFolderTest, WritesWhatIsAppended) {
  const auto folder = open();
  auto file = folder->create("a");
  file->append(as_bytes("one "));
  file->append(as_bytes("two"));
  file.reset();
  EXPECT_EQ(read("a"), "one two");
  EXPECT_FALSE(folder->error());
}

TEST_F(OutputFolderTest, ReadsAndReplacesWhatIsBufferedAndWhatIsOnDisk) {
  const auto folder = open();
  auto file = folder->create("a");
  const std::string large(300'000, 'x');
  file->append(as_bytes("0123"));
  file->write_at(1, as_bytes("A"));
  file->append(as_bytes(large));
  file->append(as_bytes("4567"));
  file->write_at(2, as_bytes("B"));
  file->write_at(300'005, as_bytes("C"));
  std::string found(6, ' ');
  EXPECT_EQ(file->read_at(300'002, {reinterpret_cast<std::uint8_t*>(found.data()), 6}), 6U);
  EXPECT_EQ(found, "xx4C67");
  EXPECT_EQ(file->read_at(300'006, {reinterpret_cast<std::uint8_t*>(found.data()), 6}), 2U);
  file.reset();
  EXPECT_EQ(read("a"), "0AB3" + large + "4C67");
}

TEST_F(OutputFolderTest, TakesMoreFilesThanAreOpen) {
  const auto folder = open();
  std::vector<std::unique_ptr<ByteFile>> files;
  constexpr int count = 300;
  for (int i = 0; i < count; ++i) files.push_back(folder->create(std::to_string(i)));
  for (int turn = 0; turn < 3; ++turn) {
    for (int i = 0; i < count; ++i) files[static_cast<std::size_t>(i)]->append(as_bytes(std::to_string(i)));
  }
  files[0]->write_at(0, as_bytes("x"));
  folder->flush();
  EXPECT_FALSE(folder->error());
  EXPECT_EQ(read("0"), "x00");
  for (int i = 1; i < count; ++i) {
    const std::string number = std::to_string(i);
    ASSERT_EQ(read(number), number + number + number);
  }
}

TEST_F(OutputFolderTest, OverwritesOnlyIfAsked) {
  open()->create("a")->append(as_bytes("old"));
  const auto careful = open();
  EXPECT_EQ(careful->create("a"), nullptr);
  ASSERT_TRUE(careful->error());
  EXPECT_NE(careful->error()->message.find("exists; --force overwrites it"), std::string::npos);
  EXPECT_TRUE(careful->failed());
  EXPECT_EQ(careful->create("b"), nullptr) << "after an error";
  EXPECT_EQ(read("a"), "old");
  open(true)->create("a")->append(as_bytes("new"));
  EXPECT_EQ(read("a"), "new");
}

TEST_F(OutputFolderTest, IsRemovedAgainIfNothingWasPutThere) {
  open();
  EXPECT_FALSE(fs::exists(root_ / "out"));
  fs::create_directory(root_ / "out");
  open();
  EXPECT_TRUE(fs::exists(root_ / "out")) << "it was there before";
}

TEST_F(OutputFolderTest, SaysWhyItCannotBeUsed) {
  std::ofstream(root_ / "file") << "x";
  const auto file = OutputFolder::open((root_ / "file").string(), false);
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().message.find("is not a folder"), std::string::npos);
  EXPECT_EQ(file.error().kind, ErrorKind::write_output);
  EXPECT_FALSE(OutputFolder::open((root_ / "no/such").string(), false));
}

}  // namespace
}  // namespace rtmpscope::flv
