#include "simulator/process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

namespace earshot::simulator {
namespace {

using std::chrono::milliseconds;

class ProcessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::temp_directory_path() /
                 ("earshot-process-" + std::to_string(getpid()) + "-" +
                  ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  ProcessSpec shell(const std::string& script) const {
    ProcessSpec spec;
    spec.program = "/bin/sh";
    spec.arguments = {"-c", script};
    spec.log_path = directory_ / "log";
    return spec;
  }
  static bool is_there(pid_t pid) { return kill(pid, 0) == 0; }

  std::filesystem::path directory_;
};

TEST_F(ProcessTest, AMissingProgramIsNamed) {
  ProcessSpec spec = shell("");
  spec.program = "/nonexistent/anvil";
  const Result<Process> process = Process::start(spec);
  ASSERT_FALSE(process);
  EXPECT_EQ(process.error().code, Errc::unavailable);
  EXPECT_NE(process.error().detail.find("/nonexistent/anvil"), std::string::npos);
}

TEST_F(ProcessTest, WaitsForTheLineThatSaysReady) {
  Result<Process> process = Process::start(shell("echo starting; echo port 4711; sleep 60"));
  ASSERT_TRUE(process);
  const Result<std::string> line = process->wait_for_line(
      [](std::string_view text) { return text.starts_with("port "); }, milliseconds(5000));
  ASSERT_TRUE(line) << line.error().detail;
  EXPECT_EQ(*line, "port 4711");
  EXPECT_TRUE(process->is_running());
}

TEST_F(ProcessTest, AChildThatEndsAtOnceIsQuoted) {
  Result<Process> process = Process::start(shell("echo address in use >&2; exit 3"));
  ASSERT_TRUE(process);
  const Result<std::string> line =
      process->wait_for_line([](std::string_view) { return false; }, milliseconds(5000));
  ASSERT_FALSE(line);
  EXPECT_NE(line.error().detail.find("address in use"), std::string::npos) << line.error().detail;
}

TEST_F(ProcessTest, DestroyingItReapsTheChild) {
  pid_t pid = 0;
  {
    Result<Process> process = Process::start(shell("exec sleep 60"));
    ASSERT_TRUE(process);
    pid = process->pid();
    EXPECT_TRUE(is_there(pid));
  }
  EXPECT_FALSE(is_there(pid));
}

TEST_F(ProcessTest, AChildThatIgnoresSigtermIsKilled) {
  ProcessSpec spec = shell("trap '' TERM; echo ready; while :; do sleep 1; done");
  spec.patience = milliseconds(50);
  Result<Process> process = Process::start(spec);
  ASSERT_TRUE(process);
  ASSERT_TRUE(process->wait_for_line([](std::string_view line) { return line == "ready"; },
                                     milliseconds(5000)));
  const int status = process->stop();
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
}

TEST_F(ProcessTest, AnInterruptIsNotedAndStopsWaiting) {
  const InterruptGuard guard;
  EXPECT_FALSE(was_interrupted());
  Result<Process> process = Process::start(shell("sleep 60"));
  ASSERT_TRUE(process);
  raise(SIGINT);
  EXPECT_TRUE(was_interrupted());
  const Result<std::string> line =
      process->wait_for_line([](std::string_view) { return false; }, milliseconds(5000));
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().detail, "interrupted");
}

}  // namespace
}  // namespace earshot::simulator
