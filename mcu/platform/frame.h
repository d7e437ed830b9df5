/*
 * Frames on the serial line. To the host: type (1 byte), length (2, little endian), clock in ms (4), payload. From the host,
 * one after each call: status (1), length (2), payload.
 */
#ifndef MAMORI_FRAME_H
#define MAMORI_FRAME_H

#include <stddef.h>
#include <stdint.h>

/* Longest payload in either direction, in bytes. */
#define FRAME_BYTES_MAX 1024

void frameSend(uint8_t type, const void *payload, size_t bytes);
/* Waits for the answer to a call. `payload` has room for FRAME_BYTES_MAX. */
uint8_t frameReceive(uint8_t *payload, size_t *bytes);
/* Tells the host why, and powers off. */
void framePanic(const char *text) __attribute__((noreturn));

#endif
