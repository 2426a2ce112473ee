/*
 * No new user namespaces. In one of its own, a process without any capability may mount the cgroup v1
 * hierarchies that the host has: the kernel shows them from the shim's own place in them, and files there
 * belong to root, whom the payload may be. Where v1 is, nothing but this filter stands before them.
 */
#include "husk-init.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>

/* System calls by architecture: the native one, then the 32-bit one that the same kernel may run. */
#if defined(__x86_64__)
enum { NATIVE = AUDIT_ARCH_X86_64, CLONE = 56, UNSHARE = 272 };
enum { COMPAT = AUDIT_ARCH_I386, COMPAT_CLONE = 120, COMPAT_UNSHARE = 310 };
#elif defined(__aarch64__)
enum { NATIVE = AUDIT_ARCH_AARCH64, CLONE = 220, UNSHARE = 97 };
enum { COMPAT = AUDIT_ARCH_ARM, COMPAT_CLONE = 120, COMPAT_UNSHARE = 337 };
#else
#error "which system calls make user namespaces here?"
#endif

/* The same on all architectures; its flags are in memory, where a filter cannot look. libc falls back to clone. */
enum { CLONE3 = 435 };

/* The x32 ABI of x86-64 marks its calls with this bit; no other architecture has numbers that large. */
enum { X32_BIT = 0x40000000 };

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, field))
#define UNLESS_EQUAL(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(value), 0, skip)
#define IF_EQUAL(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(value), skip, 0)
#define JUMP(skip) BPF_STMT(BPF_JMP | BPF_JA, skip)
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, (unsigned)(action))

int forbid_user_namespaces(void) {
  static struct sock_filter filter[] = {
      /*  0 */ LOAD(arch),
      /*  1 */ UNLESS_EQUAL(NATIVE, 5),
      /*  2 */ LOAD(nr),
      /*  3 */ BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~(unsigned)X32_BIT),
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
  struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0 ? 0 : errno;
}
