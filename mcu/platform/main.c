/* Makes an XS machine, gives it its names, and runs the program that stands in ROM. */
#include "xsAll.h"
#include "frame.h"
#include "mcu.h"
#include "ports.h"
#include "program.h"

/* Sizes of the machine. Growth is small, so that what is reserved stays near what is used. */
static txCreation creation = {
  16 * 1024, /* chunk bytes at first */
  1024,      /* and more each time */
  4096,      /* slots at first */
  64,        /* and more each time */
  512,       /* slots of the JavaScript stack */
  1024,      /* keys at first */
  32,        /* and more each time */
  127,       /* buckets of names */
  127,       /* buckets of symbols */
  0,         /* no parser */
  0,
};

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
  txMachine *the = fxCreateMachine(&creation, "mamori", C_NULL, XS_NO_ID);
  if (the == C_NULL) framePanic("XS does not start");
  giveNames(the);
  fxBeginHost(the);
  portsInstall(the);
  runProgram(the);
  fxEndHost(the);
  return 0;
}
