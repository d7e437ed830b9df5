import { readBundle } from '../engine/bundle.js';
import type { EngineFactory, EngineName } from '../engine/engine.js';
import { nodeEngineFactory } from '../engine/node-engine.js';
import { xsEngineFactory } from '../engine/xs-engine.js';
import type { GatewayEvent } from '../../gateway/events.js';
import type { Scenario, ScenarioFault } from '../scenario/types.js';
import { buildSignals, type SeriesCache } from '../scenario/signals.js';
import type { Signal } from '../world/signals.js';
import type { LinkFactory } from '../network/link.js';
import type { Scheduler } from '../network/scheduler.js';
import { Machine } from './machine.js';
import { NodeHost, type HostContext } from './node-host.js';
import type { NodePlan } from './plan.js';
import type { Trace } from './trace.js';

/** Version that simulated nodes report. */
export const FIRMWARE_VERSION = '0.1.0';

/** What a run is asked to do. */
export interface RunOptions {
  readonly scenario: Scenario;
  /** The folder that the scenario's paths are relative to. */
  readonly baseDir: string;
  readonly engine: EngineName;
  readonly trace: Trace;
  readonly onEvent: (event: GatewayEvent) => void;
  readonly onLog: (node: string, level: string, text: string) => void;
  /** Told once, before anything runs. */
  readonly onPlan: (plans: readonly NodePlan[]) => void;
  /** Told when a fault begins and ends. */
  readonly onFault: (fault: ScenarioFault, phase: 'begin' | 'end', worldMs: number) => void;
  /** Called now and then with the world's time. */
  readonly onProgress: (worldMs: number) => void;
}

/** An engine of this name and the bundle's hash. */
export async function prepareEngine(
  name: EngineName,
): Promise<{ startEngine: EngineFactory; sha256: string }> {
  const { sha256 } = await readBundle();
  const startEngine = name === 'xs' ? await xsEngineFactory() : await nodeEngineFactory();
  return { startEngine, sha256 };
}

/** The signals of all sensors of a node. @throws {Error} when a CSV file is broken. */
export function signalsOf(
  plan: NodePlan,
  { scenario, baseDir }: Pick<RunOptions, 'scenario' | 'baseDir'>,
  cache: SeriesCache,
): Map<string, Readonly<Record<string, Signal>>> {
  const signals = new Map<string, Readonly<Record<string, Signal>>>();
  for (const sensor of plan.sensors) {
    const built = buildSignals(sensor, { baseDir, seed: plan.seed, startUtcMs: scenario.startUtcMs, cache });
    if (!built.ok) throw new Error(built.error);
    signals.set(sensor.name, built.signals);
  }
  return signals;
}

/**
 * Hosts for all nodes, not started yet.
 * @param fill a real entropy source; without it entropy is a function of the scenario's seed.
 * @throws {Error} when a CSV file is broken.
 */
export function makeHosts(
  plans: readonly NodePlan[],
  options: RunOptions,
  links: LinkFactory,
  context: HostContext,
  fill?: (bytes: Uint8Array) => void,
): NodeHost[] {
  const cache: SeriesCache = new Map();
  return plans.map((plan) => {
    const world = { signals: signalsOf(plan, options, cache), nowMs: () => context.scheduler.nowMs() };
    const machine = new Machine(plan, fill === undefined ? world : { ...world, fill });
    return new NodeHost(plan, machine, links, context);
  });
}

/** What a fault does to the world, at its beginning and its end. */
export interface FaultActions {
  brokerDown(): void | Promise<void>;
  brokerUp(): void | Promise<void>;
  gatewayDown(): void | Promise<void>;
  gatewayUp(): void | Promise<void>;
  linkDown(host: NodeHost): void;
  linkUp(host: NodeHost): void;
}

type Ends = { readonly begin: () => void | Promise<void>; readonly end: () => void | Promise<void> };

function endsOf(fault: ScenarioFault, hosts: readonly NodeHost[], actions: FaultActions): Ends {
  const hit = 'node' in fault ? hosts.filter(({ plan }) => plan.group === fault.node) : [];
  switch (fault.kind) {
    case 'brokerOutage':
      return { begin: () => actions.brokerDown(), end: () => actions.brokerUp() };
    case 'gatewayKill':
      return { begin: () => actions.gatewayDown(), end: () => actions.gatewayUp() };
    case 'linkLoss':
      return {
        begin: () => hit.forEach((host) => actions.linkDown(host)),
        end: () => hit.forEach((host) => actions.linkUp(host)),
      };
    case 'powerCut':
      return {
        begin: async () => {
          for (const host of hit) await host.cutPower();
        },
        end: async () => {
          for (const host of hit) await host.start('powerOn');
        },
      };
    case 'bus':
      return {
        begin: () => hit.forEach(({ machine }) => machine.setBusFault(fault.sensor, { kind: fault.fault })),
        end: () => hit.forEach(({ machine }) => machine.setBusFault(fault.sensor, { kind: 'none' })),
      };
  }
}

/** Plans the scenario's faults. */
export function planFaults(
  scheduler: Scheduler,
  { scenario, onFault }: RunOptions,
  hosts: readonly NodeHost[],
  actions: FaultActions,
): void {
  for (const fault of scenario.faults) {
    const { begin, end } = endsOf(fault, hosts, actions);
    scheduler.at(fault.atMs, () => {
      onFault(fault, 'begin', scheduler.nowMs());
      return begin();
    });
    scheduler.at(fault.atMs + fault.forMs, () => {
      onFault(fault, 'end', scheduler.nowMs());
      return end();
    });
  }
}

/** The first line of a trace: what was run, and nothing that differs between engines. */
export function traceHeader(
  { scenario }: RunOptions,
  bundleSha256: string,
  plans: readonly NodePlan[],
): object {
  return {
    mamoriTrace: 1,
    bundleSha256,
    seed: scenario.seed,
    scenario,
    nodes: plans.map(({ name, config, parts }) => ({ name, config, parts })),
  };
}
