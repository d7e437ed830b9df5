import type { GatewayEvent } from '../../gateway/events.js';
import { BENCH_CONFIG } from '../../bench/xs.js';
import { readBundle } from '../../host-sim/engine/bundle.js';
import { SYSTEM_ENTROPY } from '../../gateway/pairing.js';
import { GatewayHost } from '../../host-sim/run/gateway-host.js';
import type { NodePlan } from '../../host-sim/run/plan.js';
import { constant, type Signal } from '../../host-sim/world/signals.js';
import { encodeRoot } from '../../src/seal/keys.js';
import { ROOT_FLASH_NAME } from '../../src/seal/sealer.js';
import { Board } from './board.js';
import {
  buildImage,
  buildPlatform,
  type HeapSize,
  type Image,
  type Platform,
  type Progress,
} from './build.js';
import type { Checks } from './checks.js';
import { emulate, type Measured } from './emulator.js';
import { emptyScript, nodeScript, peersScript } from './scripts.js';

/** Readings that a run waits for. */
export const READINGS = 60;
const TEMPERATURE_C = 21.5;
const HUMIDITY_PERCENT = 45;
/** Half a step of 0.01, and what the part's 16 bits round away. */
const TOLERANCE = 0.011;
/** A time at which the gateway receives the first message; any would do. */
const START_UTC_MS = Date.UTC(2026, 0, 1);
const PARTS = { room: 'sht4x' } as const;

/** Small at first: it grows to what the program needs, and garbage is collected with nearly each message. */
const TIGHT: HeapSize = { chunkBytes: 16 * 1024, slots: 4_096 };
/** Most of the 400 KB: garbage is collected after some messages. */
const ROOMY: HeapSize = { chunkBytes: 40 * 1024, slots: 19_800 };

/** More slots than 400 KB hold. */
const TOO_LARGE: HeapSize = { chunkBytes: 16 * 1024, slots: 26_000 };

/** What one run of the node gave. */
export interface NodeRun extends Measured {
  readonly events: readonly GatewayEvent[];
  readonly written: Buffer;
  readonly log: readonly string[];
}

export interface Runs {
  readonly image: Image;
  readonly emptyImage: Image;
  readonly empty: Measured;
  readonly node: NodeRun;
  /** The same node on the smallest heap. */
  readonly tight: NodeRun;
  readonly peers: Measured;
}

function planOf(bundleSha256: string): NodePlan {
  return {
    name: 'microcontroller',
    group: 'microcontroller',
    config: { ...BENCH_CONFIG, firmware: { ...BENCH_CONFIG.firmware, bundleSha256 } },
    parts: PARTS,
    flash: new Map([[ROOT_FLASH_NAME, encodeRoot({ session: 1, root: new Uint8Array(32).fill(7) })]]),
    seed: 1,
    startMs: 0,
    sensors: BENCH_CONFIG.sensors.map(({ name, intervalMs, tickMs, timeoutMs }) => {
      return { name, part: PARTS.room, intervalMs, tickMs, timeoutMs, signals: {}, detectors: [] };
    }),
  };
}

const PRESENT: Readonly<Record<string, Signal>> = {
  temperature: constant(TEMPERATURE_C),
  humidity: constant(HUMIDITY_PERCENT),
};

/** Runs the node's image against a gateway of its own. */
async function runNode(
  image: Image,
  plan: NodePlan,
  signals: Readonly<Record<string, Signal>>,
): Promise<NodeRun> {
  const events: GatewayEvent[] = [];
  const noReplies = () => undefined;
  const gateway = new GatewayHost([plan], (event) => events.push(event), noReplies, SYSTEM_ENTROPY);
  try {
    const board = new Board(plan, new Map([['room', signals]]), (topic, payload, nowMs) =>
      gateway.deliver(topic, payload, START_UTC_MS + nowMs),
    );
    const measured = await emulate(image.path, board);
    return { ...measured, events, written: board.written, log: board.log };
  } finally {
    gateway.remove();
  }
}

/** An image without a HAL: it asks nothing. */
async function runAlone({ path }: Image): Promise<Measured> {
  const refuse = (): never => {
    throw new Error('a machine without ports asked for one');
  };
  return emulate(path, { answer: refuse, told: refuse });
}

function readingsOf({ events }: NodeRun): Extract<GatewayEvent, { type: 'reading' }>[] {
  return events.filter((event) => event.type === 'reading');
}

function isAsMeasured({
  values: [temperature, humidity],
}: Extract<GatewayEvent, { type: 'reading' }>): boolean {
  return (
    Math.abs(Number(temperature.value) - TEMPERATURE_C) <= TOLERANCE &&
    Math.abs(Number(humidity.value) - HUMIDITY_PERCENT) <= TOLERANCE
  );
}

function checkNode(checks: Checks, node: NodeRun): void {
  const readings = readingsOf(node);
  const opened = `${readings.length} of ${READINGS}`;
  checks.check('the gateway opened and stored every reading', readings.length === READINGS, opened);
  checks.check('each has the values that the sensor had', readings.every(isAsMeasured));
  const refusals = node.events.filter(({ type }) => type === 'refusal').length;
  checks.check('the gateway refused nothing', refusals === 0, `${refusals} refusals`);
  const births = node.events.filter(({ type }) => type === 'birth').length;
  checks.check('one session was born', births === 1, `${births} births`);
}

/** QEMU's count can be one off for each exchange in which the host answers while the machine runs. */
const MISCOUNT_MAX = 64;

function checkRepeat(checks: Checks, node: NodeRun, again: NodeRun): void {
  const isSame = node.written.equals(again.written);
  checks.check('a second run sends the same bytes', isSame, `${node.written.length} bytes`);
  const [first, second] = [node, again].map(({ costs }) => costs.get('sampleToPublish') ?? []);
  const differences = first.map((value, i) => Math.abs(value - second[i]));
  const worst = Math.max(...differences);
  const detail = `${worst} instructions apart at most`;
  checks.check('a second run takes the same instructions', worst <= MISCOUNT_MAX, detail);
}

/** The machine must not get more RAM than the part has, though QEMU would give it. */
async function checkLimit(checks: Checks, platform: Platform, script: string): Promise<void> {
  const image = await buildImage(platform, 'too-large', script, TOO_LARGE);
  const end = await runAlone(image).then(
    () => 'it ran',
    (error: Error) => error.message,
  );
  checks.check('a heap beyond 400 KB is refused', end === 'the machine stopped: memory full', end);
}

/** From the third minute to the fifth the part has no power. */
const failing = (signal: Signal): Signal => {
  return (worldMs) => (worldMs >= 150_000 && worldMs < 270_000 ? undefined : signal(worldMs));
};

function checkFault(checks: Checks, node: NodeRun): void {
  const readings = readingsOf(node);
  const reasons = readings
    .filter((reading) => !isAsMeasured(reading))
    .map(({ values }) => String(values[0].value));
  const isAll = readings.length === READINGS && reasons.length === 2;
  const isNoData = reasons.every((reason) => reason === 'deviceNotPresent');
  checks.check(
    'a part without power becomes noData, and the node goes on',
    isAll && isNoData,
    reasons.join(', '),
  );
}

type NodeImages = Readonly<Record<'node' | 'tight', Image>>;

/** Runs the node's images and checks what the gateway got. */
async function runNodes(
  images: NodeImages,
  checks: Checks,
  progress: Progress,
): Promise<Record<'node' | 'tight', NodeRun>> {
  const plan = async () => planOf((await readBundle()).sha256);
  progress(`running the node until ${READINGS} readings have left`);
  const node = await runNode(images.node, await plan(), PRESENT);
  checkNode(checks, node);
  progress('running it again');
  checkRepeat(checks, node, await runNode(images.node, await plan(), PRESENT));
  progress('running it with a part that fails');
  const failed = Object.entries(PRESENT).map(([name, signal]) => [name, failing(signal)] as const);
  checkFault(checks, await runNode(images.node, await plan(), Object.fromEntries(failed)));
  progress('running it on the smallest heap');
  const tight = await runNode(images.tight, await plan(), PRESENT);
  const readings = readingsOf(tight).filter(isAsMeasured).length;
  checks.check(
    'on the smallest heap too every reading arrives',
    readings === READINGS,
    `${readings} readings`,
  );
  return { node, tight };
}

/** Builds and runs everything. @returns undefined when something did not run at all. */
export async function runAll(checks: Checks, progress: Progress): Promise<Runs | undefined> {
  try {
    const platform = await buildPlatform(progress);
    progress('compiling the programs to bytecode and linking the images');
    const { config } = planOf((await readBundle()).sha256);
    const script = await nodeScript(config, { parts: PARTS, readings: READINGS });
    const emptyImage = await buildImage(platform, 'empty', await emptyScript(), TIGHT);
    const image = await buildImage(platform, 'node', script, ROOMY);
    const tightImage = await buildImage(platform, 'tight', script, TIGHT);
    const peersImage = await buildImage(platform, 'peers', await peersScript(), ROOMY);
    progress('running the machine without a program');
    const empty = await runAlone(emptyImage);
    await checkLimit(checks, platform, await emptyScript());
    const nodes = await runNodes({ node: image, tight: tightImage }, checks, progress);
    progress('running stock tweetnacl');
    return { image, emptyImage, empty, ...nodes, peers: await runAlone(peersImage) };
  } catch (error) {
    checks.check(
      'the machine is built and runs',
      false,
      error instanceof Error ? error.message : 'unknown error',
    );
    return undefined;
  }
}
