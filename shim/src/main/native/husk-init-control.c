/* The control socket, and the words that go over it. */
#include "husk-init.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char CUT[] = "...";

void text_add(struct text *text, const char *words) {
  size_t length = strlen(words);
  size_t room = sizeof text->bytes - 1 - text->length;
  if (length > room) {
    memcpy(text->bytes + text->length, words, room);
    text->length += room;
    memcpy(text->bytes + text->length - strlen(CUT), CUT, strlen(CUT));
  } else {
    memcpy(text->bytes + text->length, words, length);
    text->length += length;
  }
  text->bytes[text->length] = '\0';
}

void text_number(struct text *text, uint64_t number, unsigned base) {
  char digits[sizeof number * 8 + 1];
  size_t at = sizeof digits - 1;
  digits[at] = '\0';
  do {
    digits[--at] = "0123456789abcdef"[number % base];
    number /= base;
  } while (number > 0);
  text_add(text, digits + at);
}

static bool send_packet(const void *bytes, size_t length) {
  ssize_t sent;
  do {
    sent = send(FD_CONTROL, bytes, length, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == (ssize_t)length;
}

void control_send(char message) {
  if (!send_packet(&message, 1)) {
    _exit(EXIT_FAILED);
  }
}

void control_await_go(void) {
  char message[2];
  ssize_t count;
  do {
    count = recv(FD_CONTROL, message, sizeof message, 0);
  } while (count < 0 && errno == EINTR);
  if (count != 1 || message[0] != 'G') {
    _exit(EXIT_FAILED);
  }
}

static size_t append(char *packet, size_t at, const char *words, size_t limit) {
  size_t length = strnlen(words, limit - 1);
  memcpy(packet + at, words, length);
  packet[at + length] = '\0';
  return at + length + 1;
}

_Noreturn void control_fail(int status, const char *step, int error, const char *detail) {
  char packet[MAX_MESSAGE];
  size_t length = 0;
  packet[length++] = 'E';
  for (unsigned shift = 0; shift < 32; shift += 8) {
    packet[length++] = (char)((unsigned)error >> shift & 0xff);
  }
  length = append(packet, length, step, MAX_STEP);
  length = append(packet, length, detail, sizeof packet - length);
  (void)send_packet(packet, length);
  _exit(status);
}
