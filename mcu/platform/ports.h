/* The functions that JavaScript gets of the machine. */
#ifndef MAMORI_PORTS_H
#define MAMORI_PORTS_H

struct sxMachine;
/* Puts them on the global object as `mcu`. */
void portsInstall(struct sxMachine *the);

#endif
