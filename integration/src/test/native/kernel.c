/* Calls that reach further than files do. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

static void keyrings(void) {
  long session = syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);
  report_try("keyctl", "session", session);
  report_state("session keyring", "%ld", session);
  int32_t keys[64];
  long bytes = syscall(SYS_keyctl, KEYCTL_READ, KEY_SPEC_SESSION_KEYRING, keys, sizeof keys);
  report_state("session keys", "%ld", bytes / (long)sizeof *keys);
  /* The user's keyring has no namespace: what is linked into the session could be read. */
  report_try("keyctl", "link user",
             syscall(SYS_keyctl, KEYCTL_LINK, KEY_SPEC_USER_KEYRING, KEY_SPEC_SESSION_KEYRING));
  report_try("add_key", "user",
             syscall(SYS_add_key, "user", "husk-test", "x", 1UL, KEY_SPEC_PROCESS_KEYRING));
  report_try("request_key", "user", syscall(SYS_request_key, "user", "husk-test", NULL, 0));
}

static void enter_namespaces(void) {
  static const char *const NAMES[] = {"pid", "mnt", "cgroup", "net", "user", "ipc", "uts"};
  for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/1/ns/%s", NAMES[i]);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    report_try("setns", path, fd < 0 ? fd : setns(fd, 0));
    if (fd >= 0) {
      (void)close(fd);
    }
  }
}

/* Its kernel thread is one of ours: it has to end with us. */
static void ring(void) {
  struct io_uring_params parameters = {.flags = IORING_SETUP_SQPOLL, .sq_thread_idle = 1000};
  long fd = syscall(SYS_io_uring_setup, 8, &parameters);
  report_try("io_uring", "sqpoll", fd);
  if (fd >= 0) {
    (void)usleep(LINGER_MICROS);
    (void)close((int)fd);
  }
}

static void all(const void *nothing) {
  (void)nothing;
  keyrings();
  enter_namespaces();
  ring();
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.map_type = BPF_MAP_TYPE_ARRAY;
  attributes.key_size = attributes.value_size = 4;
  attributes.max_entries = 1;
  report_try("bpf", "map", syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes));
  report_try("init_module", "none", syscall(SYS_init_module, NULL, 0UL, ""));
  report_try("kexec_load", "none", syscall(SYS_kexec_load, 0UL, 0UL, NULL, 0UL));
  report_try("swapoff", "none", swapoff("/none"));
  report_try("syslog", "read", klogctl(3, (char[64]){0}, 64));
  report_try("acct", "none", acct("/none"));
#ifdef SYS_iopl
  report_try("iopl", "3", syscall(SYS_iopl, 3));
#endif
  struct timeval now;
  (void)gettimeofday(&now, NULL);
  report_try("settimeofday", "now", settimeofday(&now, NULL));
}

void ask_kernel(void) { apart(all, NULL); }
