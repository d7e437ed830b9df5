/* Frames on the serial line, see frame.h. */
#include "frame.h"
#include "mcu.h"
#include <string.h>

enum { PANIC = 'Z', PANIC_STATUS = 1 };

void frameSend(uint8_t type, const void *payload, size_t bytes) {
  const uint32_t now = mcuNowMs();
  const uint8_t head[] = {type,          (uint8_t)bytes,       (uint8_t)(bytes >> 8),  (uint8_t)now,
                          (uint8_t)(now >> 8), (uint8_t)(now >> 16), (uint8_t)(now >> 24)};
  uartWrite(head, sizeof head);
  uartWrite(payload, bytes);
}

uint8_t frameReceive(uint8_t *payload, size_t *bytes) {
  uint8_t head[3];
  uartRead(head, sizeof head);
  *bytes = head[1] | ((size_t)head[2] << 8);
  if (*bytes > FRAME_BYTES_MAX) framePanic("an answer is longer than a frame may be");
  uartRead(payload, *bytes);
  return head[0];
}

void framePanic(const char *text) {
  frameSend(PANIC, text, strlen(text));
  mcuOff(PANIC_STATUS);
}
