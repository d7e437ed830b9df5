import { CLAIMS, type Claim, type ItemClaims } from './claims.js';

export type Role = 'sensor' | 'channel' | 'contributes' | 'gateway' | 'not applicable';
export type Status = 'honoured' | 'failed' | 'not run' | 'not applicable' | 'for the gateway maker';

/** One item of `data/checklist/items.json`. */
export interface Item {
  readonly id: string;
  readonly title: string;
  readonly role: Role;
  readonly criterion: string;
}

/** One test of the last run. */
export interface TestRun {
  /** Path of the test file. */
  readonly file: string;
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'other';
}

/** What became of one claim. */
export interface Evidence {
  readonly claim: string;
  readonly status: 'passed' | 'failed' | 'not run';
  /** `file: name` of the tests that decided it. */
  readonly tests: readonly string[];
}

export interface JudgedItem extends Item {
  readonly status: Status;
  readonly built: string;
  readonly check: string;
  readonly evidence: readonly Evidence[];
  /** What the criterion asks for and is not there. */
  readonly open: readonly string[];
}

const NOTHING: ItemClaims = {
  built: '',
  check: '',
  claims: [],
  open: ['nothing is built for this item yet'],
};

function matches(test: TestRun, pattern: string): boolean {
  const [file, name = ''] = pattern.split('|').map((part) => part.trim());
  return test.file.includes(file) && test.name.includes(name);
}

/** A pattern without a test is a claim without proof; one failure among many spoils it. */
function judgeClaim({ text, tests: patterns }: Claim, runs: readonly TestRun[]): Evidence {
  const groups = patterns.map((pattern) => runs.filter((run) => matches(run, pattern)));
  const all = groups.flat();
  const missing = groups.some((group) => group.length === 0) || all.some(({ status }) => status === 'other');
  const failed = all.some(({ status }) => status === 'failed');
  const status = failed ? 'failed' : missing ? 'not run' : 'passed';
  return { claim: text, status, tests: all.map(({ file, name }) => `${file}: ${name}`) };
}

function statusOf(role: Role, evidence: readonly Evidence[], open: readonly string[]): Status {
  if (role === 'not applicable') return 'not applicable';
  if (evidence.some(({ status }) => status === 'failed')) return 'failed';
  const isProved =
    evidence.length > 0 && open.length === 0 && evidence.every(({ status }) => status === 'passed');
  if (isProved) return 'honoured';
  return role === 'gateway' ? 'for the gateway maker' : 'not run';
}

/** Judges one item by the tests of a run. */
export function judgeItem(item: Item, runs: readonly TestRun[]): JudgedItem {
  const { built, check, claims, open } = Object.hasOwn(CLAIMS, item.id) ? CLAIMS[item.id] : NOTHING;
  const evidence = claims.map((one) => judgeClaim(one, runs));
  return { ...item, status: statusOf(item.role, evidence, open), built, check, evidence, open };
}
