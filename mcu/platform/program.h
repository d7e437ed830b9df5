/* The program in ROM, made on the host by compile/compile.c. */
#ifndef MAMORI_PROGRAM_H
#define MAMORI_PROGRAM_H

#include <stdint.h>

/* Identifiers that XS itself does not have, in the order of their numbers, each with a zero behind it. */
extern const char programNames[];
extern const uint32_t programNameCount;
/* Number of the first of them: XS must have got as far when it has made its own. */
extern const uint32_t programFirstName;
extern const uint8_t programCode[];
extern const uint32_t programCodeBytes;

#endif
