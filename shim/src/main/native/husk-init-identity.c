/* Limits, capabilities and ids of the payload. */
#include "husk-init.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const LIMIT_NAMES[MAX_RLIMITS] = {
    "CPU",     "FSIZE", "DATA",  "STACK",      "CORE",     "RSS",  "NPROC",  "NOFILE",
    "MEMLOCK", "AS",    "LOCKS", "SIGPENDING", "MSGQUEUE", "NICE", "RTPRIO", "RTTIME",
};

static void add_limit_value(struct text *text, const char *name, uint64_t value) {
  text_add(text, name);
  if (value == UINT64_MAX) {
    text_add(text, "unlimited");
  } else {
    text_number(text, value, 10);
  }
}

void apply_limits(const struct spec *spec) {
  for (uint32_t i = 0; i < spec->limit_count; i++) {
    const struct limit *limit = &spec->limits[i];
    struct rlimit value = {.rlim_cur = limit->soft, .rlim_max = limit->hard};
    if (syscall(SYS_prlimit64, 0, limit->resource, &value, NULL) != 0) {
      int error = errno;
      struct text text = {0};
      text_add(&text, "RLIMIT_");
      text_add(&text, LIMIT_NAMES[limit->resource]);
      add_limit_value(&text, " soft ", limit->soft);
      add_limit_value(&text, ", hard ", limit->hard);
      control_fail(EXIT_FAILED, "rlimits", error, text.bytes);
    }
  }
}

static _Noreturn void fail_capability(const char *words, unsigned number) {
  int error = errno;
  struct text text = {0};
  text_add(&text, words);
  text_number(&text, number, 10);
  control_fail(EXIT_FAILED, "capabilities", error, text.bytes);
}

static void restrict_bounding_set(uint64_t wanted) {
  for (unsigned number = 0; number < 64; number++) {
    int present = prctl(PR_CAPBSET_READ, number, 0, 0, 0);
    bool keep = (wanted >> number & 1) != 0;
    if (present == 1 && !keep && prctl(PR_CAPBSET_DROP, number, 0, 0, 0) != 0) {
      fail_capability("bounding set: cannot drop capability ", number);
    }
    /* -1: above the last capability that this kernel knows. */
    if (present != 1 && keep) {
      errno = present < 0 ? EINVAL : EPERM;
      fail_capability("bounding set: not available here, cannot be kept: capability ", number);
    }
  }
}

static void set_ids(const struct spec *spec) {
  /* Without a range of group ids the kernel lets nobody change them in a user namespace, not even to none. */
  if (!spec->keep_groups && setgroups(spec->group_count, spec->groups) != 0) {
    control_fail(EXIT_FAILED, "groups", errno, "setgroups");
  }
  struct text text = {0};
  if (setresgid(spec->gid, spec->gid, spec->gid) != 0) {
    int error = errno;
    text_number(&text, spec->gid, 10);
    control_fail(EXIT_FAILED, "gid", error, text.bytes);
  }
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) {
    control_fail(EXIT_FAILED, "capabilities", errno, "PR_SET_KEEPCAPS");
  }
  if (setresuid(spec->uid, spec->uid, spec->uid) != 0) {
    int error = errno;
    text_number(&text, spec->uid, 10);
    control_fail(EXIT_FAILED, "uid", error, text.bytes);
  }
}

static void add_set(struct text *text, const char *name, uint64_t set) {
  text_add(text, name);
  text_add(text, "0x");
  text_number(text, set, 16);
}

static void set_capabilities(const struct capability_sets *sets) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
  for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
    data[i].effective = (uint32_t)(sets->effective >> (32 * i));
    data[i].permitted = (uint32_t)(sets->permitted >> (32 * i));
    data[i].inheritable = (uint32_t)(sets->inheritable >> (32 * i));
  }
  if (syscall(SYS_capset, &header, data) != 0) {
    int error = errno;
    struct text text = {0};
    add_set(&text, "capset: permitted ", sets->permitted);
    add_set(&text, ", effective ", sets->effective);
    add_set(&text, ", inheritable ", sets->inheritable);
    control_fail(EXIT_FAILED, "capabilities", error, text.bytes);
  }
}

static void set_ambient(uint64_t wanted) {
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) {
    control_fail(EXIT_FAILED, "capabilities", errno, "clear the ambient set");
  }
  for (unsigned number = 0; number < 64; number++) {
    if ((wanted >> number & 1) != 0 &&
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0) != 0) {
      fail_capability("ambient set: cannot raise capability ", number);
    }
  }
}

void apply_identity(const struct spec *spec) {
  /* First, while CAP_SETPCAP is there. */
  restrict_bounding_set(spec->capabilities.bounding);
  set_ids(spec);
  set_capabilities(&spec->capabilities);
  set_ambient(spec->capabilities.ambient);
}
