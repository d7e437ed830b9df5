import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayCore, type GatewayEvent } from '../../gateway/core.js';
import { Store } from '../../gateway/store.js';
import { rootOf, type NodePlan } from './plan.js';

/** A gateway in this process, on a file of its own, that can be killed and started again. */
export class GatewayHost {
  readonly #folder = mkdtempSync(join(tmpdir(), 'mamori-sim-'));
  readonly #onEvent: (event: GatewayEvent) => void;
  #running: { store: Store; core: GatewayCore } | undefined;

  constructor(plans: readonly NodePlan[], onEvent: (event: GatewayEvent) => void) {
    this.#onEvent = onEvent;
    const { store, core } = this.#open();
    store.transaction(() => {
      for (const { config, flash, name } of plans) {
        store.addNode(config.nodeId, name, config.gatewayId, rootOf({ flash }));
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
    for (const event of this.#running.core.receive(topic, payload, utcMs)) this.#onEvent(event);
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
    return { store, core: new GatewayCore(store) };
  }
}
