/* The machine below XS: serial line, counters, memory, end. Nothing here knows JavaScript. */
#ifndef MAMORI_MCU_H
#define MAMORI_MCU_H

#include <stddef.h>
#include <stdint.h>

/* The clock that milliseconds are reckoned at: an ESP32-C3 runs at 160 MHz. One instruction counts as one cycle. */
#define INSTRUCTIONS_PER_MS 160000u

/* Instructions since power-on, without those of the serial line: the host's speed must not count. */
uint64_t mcuInstructions(void);
/* Milliseconds since power-on: instructions at 160 MHz, and the time slept. */
uint32_t mcuNowMs(void);
/* Sleeps: the time passes at once, no instruction is spent. */
void mcuIdle(uint32_t ms);

void uartOpen(void);
void uartWrite(const uint8_t *bytes, size_t count);
void uartRead(uint8_t *bytes, size_t count);

/* Static data, heap and stack in bytes. The heap's end never goes back, so its size is its peak too. */
size_t mcuStaticBytes(void);
size_t mcuHeapBytes(void);
size_t mcuStackPeakBytes(void);

/* Powers the machine off. */
void mcuOff(int status) __attribute__((noreturn));

#endif
