/* launch: born where every process of the sandbox settles, outside of everything else; ends as bwrap. */
#include "husk-init.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct {
  int flag;
  const char *name;
} NAMESPACES[] = {
    {CLONE_NEWNS, "mount"},
    {CLONE_NEWNET, "network"},
    {CLONE_NEWIPC, "ipc"},
    {CLONE_NEWUTS, "uts"},
};

static void unshare_namespaces(const struct plan *plan) {
  if (unshare((int)plan->namespaces) == 0) {
    return;
  }
  int error = errno;
  struct text text = {0};
  text_add(&text, "namespaces:");
  for (size_t i = 0; i < sizeof NAMESPACES / sizeof *NAMESPACES; i++) {
    if ((plan->namespaces & (unsigned)NAMESPACES[i].flag) != 0) {
      text_add(&text, " ");
      text_add(&text, NAMESPACES[i].name);
    }
  }
  control_fail(EXIT_FAILED, "unshare", error, text.bytes);
}

/*
 * Root in there is the user that the shim runs as. The shim writes the maps, and has the process moved to where its
 * cgroup namespace is to have its root: in the user namespace, so that whoever is root in there may mount it.
 */
static void enter_user_namespace(void) {
  if (unshare(CLONE_NEWUSER) != 0) {
    control_fail(EXIT_FAILED, "userns", errno, "make a user namespace");
  }
  control_send('U');
  control_await_go();
  if (geteuid() != 0 || getegid() != 0) {
    control_fail(EXIT_FAILED, "userns", EINVAL, "the maps have no root");
  }
  if (unshare(CLONE_NEWCGROUP) != 0) {
    control_fail(EXIT_FAILED, "userns", errno, "make a cgroup namespace in a user namespace");
  }
  (void)close(FD_CGROUP_NAMESPACE);
}

static void enter_cgroup_namespace(void) {
  if (setns(FD_CGROUP_NAMESPACE, CLONE_NEWCGROUP) != 0) {
    control_fail(EXIT_FAILED, "setns", errno, "the payload's cgroup namespace");
  }
  (void)close(FD_CGROUP_NAMESPACE);
}

static void raise_loopback(void) {
  struct ifreq request = {.ifr_name = "lo"};
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) != 0) {
    control_fail(EXIT_FAILED, "loopback", errno, "find interface lo");
  }
  request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
  if (ioctl(fd, SIOCSIFFLAGS, &request) != 0) {
    control_fail(EXIT_FAILED, "loopback", errno, "set interface lo up");
  }
  (void)close(fd);
}

/*
 * Who stops the unit that the sandbox is in sends SIGTERM to all of it. It is the payload that is
 * meant, and bwrap's monitor has to be there to reap it; init lets signals through again.
 */
static void block_requests_to_end(void) {
  sigset_t requests;
  (void)sigemptyset(&requests);
  (void)sigaddset(&requests, SIGTERM);
  (void)sigaddset(&requests, SIGHUP);
  (void)sigaddset(&requests, SIGINT);
  (void)sigprocmask(SIG_BLOCK, &requests, NULL);
}

_Noreturn void launch(void) {
  static char *no_environment[] = {NULL};
  static struct plan plan;
  char *document;
  size_t size;

  (void)fcntl(FD_CONTROL, F_SETFD, 0);
  reset_signals();
  int error = read_document(FD_PLAN, &document, &size);
  if (error == 0 && !decode_plan(document, size, &plan)) {
    error = EINVAL;
  }
  if (error != 0) {
    control_fail(EXIT_FAILED, "plan", error, "the launch plan cannot be read or is malformed");
  }
  if (plan.user_namespace) {
    enter_user_namespace();
  } else {
    enter_cgroup_namespace();
  }
  unshare_namespaces(&plan);
  if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
    control_fail(EXIT_FAILED, "propagation", errno, "make / private, recursively");
  }
  control_send('S');
  control_await_go();

  if (plan.loopback) {
    raise_loopback();
  }
  stage(&plan);
  (void)close(FD_PLAN);
  error = close_descriptors(FD_STDERR + 1, ~0U);
  if (error != 0) {
    control_fail(EXIT_FAILED, "descriptors", error, "close_range");
  }
  block_requests_to_end();
  (void)execve(plan.bwrap, plan.args, no_environment);
  control_fail(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE, "bwrap", errno, plan.bwrap);
}
