/* The plan's operations on the file system, in the private mount namespace. */
#include "husk-init.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static const mode_t MKDIR_HONOURS = 01777;

static int make_directory(const struct operation *operation) {
  if (mkdir(operation->path, (mode_t)operation->mode) != 0) {
    return errno;
  }
  if ((operation->mode & ~MKDIR_HONOURS) != 0 && chmod(operation->path, (mode_t)operation->mode) != 0) {
    return errno;
  }
  return 0;
}

static int touch(const struct operation *operation) {
  int fd = open(operation->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                (mode_t)operation->mode);
  if (fd < 0) {
    return errno;
  }
  (void)close(fd);
  return 0;
}

static const char *or_null(const char *words) {
  return words[0] == '\0' ? NULL : words;
}

static int carry_out(const struct operation *operation) {
  switch (operation->kind) {
    case OP_MKDIR:
      return make_directory(operation);
    case OP_TOUCH:
      return touch(operation);
    case OP_SYMLINK:
      return symlink(operation->source, operation->path) == 0 ? 0 : errno;
    case OP_MOUNT:
      return mount(operation->source, operation->path, or_null(operation->type),
                   (unsigned long)operation->flags, or_null(operation->data)) == 0
                 ? 0
                 : errno;
  }
  return EINVAL;
}

static void describe_mount(const struct operation *operation, struct text *text) {
  text_add(text, "mount ");
  text_add(text, operation->source);
  text_add(text, " -> ");
  text_add(text, operation->path);
  text_add(text, " (");
  if (operation->type[0] != '\0') {
    text_add(text, "type ");
    text_add(text, operation->type);
    text_add(text, ", ");
  }
  text_add(text, "flags 0x");
  text_number(text, operation->flags, 16);
  if (operation->data[0] != '\0') {
    text_add(text, ", data ");
    text_add(text, operation->data);
  }
  text_add(text, ")");
}

static void describe(const struct operation *operation, struct text *text) {
  text_add(text, operation->label);
  text_add(text, ": ");
  switch (operation->kind) {
    case OP_MKDIR:
    case OP_TOUCH:
      text_add(text, operation->kind == OP_MKDIR ? "mkdir " : "create ");
      text_add(text, operation->path);
      text_add(text, " mode 0");
      text_number(text, operation->mode, 8);
      break;
    case OP_SYMLINK:
      text_add(text, "symlink ");
      text_add(text, operation->path);
      text_add(text, " -> ");
      text_add(text, operation->source);
      break;
    case OP_MOUNT:
      describe_mount(operation, text);
      break;
  }
}

void stage(const struct plan *plan) {
  mode_t callers = umask(0);
  for (uint32_t i = 0; i < plan->operation_count; i++) {
    int error = carry_out(&plan->operations[i]);
    if (error != 0) {
      struct text text = {0};
      describe(&plan->operations[i], &text);
      control_fail(EXIT_FAILED, "mount", error, text.bytes);
    }
  }
  (void)umask(callers);
}
