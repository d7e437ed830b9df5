# Power-on: traps, global and thread pointer, stack, initialised data, then main.
  .option arch, +zicsr
  .section .init, "ax"
  .globl _start
_start:
  .option push
  .option norelax
  la gp, __global_pointer$
  .option pop
  la sp, stackTop
  la tp, threadStart
  la t0, trap
  csrw mtvec, t0

# Copies initialised data from ROM.
  la t0, dataLoad
  la t1, dataStart
  la t2, dataEnd
1:
  bgeu t1, t2, 2f
  lw t3, 0(t0)
  sw t3, 0(t1)
  addi t0, t0, 4
  addi t1, t1, 4
  j 1b

# Clears the rest.
2:
  la t0, bssStart
  la t1, bssEnd
3:
  bgeu t0, t1, 4f
  sw zero, 0(t0)
  addi t0, t0, 4
  j 3b

# Paints the stack, so that its deepest use can be seen later (STACK_PAINT of platform.c).
4:
  la t0, stackBottom
  li t2, 0x5a5a5a5a
5:
  bgeu t0, sp, 6f
  sw t2, 0(t0)
  addi t0, t0, 4
  j 5b
6:
  call main
  call mcuOff

  .align 4
trap:
  csrr a0, mcause
  csrr a1, mepc
  csrr a2, mtval
  la sp, stackTop
  call mcuTrap
