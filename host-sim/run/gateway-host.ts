import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayCore } from '../../gateway/core.js';
import type { GatewayEvent } from '../../gateway/events.js';
import { Store } from '../../gateway/store.js';
import type { SecretSource } from '../../src/seal/x25519.js';
import { rootOf, type NodePlan } from './plan.js';

/** Publishes what the gateway wants to tell a node. */
export type Publish = (topic: string, payload: Uint8Array) => void;

/** A gateway in this process, on a file of its own, that can be killed and started again. */
export class GatewayHost {
  readonly #folder = mkdtempSync(join(tmpdir(), 'mamori-sim-'));
  readonly #onEvent: (event: GatewayEvent) => void;
  readonly #publish: Publish;
  readonly #entropy: SecretSource;
  #running: { store: Store; core: GatewayCore } | undefined;

  constructor(
    plans: readonly NodePlan[],
    onEvent: (event: GatewayEvent) => void,
    publish: Publish,
    entropy: SecretSource,
  ) {
    this.#onEvent = onEvent;
    this.#publish = publish;
    this.#entropy = entropy;
    const { store, core } = this.#open();
    store.transaction(() => {
      for (const { config, flash, name, claim } of plans) {
        if (claim !== undefined) core.pair(claim, config.gatewayId, name);
        else store.addNode(config.nodeId, name, config.gatewayId, rootOf({ flash }));
      }
    });
    this.#running = { store, core };
  }

  get store(): Store {
    if (this.#running === undefined) throw new Error('the gateway is down');
    return this.#running.store;
  }

  /** Takes a message and tells what was in it. @throws {Error} when the store cannot be written. */
  deliver(topic: string, payload: Uint8Array, utcMs: number): void {
    if (this.#running === undefined) throw new Error('the gateway is down');
    const { core } = this.#running;
    for (const event of core.receive(topic, payload, utcMs)) this.#onEvent(event);
    for (const reply of core.takeReplies()) this.#publish(reply.topic, reply.payload);
  }

  /** Tells of nodes that have gone silent; a gateway that is down tells nothing. */
  checkSilence(utcMs: number): void {
    for (const event of this.#running?.core.checkSilence(utcMs) ?? []) this.#onEvent(event);
  }

  /** Loses all that is only in memory. */
  kill(): void {
    this.#running?.store.close();
    this.#running = undefined;
  }

  restart(): void {
    this.#running ??= this.#open();
  }

  /** Ends it and removes its file. */
  remove(): void {
    this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #open(): { store: Store; core: GatewayCore } {
    const store = new Store(join(this.#folder, 'gateway.sqlite'), { durable: false });
    return { store, core: new GatewayCore(store, this.#entropy) };
  }
}
