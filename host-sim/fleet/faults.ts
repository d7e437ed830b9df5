import type { Scenario, ScenarioFault } from '../scenario/types.js';
import { DAY_MS } from '../scenario/time-schema.js';
import type { FleetNode } from './fleet-node.js';
import type { Span } from './gate.js';

/** When the broker is away. */
export function outagesOf({ faults }: Scenario): Span[] {
  return faults
    .filter(({ kind }) => kind === 'brokerOutage')
    .map(({ atMs, forMs }) => ({ fromMs: atMs, toMs: atMs + forMs }));
}

function planFault(node: FleetNode, fault: ScenarioFault): void {
  const { atMs, forMs } = fault;
  if ('node' in fault && fault.node !== node.plan.group) return;
  const between = (begin: () => void, end: () => void) => {
    node.at(atMs, begin);
    node.at(atMs + forMs, end);
  };
  switch (fault.kind) {
    case 'brokerOutage':
      return node.at(atMs, () => {
        node.broker.stop();
        node.link.hangUp();
      });
    case 'gatewayKill':
      return between(
        () => node.setGatewayUp(false),
        () => node.setGatewayUp(true),
      );
    case 'linkLoss':
      return between(
        () => node.link.setCut(true),
        () => node.link.setCut(false),
      );
    case 'powerCut':
      return between(
        () => node.powerOff(),
        () => node.powerOn(),
      );
    case 'bus':
      return between(
        () => node.setBusFault(fault.sensor, { kind: fault.fault }),
        () => node.setBusFault(fault.sensor, { kind: 'none' }),
      );
  }
}

/** A time that is exponentially distributed around `meanMs`, at least 1. */
function exponential(node: FleetNode, meanMs: number): number {
  return Math.max(1, Math.round(-Math.log(1 - node.nextUnit()) * meanMs));
}

/** Breaks the node's link at random, for random times, until `untilMs`. */
function planBreak(node: FleetNode, { breaksPerDay, breakForMs }: Scenario['fleet'], untilMs: number): void {
  const atMs = node.nowMs + exponential(node, DAY_MS / breaksPerDay);
  if (atMs >= untilMs) return;
  node.at(atMs, () => {
    node.link.setCut(true);
    node.at(atMs + exponential(node, breakForMs), () => {
      node.link.setCut(false);
      planBreak(node, { breaksPerDay, breakForMs } as Scenario['fleet'], untilMs);
    });
  });
}

/** Plans a node's life: its start, the scenario's faults, its link's random breaks, and the end of its sampling. */
export function planLife(node: FleetNode, { fleet, faults, durationMs }: Scenario): void {
  node.at(node.plan.startMs + Math.floor(node.nextUnit() * fleet.startSpreadMs), () => node.powerOn());
  for (const fault of faults) planFault(node, fault);
  if (fleet.breaksPerDay > 0) planBreak(node, fleet, durationMs);
  node.at(durationMs, () => node.drain());
}
