import { accountAlerts, accountReadings, findTwins } from '../check/accounting.js';
import { VirtualBroker } from '../network/virtual-broker.js';
import { VirtualNetwork, type VirtualLink } from '../network/virtual-network.js';
import { VirtualScheduler } from '../network/scheduler.js';
import { toHex } from '../../src/base/bytes.js';
import { SeededRandom } from '../../src/base/random.js';
import type { GatewayEvent } from '../../gateway/events.js';
import type { Scenario } from '../scenario/types.js';
import { GatewayHost } from './gateway-host.js';
import type { NodeHost } from './node-host.js';
import { planNodes } from './plan.js';
import {
  FIRMWARE_VERSION,
  makeHosts,
  planFaults,
  prepareEngine,
  traceHeader,
  type RunOptions,
} from './setup.js';
import { alertSummaries } from './alert-summary.js';
import { refusalsOf, summarize, totalsOf, type NodeSummary, type Summary } from './summary.js';

/** How often the gateway looks for silent nodes, and the caller hears of progress, in world time. */
const SILENCE_CHECK_MS = 60_000;
/** How long a run goes on beyond its drain for the last acknowledgements to come. */
const SETTLE_MS_MAX = 3_600_000;
const SETTLE_STEP_MS = 250;
const GATEWAY_SEED = 0x6761_7465;

/** One scenario under virtual time: everything is a function of the scenario and its seed. */
class VirtualRun {
  readonly #options: RunOptions;
  readonly #scheduler = new VirtualScheduler();
  readonly #broker = new VirtualBroker(this.#scheduler);
  readonly #gateway: GatewayHost;
  readonly #hosts: NodeHost[];
  readonly #sha256: string;

  constructor(
    options: RunOptions,
    sha256: string,
    startEngine: Awaited<ReturnType<typeof prepareEngine>>['startEngine'],
  ) {
    const { scenario, trace, onEvent, onLog } = options;
    this.#options = options;
    this.#sha256 = sha256;
    const plans = planNodes(scenario, { version: FIRMWARE_VERSION, bundleSha256: sha256 });
    options.onPlan(plans);
    trace.write(traceHeader(options, sha256, plans));
    const network = new VirtualNetwork(this.#scheduler, this.#broker, {
      ...scenario.network,
      seed: scenario.seed,
    });
    const context = {
      scheduler: this.#scheduler,
      startEngine,
      trace,
      startUtcMs: scenario.startUtcMs,
      onLog,
    };
    this.#hosts = makeHosts(plans, options, network.link, context);
    const note = (event: GatewayEvent) => {
      trace.write({
        t: this.#scheduler.nowMs(),
        gateway: event.type === 'birth' ? { ...event, birth: undefined } : event,
      });
      onEvent(event);
    };
    // The gateway's entropy is a function of the seed, and never what a node draws.
    const entropy = new SeededRandom(scenario.seed ^ GATEWAY_SEED);
    const publish = (topic: string, payload: Uint8Array) => this.#broker.publish(topic, payload);
    this.#gateway = new GatewayHost(plans, note, publish, entropy);
  }

  async run(): Promise<Summary> {
    const { scenario } = this.#options;
    try {
      this.#plan(scenario);
      await this.#scheduler.run(scenario.durationMs);
      for (const host of this.#hosts) await host.drain();
      await this.#scheduler.run(scenario.durationMs + scenario.drainMs);
      await this.#settle(scenario.durationMs + scenario.drainMs);
      return await this.#summary(scenario);
    } finally {
      for (const host of this.#hosts) await host.stop();
      this.#gateway.remove();
    }
  }

  #plan({ durationMs, drainMs }: Scenario): void {
    this.#attach();
    for (const host of this.#hosts) this.#scheduler.at(host.plan.startMs, () => host.start('powerOn'));
    planFaults(this.#scheduler, this.#options, this.#hosts, {
      brokerDown: () => this.#broker.stop(),
      brokerUp: () => this.#broker.start(),
      gatewayDown: () => {
        this.#broker.detach();
        this.#gateway.kill();
      },
      gatewayUp: () => {
        this.#gateway.restart();
        this.#attach();
      },
      linkDown: ({ link }) => {
        (link as VirtualLink).isCut = true;
        (link as VirtualLink).fail();
      },
      linkUp: ({ link }) => void ((link as VirtualLink).isCut = false),
    });
    const look = () => {
      this.#options.onProgress(this.#scheduler.nowMs());
      this.#gateway.checkSilence(this.#options.scenario.startUtcMs + this.#scheduler.nowMs());
      const next = this.#scheduler.nowMs() + SILENCE_CHECK_MS;
      if (next <= durationMs + drainMs) this.#scheduler.at(next, look);
    };
    this.#scheduler.at(SILENCE_CHECK_MS, look);
  }

  #attach(): void {
    this.#broker.attach({
      deliver: (topic, payload) => {
        this.#options.trace.write({ t: this.#scheduler.nowMs(), topic, payload: toHex(payload) });
        this.#gateway.deliver(topic, payload, this.#options.scenario.startUtcMs + this.#scheduler.nowMs());
      },
    });
  }

  /** Goes on until nothing is under way, so that the account can be exact. */
  async #settle(fromMs: number): Promise<void> {
    for (let ms = fromMs; ms < fromMs + SETTLE_MS_MAX; ms += SETTLE_STEP_MS) {
      const quiet = await Promise.all(this.#hosts.map((host) => host.isQuiet()));
      if (!quiet.includes(false)) return;
      await this.#scheduler.run(ms + SETTLE_STEP_MS);
    }
  }

  async #summary(scenario: Scenario): Promise<Summary> {
    const nodes = await summarize(this.#hosts, this.#gateway);
    const violations = nodes.flatMap((node, i) => this.#check(node, this.#hosts[i]));
    return {
      scenario: scenario.name,
      engine: this.#options.engine,
      mode: 'virtual',
      seed: scenario.seed,
      bundleSha256: this.#sha256,
      worldMs: this.#scheduler.nowMs(),
      nodes,
      totals: totalsOf(nodes),
      alerts: alertSummaries(this.#hosts, this.#gateway, scenario),
      refusals: refusalsOf(this.#gateway),
      violations,
    };
  }

  #check(node: NodeSummary, host: NodeHost): string[] {
    const store = this.#gateway.store;
    return [
      ...accountReadings(node, host.plan.config.broker.qos),
      ...findTwins(node, store),
      ...accountAlerts(node),
    ];
  }
}

/** Runs a scenario under virtual time. @throws {Error} when a CSV file is broken or a program fails. */
export async function runVirtual(options: RunOptions): Promise<Summary> {
  const { startEngine, sha256 } = await prepareEngine(options.engine);
  return new VirtualRun(options, sha256, startEngine).run();
}
