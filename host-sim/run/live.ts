import { randomFillSync } from 'node:crypto';
import { accountAlerts, accountReadings } from '../check/accounting.js';
import { connectGateway, type GatewayClient } from '../../gateway/mqtt-client.js';
import { SYSTEM_ENTROPY } from '../../gateway/pairing.js';
import { LiveScheduler } from '../network/scheduler.js';
import { tcpLinks } from '../network/tcp-link.js';
import type { Scenario } from '../scenario/types.js';
import { GatewayHost } from './gateway-host.js';
import { LiveBroker } from './live-broker.js';
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
import { refusalsOf, summarize, totalsOf, type Summary } from './summary.js';

/** How often the run looks whether it is done, in real milliseconds. */
const LOOK_MS = 50;
/** How long acknowledgements may take after the scenario's end, in real milliseconds. */
const SETTLE_MS_MAX = 10_000;

/** Host and port of an `mqtt://` URL. @throws {Error} on anything else. */
export function brokerAddress(url: string): { host: string; port: number } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'mqtt:' || parsed.hostname === '')
    throw new Error(`broker ${url}: expected mqtt://host:port`);
  return { host: parsed.hostname, port: parsed.port === '' ? 1883 : Number(parsed.port) };
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** One scenario in real, scaled time over TCP. */
class LiveRun {
  readonly #options: RunOptions;
  readonly #broker: LiveBroker | undefined;
  readonly #url: string;
  readonly #scheduler: LiveScheduler;
  readonly #hosts: NodeHost[];
  readonly #gateway: GatewayHost;
  readonly #sha256: string;
  readonly #clientId: string;
  #client: GatewayClient | undefined;
  #failure: unknown;

  constructor(
    options: RunOptions,
    { startEngine, sha256 }: Awaited<ReturnType<typeof prepareEngine>>,
    { broker, url }: { broker: LiveBroker | undefined; url: string },
  ) {
    const { scenario, trace, onEvent, onLog } = options;
    this.#options = options;
    this.#broker = broker;
    this.#url = url;
    this.#sha256 = sha256;
    const foreign = broker === undefined;
    const plans = planNodes(
      scenario,
      { version: FIRMWARE_VERSION, bundleSha256: sha256 },
      foreign ? randomFillSync : undefined,
    );
    this.#clientId = `mamori-gateway-${plans[0].config.nodeId}`;
    options.onPlan(plans);
    trace.write(traceHeader(options, sha256, plans));
    this.#scheduler = new LiveScheduler(scenario.speed, (error) => (this.#failure ??= error));
    const { host, port } = brokerAddress(url);
    const context = {
      scheduler: this.#scheduler,
      startEngine,
      trace,
      startUtcMs: scenario.startUtcMs,
      onLog,
    };
    this.#hosts = makeHosts(plans, options, tcpLinks(host, port), context, randomFillSync);
    const publish = (topic: string, payload: Uint8Array) => this.#client?.publish(topic, payload);
    this.#gateway = new GatewayHost(plans, onEvent, publish, SYSTEM_ENTROPY);
  }

  async run(): Promise<Summary> {
    const { scenario } = this.#options;
    try {
      this.#connect();
      await this.#until(
        () => this.#client?.connected === true,
        SETTLE_MS_MAX,
        `no connection to ${this.#url}: is a broker running there?`,
      );
      this.#plan();
      await this.#until(() => this.#scheduler.nowMs() >= scenario.durationMs);
      await this.#settle();
      return await this.#summary(scenario);
    } finally {
      for (const host of this.#hosts) await host.stop();
      await this.#client?.close();
      this.#gateway.remove();
    }
  }

  #connect(): void {
    const { startUtcMs } = this.#options.scenario;
    this.#client = connectGateway({
      url: this.#url,
      clientId: this.#clientId,
      reconnectMs: LOOK_MS,
      onMessage: (topic, payload) =>
        this.#gateway.deliver(topic, payload, startUtcMs + this.#scheduler.nowMs()),
      onStatus: (text) => this.#options.onLog('gateway', 'notice', text),
    });
  }

  #plan(): void {
    this.#scheduler.begin();
    for (const host of this.#hosts) this.#scheduler.at(host.plan.startMs, () => host.start('powerOn'));
    planFaults(this.#scheduler, this.#options, this.#hosts, {
      brokerDown: () => this.#ownBroker().down(),
      brokerUp: () => this.#ownBroker().up(),
      gatewayDown: async () => {
        await this.#client?.close();
        this.#gateway.kill();
      },
      gatewayUp: () => {
        this.#gateway.restart();
        this.#connect();
      },
      linkDown: ({ link }) => link.close(),
      linkUp: () => undefined,
    });
  }

  #ownBroker(): LiveBroker {
    if (this.#broker === undefined)
      throw new Error('a broker outage needs the embedded broker: leave --broker out');
    return this.#broker;
  }

  async #until(done: () => boolean, withinMs = Infinity, why = ''): Promise<void> {
    const end = Date.now() + withinMs;
    while (!done()) {
      if (this.#failure !== undefined) throw this.#failure as Error;
      if (Date.now() > end) throw new Error(why);
      this.#options.onProgress(this.#scheduler.nowMs());
      this.#gateway.checkSilence(this.#options.scenario.startUtcMs + this.#scheduler.nowMs());
      await sleep(LOOK_MS);
    }
  }

  /** Goes on until every node is quiet and the gateway has what the broker holds. */
  async #settle(): Promise<void> {
    for (const host of this.#hosts) await host.drain();
    const end = Date.now() + SETTLE_MS_MAX;
    for (const host of this.#hosts) while (Date.now() < end && !(await host.isQuiet())) await sleep(LOOK_MS);
    // The broker has everything; what it has not handed over yet is on its way to the gateway.
    await sleep(LOOK_MS * 4);
  }

  async #summary(scenario: Scenario): Promise<Summary> {
    const nodes = await summarize(this.#hosts, this.#gateway);
    const qos = (i: number) => this.#hosts[i].plan.config.broker.qos;
    const violations = nodes.flatMap((node, i) => [...accountReadings(node, qos(i)), ...accountAlerts(node)]);
    const { engine } = this.#options;
    const head = {
      scenario: scenario.name,
      engine,
      mode: 'live',
      seed: scenario.seed,
      bundleSha256: this.#sha256,
    } as const;
    const worldMs = this.#scheduler.nowMs();
    return {
      ...head,
      worldMs,
      nodes,
      totals: totalsOf(nodes),
      alerts: alertSummaries(this.#hosts, this.#gateway, scenario),
      refusals: refusalsOf(this.#gateway),
      violations,
    };
  }
}

/** Runs a scenario live. @throws {Error} when the broker cannot be reached or a program fails. */
export async function runLive(options: RunOptions, url?: string): Promise<Summary> {
  const prepared = await prepareEngine(options.engine);
  const broker = url === undefined ? await LiveBroker.start() : undefined;
  try {
    return await new LiveRun(options, prepared, {
      broker,
      url: url ?? `mqtt://127.0.0.1:${broker?.port ?? 0}`,
    }).run();
  } finally {
    await broker?.stop();
  }
}
