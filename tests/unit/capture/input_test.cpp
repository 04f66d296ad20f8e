// Opening: errors, pipes, standard input.
#include <cerrno>
#include <set>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "capture/input.hpp"
#include "capture/limits.hpp"
#include "files.hpp"
#include "support/bytes.hpp"

namespace rtmpscope::capture::test {
namespace {

using rtmpscope::test::bytes_of;

std::string open_message(const std::string& path) {
  auto source = open_file(path);
  if (source) return "it was opened";
  EXPECT_EQ(source.error().kind, ErrorKind::open_input);
  return source.error().message;
}

TEST(Open, ErrorsAreOneClearLine) {
  EXPECT_EQ(open_message("/no/such/file.pcap"), "cannot open /no/such/file.pcap: No such file or directory");
  EXPECT_EQ(open_message("/"), "cannot open /: Is a directory");
  const TemporaryFile empty(File{});
  EXPECT_EQ(open_message(empty.path()), empty.path() + " is empty");
  const TemporaryFile text(bytes_of("Dear diary,\n"));
  const std::string not_a_capture = " is not a capture file (pcap, pcapng, also .gz or .zst)";
  EXPECT_EQ(open_message(text.path()), text.path() + not_a_capture);
  const TemporaryFile compressed_text(gzip(bytes_of("Dear diary,\n")));
  EXPECT_EQ(open_message(compressed_text.path()), compressed_text.path() + not_a_capture);
  const TemporaryFile compressed_nothing(zstd(File{}));
  EXPECT_EQ(open_message(compressed_nothing.path()), compressed_nothing.path() + " is empty");
  const TemporaryFile header_only(File{0xd4, 0xc3, 0xb2, 0xa1, 2, 0});
  EXPECT_EQ(open_message(header_only.path()), header_only.path() + " ends within its file header");
}

TEST(Open, AFileWithoutReadPermissionIsAnError) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const TemporaryFile file(make_pcap({}));
  ASSERT_EQ(chmod(file.path().c_str(), 0), 0);
  EXPECT_EQ(open_message(file.path()), "cannot open " + file.path() + ": Permission denied");
}

/// A named pipe that goes away with this object.
class NamedPipe {
 public:
  NamedPipe() : file_(File{}), path_(file_.path() + ".fifo") {
    if (mkfifo(path_.c_str(), 0600) != 0) std::abort();
  }
  NamedPipe(const NamedPipe&) = delete;
  NamedPipe& operator=(const NamedPipe&) = delete;
  ~NamedPipe() { std::remove(path_.c_str()); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  TemporaryFile file_;
  std::string path_;
};

void write_all(int descriptor, Bytes bytes, std::size_t piece) {
  while (!bytes.empty()) {
    const ssize_t count = write(descriptor, bytes.data(), std::min(piece, bytes.size()));
    if (count < 0) std::abort();
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

TEST(Pipes, EveryFormatComesThroughAPipeInSmallPieces) {
  const auto packets = make_packets(60, 11);
  for (const File& plain : {make_pcap(packets), make_pcapng(packets), make_pcapng(packets, true)}) {
    for (const File& content : {plain, gzip(plain), zstd(plain)}) {
      for (const std::size_t piece : {3U, 100U, 100000U}) {
        const NamedPipe pipe;
        std::thread writer([&] {
          const int descriptor = open(pipe.path().c_str(), O_WRONLY);
          write_all(descriptor, content, piece);
          close(descriptor);
        });
        auto source = open_file(pipe.path());
        if (!source) {
          writer.join();
          FAIL() << source.error().message;
        }
        EXPECT_FALSE((*source)->progress());
        EXPECT_EQ(read_all(**source), packets);
        EXPECT_FALSE((*source)->fault());
        writer.join();
      }
    }
  }
}

TEST(Pipes, PacketsThatHaveComeAreHandedOverWithoutWaitingForMore) {
  const auto packets = make_packets(4, 10);
  const NamedPipe pipe;
  // Opened for both, so that neither side waits for the other.
  const int writer = open(pipe.path().c_str(), O_RDWR);
  ASSERT_GE(writer, 0);
  const File file = make_pcap(packets);
  write_all(writer, Bytes(file).first(file.size() - 5), 100000);
  auto source = open_file(pipe.path());
  ASSERT_TRUE(source);
  PacketBatch batch;
  EXPECT_TRUE((*source)->read(batch, 100));
  EXPECT_EQ(batch.packets.size(), 3U);
  EXPECT_TRUE((*source)->read(batch, 100));  // silence: comes back with nothing
  EXPECT_TRUE(batch.packets.empty());
  write_all(writer, Bytes(file).last(5), 100000);
  EXPECT_TRUE((*source)->read(batch, 100));
  ASSERT_EQ(batch.packets.size(), 1U);
  EXPECT_EQ(owned(batch)[0], packets[3]);
  close(writer);
  EXPECT_FALSE((*source)->read(batch, 100));
  EXPECT_FALSE((*source)->fault());
}

/// Puts a file in the place of standard input.
class StandardInput {
 public:
  explicit StandardInput(const std::string& path, off_t skip = 0) : saved_(dup(STDIN_FILENO)) {
    const int descriptor = open(path.c_str(), O_RDONLY);
    lseek(descriptor, skip, SEEK_SET);
    dup2(descriptor, STDIN_FILENO);
    close(descriptor);
  }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;
  ~StandardInput() {
    if (saved_ >= 0) {
      dup2(saved_, STDIN_FILENO);
      close(saved_);
    }
  }

 private:
  int saved_;
};

TEST(StandardInputFile, IsReadInEveryFormat) {
  const auto packets = make_packets(30, 11);
  for (const File& plain : {make_pcap(packets), make_pcapng(packets)}) {
    for (const File& content : {plain, gzip(plain), zstd(plain)}) {
      const TemporaryFile file(content);
      const StandardInput redirected(file.path());
      auto source = open_file("-");
      ASSERT_TRUE(source) << source.error().message;
      EXPECT_EQ((*source)->name(), "standard input");
      EXPECT_EQ(read_all(**source), packets);
    }
  }
}

TEST(StandardInputFile, IsReadFromItsPosition) {
  const auto packets = make_packets(30, 11);
  const File plain = make_pcap(packets);
  for (const File& content : {plain, gzip(plain)}) {
    const TemporaryFile file(rtmpscope::test::concat(bytes_of("read by somebody else"), content));
    const StandardInput redirected(file.path(), 21);
    auto source = open_file("-");
    ASSERT_TRUE(source) << source.error().message;
    EXPECT_EQ(read_all(**source), packets);
    EXPECT_FALSE((*source)->fault());
    EXPECT_EQ((*source)->progress(), 1.0);
  }
}

TEST(Blocks, PacketsOfALargeFileStayValidWithTheirBatches) {
  const auto few = make_packets(6000, 4);
  const File file_bytes = make_pcap(few, {.nanoseconds = true});
  ASSERT_GT(file_bytes.size(), 64U << 20);  // more than is mapped at once
  const TemporaryFile file(file_bytes);
  auto source = open_file(file.path());
  ASSERT_TRUE(source);
  std::vector<PacketBatch> batches;
  bool more = true;
  while (more) more = (*source)->read(batches.emplace_back(), 700);
  source->reset();  // the packets do not need it
  std::size_t index = 0;
  for (const PacketBatch& batch : batches) {
    EXPECT_TRUE(batch.storage.empty());
    for (const OwnedPacket& packet : owned(batch)) ASSERT_TRUE(packet == few[index++]);
  }
  EXPECT_EQ(index, few.size());
}

TEST(Blocks, MemoryIsUsedAgainOnceABatchIsFilledAgain) {
  const auto few = make_packets(5000, 4);
  const TemporaryFile file(make_pcap(few, {.nanoseconds = true}));
  auto source = open_file(file.path());
  ASSERT_TRUE(source);
  PacketBatch batch;
  std::set<const void*> blocks;
  while ((*source)->read(batch, 700)) {
    for (const auto& block : batch.blocks) blocks.insert(block.get());
    EXPECT_LE(batch.blocks.size(), 3U);
  }
  EXPECT_LE(blocks.size(), 4U);
}

TEST(Blocks, ABatchEndsAfterItsBytes) {
  const auto packets = make_packets(200, 400);
  const TemporaryFile file(make_pcap(packets, {.nanoseconds = true}));
  auto source = open_file(file.path());
  ASSERT_TRUE(source);
  PacketBatch batch;
  std::size_t index = 0;
  bool more = true;
  while (more) {
    more = (*source)->read(batch, 1000000);
    std::size_t bytes = 0;
    for (const OwnedPacket& packet : owned(batch)) {
      ASSERT_TRUE(packet == packets[index++]);
      bytes += packet.bytes.size();
    }
    EXPECT_LE(bytes, max_batch_bytes + default_block_size);
  }
  EXPECT_EQ(index, packets.size());
}

}  // namespace
}  // namespace rtmpscope::capture::test
