/* The kernel's keys. */
#include "husk-init.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "husk-init-filter.h"

/* The numbers of add_key, request_key and keyctl follow each other in each ABI. */
#if defined(__x86_64__)
enum { ADD_KEY = 248, KEYCTL = 250, COMPAT_ADD_KEY = 286, COMPAT_KEYCTL = 288 };
#elif defined(__aarch64__)
enum { ADD_KEY = 217, KEYCTL = 219, COMPAT_ADD_KEY = 309, COMPAT_KEYCTL = 311 };
#endif

/*
 * An empty one of its own: the one inherited is the shim's, with the keys in it. Who may not call
 * keyctl, since a filter around husk forbids it, leaves the payload under the same filter.
 */
int leave_keyring(void) {
  if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS && errno != EPERM) {
    return errno;
  }
  return 0;
}

/*
 * A session keyring of its own is not enough: keyrings know no namespaces but that of users, so the one of the payload's
 * user is the host's, and what links it into the session may read all in it. ENOSYS, as of a kernel without keys, is the
 * answer that programs are prepared for.
 */
int forbid_keys(void) {
  static struct sock_filter filter[] = {
      /*  0 */ LOAD(arch),
      /*  1 */ UNLESS_EQUAL(NATIVE, 4),
      /*  2 */ LOAD(nr),
      /*  3 */ WITHOUT(X32_BIT),
      /*  4 */ IF_BELOW(ADD_KEY, 5),
      /*  5 */ IF_ABOVE(KEYCTL, 4, 5),
      /*  6 */ UNLESS_EQUAL(COMPAT, 3),
      /*  7 */ LOAD(nr),
      /*  8 */ IF_BELOW(COMPAT_ADD_KEY, 1),
      /*  9 */ IF_ABOVE(COMPAT_KEYCTL, 0, 1),
      /* 10 */ RETURN(SECCOMP_RET_ALLOW),
      /* 11 */ RETURN(SECCOMP_RET_ERRNO | ENOSYS),
  };
  return install_filter(filter, sizeof filter / sizeof *filter);
}
