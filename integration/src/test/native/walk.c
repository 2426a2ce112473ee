/* Where a payload could look for file systems: its mounts, and those of every process that it sees. */
#include "hostile.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LEVELS = 6, MOST_DIRECTORIES = 400 };

static int visited;

const char *file_of(char *path, const char *directory, const char *name) {
  (void)snprintf(path, PATH_SIZE, "%.3900s/%.180s", directory, name);
  return path;
}

long write_file(const char *path, const char *words) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) {
    return -1;
  }
  long result = write(fd, words, strlen(words));
  (void)close(fd);
  return result;
}

static void walk(const char *directory, int levels, visitor *visit) {
  if (++visited > MOST_DIRECTORIES) {
    return;
  }
  visit(directory);
  DIR *stream = levels > 0 ? opendir(directory) : NULL;
  struct dirent *entry;
  while (stream != NULL && (entry = readdir(stream)) != NULL) {
    if (entry->d_type == DT_DIR && entry->d_name[0] != '.') {
      char path[PATH_SIZE];
      walk(file_of(path, directory, entry->d_name), levels - 1, visit);
    }
  }
  if (stream != NULL) {
    (void)closedir(stream);
  }
}

void walk_tree(const char *directory, int levels, visitor *visit) {
  visited = 0;
  walk(directory, levels, visit);
}

/* The next line of a mountinfo; paths with blanks do not occur. */
bool next_mount(void *stream, char *type, char *mount_point) {
  char line[2 * PATH_SIZE];
  if (fgets(line, sizeof line, stream) == NULL) {
    return false;
  }
  type[0] = mount_point[0] = '\0';
  (void)sscanf(line, "%*s %*s %*s %*s %4000s", mount_point);
  const char *rest = strstr(line, " - ");
  if (rest != NULL) {
    (void)sscanf(rest, " - %60s", type);
  }
  return true;
}

static void walk_mounts_of(const char *process, const char *wanted, visitor *visit) {
  char path[PATH_SIZE], type[64], mount_point[PATH_SIZE];
  FILE *file = fopen(file_of(path, process, "mountinfo"), "re");
  while (file != NULL && next_mount(file, type, mount_point)) {
    if (strcmp(type, wanted) == 0) {
      char root[PATH_SIZE], seen[PATH_SIZE];
      file_of(root, process, "root");
      (void)snprintf(seen, sizeof seen, "%.100s%.3900s", root, mount_point);
      walk_tree(seen, LEVELS, visit);
      char above[PATH_SIZE];
      visit(file_of(above, seen, ".."));
    }
  }
  if (file != NULL) {
    (void)fclose(file);
  }
}

void walk_mounts(const char *type, visitor *visit) {
  walk_mounts_of("/proc/self", type, visit);
  DIR *stream = opendir("/proc");
  struct dirent *entry;
  while (stream != NULL && (entry = readdir(stream)) != NULL) {
    if (atoi(entry->d_name) > 0) {
      char path[PATH_SIZE];
      walk_mounts_of(file_of(path, "/proc", entry->d_name), type, visit);
    }
  }
  if (stream != NULL) {
    (void)closedir(stream);
  }
}
