/* Makes an XS machine, gives it its names, and runs the program that stands in ROM. */
#include "xsAll.h"
#include "frame.h"
#include "mcu.h"
#include "ports.h"
#include "program.h"

/* What the machine reserves at first, given when the image is linked (host/build.ts): the address is the number. */
extern char initialChunkBytes[], initialSlots[];

/* Growth is small, so that what is reserved stays near what is used. No parser: the last two are 0. */
static txMachine *createMachine(void) {
  txCreation creation = {
    .initialChunkSize = (txSize)(uintptr_t)initialChunkBytes,
    .incrementalChunkSize = 1024,
    .initialHeapCount = (txSize)(uintptr_t)initialSlots,
    .incrementalHeapCount = 64,
    /* The bundle's outermost scope alone keeps some hundred names on the stack while it is evaluated. */
    .stackCount = 1280,
    .initialKeyCount = 1024,
    .incrementalKeyCount = 32,
    .nameModulo = 127,
    .symbolModulo = 127,
  };
  return fxCreateMachine(&creation, "mamori", C_NULL, XS_NO_ID);
}

/* Numbers of identifiers stand in the bytecode: one that came out otherwise would name something else. */
static void giveNames(txMachine *the) {
  const char *name = programNames;
  if (the->keyIndex != (txID)programFirstName) framePanic("XS has other identifiers than the compiler had");
  for (uint32_t i = 0; i < programNameCount; i++) {
    if (fxNewNameX(the, (txString)name) != (txID)(programFirstName + i)) framePanic("an identifier is not in order");
    name += c_strlen(name) + 1;
  }
}

static void tellError(txMachine *the) {
  char text[160];
  txString message = "unknown error";
  mxTry(the) {
    mxPush(mxException);
    message = fxToString(the, the->stack);
  }
  mxCatch(the) {
  }
  c_snprintf(text, sizeof text, "%s", message);
  framePanic(text);
}

/* No symbols: the code stays where it is and nothing of it is freed. */
static void runProgram(txMachine *the) {
  txScript script = {.codeBuffer = (txS1 *)programCode, .codeSize = (txSize)programCodeBytes};
  mxTry(the) {
    txSlot *realm = mxProgram.value.reference->next->value.module.realm;
    fxRunScript(the, &script, mxRealmGlobal(realm), C_NULL, mxRealmClosures(realm)->value.reference, C_NULL,
                mxProgram.value.reference);
    mxPop();
  }
  mxCatch(the) { tellError(the); }
}

int main(void) {
  uartOpen();
  txMachine *the = createMachine();
  if (the == C_NULL) framePanic("XS does not start");
  giveNames(the);
  fxBeginHost(the);
  portsInstall(the);
  runProgram(the);
  fxEndHost(the);
  return 0;
}
