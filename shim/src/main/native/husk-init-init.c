/* init: the first process inside the sandbox; ends as the payload. */
#include "husk-init.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static void tidy_descriptors(void) {
  (void)close_descriptors(FD_BWRAP_ARGS, FD_CGROUP_NAMESPACE);
  int error = close_descriptors(FD_STDERR + 1, ~0U);
  if (error != 0) {
    control_fail(EXIT_FAILED, "descriptors", error, "close_range");
  }
  if (fcntl(FD_CONTROL, F_SETFD, FD_CLOEXEC) != 0 || fcntl(FD_STDERR, F_SETFD, FD_CLOEXEC) != 0) {
    control_fail(EXIT_FAILED, "descriptors", errno, "descriptors 3 and 8 must be open");
  }
}

static void read_spec(struct spec *spec) {
  char *document;
  size_t size;
  int error = read_document(FD_SPEC, &document, &size);
  if (error == 0 && !decode_spec(document, size, spec)) {
    error = EINVAL;
  }
  if (error != 0) {
    control_fail(EXIT_FAILED, "spec", error, "the process spec cannot be read or is malformed");
  }
  (void)close(FD_SPEC);
}

static _Noreturn void fail_cwd(const struct spec *spec, int error) {
  struct text text = {0};
  text_add(&text, spec->cwd);
  if (error == ELOOP) {
    text_add(&text, ": leads through a magic link of procfs, or through too many links");
  } else if (error == EXDEV) {
    text_add(&text, ": lies outside of the sandbox's root");
  }
  control_fail(EXIT_FAILED, "cwd", error, text.bytes);
}

static bool denied(int error) {
  return error == EACCES || error == EPERM;
}

/* Whether the process is in its working directory; if not, its user may be allowed to go there. */
static bool prepare_cwd(const struct spec *spec) {
  int error = enter_cwd(spec->cwd);
  if (error == ENOENT) {
    error = make_cwd(spec->cwd);
    if (error != 0) {
      fail_cwd(spec, error);
    }
    error = enter_cwd(spec->cwd);
  }
  if (error != 0 && !denied(error)) {
    fail_cwd(spec, error);
  }
  return error == 0;
}

static int exit_status(int error) {
  return error == ENOENT || error == ENOTDIR ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}

static _Noreturn void fail_executable(const struct spec *spec, const char *step, int error) {
  struct text text = {0};
  describe_search(spec, &text);
  control_fail(exit_status(error), step, error, text.bytes);
}

static void hide(const char *mount_point) {
  if (mount_point[0] == '\0') {
    return;
  }
  if (umount2(mount_point, MNT_DETACH) != 0 || unlink(mount_point) != 0) {
    control_fail(EXIT_FAILED, "hide", errno, mount_point);
  }
}

static _Noreturn void become_payload(const struct spec *spec, bool in_cwd) {
  apply_limits(spec);
  apply_identity(spec);
  int joined = leave_keyring();
  if (joined != 0) {
    control_fail(EXIT_FAILED, "keyring", joined, "join a new session keyring");
  }
  if (!in_cwd) {
    int error = enter_cwd(spec->cwd);
    if (error != 0) {
      fail_cwd(spec, error);
    }
  }
  if (spec->has_umask) {
    (void)umask((mode_t)spec->umask);
  }
  if (spec->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    control_fail(EXIT_FAILED, "no_new_privs", errno, "PR_SET_NO_NEW_PRIVS");
  }
  if (spec->no_user_namespaces) {
    int error = forbid_user_namespaces();
    if (error != 0) {
      control_fail(EXIT_FAILED, "seccomp", error, "forbid new user namespaces");
    }
  }
  if (spec->no_keys) {
    int error = forbid_keys();
    if (error != 0) {
      control_fail(EXIT_FAILED, "seccomp", error, "forbid keys");
    }
  }
  if (dup2(FD_STDERR, STDERR_FILENO) < 0) {
    control_fail(EXIT_FAILED, "descriptors", errno, "make descriptor 8 the standard error");
  }
  fail_executable(spec, "exec", execute(spec));
}

_Noreturn void init(void) {
  static struct spec spec;
  reset_signals();
  tidy_descriptors();
  read_spec(&spec);
  bool in_cwd = prepare_cwd(&spec);
  /* A relative path cannot be looked up from elsewhere: exec will tell. */
  if (in_cwd) {
    int error = check_executable(&spec);
    if (error != 0) {
      fail_executable(&spec, "executable", error);
    }
  }
  hide(spec.hide);
  control_send('R');
  control_await_go();
  become_payload(&spec, in_cwd);
}
