/** A command that runs and ends: a sentence and exit code 1 for what the user can mend, a stack for what is a mistake. */
import { StartupError } from '@commonhold/platform/startup-error.ts';

export async function runCommand(name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    process.stderr.write(`${name}: ${error.message}\n`);
    process.exitCode = 1;
  }
}
