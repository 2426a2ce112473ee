/* Mounts: kernel file systems once more, and the protections away. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
  const char *type;
  const char *data;
} FILE_SYSTEMS[] = {
    {"cgroup2", ""},       {"cgroup", "freezer"}, {"cgroup", "memory"},
    {"cgroup", "pids"},    {"cgroup", "cpu"},     {"cgroup", "cpuset"},
    {"cgroup", "devices"}, {"cgroup", "blkio"},   {"cgroup", "none,name=systemd"},
    {"proc", ""},          {"sysfs", ""},         {"devtmpfs", ""},
    {"debugfs", ""},       {"tracefs", ""},       {"securityfs", ""},
    {"bpf", ""},           {"configfs", ""},      {"binfmt_misc", ""},
};

static void mount_one(const char *type, const char *data) {
  char path[PATH_SIZE], target[128];
  (void)snprintf(target, sizeof target, "%s%s%s", type, data[0] == '\0' ? "" : ":", data);
  (void)mkdir(MOUNT_POINT, 0700);
  (void)snprintf(path, sizeof path, "%s/%s", MOUNT_POINT, target);
  (void)mkdir(path, 0700);
  report_try("mount", target, mount("none", path, type, 0, data[0] == '\0' ? NULL : data));
  int context = (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);
  if (context >= 0) {
    long made = syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
    report_try("fsopen", target, made);
    (void)close(context);
  } else {
    report_try("fsopen", target, context);
  }
}

/* Writable what was read-only, open what was covered. */
static void uncover(void) {
  char type[64], mount_point[PATH_SIZE];
  FILE *file = fopen("/proc/self/mountinfo", "re");
  while (file != NULL && next_mount(file, type, mount_point)) {
    if (strncmp(mount_point, MOUNT_POINT, strlen(MOUNT_POINT)) == 0) {
      continue;
    }
    report_try("remount-rw", mount_point,
               mount(NULL, mount_point, NULL, MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV, NULL));
    struct mount_attr attributes = {.attr_clr = MOUNT_ATTR_RDONLY};
    report_try("setattr-rw", mount_point,
               syscall(SYS_mount_setattr, AT_FDCWD, mount_point, 0, &attributes, sizeof attributes));
    if (strcmp(mount_point, "/") != 0) {
      report_try("umount", mount_point, umount2(mount_point, MNT_DETACH));
    }
  }
  if (file != NULL) {
    (void)fclose(file);
  }
}

static void leave_root(void) {
  int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  report_try("chroot", MOUNT_POINT, chroot(MOUNT_POINT));
  for (int i = 0; i < 64; i++) {
    (void)!chdir("..");
  }
  report_try("pivot_root", "/", syscall(SYS_pivot_root, "/", "/"));
  report_try("fchdir", "..", fchdir(root));
  (void)close(root);
  (void)!chdir("/");
}

static void try_all(const void *nothing) {
  (void)nothing;
  for (size_t i = 0; i < sizeof FILE_SYSTEMS / sizeof *FILE_SYSTEMS; i++) {
    mount_one(FILE_SYSTEMS[i].type, FILE_SYSTEMS[i].data);
  }
  join_cgroups();
  raise_limits();
  change_host();
  uncover();
  change_host();
  leave_root();
}

void mount_again(void) { apart(try_all, NULL); }
