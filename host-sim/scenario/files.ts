import { joinPath } from './document.js';
import { excerpt } from './report.js';
import { fail } from './schema.js';
import type { Field } from './schema.js';

/**
 * Reports every CSV file of the scenario that is not there. It walks the file instead of the result, because only
 * the file still knows lines; a `csv` field elsewhere than in a signal is an error of its own already.
 */
export function checkFiles(field: Field, isFile: (path: string) => boolean): void {
  const { node, path, report } = field;
  if (node.kind === 'list') {
    for (const [i, item] of node.items.entries())
      checkFiles({ node: item, path: `${path}[${i}]`, report }, isFile);
  } else if (node.kind === 'map') {
    for (const [key, { value }] of node.entries) {
      const inner = { node: value, path: joinPath(path, key), report };
      if (key === 'csv') checkFile(inner, isFile);
      else checkFiles(inner, isFile);
    }
  }
}

function checkFile(field: Field, isFile: (path: string) => boolean): void {
  const { node } = field;
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return;
  if (!isFile(node.value)) fail(field, `no such file ${excerpt(node.value)}`);
}
