/* init: the protocol, the working directory, the executable, the descriptors. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

static char output[16384];

static void runs_the_payload_after_go(void) {
  struct test_spec spec = default_spec();
  int status;
  spec.args[1] = "exit:7";
  spec.env[0] = "A=1";
  spec.env[1] = "B=two words";
  struct reply reply = run_payload(&spec, NULL, output, sizeof output, &status);
  expect(reply.kind == 0, "a message after a successful exec: %c %s", reply.kind, reply.step);
  expect(status == 7, "status %d", status);
  expect_line(output, "arg exit:7");
  expect_line(output, "env A=1");
  expect_line(output, "env B=two words");
  expect(strstr(output, "ASAN") == NULL, "its own environment reached the payload: %s", output);
}

static void runs_nothing_after(const char *bytes, size_t length) {
  struct test_spec spec = default_spec();
  static struct document document;
  build_spec(&document, &spec);
  struct run run = {.verb = "init", .document = &document, .namespace = -1};
  start(&run);
  struct reply reply = receive(&run);
  expect(reply.kind == 'R', "not ready: %s", reply.detail);
  if (length > 0) {
    (void)send(run.control, bytes, length, 0);
  } else {
    (void)shutdown(run.control, SHUT_WR);
  }
  drain(run.out, output, sizeof output);
  int status = finish(&run);
  expect(output[0] == '\0', "the payload ran: %s", output);
  expect(status == EXIT_FAILED, "status %d", status);
}

static void runs_nothing_when_the_shim_is_gone(void) {
  runs_nothing_after("", 0);
}

static void runs_nothing_after_another_message(void) {
  runs_nothing_after("X", 1);
  runs_nothing_after("GG", 2);
  runs_nothing_after("g", 1);
}

static void tells_a_truncated_spec_at_each_length(void) {
  struct test_spec spec = default_spec();
  static struct document document;
  build_spec(&document, &spec);
  size_t whole = document.size;
  for (size_t size = 0; size < whole; size += sanitized() ? 17 : 1) {
    document.size = size;
    struct run run = {.verb = "init", .document = &document, .namespace = -1};
    start(&run);
    struct reply reply = receive(&run);
    expect_failure(&reply, "spec", EINVAL);
    int status = finish(&run);
    expect(status == EXIT_FAILED, "size %zu: status %d", size, status);
  }
}

static void close_spec(void) {
  (void)close(FD_SPEC);
}

static void pipe_as_spec(void) {
  (void)dup2(STDOUT_FILENO, FD_SPEC);
}

static void tells_a_missing_spec(void) {
  struct test_spec spec = default_spec();
  int status;
  struct reply reply = first_reply(&spec, close_spec, &status);
  expect_failure(&reply, "spec", EBADF);
  reply = first_reply(&spec, pipe_as_spec, &status);
  expect_failure(&reply, "spec", EINVAL);
}

static void close_stderr(void) {
  (void)close(FD_STDERR);
}

static void tells_a_missing_descriptor(void) {
  struct test_spec spec = default_spec();
  int status;
  struct reply reply = first_reply(&spec, close_stderr, &status);
  expect_failure(&reply, "descriptors", EBADF);
}

static void gives_the_payload_no_stray_descriptor(void) {
  struct test_spec spec = default_spec();
  int status;
  spec.args[1] = "fds";
  (void)run_payload(&spec, NULL, output, sizeof output, &status);
  expect_line(output, "fds 0 1 2");
}

static void writes_the_payloads_errors_to_descriptor_8(void) {
  struct test_spec spec = default_spec();
  static struct document document;
  char messages[256];
  spec.args[1] = "err:hello";
  build_spec(&document, &spec);
  struct run run = {.verb = "init", .document = &document, .namespace = -1};
  start(&run);
  (void)receive(&run);
  go(&run);
  drain(run.errors, output, sizeof output);
  drain(run.messages, messages, sizeof messages);
  (void)finish(&run);
  expect(strcmp(output, "hello\n") == 0, "descriptor 8: %s", output);
  expect(messages[0] == '\0', "descriptor 2: %s", messages);
}

static void disturb_signals(void) {
  sigset_t all;
  sigfillset(&all);
  (void)sigprocmask(SIG_BLOCK, &all, NULL);
  (void)signal(SIGTERM, SIG_IGN);
  (void)signal(SIGRTMIN + 3, SIG_IGN);
}

static void starts_the_payload_with_default_signals(void) {
  struct test_spec spec = default_spec();
  int status;
  spec.args[1] = "status";
  (void)run_payload(&spec, disturb_signals, output, sizeof output, &status);
  expect_line(output, "SigBlk:\t0000000000000000");
  expect_line(output, "SigIgn:\t0000000000000000");
}

static void strict_umask(void) {
  (void)umask(077);
}

static void makes_a_missing_cwd(void) {
  struct test_spec spec = default_spec();
  int status;
  char cwd[512];
  char line[600];
  (void)snprintf(cwd, sizeof cwd, "%s/x//y/z", scratch("cwd"));
  spec.cwd = cwd;
  spec.args[1] = "cwd";
  spec.args[2] = "umask";
  (void)run_payload(&spec, strict_umask, output, sizeof output, &status);
  (void)snprintf(line, sizeof line, "cwd %s/x/y/z", scratch("cwd"));
  expect_line(output, line);
  expect_line(output, "umask 77");
  struct stat found;
  expect(stat(cwd, &found) == 0 && (found.st_mode & 07777) == 0755, "mode %o", found.st_mode);
}

static void refuses_a_cwd_that_is_no_directory(void) {
  struct test_spec spec = default_spec();
  int status;
  spec.cwd = payload_path();
  struct reply reply = first_reply(&spec, NULL, &status);
  expect_failure(&reply, "cwd", ENOTDIR);
}

static void leak_root(void) {
  int root = open("/", O_RDONLY | O_DIRECTORY);
  (void)dup2(root, STDIN_FILENO);
  (void)chdir("/tmp");
}

static void refuses_a_cwd_through_a_leaked_descriptor(void) {
  char made[512];
  char through[600];
  (void)snprintf(made, sizeof made, "%s/made", scratch("leak"));
  (void)snprintf(through, sizeof through, "/proc/self/fd/0%s", made);
  const char *const paths[] = {"/proc/self/fd/0", "/proc/self/fd/0/tmp", "/proc/self/cwd",
                               "/proc/self/root/tmp", through};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    struct test_spec spec = default_spec();
    int status;
    spec.cwd = paths[i];
    struct reply reply = first_reply(&spec, leak_root, &status);
    expect_failure(&reply, "cwd", ELOOP);
  }
  expect(!exists(made), "a directory was made through the descriptor");
}

static void as_root_without_override(void) {
  drop_capability(1);
  drop_capability(2);
}

static void enters_a_cwd_that_only_the_user_may(void) {
  struct test_spec spec = default_spec();
  int status;
  const char *cwd = scratch("private");
  (void)chmod(cwd, 0700);
  expect(chown(cwd, 4321, 4321) == 0, "chown");
  spec.cwd = cwd;
  spec.uid = 4321;
  spec.gid = 4321;
  spec.args[1] = "cwd";
  char line[300];
  (void)snprintf(line, sizeof line, "cwd %s", cwd);
  (void)run_payload(&spec, as_root_without_override, output, sizeof output, &status);
  expect_line(output, line);
  spec.uid = 1234;
  struct reply reply = run_payload(&spec, as_root_without_override, output, sizeof output, &status);
  expect_failure(&reply, "cwd", EACCES);
}

static void expect_executable(const char *name, const char *path, int error, int wanted_status) {
  struct test_spec spec = default_spec();
  int status;
  spec.args[0] = name;
  spec.env[0] = path;
  struct reply reply = first_reply(&spec, NULL, &status);
  expect_failure(&reply, "executable", error);
  expect(strstr(reply.detail, name) != NULL, "the detail does not name it: %s", reply.detail);
  expect(status == wanted_status, "status %d", status);
}

static void tells_before_ready_what_cannot_be_executed(void) {
  char file[512];
  char both[600];
  (void)snprintf(file, sizeof file, "%s/plain", scratch("denied"));
  write_file(file, "no\n", 0644);
  (void)snprintf(both, sizeof both, "PATH=/nowhere:%s:/bin", scratch("denied"));
  expect_executable("/nowhere/program", NULL, ENOENT, EXIT_NOT_FOUND);
  expect_executable("husk-no-such-program", NULL, ENOENT, EXIT_NOT_FOUND);
  expect_executable("", NULL, ENOENT, EXIT_NOT_FOUND);
  expect_executable("/dev/null/program", NULL, ENOTDIR, EXIT_NOT_FOUND);
  expect_executable(file, NULL, EACCES, EXIT_NOT_EXECUTABLE);
  expect_executable("/tmp", NULL, EACCES, EXIT_NOT_EXECUTABLE);
  expect_executable("plain", both, EACCES, EXIT_NOT_EXECUTABLE);
}

static void make_noexec(void) {
  const char *directory = scratch("denied");
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
      mount(directory, directory, NULL, MS_BIND, NULL) != 0 ||
      mount("none", directory, NULL, MS_BIND | MS_REMOUNT | MS_NOEXEC, NULL) != 0) {
    _exit(95);
  }
}

static void tells_before_ready_of_a_noexec_mount(void) {
  struct test_spec spec = default_spec();
  int status;
  char file[512];
  (void)snprintf(file, sizeof file, "%s/program", scratch("denied"));
  write_file(file, "#!/bin/true\n", 0755);
  spec.args[0] = file;
  struct reply reply = first_reply(&spec, make_noexec, &status);
  expect_failure(&reply, "executable", EACCES);
}

static void searches_path_as_the_payloads_user(void) {
  struct test_spec spec = default_spec();
  int status;
  char first[512];
  char second[512];
  char path[1200];
  (void)snprintf(first, sizeof first, "%s/program", scratch("first"));
  (void)snprintf(second, sizeof second, "%s/program", scratch("second"));
  write_file(first, "#!/bin/false\n", 0700);
  (void)unlink(second);
  expect(link(payload_path(), second) == 0, "link");
  (void)snprintf(path, sizeof path, "PATH=/nowhere:%s:", scratch("first"));
  (void)strncat(path, scratch("second"), sizeof path - strlen(path) - 1);
  spec.args[0] = "program";
  spec.env[0] = path;
  spec.uid = 1234;
  (void)run_payload(&spec, NULL, output, sizeof output, &status);
  expect(status == 0, "status %d", status);
  expect_line(output, "arg program");
}

static void takes_a_relative_path_from_cwd(void) {
  struct test_spec spec = default_spec();
  int status;
  char cwd[512];
  (void)snprintf(cwd, sizeof cwd, "%s", payload_path());
  *strrchr(cwd, '/') = '\0';
  spec.cwd = cwd;
  spec.args[0] = "./payload";
  (void)run_payload(&spec, NULL, output, sizeof output, &status);
  expect_line(output, "arg ./payload");
  spec.args[0] = "payload";
  spec.env[0] = "PATH=/nowhere:";
  (void)run_payload(&spec, NULL, output, sizeof output, &status);
  expect_line(output, "arg payload");
}

static void expect_exec(const char *content, int error, int wanted_status, const char *words) {
  struct test_spec spec = default_spec();
  int status;
  char file[512];
  (void)snprintf(file, sizeof file, "%s/script", scratch("exec"));
  write_file(file, content, 0755);
  spec.args[0] = file;
  struct reply reply = run_payload(&spec, NULL, output, sizeof output, &status);
  expect_failure(&reply, "exec", error);
  expect(strstr(reply.detail, words) != NULL, "detail: %s", reply.detail);
  expect(status == wanted_status, "status %d", status);
}

static void tells_a_failing_exec(void) {
  expect_exec("#!/nowhere/interpreter\n", ENOENT, EXIT_NOT_FOUND, "its interpreter");
  expect_exec("echo no shell runs this\n", ENOEXEC, EXIT_NOT_EXECUTABLE, "script");
}

static void bind_over_hidden(void) {
  const char *mount_point = scratch("hidden");
  char file[512];
  (void)snprintf(file, sizeof file, "%s/init", mount_point);
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
      mount(payload_path(), file, NULL, MS_BIND, NULL) != 0) {
    _exit(95);
  }
}

static void hides_its_own_mount(void) {
  struct test_spec spec = default_spec();
  int status;
  char file[512];
  char question[600];
  char line[700];
  (void)snprintf(file, sizeof file, "%s/init", scratch("hidden"));
  write_file(file, "", 0755);
  (void)snprintf(question, sizeof question, "stat:%s", file);
  (void)snprintf(line, sizeof line, "stat %s missing", file);
  spec.hide = file;
  spec.args[1] = question;
  (void)run_payload(&spec, bind_over_hidden, output, sizeof output, &status);
  expect_line(output, line);

  spec.hide = scratch("no mount");
  struct reply reply = first_reply(&spec, NULL, &status);
  expect_failure(&reply, "hide", EINVAL);
}

const struct test INIT_TESTS[] = {
    {"init: runs the payload after go", runs_the_payload_after_go},
    {"init: runs nothing when the shim is gone", runs_nothing_when_the_shim_is_gone},
    {"init: runs nothing after another message", runs_nothing_after_another_message},
    {"init: tells a truncated spec at each length", tells_a_truncated_spec_at_each_length},
    {"init: tells a missing spec", tells_a_missing_spec},
    {"init: tells a missing descriptor", tells_a_missing_descriptor},
    {"init: gives the payload no stray descriptor", gives_the_payload_no_stray_descriptor},
    {"init: writes the payload's errors to descriptor 8", writes_the_payloads_errors_to_descriptor_8},
    {"init: starts the payload with default signals", starts_the_payload_with_default_signals},
    {"init: makes a missing cwd", makes_a_missing_cwd},
    {"init: refuses a cwd that is no directory", refuses_a_cwd_that_is_no_directory},
    {"init: refuses a cwd through a leaked descriptor", refuses_a_cwd_through_a_leaked_descriptor},
    {"init: enters a cwd that only the user may", enters_a_cwd_that_only_the_user_may},
    {"init: tells before ready what cannot be executed", tells_before_ready_what_cannot_be_executed},
    {"init: tells before ready of a noexec mount", tells_before_ready_of_a_noexec_mount},
    {"init: searches PATH as the payload's user", searches_path_as_the_payloads_user},
    {"init: takes a relative path from cwd", takes_a_relative_path_from_cwd},
    {"init: tells a failing exec", tells_a_failing_exec},
    {"init: hides its own mount", hides_its_own_mount},
    {NULL, NULL},
};
