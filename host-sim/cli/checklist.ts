import { join } from 'node:path';
import { Command } from 'commander';
import { checklistMarkdown, checklistText } from '../checklist/print.js';
import { makeReport } from '../checklist/report.js';
import { projectFolder } from '../engine/bundle.js';

/** `mamori checklist`: shows what the last run of the tests proves. */
export function checklistCommand(): Command {
  return new Command('checklist')
    .description("JPCERT/CC's IoT Security Checklist: each item with the evidence of the last test run")
    .option('--report <file>', 'results of jest', join(projectFolder(), 'reports', 'jest.json'))
    .option('--json', 'as JSON', false)
    .option('--md', 'as Markdown', false)
    .action(({ report: path, json, md }: { report: string; json: boolean; md: boolean }) => {
      const report = makeReport(path);
      if (json) console.log(JSON.stringify(report, undefined, 2));
      else console.log(md ? checklistMarkdown(report) : checklistText(report));
    });
}
