/*
 * What XS must know of the emulated microcontroller. XS includes this file in place of its desktop platforms
 * (-DXSPLATFORM). A `mxUseDefault…` that is missing here is 0, and platform.c has its part.
 */
#ifndef MAMORI_PLATFORM_H
#define MAMORI_PLATFORM_H

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/time.h>

#define mxUseDefaultMachinePlatform 1
#define mxUseDefaultBuildKeys 1
#define mxUseDefaultChunkAllocation 1
#define mxUseDefaultSlotAllocation 1
#define mxUseDefaultSharedChunks 1
/* The stack's end is known from the linker script: XS's own function knows desktops and FreeRTOS only. */
#define mxUseDefaultCStackLimit 0

typedef struct timeval c_timeval;
#define c_timezone timezone
#define c_gettimeofday mcuTimeOfDay
extern int mcuTimeOfDay(struct timeval *time, void *zone);

#endif
