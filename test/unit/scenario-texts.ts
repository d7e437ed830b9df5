/** The shortest scenario that is one. */
export const SMALLEST = `name: smallest
duration: 1h
nodes:
  - name: pump
    sensors:
      - name: air
        part: sht4x
        interval: 10s
`;

/** A scenario with every field, each with another value than its default. */
export const FULL = `name: Full
description: Every field once.
seed: 4294967295
start: 2013-12-02T21:15:00Z
duration: 78d
drain: 0
speed: 60
network: { latency: 100ms, jitter: 0.5 }
gateway: {}
nodes:
  - name: pump
    count: 3
    qos: 0
    keepAlive: 65535
    heartbeat: 1m
    backoff: { min: 500ms, max: 1m, stable: 30s }
    batch: { readings: 120, age: 10m }
    queue: { readings: 65536, alerts: 1 }
    pace: { burst: 1, perMinute: 0.5 }
    start: 90s
    sensors:
      - name: bearing
        part: sht4x
        interval: 5m
        tick: 1m
        timeout: 200ms
        signals:
          temperature: { csv: data.csv, offset: -1d, interpolate: linear, gap: 2h, column: value }
          humidity:
            sum:
              - sine: { mean: 50, amplitude: 5, period: 1d, phase: -6h }
              - noise: { stdDev: 0.5 }
              - ramp: { from: 0, slopePerS: 0.001, start: 1h }
            windows:
              - { from: 1h, to: 2h, signal: { constant: 99 } }
        detectors:
          - { kind: threshold, channel: temperature, above: 90, below: 10, hysteresis: 2, hold: 10m, severity: critical }
      - { name: shake, part: lis3dh, interval: 1, detectors: [{ kind: threshold, channel: z, below: 1 }] }
faults:
  - { kind: brokerOutage, at: 1h, for: 10m }
  - { kind: linkLoss, node: pump, at: 2h, for: 10m }
  - { kind: gatewayKill, at: 3h, for: 10m }
  - { kind: powerCut, node: pump, at: 4h, for: 10m }
  - { kind: bus, node: pump, sensor: shake, fault: badCrc, at: 5h, for: 10m }
`;
