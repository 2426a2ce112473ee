/* The same once more as root of a user namespace, which anybody may be. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static bool become_root(void) {
  char map[64];
  unsigned uid = getuid(), gid = getgid();
  long result = unshare(CLONE_NEWUSER);
  report_try("unshare", "user", result);
  if (result < 0) {
    return false;
  }
  (void)snprintf(map, sizeof map, "0 %u 1", uid);
  report_try("map", "uid", write_file("/proc/self/uid_map", map));
  (void)write_file("/proc/self/setgroups", "deny");
  (void)snprintf(map, sizeof map, "0 %u 1", gid);
  return write_file("/proc/self/gid_map", map) >= 0;
}

static void inside(void) {
  (void)mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
  (void)mkdir(MOUNT_POINT, 0700);
  report_try("mount", "proc of the new pid namespace", mount("none", "/proc", "proc", 0, NULL));
  mount_again();
  open_handles();
  ask_kernel();
  abuse_descriptors();
}

/* From outside of that user namespace, its mounts with our own capabilities. */
static void look_into(const void *nothing) {
  (void)nothing;
  open_handles();
  join_cgroups();
}

static void separate(const void *nothing) {
  (void)nothing;
  if (!become_root()) {
    return;
  }
  long result = unshare(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS);
  report_try("unshare", "mnt cgroup pid net ipc uts", result);
  if (result < 0) {
    return;
  }
  pid_t child = fork();
  if (child == 0) {
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    inside();
    report_state("nested", "done");
    _exit(0);
  }
  (void)waitpid(child, NULL, 0);
}

/* A mount of cgroup2 that is held open by a process in its own user namespace. */
static void hold_mounts(void) {
  if (become_root() && unshare(CLONE_NEWNS | CLONE_NEWCGROUP) == 0) {
    (void)mkdir(MOUNT_POINT, 0700);
    report_try("mount", "cgroup2 to be held", mount("none", MOUNT_POINT, "cgroup2", 0, NULL));
    report_try("mount", "cgroup2 below it", mount("none", "/sys/fs/cgroup", "cgroup2", 0, NULL));
  }
  (void)pause();
}

void unshare_and_repeat(void) {
  apart(separate, NULL);
  pid_t holder = fork();
  if (holder == 0) {
    (void)alarm(LIFETIME);
    hold_mounts();
    _exit(0);
  }
  (void)usleep(20 * LINGER_MICROS);
  apart(look_into, NULL);
  (void)kill(holder, SIGKILL);
  (void)waitpid(holder, NULL, 0);
}
