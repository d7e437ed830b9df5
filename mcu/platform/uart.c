/* Driver of the 16550 serial line of QEMU's `virt`, by polling, and the counters that leave its work out. */
#include "mcu.h"

#define UART ((volatile uint8_t *)0x10000000)
enum { DATA = 0, FIFO_CONTROL = 2, LINE_STATUS = 5 };
enum { FIFO_ENABLE = 0x01, RECEIVED = 0x01, TRANSMIT_EMPTY = 0x20 };

/*
 * On the clock a transfer lasts until the next multiple of this many instructions, 0.4 ms at 160 MHz: a call of four
 * transfers at most 1.6 ms. QEMU's count can be one off when the host answers, and the clock, which the program sees,
 * must not drift by that.
 */
#define TRANSFER_INSTRUCTIONS 65536u

/* Instructions spent on the serial line, and those that the clock leaves out. */
static uint64_t waited;
static uint64_t unclocked;
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

static void waitFor(uint8_t flag) {
  while ((UART[LINE_STATUS] & flag) == 0) {
  }
}

uint64_t mcuInstructions(void) { return retired() - waited; }

uint32_t mcuNowMs(void) { return (uint32_t)((retired() - unclocked) / INSTRUCTIONS_PER_MS + sleptMs); }

void mcuIdle(uint32_t ms) { sleptMs += ms; }

/* What happened since `before` is the host's time, not the program's. */
static void leaveOut(uint64_t before) {
  const uint64_t now = retired();
  const uint64_t clocked = before - unclocked;
  waited += now - before;
  unclocked = now - (clocked + TRANSFER_INSTRUCTIONS - clocked % TRANSFER_INSTRUCTIONS);
}

void uartOpen(void) { UART[FIFO_CONTROL] = FIFO_ENABLE; }

void uartWrite(const uint8_t *bytes, size_t count) {
  const uint64_t before = retired();
  for (size_t i = 0; i < count; i++) {
    waitFor(TRANSMIT_EMPTY);
    UART[DATA] = bytes[i];
  }
  leaveOut(before);
}

void uartRead(uint8_t *bytes, size_t count) {
  const uint64_t before = retired();
  for (size_t i = 0; i < count; i++) {
    waitFor(RECEIVED);
    bytes[i] = UART[DATA];
  }
  leaveOut(before);
}
