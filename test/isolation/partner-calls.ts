/** What partners were asked because of a request, held against whom it may be asked for. */
import type { SandboxCall, SandboxConnection, SandboxName } from '../system/sandbox.ts';
import type { Estate } from './estates.ts';
import { leaksOf } from './leaks.ts';
import type { Stranger } from './random-ids.ts';

export interface Partners {
  readonly sandboxes: Readonly<Record<SandboxName, SandboxConnection>>;
  otherOf(company: string): Estate;
}

/** Calls with another company's credentials, or for something of the other company. */
export async function wrongCalls(
  requestId: string,
  company: string,
  strangers: readonly Stranger[],
  { sandboxes, otherOf }: Partners,
): Promise<readonly SandboxCall[]> {
  const borrowed = new Set<string | undefined>(strangers.map(({ borrowedKey }) => borrowedKey));
  const calls = await Promise.all(Object.values(sandboxes).map((sandbox) => sandbox.calls(requestId)));
  return calls.flat().filter((call) => {
    const asked = call.asked.filter((text) => !borrowed.has(text));
    const isOthers = call.company !== company && call.operation !== 'jwks';
    return isOthers || leaksOf(otherOf(company), asked.join('\n')).length > 0;
  });
}
