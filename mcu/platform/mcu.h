/* The machine below XS: serial line, counters, memory, end. Nothing here knows JavaScript. */
#ifndef MAMORI_MCU_H
#define MAMORI_MCU_H

#include <stddef.h>
#include <stdint.h>

/* Instructions since power-on, without those of the serial line: the host's speed must not count. */
uint64_t mcuInstructions(void);
/* Milliseconds since power-on: the time slept and that of transfers. */
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
