import type { SensorPort } from '../../src/ports/ports.js';

/** What a fake sensor does when it is asked: a sample, `undefined` for not ready, or an error that it throws. */
export type Answer = object | undefined | Error;

/** A sensor whose answers are a function of how often it was asked. */
export class FakeSensor implements SensorPort {
  readonly #answer: (asked: number) => Answer;
  asked = 0;
  closed = 0;
  /** Thrown by `close`. */
  closeError: Error | undefined;

  constructor(answer: (asked: number) => Answer) {
    this.#answer = answer;
  }

  configure(): void {}

  sample(): object | undefined {
    const answer = this.#answer(this.asked++);
    if (answer instanceof Error) throw answer;
    return answer;
  }

  close(): void {
    this.closed++;
    if (this.closeError !== undefined) throw this.closeError;
  }
}

/** A sample as an ECMA-419 thermometer gives it. */
export function celsius(temperature: unknown): object {
  return { thermometer: { temperature } };
}
