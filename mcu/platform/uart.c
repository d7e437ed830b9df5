/* Driver of the 16550 serial line of QEMU's `virt`, by polling, and the counter that leaves its waiting out. */
#include "mcu.h"

#define UART ((volatile uint8_t *)0x10000000)
enum { DATA = 0, FIFO_CONTROL = 2, LINE_STATUS = 5 };
enum { FIFO_ENABLE = 0x01, RECEIVED = 0x01, TRANSMIT_EMPTY = 0x20 };

static uint64_t waited;
static uint64_t sleptMs;

static uint64_t retired(void) {
  uint32_t high, low, again;
  do {
    __asm__ volatile(".option push\n.option arch, +zicsr\n"
                     "csrr %0, minstreth\ncsrr %1, minstret\ncsrr %2, minstreth\n.option pop"
                     : "=r"(high), "=r"(low), "=r"(again));
  } while (high != again);
  return ((uint64_t)high << 32) | low;
}

/* Out of line, so that a byte which is there at once and one that is late cost the same. */
static __attribute__((noinline)) void waitFor(uint8_t flag) {
  const uint64_t before = retired();
  while ((UART[LINE_STATUS] & flag) == 0) {
  }
  waited += retired() - before;
}

uint64_t mcuInstructions(void) { return retired() - waited; }

uint32_t mcuNowMs(void) { return (uint32_t)(mcuInstructions() / INSTRUCTIONS_PER_MS + sleptMs); }

void mcuIdle(uint32_t ms) { sleptMs += ms; }

void uartOpen(void) { UART[FIFO_CONTROL] = FIFO_ENABLE; }

void uartWrite(const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    waitFor(TRANSMIT_EMPTY);
    UART[DATA] = bytes[i];
  }
}

void uartRead(uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    waitFor(RECEIVED);
    bytes[i] = UART[DATA];
  }
}
