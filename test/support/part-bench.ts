import { PARTS, type PartName } from '../../hal/parts.js';
import type { Signal } from '../../host-sim/devices/bus.js';
import { PARTS as SIMULATED_PARTS, type SimulatedPart } from '../../host-sim/devices/parts.js';
import type { PartDescription } from '../../hal/parts.js';
import type { SensorPort } from '../../src/ports/ports.js';

const CALLS_MAX = 400;

/** A part with a world that the test changes: `world[signal] = undefined` takes its power away. */
export function createPartBench(part: PartName, world: Record<string, number | undefined>, stepMs = 10) {
  const clock = { nowMs: 0 };
  const names = Object.keys(world);
  const signals = Object.fromEntries(names.map((name): [string, Signal] => [name, () => world[name]]));
  const simulated: SimulatedPart = SIMULATED_PARTS[part];
  const description: PartDescription = PARTS[part];
  const bus = simulated.connect(() => clock.nowMs, signals);
  const options = Object.fromEntries(Object.entries(bus.io).map(([port, io]) => [port, { io }]));
  return {
    bus,
    clock,
    world,
    options,
    open: (): SensorPort => description.create(options),
    /** Calls `sample`, with time going on between, until there is one. */
    sampleOnce: (sensor: SensorPort): object => {
      for (let i = 0; i < CALLS_MAX; i++) {
        clock.nowMs += stepMs;
        const sample = sensor.sample();
        if (sample !== undefined) return sample;
      }
      throw new Error('no sample');
    },
  };
}
