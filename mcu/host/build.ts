import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { projectFolder } from '../../host-sim/engine/bundle.js';
import { CROSS_COMPILER, CROSS_SIZE, HOST_COMPILER, run, xsFolder } from './toolchain.js';

const SOURCE = join(projectFolder(), 'mcu');
const BUILT = join(projectFolder(), 'dist', 'mcu-build');

/** The ESP32-C3's instruction set without atomics; no floating point unit. */
const TARGET = ['--specs=picolibc.specs', '-march=rv32imc', '-mabi=ilp32'];
/** Of XS: the same on both sides, or the bytecode would not fit. */
const XS_OPTIONS = ['-DmxRun=1', '-DmxSloppy=1', '-DmxMinusZero=1', '-DmxBoundsCheck=1'];
const FOLDERS = ['includes', 'platforms', 'sources'].map((name) => `-I${join(xsFolder(), name)}`);

/** How one side compiles. */
interface Side {
  readonly name: 'target' | 'host';
  readonly compiler: string;
  readonly options: readonly string[];
}

const TARGET_SIDE: Side = {
  name: 'target',
  compiler: CROSS_COMPILER,
  options: [
    ...[...TARGET, '-O2', '-ffunction-sections', '-fdata-sections', '-w'],
    ...['-DINCLUDE_XSPLATFORM', '-DXSPLATFORM="platform.h"', `-I${join(SOURCE, 'platform')}`],
    ...XS_OPTIONS,
    ...FOLDERS,
  ],
};
const HOST_SIDE: Side = {
  name: 'host',
  compiler: HOST_COMPILER,
  options: ['-O1', '-w', '-DmxParse=1', ...XS_OPTIONS, ...FOLDERS],
};

/** Tells how far the build is. */
export type Progress = (text: string) => void;

function filesIn(folder: string, end: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(end))
    .sort()
    .map((name) => join(folder, name));
}

/** A key of all that goes into an object, so that a changed header or option compiles anew. */
function objectKey(source: string, side: Side, headers: string): string {
  const hash = createHash('sha256').update(side.options.join('\n')).update(headers);
  return hash.update(readFileSync(source)).digest('hex').slice(0, 16);
}

function headerText(): string {
  const folders = [join(xsFolder(), 'includes'), join(xsFolder(), 'sources'), join(SOURCE, 'platform')];
  return folders
    .flatMap((folder) => filesIn(folder, '.h'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('');
}

/** Compiles what has changed. @returns the objects. */
async function compileAll(sources: readonly string[], side: Side, progress: Progress): Promise<string[]> {
  const headers = headerText();
  const folder = join(BUILT, side.name);
  mkdirSync(folder, { recursive: true });
  const objects = sources.map((source) =>
    join(folder, `${basename(source)}.${objectKey(source, side, headers)}.o`),
  );
  const waiting = sources
    .map((source, i) => ({ source, object: objects[i] }))
    .filter(({ object }) => !existsSync(object));
  if (waiting.length > 0) progress(`compiling ${waiting.length} files for the ${side.name}`);
  const work = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      await run(side.compiler, [...side.options, '-c', next.source, '-o', next.object]);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return objects;
}

/** What every image is made of: the compiler of scripts, and the machine without a program. */
export interface Platform {
  readonly scriptCompiler: string;
  readonly objects: readonly string[];
}

/** Builds XS and the platform for both sides; what is built already stays. @throws {Error} with the compiler's words. */
export async function buildPlatform(progress: Progress): Promise<Platform> {
  const xs = filesIn(join(xsFolder(), 'sources'), '.c');
  const host = await compileAll([...xs, join(SOURCE, 'compile', 'compile.c')], HOST_SIDE, progress);
  const scriptCompiler = join(BUILT, 'compile');
  await run(HOST_COMPILER, [...host, '-lm', '-lpthread', '-ldl', '-o', scriptCompiler]);
  const own = [...filesIn(join(SOURCE, 'platform'), '.c'), join(SOURCE, 'platform', 'start.S')];
  return { scriptCompiler, objects: await compileAll([...xs, ...own], TARGET_SIDE, progress) };
}

/** A linked image and its sizes in bytes. */
export interface Image {
  readonly path: string;
  readonly textBytes: number;
  readonly readOnlyBytes: number;
  /** Bytecode and names of the program, in ROM. */
  readonly programBytes: number;
}

async function sectionBytes(path: string): Promise<Map<string, number>> {
  const lines = (await run(CROSS_SIZE, ['-A', path])).split('\n');
  return new Map(lines.map((line) => line.split(/\s+/)).map(([name, bytes]) => [name, Number(bytes)]));
}

/** What the JavaScript heap reserves at first; it grows by 1,024 bytes and 64 slots. */
export interface HeapSize {
  readonly chunkBytes: number;
  readonly slots: number;
}

/** Compiles `script` to bytecode and links it with the platform. @throws {Error} when it does not fit the memory. */
export async function buildImage(
  { scriptCompiler, objects }: Platform,
  name: string,
  script: string,
  heap: HeapSize,
): Promise<Image> {
  const [source, assembly, path] = ['js', 'S', 'elf'].map((end) => join(BUILT, `${name}.${end}`));
  writeFileSync(source, script);
  await run(scriptCompiler, [source, assembly]);
  const layout = ['-nostartfiles', '-Wl,--gc-sections', '-T', join(SOURCE, 'platform', 'memory.ld')];
  const sizes = [`initialChunkBytes=${heap.chunkBytes}`, `initialSlots=${heap.slots}`];
  const defined = sizes.map((size) => `-Wl,--defsym=${size}`);
  await run(CROSS_COMPILER, [...TARGET, ...layout, ...defined, ...objects, assembly, '-lm', '-o', path]);
  const bytes = await sectionBytes(path);
  return {
    path,
    textBytes: bytes.get('.text') ?? 0,
    readOnlyBytes: bytes.get('.rodata') ?? 0,
    programBytes: bytes.get('.program') ?? 0,
  };
}
