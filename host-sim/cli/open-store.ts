import { existsSync } from 'node:fs';
import { Store } from '../../gateway/store.js';
import { UserError } from './errors.js';

/** Opens a gateway's store. @throws {UserError} when there is none; {Error} when the file is none. */
export function openStore(path: string): Store {
  if (!existsSync(path))
    throw new UserError(
      `${path} does not exist: pair or provision a node first (mamori gateway pair CLAIM --store ${path})`,
    );
  return new Store(path);
}
