/*
 * No new user namespaces. In one of its own, a process without any capability may mount the cgroup v1
 * hierarchies that the host has: the kernel shows them from the shim's own place in them, and files there
 * belong to root, whom the payload may be. Where v1 is, nothing but this filter stands before them.
 */
#include "husk-init.h"

#include <errno.h>
#include <sched.h>

#include "husk-init-filter.h"

#if defined(__x86_64__)
enum { CLONE = 56, UNSHARE = 272, COMPAT_CLONE = 120, COMPAT_UNSHARE = 310 };
#elif defined(__aarch64__)
enum { CLONE = 220, UNSHARE = 97, COMPAT_CLONE = 120, COMPAT_UNSHARE = 337 };
#endif

/* The same on all architectures; its flags are in memory, where a filter cannot look. libc falls back to clone. */
enum { CLONE3 = 435 };

int forbid_user_namespaces(void) {
  static struct sock_filter filter[] = {
      /*  0 */ LOAD(arch),
      /*  1 */ UNLESS_EQUAL(NATIVE, 5),
      /*  2 */ LOAD(nr),
      /*  3 */ WITHOUT(X32_BIT),
      /*  4 */ IF_EQUAL(CLONE, 8),
      /*  5 */ IF_EQUAL(UNSHARE, 7),
      /*  6 */ JUMP(4),
      /*  7 */ UNLESS_EQUAL(COMPAT, 8),
      /*  8 */ LOAD(nr),
      /*  9 */ IF_EQUAL(COMPAT_CLONE, 3),
      /* 10 */ IF_EQUAL(COMPAT_UNSHARE, 2),
      /* 11 */ IF_EQUAL(CLONE3, 4),
      /* 12 */ RETURN(SECCOMP_RET_ALLOW),
      /* The flags are the first argument; little-endian, so its low word comes first. */
      /* 13 */ LOAD(args[0]),
      /* 14 */ BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_NEWUSER, 2, 0),
      /* 15 */ RETURN(SECCOMP_RET_ALLOW),
      /* 16 */ RETURN(SECCOMP_RET_ERRNO | ENOSYS),
      /* 17 */ RETURN(SECCOMP_RET_ERRNO | EPERM),
  };
  return install_filter(filter, sizeof filter / sizeof *filter);
}
