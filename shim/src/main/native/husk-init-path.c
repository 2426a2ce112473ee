/* The working directory and the executable, both resolved inside the sandbox. */
#include "husk-init.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char DEFAULT_PATH[] = "/bin:/usr/bin";

/* The candidate that was tried last, for messages. */
static char candidate[PATH_MAX];
static bool interpreter_missing;

/*
 * Never through a magic link of procfs: one of those leads to whatever a left-over descriptor
 * refers to, outside of the sandbox too (CVE-2024-21626).
 */
static int open_directory(int parent, const char *path) {
  struct open_how how = {
      .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
      .resolve = RESOLVE_NO_MAGICLINKS,
  };
  return (int)syscall(SYS_openat2, parent, path, &how, sizeof how);
}

static int make_and_open(int parent, const char *name) {
  int fd = open_directory(parent, name);
  if (fd >= 0 || errno != ENOENT) {
    return fd;
  }
  mode_t callers = umask(0);
  int result = mkdirat(parent, name, 0755);
  int error = errno;
  (void)umask(callers);
  if (result != 0 && error != EEXIST) {
    errno = error;
    return -1;
  }
  return open_directory(parent, name);
}

int make_cwd(const char *cwd) {
  int fd = open_directory(AT_FDCWD, "/");
  while (fd >= 0) {
    cwd += strspn(cwd, "/");
    if (*cwd == '\0') {
      (void)close(fd);
      return 0;
    }
    char name[NAME_MAX + 1];
    size_t length = strcspn(cwd, "/");
    if (length >= sizeof name) {
      (void)close(fd);
      return ENAMETOOLONG;
    }
    memcpy(name, cwd, length);
    name[length] = '\0';
    int child = make_and_open(fd, name);
    int error = errno;
    (void)close(fd);
    errno = error;
    fd = child;
    cwd += length;
  }
  return errno;
}

int enter_cwd(const char *cwd) {
  int fd = open_directory(AT_FDCWD, cwd);
  if (fd < 0) {
    return errno;
  }
  int result = fchdir(fd);
  int error = errno;
  (void)close(fd);
  if (result != 0) {
    return error;
  }
  /* The bare system call: it says "(unreachable)/..." where libc would search on. */
  char where[PATH_MAX];
  if (syscall(SYS_getcwd, where, sizeof where) < 0) {
    return errno;
  }
  return where[0] == '/' ? 0 : EXDEV;
}

static const char *search_path(const struct spec *spec) {
  for (char **entry = spec->env; *entry != NULL; entry++) {
    if (strncmp(*entry, "PATH=", 5) == 0) {
      return *entry + 5;
    }
  }
  return DEFAULT_PATH;
}

/* `visit` tells about one candidate: 0 ends the search, an errno says why it is not the one. */
typedef int visitor(const struct spec *spec);

static bool search_goes_on(int error) {
  return error == ENOENT || error == ENOTDIR || error == EACCES || error == ESTALE ||
         error == ENODEV || error == ETIMEDOUT;
}

/* The rules of execvp(3), but for its falling back to a shell on ENOEXEC. */
static int search(const struct spec *spec, visitor *visit) {
  const char *file = spec->args[0];
  size_t file_length = strlen(file);
  if (file_length >= sizeof candidate) {
    return ENAMETOOLONG;
  }
  memcpy(candidate, file, file_length + 1);
  if (strchr(file, '/') != NULL) {
    return visit(spec);
  }
  int result = ENOENT;
  const char *segment = file_length == 0 ? NULL : search_path(spec);
  while (segment != NULL) {
    size_t length = strcspn(segment, ":");
    if (length + 1 + file_length < sizeof candidate) {
      memcpy(candidate, segment, length);
      /* An empty segment is the working directory. */
      size_t slash = length == 0 ? 0 : 1;
      candidate[length] = '/';
      memcpy(candidate + length + slash, file, file_length + 1);
      int error = visit(spec);
      if (!search_goes_on(error)) {
        return error;
      }
      if (error == EACCES) {
        result = EACCES;
      }
    }
    segment = segment[length] == ':' ? segment + length + 1 : NULL;
  }
  return result;
}

static int looks_executable(const struct spec *spec) {
  (void)spec;
  struct stat status;
  struct statvfs file_system;
  if (stat(candidate, &status) != 0) {
    /* What root may not look at, the payload's user perhaps may: exec will tell. */
    return errno == EACCES ? 0 : errno;
  }
  if (!S_ISREG(status.st_mode) || (status.st_mode & 0111) == 0) {
    return EACCES;
  }
  return statvfs(candidate, &file_system) == 0 && (file_system.f_flag & ST_NOEXEC) != 0 ? EACCES : 0;
}

int check_executable(const struct spec *spec) {
  return search(spec, looks_executable);
}

static int try_to_execute(const struct spec *spec) {
  (void)execve(candidate, spec->args, spec->env);
  int error = errno;
  interpreter_missing = error == ENOENT && access(candidate, F_OK) == 0;
  return interpreter_missing ? ELIBACC : error;
}

int execute(const struct spec *spec) {
  int error = search(spec, try_to_execute);
  return error == ELIBACC && interpreter_missing ? ENOENT : error;
}

void describe_search(const struct spec *spec, struct text *text) {
  text_add(text, spec->args[0]);
  if (interpreter_missing) {
    text_add(text, ": ");
    text_add(text, candidate);
    text_add(text, " exists, its interpreter (#! line or ELF loader) does not");
  } else if (strchr(spec->args[0], '/') == NULL) {
    text_add(text, " in PATH ");
    text_add(text, search_path(spec));
    text_add(text, ", last tried ");
    text_add(text, candidate);
  }
}
