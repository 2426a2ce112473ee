/* Building of specs, by hand and not by the code under test. */
#include <stdlib.h>
#include <string.h>

#include "harness.h"

static void put(struct document *document, const void *bytes, size_t length) {
  if (document->size + length > sizeof document->bytes) {
    abort();
  }
  memcpy(document->bytes + document->size, bytes, length);
  document->size += length;
}

static void put_number(struct document *document, uint64_t value, size_t width) {
  for (size_t i = 0; i < width; i++) {
    unsigned char byte = (unsigned char)(value >> (8 * i) & 0xff);
    put(document, &byte, 1);
  }
}

void put_u32(struct document *document, uint32_t value) {
  put_number(document, value, 4);
}

void put_u64(struct document *document, uint64_t value) {
  put_number(document, value, 8);
}

void put_string(struct document *document, const char *words) {
  const char *text = words == NULL ? "" : words;
  put_u32(document, (uint32_t)strlen(text));
  put(document, text, strlen(text) + 1);
}

void put_strings(struct document *document, const char *const *strings) {
  uint32_t count = 0;
  while (strings[count] != NULL) {
    count++;
  }
  put_u32(document, count);
  for (uint32_t i = 0; i < count; i++) {
    put_string(document, strings[i]);
  }
}

void begin(struct document *document, const char *magic) {
  document->size = 0;
  put(document, magic, 4);
  put_u32(document, 1);
  put_u32(document, 0);
}

void end(struct document *document) {
  size_t size = document->size;
  document->size = 8;
  put_u32(document, (uint32_t)size);
  document->size = size;
}

struct test_spec default_spec(void) {
  return (struct test_spec){
      .umask = -1,
      .cwd = "/",
      .args = {payload_path()},
  };
}

void build_spec(struct document *document, const struct test_spec *spec) {
  begin(document, "HSKS");
  put_u32(document, (spec->no_new_privs ? 1U : 0U) | (spec->umask >= 0 ? 2U : 0U) |
                        (spec->no_user_namespaces ? 4U : 0U) | (spec->no_keys ? 8U : 0U) |
                        (spec->keep_groups ? 16U : 0U));
  put_u32(document, spec->uid);
  put_u32(document, spec->gid);
  put_u32(document, spec->umask >= 0 ? (uint32_t)spec->umask : 0);
  put_u64(document, spec->capabilities.effective);
  put_u64(document, spec->capabilities.permitted);
  put_u64(document, spec->capabilities.inheritable);
  put_u64(document, spec->capabilities.bounding);
  put_u64(document, spec->capabilities.ambient);
  put_u32(document, spec->group_count);
  for (uint32_t i = 0; i < spec->group_count; i++) {
    put_u32(document, spec->groups[i]);
  }
  put_u32(document, spec->limit_count);
  for (uint32_t i = 0; i < spec->limit_count; i++) {
    put_u32(document, spec->limits[i].resource);
    put_u64(document, spec->limits[i].soft);
    put_u64(document, spec->limits[i].hard);
  }
  put_string(document, spec->cwd);
  put_string(document, spec->hide);
  put_strings(document, spec->args);
  put_strings(document, spec->env);
  end(document);
}
