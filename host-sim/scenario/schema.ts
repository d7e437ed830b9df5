import { joinPath } from './document.js';
import type { Entry, Located, ScalarValue } from './document.js';
import { excerpt } from './report.js';
import type { Report } from './report.js';
import { suggestion } from './suggest.js';

/** A value of the file on its way through the check. */
export interface Field {
  readonly node: Located;
  readonly path: string;
  readonly report: Report;
}

/** A value that passed. Boxed, so that a field that may be absent and one that failed do not look alike. */
export interface Passed<T> {
  readonly value: T;
}

/** Reads one value. It returns undefined after it reported what is wrong. */
export type Parse<T> = (field: Field) => Passed<T> | undefined;

/** How one property of a result is read from the file. */
export interface Rule<T> {
  readonly key: string;
  readonly parse: Parse<T>;
  /** What stands where the file has nothing; without it the field is required. */
  readonly absent?: Passed<T>;
}

/** A rule for each property of `T`. */
export type Rules<T> = { readonly [Name in keyof T]-?: Rule<T[Name]> };

/** Both inclusive. */
export interface NumberBounds {
  readonly min: number;
  readonly max: number;
}

/** Reports an error at a field. */
export function fail(field: Field, message: string): undefined {
  field.report.add(field.node.line, field.path, message);
  return undefined;
}

/** A rule for a field that must be there. */
export function required<T>(key: string, parse: Parse<T>): Rule<T> {
  return { key, parse };
}

/** A rule for a field that may be left out. */
export function optional<T>(key: string, parse: Parse<T>, absent: NoInfer<T>): Rule<T> {
  return { key, parse, absent: { value: absent } };
}

/** A finite number within bounds. */
export function number({ min, max }: NumberBounds): Parse<number> {
  return (field) => {
    const value = scalarOf(field);
    const isInside = typeof value === 'number' && value >= min && value <= max;
    return isInside
      ? { value }
      : fail(field, `expected a number in ${min}..${max}, got ${describe(field.node)}`);
  };
}

/** An integer within bounds. */
export function integer({ min, max }: NumberBounds): Parse<number> {
  return (field) => {
    const value = scalarOf(field);
    const isInside = Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
    if (isInside) return { value: Number(value) };
    return fail(field, `expected an integer in ${min}..${max}, got ${describe(field.node)}`);
  };
}

/** Text that the pattern matches. @param expected the pattern in words. */
export function text(pattern: RegExp, expected: string): Parse<string> {
  return (field) => {
    const value = scalarOf(field);
    if (typeof value === 'string' && pattern.test(value)) return { value };
    return fail(field, `expected ${expected}, got ${describe(field.node)}`);
  };
}

/** One of some words or numbers. */
export function oneOf<const T extends string | number>(...choices: readonly T[]): Parse<T> {
  return (field) => {
    const value = scalarOf(field);
    const choice = choices.find((candidate) => candidate === value);
    if (choice !== undefined) return { value: choice };
    const hint = typeof value === 'string' ? suggestion(value, choices.map(String)) : '';
    return fail(field, `expected one of ${choices.join(', ')}, got ${describe(field.node)}${hint}`);
  };
}

/** A list whose length lies within bounds. */
export function list<T>(parseItem: Parse<T>, { min, max }: NumberBounds): Parse<readonly T[]> {
  return (field) => {
    const { node, path, report } = field;
    if (node.kind !== 'list') return fail(field, `expected a list, got ${describe(node)}`);
    const { length } = node.items;
    if (length < min || length > max) return fail(field, `expected ${min}..${max} items, got ${length}`);
    const items = node.items.map((item, i) => parseItem({ node: item, path: `${path}[${i}]`, report }));
    const passed = items.filter((item) => item !== undefined);
    return passed.length === length ? { value: passed.map(({ value }) => value) } : undefined;
  };
}

/** A map with exactly the fields of `rules`; any other field is an error. */
export function object<T extends object>(rules: Rules<T>): Parse<T> {
  return (field) => {
    const entries = entriesOf(field);
    if (entries === undefined) return undefined;
    const all = Object.entries<Rule<unknown>>(rules);
    reportUnknown(
      field,
      all.map(([, { key }]) => key),
    );
    const values = all.map(([name, rule]) => [name, readRule(rule, field)] as const);
    if (values.some(([, passed]) => passed === undefined)) return undefined;
    const known = values.filter(([, passed]) => passed?.value !== undefined);
    return { value: Object.fromEntries(known.map(([name, passed]) => [name, passed?.value])) as T };
  };
}

/** A map from any name to values of one kind. */
export function record<T>(parseValue: Parse<T>): Parse<Readonly<Record<string, T>>> {
  return (field) => {
    const entries = entriesOf(field);
    if (entries === undefined) return undefined;
    const values = [...entries.keys()].map((key) => [key, parseValue(child(field, key))] as const);
    if (values.some(([, passed]) => passed === undefined)) return undefined;
    return {
      value: Object.fromEntries(values.flatMap(([key, passed]) => (passed ? [[key, passed.value]] : []))),
    };
  };
}

/** Adds a check, or a change, to what has passed so far. */
export function then<T, U>(
  parse: Parse<T>,
  next: (value: T, field: Field) => Passed<U> | undefined,
): Parse<U> {
  return (field) => {
    const passed = parse(field);
    return passed === undefined ? undefined : next(passed.value, field);
  };
}

/** The field `key` of a map; where it is missing, the map's own place, so that an error has a line. */
export function child(field: Field, key: string): Field {
  const { node, report } = field;
  const entry = node.kind === 'map' ? node.entries.get(key) : undefined;
  return { node: entry?.value ?? node, path: joinPath(field.path, key), report };
}

/** The item `index` of the list at `key`. */
export function itemOf(field: Field, key: string, index: number): Field {
  const { node, path, report } = child(field, key);
  const item = node.kind === 'list' ? node.items[index] : undefined;
  return { node: item ?? node, path: `${path}[${index}]`, report };
}

/** The entries of a map, or undefined after it was reported that there is none. */
export function entriesOf(field: Field): ReadonlyMap<string, Entry> | undefined {
  if (field.node.kind === 'map') return field.node.entries;
  return fail(field, `expected a map of fields, got ${describe(field.node)}`);
}

/** Reports every field that `known` does not have, at the line of its key. */
export function reportUnknown({ node, path, report }: Field, known: readonly string[]): void {
  if (node.kind !== 'map') return;
  for (const [key, { line }] of node.entries) {
    if (known.includes(key)) continue;
    report.add(line, joinPath(path, key), `unknown field${suggestion(key, known)}`);
  }
}

function readRule(rule: Rule<unknown>, field: Field): Passed<unknown> | undefined {
  if (field.node.kind === 'map' && field.node.entries.has(rule.key))
    return rule.parse(child(field, rule.key));
  return rule.absent ?? fail(child(field, rule.key), 'this field is required');
}

/** The value of a scalar, undefined for a list or a map. */
export function scalarOf({ node }: Field): ScalarValue | undefined {
  return node.kind === 'scalar' ? node.value : undefined;
}

/** What the file has, in the words of an error. */
export function describe(node: Located): string {
  if (node.kind !== 'scalar') return `a ${node.kind}`;
  if (node.value === null) return 'nothing';
  return typeof node.value === 'string' ? excerpt(node.value) : String(node.value);
}
