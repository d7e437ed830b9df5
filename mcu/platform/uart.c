/* Driver of the 16550 serial line of QEMU's `virt`, by polling, and the counters that leave its work out. */
#include "mcu.h"

#define UART ((volatile uint8_t *)0x10000000)
enum { DATA = 0, FIFO_CONTROL = 2, LINE_STATUS = 5 };
enum { FIFO_ENABLE = 0x01, RECEIVED = 0x01, TRANSMIT_EMPTY = 0x20 };

/*
 * The clock counts sleep and transfers, not instructions: QEMU's count can be one off when the host answers, and what
 * the program sees must be the same in each run. A transfer lasts about as long as one over I2C at 100 kHz.
 */
#define TRANSFER_US 400u

/* Instructions that were spent on the serial line. */
static uint64_t waited;
static uint64_t clockUs;

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

uint32_t mcuNowMs(void) { return (uint32_t)(clockUs / 1000); }

void mcuIdle(uint32_t ms) { clockUs += ms * 1000ull; }

/* What was executed since `before` is the host's time, not the program's. */
static void leaveOut(uint64_t before) {
  waited += retired() - before;
  clockUs += TRANSFER_US;
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
