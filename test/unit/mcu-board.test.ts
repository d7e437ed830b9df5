import mqttPacket from 'mqtt-packet';
import { FRAME } from '../../mcu/device/mcu.js';
import { Board } from '../../mcu/host/board.js';
import { Line } from '../../mcu/host/emulator.js';
import type { NodePlan } from '../../host-sim/run/plan.js';

const PLAN = {
  name: 'microcontroller',
  seed: 1,
  flash: new Map<string, Uint8Array>(),
  sensors: [{ name: 'room', part: 'sht4x' }],
} as unknown as NodePlan;

const WITHOUT_POWER = { temperature: () => undefined, humidity: () => undefined };

function createBoard() {
  const delivered: { topic: string; payload: Uint8Array; nowMs: number }[] = [];
  const board = new Board(
    { ...PLAN, flash: new Map() },
    new Map([['room', WITHOUT_POWER]]),
    (topic, payload, nowMs) => delivered.push({ topic, payload, nowMs }),
  );
  return { board, delivered };
}

const NOTHING = new Uint8Array(0);

describe('the serial line of the emulated microcontroller', () => {
  test('gives a frame only when its last byte is there, whatever the pieces', () => {
    const bytes = Buffer.from([FRAME.log, 2, 0, 0x10, 0x27, 0, 0, 65, 66, FRAME.tick, 0, 0, 1, 0, 0, 0]);
    for (let piece = 1; piece <= bytes.length; piece++) {
      const line = new Line();
      const frames = [];
      for (let at = 0; at < bytes.length; at += piece)
        frames.push(...line.push(bytes.subarray(at, at + piece)));
      expect(frames).toEqual([
        { type: FRAME.log, nowMs: 10_000, payload: Buffer.from('AB') },
        { type: FRAME.tick, nowMs: 1, payload: Buffer.alloc(0) },
      ]);
    }
  });
});

describe('the board around the emulated microcontroller', () => {
  test('keeps what was written to flash, and knows no other name', () => {
    const { board } = createBoard();
    const write = Uint8Array.of(4, ...Buffer.from('root'), 1, 2, 3);
    expect(board.answer(FRAME.flashWrite, write, 0)).toBeUndefined();
    expect(board.answer(FRAME.flashRead, Buffer.from('root'), 0)).toEqual(Uint8Array.of(1, 2, 3));
    expect(board.answer(FRAME.flashRead, Buffer.from('other'), 0)).toBeUndefined();
  });

  test('answers a part without power as a bus does', () => {
    const { board } = createBoard();
    board.answer(FRAME.busOpen, Uint8Array.of(0, 0x44, 0x80, 0x1a, 0x06), 0);
    expect(board.answer(FRAME.busWrite, Uint8Array.of(0, 0xfd), 0)).toMatchObject({ kind: 'nack' });
  });

  test('acknowledges a connection and a message at QoS 1 in the answer to the next tick', () => {
    const { board, delivered } = createBoard();
    board.told(FRAME.streamOpen, NOTHING, 0);
    const connect = mqttPacket.generate({
      cmd: 'connect',
      clientId: 'x',
      protocolId: 'MQTT',
      protocolVersion: 4,
    });
    board.told(FRAME.streamWrite, connect.subarray(0, 5), 0);
    board.told(FRAME.streamWrite, connect.subarray(5), 0);
    expect(board.answer(FRAME.tick, NOTHING, 0)).toEqual(Uint8Array.of(2, 0x20, 2, 0, 0));
    const message = { topic: 't', payload: Buffer.from([7]), messageId: 9, dup: false, retain: false };
    board.told(FRAME.streamWrite, mqttPacket.generate({ cmd: 'publish', qos: 1, ...message }), 1_234);
    expect(board.answer(FRAME.tick, NOTHING, 0)).toEqual(Uint8Array.of(2, 0x40, 2, 0, 9));
    expect(delivered).toEqual([{ topic: 't', payload: Buffer.from([7]), nowMs: 1_234 }]);
  });

  test('refuses frames that it does not know', () => {
    const { board } = createBoard();
    expect(() => board.answer(31, NOTHING, 0)).toThrow('a call of unknown type 31');
    expect(() => board.told(99, NOTHING, 0)).toThrow('a frame of unknown type 99');
  });
});
