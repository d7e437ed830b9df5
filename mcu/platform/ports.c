/* What JavaScript gets of the machine, as functions of the global object `mcu` (device/mcu.ts has their types). */
#include "xsAll.h"
#include "xs.h"
#include "frame.h"
#include "mcu.h"
#include "ports.h"

enum { STATUS_OK = 0, STATUS_NONE = 1 };

static uint8_t answer[FRAME_BYTES_MAX];

static void sendArguments(xsMachine *the) {
  const uint8_t type = (uint8_t)xsToInteger(xsArg(0));
  const size_t bytes = xsToInteger(xsGet(xsArg(1), xsID("byteLength")));
  if (bytes > FRAME_BYTES_MAX) xsRangeError("a frame takes at most 1024 bytes");
  frameSend(type, xsToArrayBuffer(xsArg(1)), bytes);
}

/* send(type, buffer): a frame without an answer. */
static void portSend(xsMachine *the) { sendArguments(the); }

/* call(type, buffer): the answer's buffer, undefined for none, or the text of an error. */
static void portCall(xsMachine *the) {
  size_t bytes;
  sendArguments(the);
  const uint8_t status = frameReceive(answer, &bytes);
  if (status == STATUS_OK) xsResult = xsArrayBuffer(answer, (xsIntegerValue)bytes);
  else if (status != STATUS_NONE) xsResult = xsStringBuffer((char *)answer, (xsIntegerValue)bytes);
}

static void portNowMs(xsMachine *the) { xsResult = xsNumber(mcuNowMs()); }

static void portIdle(xsMachine *the) { mcuIdle((uint32_t)xsToInteger(xsArg(0))); }

static void portInstructions(xsMachine *the) { xsResult = xsNumber((double)mcuInstructions()); }

/* memory(): [static, heap, stack at its deepest, slots in use, chunk bytes in use], bytes where nothing else is said. */
static void portMemory(xsMachine *the) {
  const size_t figures[] = {mcuStaticBytes(), mcuHeapBytes(), mcuStackPeakBytes(),
                            (size_t)((txMachine *)the)->currentHeapCount,
                            (size_t)((txMachine *)the)->currentChunksSize};
  xsResult = xsNewArray(0);
  for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
    xsSetIndex(xsResult, (xsIndex)i, xsInteger((xsIntegerValue)figures[i]));
}

static void portCollect(xsMachine *the) { xsCollectGarbage(); }

void portsInstall(struct sxMachine *the) {
  xsBeginHost(the);
  xsVars(1);
  xsVar(0) = xsNewObject();
  xsSet(xsVar(0), xsID("send"), xsNewHostFunction(portSend, 2));
  xsSet(xsVar(0), xsID("call"), xsNewHostFunction(portCall, 2));
  xsSet(xsVar(0), xsID("nowMs"), xsNewHostFunction(portNowMs, 0));
  xsSet(xsVar(0), xsID("idle"), xsNewHostFunction(portIdle, 1));
  xsSet(xsVar(0), xsID("instructions"), xsNewHostFunction(portInstructions, 0));
  xsSet(xsVar(0), xsID("memory"), xsNewHostFunction(portMemory, 0));
  xsSet(xsVar(0), xsID("collect"), xsNewHostFunction(portCollect, 0));
  xsSet(xsGlobal, xsID("mcu"), xsVar(0));
  xsEndHost(the);
}
