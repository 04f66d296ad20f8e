#include "keys/key_file.hpp"

#include <gmock/gmock.h>

#include <unistd.h>
#include <filesystem>
#include <fstream>

namespace rtmpscope::keys {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string tls_line(char session) {
  return "CLIENT_TRAFFIC_SECRET_0 " + std::string(64, session) + " " + std::string(64, '2');
}

class KeyFilesTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
  void write(const std::string& name, const std::string& text,
             std::ios::openmode mode = std::ios::trunc) const {
    std::ofstream(path(name), std::ios::binary | mode) << text;
  }
  [[nodiscard]] KeyFiles open(std::vector<std::string> names) const {
    for (std::string& name : names) name = path(name);
    return std::move(KeyFiles::open(names).value());
  }

  std::filesystem::path folder_ = std::filesystem::path(testing::TempDir()) /
                                  ("key_files_" + std::to_string(getpid()) + "_" +
                                   testing::UnitTest::GetInstance()->current_test_info()->name());
  KeyStore store_;
};

TEST_F(KeyFilesTest, ReadsSeveralFilesToTheirEnds) {
  write("a", tls_line('1') + "\n");
  write("b", tls_line('2'));
  KeyFiles files = open({"a", "b"});
  files.read_all(store_, false);
  EXPECT_EQ(KeyView(&store_).tls_count(), 2U);
  EXPECT_THAT(files.notes(), IsEmpty());
}

TEST_F(KeyFilesTest, FailsWhereThereIsNoFile) {
  const std::vector<std::string> missing = {path("none")};
  const auto result = KeyFiles::open(missing);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind, ErrorKind::open_input);
  EXPECT_THAT(result.error().message, HasSubstr("No such file"));
  const std::vector<std::string> directory = {folder_.string()};
  ASSERT_FALSE(KeyFiles::open(directory).has_value());
  EXPECT_THAT(KeyFiles::open(directory).error().message, HasSubstr("directory"));
}

TEST_F(KeyFilesTest, SaysWhatIsWrongWithAFile) {
  write("empty", "");
  write("useless", "nothing\n# here\nCLIENT_RANDOM 00 00\n");
  write("partly", tls_line('1') + "\nRTMFP tx_aes128=00\n");
  KeyFiles files = open({"empty", "useless", "partly"});
  files.read_all(store_, false);
  EXPECT_THAT(files.notes(),
              ElementsAre(HasSubstr("is empty"),
                          HasSubstr("no usable key line (3 lines, 1 of unknown kinds, 1 malformed)"),
                          HasSubstr("1 malformed key line, the first is line 2")));
}

TEST_F(KeyFilesTest, FollowsAFileThatGrows) {
  write("log", tls_line('1') + "\n" + tls_line('2').substr(0, 100));
  KeyFiles files = open({"log"});
  files.read_all(store_, true);
  EXPECT_EQ(KeyView(&store_).tls_count(), 1U);
  write("log", tls_line('2').substr(100) + "\n", std::ios::app);
  files.read_appended(store_);
  EXPECT_EQ(KeyView(&store_).tls_count(), 2U);
  files.read_appended(store_);
  EXPECT_EQ(KeyView(&store_).tls_count(), 2U);
  write("log", tls_line('3') + "\n");  // begun anew, and shorter
  files.read_appended(store_);
  EXPECT_EQ(KeyView(&store_).tls_count(), 3U);
}

}  // namespace
}  // namespace rtmpscope::keys
