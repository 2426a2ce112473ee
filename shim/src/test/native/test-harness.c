/* Runs of husk-init with the descriptors that it wants, each wait bounded. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

enum { DEADLINE_MILLIS = 20000 };

static void must(bool condition, const char *what) {
  if (!condition) {
    expect(false, "harness: %s: %s", what, strerror(errno));
    exit(1);
  }
}

static int document_fd(const struct document *document) {
  int fd = memfd_create("document", MFD_CLOEXEC);
  must(fd >= 0, "memfd_create");
  must(write(fd, document->bytes, document->size) == (ssize_t)document->size, "write memfd");
  return fd;
}

/* Places far above, so that no target is overwritten before it is copied. */
static int aside(int fd) {
  return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 100);
}

static void place(int from, int to) {
  if (from < 0) {
    (void)close(to);
  } else if (dup2(from, to) < 0) {
    _exit(98);
  }
}

static _Noreturn void child(const struct run *run, const int *descriptors) {
  static const char *const environment[] = {
      "ASAN_OPTIONS=exitcode=99:detect_leaks=0", "UBSAN_OPTIONS=exitcode=99", NULL};
  int set_aside[FD_STDERR + 1];
  for (int i = 0; i <= FD_STDERR; i++) {
    set_aside[i] = aside(descriptors[i]);
  }
  for (int i = 0; i <= FD_STDERR; i++) {
    place(set_aside[i], i);
  }
  /* Strays, which must not reach the payload. */
  (void)dup2(STDIN_FILENO, 11);
  (void)dup2(STDIN_FILENO, 57);
  if (run->prepare != NULL) {
    run->prepare();
  }
  const char *arguments[] = {"husk-init", run->verb, NULL};
  (void)execve(husk_init_path(), (char *const *)(uintptr_t)arguments,
               (char *const *)(uintptr_t)environment);
  _exit(97);
}

void start(struct run *run) {
  int control[2];
  int out[2];
  int messages[2];
  int errors[2];
  int enabled = 1;
  must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control) == 0, "socketpair");
  must(setsockopt(control[0], SOL_SOCKET, SO_PASSCRED, &enabled, sizeof enabled) == 0, "passcred");
  must(pipe2(out, O_CLOEXEC) == 0 && pipe2(messages, O_CLOEXEC) == 0 && pipe2(errors, O_CLOEXEC) == 0,
       "pipe2");
  int input = open(run->standard_input == NULL ? "/dev/null" : run->standard_input, O_RDONLY | O_CLOEXEC);
  int document = run->document == NULL ? -1 : document_fd(run->document);
  bool is_launch = strcmp(run->verb, "launch") == 0;
  const int descriptors[FD_STDERR + 1] = {
      [0] = input,
      [1] = out[1],
      [2] = messages[1],
      [FD_CONTROL] = control[1],
      [FD_SPEC] = is_launch ? input : document,
      [FD_BWRAP_ARGS] = input,
      [FD_PLAN] = is_launch ? document : input,
      [FD_CGROUP_NAMESPACE] = run->namespace,
      [FD_STDERR] = errors[1],
  };
  run->pid = fork();
  must(run->pid >= 0, "fork");
  if (run->pid == 0) {
    child(run, descriptors);
  }
  const int ours[] = {control[1], out[1], messages[1], errors[1], input, document};
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
    if (ours[i] >= 0) {
      (void)close(ours[i]);
    }
  }
  run->control = control[0];
  run->out = out[0];
  run->messages = messages[0];
  run->errors = errors[0];
}

static bool readable(int fd) {
  struct pollfd request = {.fd = fd, .events = POLLIN};
  bool ready = poll(&request, 1, DEADLINE_MILLIS) == 1;
  expect(ready, "nothing came within %d ms", DEADLINE_MILLIS);
  return ready;
}

static pid_t sender_of(struct msghdr *header) {
  struct cmsghdr *ancillary = CMSG_FIRSTHDR(header);
  struct ucred credentials = {0};
  if (ancillary != NULL && ancillary->cmsg_type == SCM_CREDENTIALS) {
    memcpy(&credentials, CMSG_DATA(ancillary), sizeof credentials);
  }
  return credentials.pid;
}

struct reply receive(struct run *run) {
  struct reply reply = {0};
  char packet[8192];
  char ancillary[CMSG_SPACE(sizeof(struct ucred))];
  struct iovec vector = {.iov_base = packet, .iov_len = sizeof packet};
  struct msghdr header = {.msg_iov = &vector,
                          .msg_iovlen = 1,
                          .msg_control = ancillary,
                          .msg_controllen = sizeof ancillary};
  if (!readable(run->control)) {
    return reply;
  }
  ssize_t count = recvmsg(run->control, &header, 0);
  if (count <= 0) {
    return reply;
  }
  reply.kind = packet[0];
  reply.sender = sender_of(&header);
  expect(count <= MAX_MESSAGE, "a message of %zd bytes", count);
  if (reply.kind == 'E') {
    expect(count > 6 && packet[count - 1] == '\0', "the failure message is not terminated");
    for (int i = 0; i < 4; i++) {
      reply.error |= (int)((unsigned)(unsigned char)packet[1 + i] << (8 * i));
    }
    (void)strncpy(reply.step, packet + 5, sizeof reply.step - 1);
    (void)strncpy(reply.detail, packet + 5 + strlen(packet + 5) + 1, sizeof reply.detail - 1);
  } else {
    expect(count == 1, "message %c has %zd bytes", reply.kind, count);
  }
  return reply;
}

void go(struct run *run) {
  must(send(run->control, "G", 1, MSG_NOSIGNAL) == 1, "send G");
}

void drain(int fd, char *text, size_t size) {
  size_t length = 0;
  while (length + 1 < size && readable(fd)) {
    ssize_t count = read(fd, text + length, size - 1 - length);
    if (count <= 0) {
      break;
    }
    length += (size_t)count;
  }
  text[length] = '\0';
}

int await_end(pid_t pid) {
  int status = 0;
  int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
  if (!readable(pidfd)) {
    (void)kill(pid, SIGKILL);
  }
  (void)close(pidfd);
  (void)waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int finish(struct run *run) {
  char messages[8192];
  int result = await_end(run->pid);
  drain(run->messages, messages, sizeof messages);
  expect(result != EXIT_SANITIZER && result < 128, "crashed with status %d: %s", result, messages);
  const int ours[] = {run->control, run->out, run->messages, run->errors};
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
    (void)close(ours[i]);
  }
  return result;
}

struct reply first_reply(const struct test_spec *spec, void (*prepare)(void), int *status) {
  static struct document document;
  build_spec(&document, spec);
  struct run run = {.verb = "init", .document = &document, .prepare = prepare, .namespace = -1};
  start(&run);
  struct reply reply = receive(&run);
  (void)shutdown(run.control, SHUT_RDWR);
  *status = finish(&run);
  return reply;
}

struct reply run_payload(const struct test_spec *spec, void (*prepare)(void), char *output,
                         size_t size, int *status) {
  static struct document document;
  build_spec(&document, spec);
  struct run run = {.verb = "init", .document = &document, .prepare = prepare, .namespace = -1};
  start(&run);
  struct reply reply = receive(&run);
  expect(reply.kind == 'R', "not ready but '%c' %s %d %s", reply.kind, reply.step, reply.error,
         reply.detail);
  if (reply.kind == 'R') {
    go(&run);
    reply = receive(&run);
  }
  drain(run.out, output, size);
  *status = finish(&run);
  return reply;
}

void drop_capability(unsigned number) {
  if (prctl(PR_CAPBSET_DROP, number, 0, 0, 0) != 0) {
    _exit(96);
  }
}
