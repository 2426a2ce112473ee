/* hold: keeps a systemd scope alive until a deadman does. */
#include "husk-init.h"

#include <errno.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { FD_PIPE = 3 };

/* End of file comes when the shim lets go of the other end, and when it dies. */
_Noreturn void hold(void) {
  (void)prctl(PR_SET_NAME, "husk-hold", 0, 0, 0);
  (void)close_descriptors(FD_PIPE + 1, ~0U);
  char byte;
  while (read(FD_PIPE, &byte, 1) < 0 && errno == EINTR) {
  }
  _exit(0);
}
