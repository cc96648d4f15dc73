/** The security briefing that is in force: a text of ours. A new version is a new file, named here. */
import { readFileSync } from 'node:fs';

export interface Briefing {
  /** Whoever confirmed another version is asked again. */
  readonly version: string;
  /** Plain text, which is shown as it is: a line for each paragraph, and an empty one between them. */
  readonly text: string;
}

const VERSION = '2026-1';

/** Read once, when the directory is put together. */
export function currentBriefing(): Briefing {
  return { version: VERSION, text: readFileSync(new URL(`${VERSION}.txt`, import.meta.url), 'utf8') };
}
