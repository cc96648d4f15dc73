/** A token for a name and a password, from a partner that knows nothing better. */
import type { ReachableContract } from './contract.ts';
import type { Answer, Transport } from './transport.ts';

export interface Login {
  readonly username: string;
  readonly password: string;
}

/** @returns what the login at `loginPath` answers @throws {PartnerError} when it doesn't */
export async function requestByLogin(
  { timeouts }: ReachableContract,
  loginPath: string,
  { username, password }: Login,
  transport: Pick<Transport, 'send'>,
): Promise<Answer> {
  return await transport.send({
    method: 'POST',
    path: loginPath,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
    signal: AbortSignal.timeout(timeouts.attemptMilliseconds),
  });
}
