import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, Parser } from 'yaml';
import type { CST, Document, ParsedNode, YAMLMap } from 'yaml';
import type { Report } from './report.js';

/** How deep lists and maps may stand in one another. */
export const DEPTH_MAX = 32;
/** The most values of one file. */
export const VALUES_MAX = 65_536;

export type ScalarValue = string | number | boolean | null;

/** A value of the file and the line it begins on, from 1. */
export type Located =
  | { readonly kind: 'scalar'; readonly line: number; readonly value: ScalarValue }
  | { readonly kind: 'list'; readonly line: number; readonly items: readonly Located[] }
  | { readonly kind: 'map'; readonly line: number; readonly entries: ReadonlyMap<string, Entry> };

export interface Entry {
  /** The line of the key. */
  readonly line: number;
  readonly value: Located;
}

/**
 * Reads YAML 1.2, of which JSON is a part, to plain values with their lines. Anchors' aliases, tags, keys that stand
 * twice and deep nesting are refused: a scenario needs none, and all of them can make a small file a large one.
 * @returns the root, or undefined after errors were reported. Never throws, whatever the text.
 */
export function readDocument(text: string, report: Report): Located | undefined {
  const lines = new LineCounter();
  // The composer descends recursively and can take the process down; the token parser does not, so it goes first.
  const depth = depthOf([...new Parser().parse(text)]);
  if (depth > DEPTH_MAX) {
    report.add(1, '', `nested ${depth} deep, the most is ${DEPTH_MAX}`);
    return undefined;
  }
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    // The reader below looks for duplicates with a Map; the package compares each key with every other.
    uniqueKeys: false,
    resolveKnownTags: false,
  });
  return new DocumentReader(lines, report).read(document);
}

/** The depth of the token tree, found without recursion. */
function depthOf(tokens: readonly CST.Token[]): number {
  const open: { token: CST.Token; depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  let deepest = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const depth = next.depth + 1;
    deepest = Math.max(deepest, next.depth);
    for (const token of tokensWithin(next.token)) open.push({ token, depth });
  }
  return deepest;
}

function tokensWithin(token: CST.Token): CST.Token[] {
  if (token.type === 'document') return token.value === undefined ? [] : [token.value];
  if (!('items' in token)) return [];
  return token.items.flatMap(({ key, value }) => [key ?? [], value ?? []].flat());
}

class DocumentReader {
  readonly #lines: LineCounter;
  readonly #report: Report;
  #values = 0;

  constructor(lines: LineCounter, report: Report) {
    this.#lines = lines;
    this.#report = report;
  }

  read(document: Document.Parsed): Located | undefined {
    for (const { pos, message } of [...document.errors, ...document.warnings]) {
      this.#report.add(this.#lineAt(pos[0]), '', message.replaceAll('\n', ' '));
    }
    if (!this.#report.isEmpty) return undefined;
    const root = this.#value(document.contents, '', 1);
    return this.#report.isEmpty ? root : undefined;
  }

  #lineAt(offset: number): number {
    return Math.max(1, this.#lines.linePos(offset).line);
  }

  #value(node: ParsedNode | null, path: string, parentLine: number): Located | undefined {
    if (node === null) return { kind: 'scalar', line: parentLine, value: null };
    const line = this.#lineAt(node.range[0]);
    if (++this.#values > VALUES_MAX) return this.#refuse(line, path, `more than ${VALUES_MAX} values`);
    if (isAlias(node)) return this.#refuse(line, path, 'an alias is not allowed, write the value out');
    if (isMap<ParsedNode, ParsedNode | null>(node)) return this.#map(node, path, line);
    if (isSeq<ParsedNode>(node)) return this.#list(node.items, path, line);
    const value: unknown = isScalar(node) ? node.value : undefined;
    if (isScalarValue(value)) return { kind: 'scalar', line, value };
    return this.#refuse(line, path, 'a value of this type is not allowed');
  }

  #list(nodes: readonly ParsedNode[], path: string, line: number): Located {
    const items: Located[] = [];
    for (const [index, node] of nodes.entries()) {
      const item = this.#value(node, `${path}[${index}]`, line);
      if (item === undefined) break;
      items.push(item);
    }
    return { kind: 'list', line, items };
  }

  #map(map: YAMLMap<ParsedNode, ParsedNode | null>, path: string, line: number): Located {
    const entries = new Map<string, Entry>();
    for (const { key, value } of map.items) {
      const keyLine = this.#lineAt(key.range[0]);
      const name = isScalar(key) ? String(key.value) : '';
      const inner = joinPath(path, name);
      if (entries.has(name)) this.#report.add(keyLine, inner, 'this field stands here twice');
      const located = this.#value(value, inner, keyLine);
      if (located === undefined) break;
      entries.set(name, { line: keyLine, value: located });
    }
    return { kind: 'map', line, entries };
  }

  #refuse(line: number, path: string, message: string): undefined {
    this.#report.add(line, path, message);
    return undefined;
  }
}

function isScalarValue(value: unknown): value is ScalarValue {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

/** `nodes[0]` and `name` to `nodes[0].name`. */
export function joinPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
