import type { ChecklistReport } from './report.js';
import type { JudgedItem } from './judge.js';

function details({ evidence, open }: JudgedItem): string[] {
  const proved = evidence.map(({ claim, status, tests }) => `${status}: ${claim} (${tests.length} tests)`);
  return [...proved, ...open.map((text) => `not built: ${text}`)];
}

function counts(items: readonly JudgedItem[]): string {
  const totals = new Map<string, number>();
  for (const { status } of items) totals.set(status, (totals.get(status) ?? 0) + 1);
  return [...totals].map(([status, count]) => `${count} ${status}`).join(', ');
}

/** For a terminal. */
export function checklistText({ ranAt, note, items }: ChecklistReport): string {
  const lines = items.flatMap((item) => [
    `${item.id.padEnd(7)} ${item.status.padEnd(22)} ${item.title} [${item.role}]`,
    ...details(item).map((line) => `          ${line}`),
  ]);
  return [
    ...lines,
    '',
    `${counts(items)}; tests ran ${ranAt ?? 'never'}`,
    ...(note === '' ? [] : [note]),
  ].join('\n');
}

/** For a document. */
export function checklistMarkdown({ ranAt, note, items }: ChecklistReport): string {
  const sections = items.map((item) => {
    const ways = [
      `- How it is built: ${item.built || 'not yet'}`,
      `- How you check it: ${item.check || 'not yet'}`,
    ];
    const head = `## ${item.id} ${item.title}\n\n**${item.status}** (role: ${item.role}). ${item.criterion}\n`;
    return [head, ...ways, ...details(item).map((line) => `- ${line}`), ''].join('\n');
  });
  const intro = `Evidence for JPCERT/CC's IoT Security Checklist (2019), numbers theirs, paraphrase ours. Tests ran ${ranAt ?? 'never'}. ${note}`;
  return `# Checklist\n\n${intro}\n\n${counts(items)}\n\n${sections.join('\n')}`;
}
