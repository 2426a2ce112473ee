/* The payload's session keyring. */
#include "husk-init.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

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
