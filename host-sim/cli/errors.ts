/** A mistake of the user, or of the world around us: shown as one line that says what to do. */
export class UserError extends Error {}

/** Turns what was thrown into what is shown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
