/** The longest sentence, from `$` to the checksum, is 82 characters with its line end (NMEA 0183, section 5.3). */
export const SENTENCE_CHARACTERS_MAX = 80;
/** The most fields of a sentence that are looked at; GGA has 15. */
const FIELDS_MAX = 32;

const DOLLAR = 0x24;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** A position as GGA gives it. */
export interface Fix {
  /** Degrees, north positive. */
  latitude: number;
  /** Degrees, east positive. */
  longitude: number;
  /** Metres above mean sea level. */
  altitude: number;
  /** Satellites in use. */
  satellites: number;
}

/** What a sentence says: a position, that there is none, something else, or nothing since it is damaged. */
export type Sentence = Fix | 'noFix' | 'other' | 'corrupt';

/**
 * Gathers sentences from bytes. Whatever comes, it keeps at most one sentence: what does not begin with `$` is passed
 * over, and what is too long is dropped up to the next `$`.
 */
export class SentenceReader {
  #text = '';

  /** Takes one byte. @returns a whole line without its end, which began with `$`. */
  push(byte: number): string | undefined {
    if (byte === DOLLAR) this.#text = '$';
    else if (this.#text === '' || byte === CARRIAGE_RETURN) return undefined;
    else if (byte === LINE_FEED) return this.#take();
    else if (this.#text.length < SENTENCE_CHARACTERS_MAX) this.#text += String.fromCharCode(byte);
    else this.#text = '';
    return undefined;
  }

  /** Forgets what has been gathered. */
  clear(): void {
    this.#text = '';
  }

  #take(): string {
    const line = this.#text;
    this.#text = '';
    return line;
  }
}

/** Exclusive or of the characters between `$` and `*` (NMEA 0183, section 5.2.3), as two hexadecimal digits. */
export function checksum(body: string): string {
  let sum = 0;
  for (let i = 0; i < body.length; i++) sum ^= body.charCodeAt(i);
  return `0${(sum & 0xff).toString(16)}`.slice(-2).toUpperCase();
}

/** Degrees of `dddmm.mmmm`, or undefined. `limit` is 90 or 180, `digits` how many stand before the minutes. */
function angle(text: string, digits: number, limit: number): number | undefined {
  if (!/^\d{4,5}(\.\d{1,8})?$/.test(text) || text.indexOf('.') === 0) return undefined;
  const whole = text.split('.')[0].length;
  if (whole !== digits + 2) return undefined;
  const minutes = Number(text.slice(digits));
  const degrees = Number(text.slice(0, digits)) + minutes / 60;
  return minutes < 60 && degrees <= limit ? degrees : undefined;
}

function signed(
  value: number | undefined,
  letter: string,
  positive: string,
  negative: string,
): number | undefined {
  if (value === undefined || (letter !== positive && letter !== negative)) return undefined;
  return letter === negative && value !== 0 ? -value : value;
}

function readGga(fields: readonly string[]): Sentence {
  const [, , latitudeText, north, longitudeText, east, quality, count, , altitudeText] = fields;
  if (quality === '0' || quality === '') return 'noFix';
  const latitude = signed(angle(latitudeText, 2, 90), north, 'N', 'S');
  const longitude = signed(angle(longitudeText, 3, 180), east, 'E', 'W');
  const isRest = /^-?\d{1,6}(\.\d{1,3})?$/.test(altitudeText ?? '') && /^\d{1,3}$/.test(count);
  if (latitude === undefined || longitude === undefined || !isRest) return 'corrupt';
  return { latitude, longitude, altitude: Number(altitudeText), satellites: Number(count) };
}

/**
 * Reads one line. Never throws, whatever the line.
 * Source: NMEA 0183, GGA, "Global positioning system fix data".
 */
export function readSentence(line: string): Sentence {
  const match = /^\$([^*]*)\*([0-9A-Fa-f]{2})$/.exec(line);
  if (match === null || checksum(match[1]) !== match[2].toUpperCase()) return 'corrupt';
  const fields = match[1].split(',', FIELDS_MAX);
  // The two letters before the kind name the satellites' system: GP, GL, GA, GB or GN for several.
  if (!/^G[A-Z]GGA$/.test(fields[0])) return 'other';
  return fields.length >= 10 ? readGga(fields) : 'corrupt';
}
