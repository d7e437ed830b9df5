import { decodeRoot } from '../../src/seal/keys.js';
import { ROOT_FLASH_NAME, SESSION_AGE_MS_MAX } from '../../src/seal/sealer.js';
import { KIND } from '../../src/wire/envelope.js';
import { celsius, FakeSensor } from '../support/fake-sensor.js';
import { provisionedFlash, type MemoryFlash } from '../support/memory-ports.js';
import { AIR, NodeRig } from '../support/node-rig.js';
import { newOpener } from '../support/sealed-pair.js';

/** The session that the flash's root is for. */
function nextSession(flash: MemoryFlash): number | undefined {
  return decodeRoot(flash.read(ROOT_FLASH_NAME) as Uint8Array)?.session;
}

describe('session', () => {
  it('a new one begins by age, with a birth of its own, and no reading is lost', () => {
    const rig = new NodeRig({
      config: { sensors: [{ ...AIR, intervalMs: 3_600_000, tickMs: 1_000 }], heartbeatMs: 86_400_000 },
      openSensor: () => new FakeSensor((asked) => celsius(asked / 100)),
    }).run(SESSION_AGE_MS_MAX + 8 * 3_600_000);
    expect(rig.of(KIND.birth).map(({ session }) => session)).toEqual([1, 2]);
    expect(rig.readings().map(({ values }) => values[0])).toEqual(rig.readings().map((_, i) => i));
    expect(rig.readings().length).toBeGreaterThan(170);
  });

  it('a new one begins by age also when the node was offline as it became due', () => {
    const rig = new NodeRig().run(1_000);
    rig.broker.fail();
    rig.broker.script.reachable = false;
    rig.step();
    rig.nowMs = SESSION_AGE_MS_MAX + 1_000;
    rig.step();
    rig.broker.script.reachable = true;
    rig.run(SESSION_AGE_MS_MAX + 200_000);
    expect(rig.of(KIND.birth).map(({ session }) => session)).toEqual([1, 2]);
  });

  it('stays the same over a lost connection', () => {
    const rig = new NodeRig().run(1_000);
    for (let i = 0; i < 5; i++) {
      rig.broker.fail();
      rig.step();
      rig.run(rig.nowMs + 100_000);
    }
    expect(rig.node.stats().connections).toBe(6);
    expect([new Set(rig.arrived().map((one) => one.session)), nextSession(rig.flash)]).toEqual([
      new Set([1]),
      2,
    ]);
  });

  it('a boot loop without a network uses up no root', () => {
    const flash = provisionedFlash();
    for (let boot = 0; boot < 50; boot++) {
      const rig = new NodeRig({ flash, seed: boot });
      rig.broker.script.reachable = false;
      rig.run(100_000);
    }
    expect([nextSession(flash), flash.writes]).toEqual([1, []]);
  });

  it('each boot with a network begins the next one, and the gateway opens them all', () => {
    const flash = provisionedFlash();
    const opener = newOpener();
    for (let boot = 0; boot < 5; boot++) {
      const rig = new NodeRig({ flash, opener, seed: boot }).run(4_000);
      expect([rig.readings().length, rig.arrived()[0].session]).toEqual([5, boot + 1]);
    }
  });

  it('does not begin while the entropy source is not ready, and begins once it is', () => {
    const rig = new NodeRig();
    rig.entropy.ready = false;
    rig.run(100_000);
    expect([rig.broker.received, nextSession(rig.flash)]).toEqual([[], 1]);
    expect(rig.logs).toContainEqual({ level: 'error', text: 'no session: the entropy source is not ready' });
    rig.entropy.ready = true;
    rig.run(200_000);
    expect(rig.of(KIND.birth).length).toBe(1);
  });

  it('does not begin while the flash does not take the next root, and nothing is sealed', () => {
    const rig = new NodeRig();
    rig.flash.refusesWrites = true;
    rig.run(100_000);
    expect(rig.broker.received).toEqual([]);
    rig.flash.refusesWrites = false;
    rig.run(300_000);
    expect(rig.of(KIND.birth).map(({ session }) => session)).toEqual([1]);
  });

  it('writes no key and no root to the log', () => {
    const rig = new NodeRig().run(60_000);
    expect(rig.logs.filter(({ text }) => /[0-9a-f]{16}/i.test(text))).toEqual([]);
  });
});
