import { InvalidArgumentError } from 'commander';

/** Reads an integer of the command line within bounds, both inclusive. */
export function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max)
      throw new InvalidArgumentError(`expected ${min}..${max}`);
    return value;
  };
}
