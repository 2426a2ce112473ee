/* What the payload shares with the host unless it is taken away: a keyring, and new user namespaces. */
#include "husk-init.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A session keyring of its own; what was inherited is the shim's, with the keys in it. */
void leave_keyring(void) {
  if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS && errno != EPERM) {
    control_fail(EXIT_FAILED, "keyring", errno, "join a new session keyring");
  }
}

/* Numbers of unshare and clone; both take their flags first, on every ABI here. clone3 is 435 everywhere. */
enum { CLONE3 = 435, X32_BIT = 0x40000000 };

#if defined(__x86_64__)
enum { COMPAT_UNSHARE = 310, COMPAT_CLONE = 120 };
static const uint32_t NATIVE = AUDIT_ARCH_X86_64;
static const uint32_t COMPAT = AUDIT_ARCH_I386;
#elif defined(__aarch64__)
enum { COMPAT_UNSHARE = 337, COMPAT_CLONE = 120 };
static const uint32_t NATIVE = AUDIT_ARCH_AARCH64;
static const uint32_t COMPAT = AUDIT_ARCH_ARM;
#else
#error "the numbers of two system calls are missing for this architecture"
#endif

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))
#define ANSWER(action) BPF_STMT(BPF_RET | BPF_K, (action))

/*
 * In a user namespace everybody may mount the cgroup v1 hierarchies of the host, down from the
 * cgroup that he is in; the payload is in its shim's, and root owns the files. clone3 hides its
 * flags in memory: callers take ENOSYS for an old kernel and use clone.
 */
void forbid_user_namespaces(void) {
  struct sock_filter filter[] = {
      LOAD(arch),
      IF(NATIVE, 0, 5),
      LOAD(nr),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~(uint32_t)X32_BIT),
      IF(SYS_unshare, 8, 0),
      IF(SYS_clone, 7, 0),
      BPF_JUMP(BPF_JMP | BPF_JA, 4, 0, 0),
      IF(COMPAT, 0, 4), /* no other ABI has ever been: let the kernel say so */
      LOAD(nr),
      IF(COMPAT_UNSHARE, 3, 0),
      IF(COMPAT_CLONE, 2, 0),
      IF(CLONE3, 4, 0),
      ANSWER(SECCOMP_RET_ALLOW),
      LOAD(args[0]),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_NEWUSER, 0, 2),
      ANSWER(SECCOMP_RET_ERRNO | EPERM),
      ANSWER(SECCOMP_RET_ERRNO | ENOSYS),
      ANSWER(SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0) {
    control_fail(EXIT_FAILED, "user_namespaces", errno, "forbid them by a seccomp filter");
  }
}
