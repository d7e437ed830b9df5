/*
 * Compiles one script to XS bytecode that runs from ROM, on the host, with the same XS sources as the image's.
 * Usage: compile SCRIPT.js PROGRAM.S
 *
 * An identifier's number is its place in the order in which the machine met it. So a machine is made here too: its own
 * identifiers come first, those of the script behind them, and the image's machine repeats that order (main.c).
 */
#include "xsAll.h"
#include "xsScript.h"

static void fail(const char *what) {
  fprintf(stderr, "compile: %s\n", what);
  exit(1);
}

static char *readAll(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) fail("the script cannot be read");
  fseek(file, 0, SEEK_END);
  const long bytes = ftell(file);
  rewind(file);
  char *text = malloc((size_t)bytes + 1);
  if (text == NULL || fread(text, 1, (size_t)bytes, file) != (size_t)bytes) fail("the script cannot be read");
  text[bytes] = 0;
  fclose(file);
  return text;
}

/* Nested code and strings are to be used where they are, not copied to RAM. */
static txU1 inPlace(txU1 code) {
  switch (code) {
  case XS_CODE_CODE_1:
    return XS_CODE_CODE_ARCHIVE_1;
  case XS_CODE_CODE_2:
    return XS_CODE_CODE_ARCHIVE_2;
  case XS_CODE_CODE_4:
    return XS_CODE_CODE_ARCHIVE_4;
  case XS_CODE_STRING_1:
    return XS_CODE_STRING_ARCHIVE_1;
  case XS_CODE_STRING_2:
    return XS_CODE_STRING_ARCHIVE_2;
  case XS_CODE_STRING_4:
    return XS_CODE_STRING_ARCHIVE_4;
  default:
    return code;
  }
}

/* Bytes of the instruction at `p`; a size of 0 means one identifier, -1, -2 and -4 a length field of so many bytes. */
static txSize instructionBytes(const txU1 *p) {
  const txS1 size = gxCodeSizes[*p];
  txU2 bytes2;
  txS4 bytes4;
  switch (size) {
  case 0:
    return 1 + sizeof(txID);
  case -1:
    return 2 + p[1];
  case -2:
    memcpy(&bytes2, p + 1, sizeof bytes2);
    return 1 + sizeof bytes2 + bytes2;
  case -4:
    memcpy(&bytes4, p + 1, sizeof bytes4);
    return 1 + sizeof bytes4 + bytes4;
  default:
    return size;
  }
}

static void resolve(txScript *script, const txID *ids) {
  txU1 *p = (txU1 *)script->codeBuffer, *end = p + script->codeSize;
  while (p < end) {
    const txSize bytes = instructionBytes(p);
    if (bytes <= 0) fail("unknown instruction");
    if (gxCodeSizes[*p] == 0) {
      txID id;
      memcpy(&id, p + 1, sizeof id);
      if (id != XS_NO_ID) memcpy(p + 1, &ids[id], sizeof id);
    }
    *p = inPlace(*p);
    p += bytes;
  }
  if (p != end) fail("an instruction goes beyond the code");
}

/* The script's identifiers as numbers of the machine: entry 0 is none. */
static txID *nameIds(txMachine *the, const txScript *script) {
  const char *p = (const char *)script->symbolsBuffer;
  txID count;
  memcpy(&count, p, sizeof count);
  p += sizeof count;
  txID *ids = calloc(count, sizeof(txID));
  ids[0] = XS_NO_ID;
  for (txID i = 1; i < count; i++) {
    ids[i] = fxNewNameC(the, (txString)p);
    p += strlen(p) + 1;
  }
  return ids;
}

static void writeBytes(FILE *out, const char *label, const void *bytes, size_t count) {
  fprintf(out, "  .globl %s\n  .balign 4\n%s:", label, label);
  for (size_t i = 0; i < count; i++) fprintf(out, "%s%u", i % 24 ? "," : "\n  .byte ", ((const txU1 *)bytes)[i]);
  fprintf(out, "\n");
}

static void writeNumber(FILE *out, const char *label, size_t value) {
  fprintf(out, "  .globl %s\n  .balign 4\n%s: .word %zu\n", label, label, value);
}

static void writeNames(FILE *out, txMachine *the, txID first) {
  fprintf(out, "  .globl programNames\nprogramNames:\n");
  for (txID id = first; id < the->keyIndex; id++) {
    const char *name = the->keyArray[id]->value.key.string;
    fprintf(out, "  .byte ");
    for (; *name; name++) fprintf(out, "%u,", (txU1)*name);
    fprintf(out, "0\n");
  }
}

int main(int count, char **arguments) {
  if (count != 3) fail("expected a script and a file to write");
  static txCreation creation = {1 << 24, 1 << 20, 1 << 18, 1 << 16, 4096, 32000, 0, 1993, 127, 1 << 20, 1993};
  txMachine *the = fxCreateMachine(&creation, "compile", NULL, XS_NO_ID);
  const txID first = the->keyIndex;
  txStringCStream stream = {.buffer = readAll(arguments[1]), .offset = 0};
  stream.size = (txSize)strlen(stream.buffer);
  txScript *script = NULL;
  fxBeginHost(the);
  mxTry(the) { script = fxParseScript(the, &stream, fxStringCGetter, mxProgramFlag); }
  mxCatch(the) {}
  if (script == NULL) fail("the script does not parse");
  resolve(script, nameIds(the, script));
  FILE *out = fopen(arguments[2], "w");
  if (out == NULL) fail("the output cannot be written");
  fprintf(out, "  .section .program, \"a\"\n");
  writeNumber(out, "programFirstName", (size_t)first);
  writeNumber(out, "programNameCount", (size_t)(the->keyIndex - first));
  writeNumber(out, "programCodeBytes", (size_t)script->codeSize);
  writeNames(out, the, first);
  writeBytes(out, "programCode", script->codeBuffer, (size_t)script->codeSize);
  if (fclose(out) != 0) fail("the output cannot be written");
  return 0;
}
