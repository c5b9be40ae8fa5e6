#include "engine/processors.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

std::optional<ProcessorTime> read(const std::string& text) {
  const test::TemporaryFolder folder;
  const std::string file = folder.path() + "/stat";
  std::ofstream(file) << text;
  return processor_time(file);
}

TEST(Processors, AreIdleWhereTheyWaitForDisksAndNotWhereTheyWereStolen) {
  const auto from = read("cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1 2 3\n");
  const auto to = read("cpu  130 10 110 720 120 5 5 100 0 0\n");
  ASSERT_TRUE(from && to);
  EXPECT_EQ(from->all, 1000);
  EXPECT_EQ(to->all, 1200);
  EXPECT_EQ(to->stolen - from->stolen, 100);
  EXPECT_EQ(to->idle - from->idle, 40);
}

TEST(Processors, AreNotKnownFromAnotherFile) {
  EXPECT_FALSE(read(""));
  EXPECT_FALSE(read("cpu0 1 2 3 4 5 6 7 8\n"));
  EXPECT_FALSE(read("cpu 1 2 3 4 5 6 7\n"));
  EXPECT_FALSE(processor_time("/no/such/file"));
}

TEST(Processors, AreWaitedForByTheWordOfThePressureFileOrOfTheRunQueues) {
  const test::TemporaryFolder folder;
  const std::string proc = folder.path();
  std::filesystem::create_directories(proc + "/pressure");
  EXPECT_FALSE(waiting_us(proc));
  std::ofstream(proc + "/schedstat") << "version 15\ntimestamp 1\ncpu0 1 0 2 3 4 5 6 7000 8\n"
                                        "domain0 3 1 2\ncpu1 1 0 2 3 4 5 6 5000 8\n";
  EXPECT_EQ(waiting_us(proc), 12);
  std::ofstream(proc + "/pressure/cpu") << "some avg10=1.00 avg60=2.00 avg300=3.00 total=4567\n"
                                           "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n";
  EXPECT_EQ(waiting_us(proc), 4567);
}

TEST(Processors, OfThisMachine) {
  EXPECT_TRUE(processor_time());
}

}  // namespace
}  // namespace rehearse
