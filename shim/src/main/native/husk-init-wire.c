/* Decoding of the spec and the plan: every length is checked before it is used. */
#include "husk-init.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint32_t MAGIC_SPEC = 0x534b5348; /* "HSKS" */
static const uint32_t MAGIC_PLAN = 0x504b5348; /* "HSKP" */
static const uint32_t VERSION = 1;
static const size_t SMALLEST_STRING = 5; /* its length and its NUL */

static const uint32_t NAMESPACES_REQUIRED = CLONE_NEWNS;
static const uint32_t NAMESPACES_ALLOWED =
    CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;

struct reader {
  char *at;
  size_t left;
  bool bad; /* once set, all further values are zero or empty */
};

int read_document(int fd, char **document, size_t *size) {
  struct stat status;
  if (fstat(fd, &status) != 0) {
    return errno;
  }
  if (!S_ISREG(status.st_mode) || status.st_size <= 0 || status.st_size > MAX_DOCUMENT) {
    return EINVAL;
  }
  size_t length = (size_t)status.st_size;
  char *bytes = malloc(length);
  if (bytes == NULL) {
    return ENOMEM;
  }
  size_t done = 0;
  while (done < length) {
    ssize_t count = pread(fd, bytes + done, length - done, (off_t)done);
    if (count <= 0) {
      int error = count == 0 ? EINVAL : errno;
      if (error == EINTR) {
        continue;
      }
      free(bytes);
      return error;
    }
    done += (size_t)count;
  }
  *document = bytes;
  *size = length;
  return 0;
}

static char *take(struct reader *reader, size_t length) {
  if (reader->bad || length > reader->left) {
    reader->bad = true;
    return NULL;
  }
  char *start = reader->at;
  reader->at += length;
  reader->left -= length;
  return start;
}

static uint64_t take_number(struct reader *reader, size_t width) {
  const char *bytes = take(reader, width);
  uint64_t value = 0;
  for (size_t i = 0; bytes != NULL && i < width; i++) {
    value |= (uint64_t)(unsigned char)bytes[i] << (8 * i);
  }
  return value;
}

static uint32_t take_u32(struct reader *reader) {
  return (uint32_t)take_number(reader, sizeof(uint32_t));
}

static uint64_t take_u64(struct reader *reader) {
  return take_number(reader, sizeof(uint64_t));
}

static uint32_t take_below(struct reader *reader, uint32_t limit) {
  uint32_t value = take_u32(reader);
  if (value >= limit) {
    reader->bad = true;
    return 0;
  }
  return value;
}

static char *take_string(struct reader *reader) {
  size_t length = take_u32(reader);
  char *bytes = length < MAX_DOCUMENT ? take(reader, length + 1) : NULL;
  if (bytes == NULL || memchr(bytes, '\0', length + 1) != bytes + length) {
    reader->bad = true;
    return NULL;
  }
  return bytes;
}

static bool is_absolute(const char *path) {
  return path != NULL && path[0] == '/';
}

/* A NULL-terminated vector with `before` free places in front. */
static char **take_strings(struct reader *reader, size_t before) {
  size_t count = take_u32(reader);
  if (reader->bad || count > reader->left / SMALLEST_STRING) {
    reader->bad = true;
    return NULL;
  }
  char **strings = calloc(before + count + 1, sizeof *strings);
  if (strings == NULL) {
    reader->bad = true;
    return NULL;
  }
  for (size_t i = 0; i < count; i++) {
    strings[before + i] = take_string(reader);
  }
  return strings;
}

static struct reader open_document(char *document, size_t size, uint32_t magic) {
  struct reader reader = {.at = document, .left = size, .bad = size > MAX_DOCUMENT};
  if (take_u32(&reader) != magic || take_u32(&reader) != VERSION || take_u32(&reader) != size) {
    reader.bad = true;
  }
  return reader;
}

static bool complete(const struct reader *reader) {
  return !reader->bad && reader->left == 0;
}

static void take_groups(struct reader *reader, struct spec *spec) {
  spec->group_count = take_below(reader, MAX_GROUPS + 1);
  if (spec->group_count > reader->left / sizeof(uint32_t)) {
    reader->bad = true;
    return;
  }
  spec->groups = calloc(spec->group_count + 1, sizeof *spec->groups);
  if (spec->groups == NULL) {
    reader->bad = true;
    return;
  }
  for (uint32_t i = 0; i < spec->group_count; i++) {
    spec->groups[i] = take_below(reader, UINT32_MAX);
  }
}

bool decode_spec(char *document, size_t size, struct spec *spec) {
  *spec = (struct spec){0};
  struct reader reader = open_document(document, size, MAGIC_SPEC);
  uint32_t flags = take_below(&reader, 32);
  spec->no_new_privs = (flags & 1) != 0;
  spec->has_umask = (flags & 2) != 0;
  spec->no_user_namespaces = (flags & 4) != 0;
  spec->no_keys = (flags & 8) != 0;
  spec->keep_groups = (flags & 16) != 0;
  /* All bits set would mean "leave it as it is" to setresuid(2) and setresgid(2). */
  spec->uid = take_below(&reader, UINT32_MAX);
  spec->gid = take_below(&reader, UINT32_MAX);
  spec->umask = take_below(&reader, 01000);
  spec->capabilities.effective = take_u64(&reader);
  spec->capabilities.permitted = take_u64(&reader);
  spec->capabilities.inheritable = take_u64(&reader);
  spec->capabilities.bounding = take_u64(&reader);
  spec->capabilities.ambient = take_u64(&reader);
  take_groups(&reader, spec);
  spec->limit_count = take_below(&reader, MAX_RLIMITS + 1);
  for (uint32_t i = 0; i < spec->limit_count; i++) {
    spec->limits[i].resource = take_below(&reader, MAX_RLIMITS);
    spec->limits[i].soft = take_u64(&reader);
    spec->limits[i].hard = take_u64(&reader);
  }
  spec->cwd = take_string(&reader);
  spec->hide = take_string(&reader);
  spec->args = take_strings(&reader, 0);
  spec->env = take_strings(&reader, 0);
  return complete(&reader) && spec->args[0] != NULL && is_absolute(spec->cwd) &&
         !(spec->keep_groups && spec->group_count > 0) &&
         (spec->hide[0] == '\0' || is_absolute(spec->hide));
}

static void take_operation(struct reader *reader, struct operation *operation) {
  uint32_t kind = take_u32(reader);
  operation->label = take_string(reader);
  switch (kind) {
    case OP_MKDIR:
    case OP_TOUCH:
      operation->path = take_string(reader);
      operation->mode = take_below(reader, 010000);
      break;
    case OP_SYMLINK:
      operation->source = take_string(reader);
      operation->path = take_string(reader);
      break;
    case OP_MOUNT:
      operation->source = take_string(reader);
      operation->path = take_string(reader);
      operation->type = take_string(reader);
      operation->flags = take_u64(reader);
      operation->data = take_string(reader);
      break;
    default:
      reader->bad = true;
      return;
  }
  operation->kind = (enum operation_kind)kind;
  if (!is_absolute(operation->path)) {
    reader->bad = true;
  }
}

bool decode_plan(char *document, size_t size, struct plan *plan) {
  static char argv0[] = "bwrap";
  *plan = (struct plan){0};
  struct reader reader = open_document(document, size, MAGIC_PLAN);
  uint32_t flags = take_below(&reader, 4);
  plan->loopback = (flags & 1) != 0;
  plan->user_namespace = (flags & 2) != 0;
  plan->namespaces = take_u32(&reader);
  plan->bwrap = take_string(&reader);
  plan->args = take_strings(&reader, 1);
  plan->operation_count = take_below(&reader, MAX_OPERATIONS + 1);
  if (reader.bad || plan->operation_count > reader.left) {
    return false;
  }
  plan->args[0] = argv0;
  plan->operations = calloc(plan->operation_count + 1, sizeof *plan->operations);
  if (plan->operations == NULL) {
    return false;
  }
  for (uint32_t i = 0; i < plan->operation_count && !reader.bad; i++) {
    take_operation(&reader, &plan->operations[i]);
  }
  return complete(&reader) && is_absolute(plan->bwrap) &&
         (plan->namespaces & ~NAMESPACES_ALLOWED) == 0 &&
         (plan->namespaces & NAMESPACES_REQUIRED) == NAMESPACES_REQUIRED &&
         (!plan->loopback || (plan->namespaces & CLONE_NEWNET) != 0);
}
