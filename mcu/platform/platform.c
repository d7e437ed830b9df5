/* What picolibc and XS ask of a platform: memory, streams, time, and an end that says why. */
#include "xsAll.h"
#include "frame.h"
#include "mcu.h"
#include <errno.h>

#define POWER ((volatile uint32_t *)0x100000)
enum { POWER_OFF = 0x5555, POWER_FAIL = 0x3333 };
#define STACK_PAINT 0x5a5a5a5au
/* Bytes of stack that XS leaves for what runs below its last check. */
#define STACK_MARGIN 1024

extern char ramStart[], bssEnd[], heapStart[], heapEnd[], stackBottom[], stackTop[];

static char *heapNow = heapStart;

/* The RAM limit: whoever asks for more gets no memory, as on the real part. */
void *sbrk(ptrdiff_t bytes) {
  if (bytes > heapEnd - heapNow) {
    errno = ENOMEM;
    return (void *)-1;
  }
  char *before = heapNow;
  heapNow += bytes;
  return before;
}

size_t mcuStaticBytes(void) { return (size_t)(bssEnd - ramStart); }

size_t mcuHeapBytes(void) { return (size_t)(heapNow - heapStart); }

size_t mcuStackPeakBytes(void) {
  const uint32_t *word = (const uint32_t *)stackBottom;
  while ((const char *)word < stackTop && *word == STACK_PAINT) word++;
  return (size_t)(stackTop - (const char *)word);
}

void mcuOff(int status) {
  *POWER = status == 0 ? POWER_OFF : POWER_FAIL | ((uint32_t)status << 16);
  for (;;) {
  }
}

/* Ends with the cause, its place and its address (RISC-V privileged specification, mcause, mepc, mtval). */
void mcuTrap(uint32_t cause, uint32_t place, uint32_t value) {
  char text[64];
  snprintf(text, sizeof text, "trap %u at %08x, address %08x", (unsigned)cause, (unsigned)place, (unsigned)value);
  framePanic(text);
}

void exit(int status) { mcuOff(status); }

void abort(void) { framePanic("abort"); }

int mcuTimeOfDay(struct timeval *time, void *zone) {
  const uint32_t ms = mcuNowMs();
  (void)zone;
  time->tv_sec = ms / 1000;
  time->tv_usec = (ms % 1000) * 1000;
  return 0;
}

uint32_t modMilliseconds(void) { return mcuNowMs(); }

/* The C library's streams lead nowhere: all that leaves the machine is a frame. */
static int putNothing(char byte, FILE *file) {
  (void)file;
  return (unsigned char)byte;
}
static int getNothing(FILE *file) {
  (void)file;
  return -1;
}
static FILE nowhere = FDEV_SETUP_STREAM(putNothing, getNothing, NULL, _FDEV_SETUP_RW);
FILE *const stdin = &nowhere;
FILE *const stdout = &nowhere;
FILE *const stderr = &nowhere;

char *fxCStackLimit(void) { return stackBottom + STACK_MARGIN; }

static const char *abortText(int status) {
  switch (status) {
  case XS_STACK_OVERFLOW_EXIT:
    return "stack overflow";
  case XS_NOT_ENOUGH_MEMORY_EXIT:
    return "memory full";
  case XS_NO_MORE_KEYS_EXIT:
    return "not enough keys";
  case XS_UNHANDLED_EXCEPTION_EXIT:
    return "unhandled exception";
  case XS_UNHANDLED_REJECTION_EXIT:
    return "unhandled rejection";
  default:
    return "XS aborted";
  }
}

void fxAbort(txMachine *the, int status) {
  (void)the;
  framePanic(abortText(status));
}

/* The program uses no promises: a job that is queued would never run, so it is an error. */
void fxQueuePromiseJobs(txMachine *the) { fxAbort(the, XS_UNHANDLED_REJECTION_EXIT); }

/* There are no modules and no parser on the machine: all source was compiled on the host. */
txID fxFindModule(txMachine *the, txSlot *realm, txID moduleID, txSlot *slot) {
  (void)the, (void)realm, (void)moduleID, (void)slot;
  return XS_NO_ID;
}

void fxLoadModule(txMachine *the, txSlot *module, txID moduleID) {
  (void)module, (void)moduleID;
  mxTypeError("no modules on this machine");
}

txScript *fxParseScript(txMachine *the, void *stream, txGetter getter, txUnsigned flags) {
  (void)stream, (void)getter, (void)flags;
  mxTypeError("no parser on this machine");
  return NULL;
}
