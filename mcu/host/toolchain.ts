import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

/** Compiler of the machine's C, a GCC with picolibc. */
export const CROSS_COMPILER = 'riscv64-unknown-elf-gcc';
export const CROSS_SIZE = 'riscv64-unknown-elf-size';
export const HOST_COMPILER = 'gcc';
export const EMULATOR = 'qemu-system-riscv32';

/** What is needed, and the Debian package that has it. */
const NEEDED = [
  [CROSS_COMPILER, 'gcc-riscv64-unknown-elf'],
  [EMULATOR, 'qemu-system-misc'],
  [HOST_COMPILER, 'gcc'],
] as const;
const PICOLIBC_SPECS = '/usr/lib/picolibc/riscv64-unknown-elf/picolibc.specs';

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}

/** Folder of XS, whose sources `@agoric/xsnap` brings. */
export function xsFolder(): string {
  const packageFile = createRequire(import.meta.url).resolve('@agoric/xsnap/package.json');
  return join(dirname(packageFile), 'moddable', 'xs');
}

/** What is missing to build and run the machine, in words; empty when all is there. */
export function missingTools(): string[] {
  const missing: string[] = NEEDED.filter(([program]) => !isOnPath(program)).map(
    ([program, pack]) => `${program} (Debian package ${pack})`,
  );
  if (!existsSync(PICOLIBC_SPECS)) missing.push('picolibc (Debian package picolibc-riscv64-unknown-elf)');
  if (!existsSync(join(xsFolder(), 'sources', 'xsAll.c'))) missing.push('the sources of XS in @agoric/xsnap');
  return missing;
}

/** Runs a program to its end. @returns what it printed. @throws {Error} with its messages when it fails. */
export function run(program: string, options: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, options, { stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    let messages = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (messages += text));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(printed);
      else reject(new Error(`${program} failed: ${messages.trim().slice(-2_000)}`));
    });
  });
}
