// The measuring process is this test's own program, called as the service calls itself.
#include "verifier/evidence_meter.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "tests/doubles/fake_evidence.h"
#include "verifier/evidence_audit.h"
#include "verifier/sandbox.h"

namespace earshot::verifier {
namespace {

using namespace std::chrono_literals;

Evidence heard(std::uint64_t seed, std::uint8_t id) {
  return fake_evidence(radio::fake_snippet(radio::fake_samples({.snr_db = 6, .noise_seed = seed})),
                       id);
}

// A sanitizer takes more address space, and makes other calls, than a measuring process may.
constexpr bool is_sanitized() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#else
  return false;
#endif
}
#define SKIP_SANITIZED() \
  if (is_sanitized()) GTEST_SKIP() << "a sanitizer does what the sandbox forbids"

ProcessMeter::How self() { return {.command = {"/proc/self/exe", "measure"}, .waits = true}; }
ProcessMeter::How shell(const std::string& script) {
  return {.command = {"/bin/sh", "-c", script}, .patience = 2s, .waits = true};
}

TEST(ProcessMeter, MeasuresWhatItsOwnProcessWould) {
  SKIP_SANITIZED();
  const Evidence evidence = heard(1, 1);
  ProcessMeter process(self());
  OwnProcessMeter own;
  const std::optional<AuditRecord> audit = process.audit(evidence);
  ASSERT_TRUE(audit);
  EXPECT_EQ(audit->outcome, AuditOutcome::measured);
  EXPECT_EQ(audit->report, evidence.id);
  EXPECT_EQ(*audit, own.audit(evidence));
  EXPECT_EQ(*audit, measure_evidence(evidence.id, evidence.report, evidence.bytes));
}

TEST(ProcessMeter, FindsTheCopyAmongThree) {
  SKIP_SANITIZED();
  const radio::Snippet original =
      radio::fake_snippet(radio::fake_samples({.snr_db = 12, .noise_seed = 7}));
  const std::vector<Evidence> evidence = {
      fake_evidence(original, 3), heard(8, 2),
      fake_evidence(radio::stolen(original, {.added_noise_db = 6, .delay_samples = 40}), 1)};
  ProcessMeter process(self());
  const auto pairs = process.correlate(evidence);
  ASSERT_TRUE(pairs);
  ASSERT_EQ(pairs->size(), 3U);
  for (const NoisePair& pair : *pairs) {
    EXPECT_LT(pair.one, pair.other);
    const bool is_theft = pair.one == Hash256{1} && pair.other == Hash256{3};
    EXPECT_EQ(pair.correlation_ppm > 50'000, is_theft) << pair.correlation_ppm;
  }
}

TEST(ProcessMeter, ACrashAHangAndNonsenseAreOutcomes) {
  const Evidence evidence = heard(1, 1);
  for (const char* script : {"kill -SEGV $$", "sleep 100", "cat > /dev/null; echo nonsense",
                             "exit 3", "exec /no/such/program"}) {
    ProcessMeter process(shell(script));
    const std::optional<AuditRecord> audit = process.audit(evidence);
    ASSERT_TRUE(audit) << script;
    EXPECT_EQ(audit->outcome, AuditOutcome::unmeasurable) << script;
    EXPECT_EQ(audit->report, evidence.id);
  }
  ProcessMeter process(shell("kill -SEGV $$"));
  const std::vector<Evidence> two = {heard(1, 1), heard(2, 2)};
  const auto pairs = process.correlate(two);
  ASSERT_TRUE(pairs);
  EXPECT_EQ(pairs->at(0).correlation_ppm, 0U);
}

TEST(ProcessMeter, DoesNotWaitUnlessTold) {
  SKIP_SANITIZED();
  const Evidence evidence = heard(1, 1);
  ProcessMeter::How how = self();
  how.waits = false;
  ProcessMeter process(how);
  std::optional<AuditRecord> audit = process.audit(evidence);
  while (!audit) {
    std::this_thread::yield();
    audit = process.audit(evidence);
  }
  EXPECT_EQ(audit->outcome, AuditOutcome::measured);
}

TEST(ProcessMeter, EndsWhatRunsWhenItGoes) {
  ProcessMeter::How how = shell("sleep 1000");
  how.patience = 1000s;
  how.waits = false;
  ProcessMeter process(how);
  EXPECT_FALSE(process.audit(heard(1, 1)));
}

// What the sandbox leaves: the child reports by its exit code.
int in_sandbox(int (*attempt)()) {
  const pid_t child = fork();
  if (child == 0) {
    if (!enter_sandbox(std::uint64_t{1} << 40, 60)) _exit(99);
    _exit(attempt());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST(Sandbox, LeavesNoFileNoNetworkAndNoProcess) {
  EXPECT_EQ(in_sandbox([] { return open("/etc/hostname", O_RDONLY) < 0 ? errno : 0; }), EPERM);
  EXPECT_EQ(in_sandbox([] { return open("/tmp/x", O_CREAT | O_WRONLY, 0600) < 0 ? errno : 0; }),
            EPERM);
  EXPECT_EQ(in_sandbox([] { return socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0; }), EPERM);
  EXPECT_EQ(in_sandbox([] { return socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? errno : 0; }), EPERM);
  EXPECT_EQ(in_sandbox([] { return fork() < 0 ? errno : 0; }), EPERM);
  EXPECT_EQ(in_sandbox([] {
              char* const none[] = {nullptr};
              return execve("/bin/true", none, none) < 0 ? errno : 0;
            }),
            EPERM);
  EXPECT_EQ(in_sandbox([] { return kill(getppid(), 0) < 0 ? errno : 0; }), EPERM);
}

TEST(Sandbox, KeepsNoDescriptorButTheStandardOnes) {
  SKIP_SANITIZED();
  static int opened = -1;
  opened = open("/dev/null", O_WRONLY);
  ASSERT_GE(opened, 3);
  EXPECT_EQ(in_sandbox([] { return write(opened, "x", 1) < 0 ? errno : 0; }), EBADF);
  close(opened);
}

TEST(Sandbox, StillComputes) {
  SKIP_SANITIZED();
  EXPECT_EQ(in_sandbox([] {
              std::vector<int> many(1'000'000, 1);
              return static_cast<int>(many.size() / 100'000);
            }),
            10);
}

TEST(AnswerRequest, RefusesWhatIsNoRequest) {
  const Bytes request = audit_request(heard(1, 1));
  EXPECT_FALSE(answer_request({}));
  EXPECT_FALSE(answer_request(Bytes{3}));
  EXPECT_FALSE(answer_request(ByteView(request).first(request.size() - 1)));
  Bytes longer = request;
  longer.push_back(0);
  EXPECT_FALSE(answer_request(longer));
}

}  // namespace
}  // namespace earshot::verifier

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "measure") {
    return earshot::verifier::run_measuring_process();
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
