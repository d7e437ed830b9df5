import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { bundlePath, projectFolder } from '../engine/bundle.js';
import { judgeItem, type Item, type JudgedItem, type TestRun } from './judge.js';

/** What a run of the tests left, and what it says about the items. */
export interface ChecklistReport {
  /** When the tests ran, ISO 8601, or null when there is no report of a run. */
  readonly ranAt: string | null;
  readonly note: string;
  readonly items: readonly JudgedItem[];
}

interface JestReport {
  readonly startTime: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

function runsOf(report: JestReport): TestRun[] {
  return report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, status }) => ({
      file: relative(projectFolder(), name),
      name: fullName,
      status: status === 'passed' || status === 'failed' ? status : 'other',
    })),
  );
}

function readItems(): Item[] {
  const path = join(projectFolder(), 'data', 'checklist', 'items.json');
  return (JSON.parse(readFileSync(path, 'utf8')) as { items: Item[] }).items;
}

/** `npm test` leaves the bundle's SHA-256 beside its report. */
function isOfAnotherBundle(path: string): boolean {
  const tested = join(dirname(path), 'SHA256');
  const built = join(dirname(bundlePath()), 'SHA256');
  if (!existsSync(tested) || !existsSync(built)) return false;
  return readFileSync(tested, 'utf8') !== readFileSync(built, 'utf8');
}

/**
 * Judges all items by a report of jest. Without one, or with one of another bundle, no test counts.
 * @param path of the report; `npm test` writes reports/jest.json.
 */
export function makeReport(path: string): ChecklistReport {
  const items = readItems();
  const judged = (runs: readonly TestRun[]) => items.map((item) => judgeItem(item, runs));
  if (!existsSync(path))
    return { ranAt: null, note: `${path} is missing: run "npm test" first`, items: judged([]) };
  const report = JSON.parse(readFileSync(path, 'utf8')) as JestReport;
  const ranAt = new Date(report.startTime).toISOString();
  if (isOfAnotherBundle(path)) {
    return { ranAt, note: 'the bundle is not the tested one: run "npm test" again', items: judged([]) };
  }
  return { ranAt, note: '', items: judged(runsOf(report)) };
}
