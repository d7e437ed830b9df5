import type { Signal } from './bus.js';
import type { LineDevice } from './part-bus.js';

export interface GpsWorld {
  readonly nowMs: () => number;
  /** Degrees, north and east positive; undefined: the receiver has no power. */
  readonly latitude: Signal;
  readonly longitude: Signal;
  /** Metres above mean sea level; undefined: the receiver has no power. */
  readonly altitude: Signal;
  /** Satellites in use; below four there is no fix. Undefined: the receiver has no power. */
  readonly satellites: Signal;
}

/** A receiver reports once a second, at 9,600 baud with ten bits a character. */
const PERIOD_MS = 1_000;
const CHARACTER_MS = 10_000 / 9_600;
/** What the port keeps until it is read; what comes then is lost. */
const FIFO_BYTES = 512;
const SATELLITES_MIN = 4;

function checksum(body: string): number {
  return [...body].reduce((sum, character) => sum ^ character.charCodeAt(0), 0);
}

function sentence(body: string, isSpoiled: boolean): string {
  const sum = checksum(body) ^ (isSpoiled ? 0xff : 0);
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`;
}

/** `dddmm.mmmmm` and the letter of the hemisphere; the nearest hundred-thousandth of a minute. */
function angle(degrees: number, width: number, letters: string): string {
  const steps = Math.round(Math.abs(degrees) * 6_000_000);
  const whole = Math.floor(steps / 6_000_000);
  const minutes = (steps - whole * 6_000_000) / 100_000;
  const text = String(whole).padStart(width, '0') + minutes.toFixed(5).padStart(8, '0');
  return `${text},${letters[degrees < 0 ? 1 : 0]}`;
}

function timeOf(second: number): string {
  const parts = [Math.floor(second / 3_600) % 24, Math.floor(second / 60) % 60, second % 60];
  return `${parts.map((part) => String(part).padStart(2, '0')).join('')}.00`;
}

/** RMC and GGA once a second. Other sentences, configuration and the search for a first fix are not modelled. */
class GpsModel implements LineDevice {
  readonly #world: GpsWorld;
  #second = 0;
  #at = 0;
  #text = '';

  constructor(world: GpsWorld) {
    this.#world = world;
  }

  open(): void {
    this.#skip();
  }

  read(count: number, isSpoiled: boolean): Uint8Array | undefined {
    const bytes: number[] = [];
    if (this.#valuesAt(this.#world.nowMs()) !== undefined)
      this.#gather(bytes, Math.min(count, FIFO_BYTES), isSpoiled);
    this.#skip();
    return bytes.length === 0 ? undefined : Uint8Array.from(bytes);
  }

  #gather(bytes: number[], bytesMax: number, isSpoiled: boolean): void {
    const { nowMs } = this.#world;
    for (; this.#second * PERIOD_MS <= nowMs() && bytes.length < bytesMax; this.#second++, this.#at = 0) {
      this.#text = this.#report(this.#second, isSpoiled);
      const sent = asciiCodes(this.#text).slice(0, this.#sentBy(nowMs()));
      for (; this.#at < sent.length && bytes.length < bytesMax; this.#at++) bytes.push(sent[this.#at]);
      if (this.#at < this.#text.length) return;
    }
  }

  /** Goes on from now: what nobody read in time is lost. */
  #skip(): void {
    const nowMs = this.#world.nowMs();
    this.#second = Math.floor(nowMs / PERIOD_MS);
    this.#at = this.#sentBy(nowMs);
  }

  /** Characters of the current second that are whole by `nowMs`. */
  #sentBy(nowMs: number): number {
    return Math.max(0, Math.floor((nowMs - this.#second * PERIOD_MS) / CHARACTER_MS));
  }

  #valuesAt(nowMs: number): readonly [number, number, number, number] | undefined {
    const { latitude, longitude, altitude, satellites } = this.#world;
    const [north, east, up, count] = [latitude, longitude, altitude, satellites].map((signal) =>
      signal(nowMs),
    );
    const isOff = north === undefined || east === undefined || up === undefined || count === undefined;
    return isOff ? undefined : [north, east, up, count];
  }

  /** What the receiver sends in one second; nothing when it had no power at its beginning. */
  #report(second: number, isSpoiled: boolean): string {
    const values = this.#valuesAt(second * PERIOD_MS);
    if (values === undefined) return '';
    const [north, east, up, count] = values;
    const hasFix = count >= SATELLITES_MIN;
    const place = hasFix ? `${angle(north, 2, 'NS')},${angle(east, 3, 'EW')}` : ',,,';
    const height = hasFix ? `${up.toFixed(1)},M,0.0,M` : ',M,,M';
    const satellites = String(Math.max(0, Math.min(Math.round(count), 99))).padStart(2, '0');
    const time = timeOf(second);
    const rmc = `GNRMC,${time},${hasFix ? 'A' : 'V'},${place},0.00,,010126,,,${hasFix ? 'A' : 'N'}`;
    const gga = `GNGGA,${time},${place},${hasFix ? 1 : 0},${satellites},1.0,${height},,`;
    return sentence(rmc, isSpoiled) + sentence(gga, isSpoiled);
  }
}

function asciiCodes(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

/** A GNSS receiver at the level of its serial line. */
export function createGpsModel(world: GpsWorld): LineDevice {
  return new GpsModel(world);
}
