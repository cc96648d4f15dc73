/** One subscriber by server-sent events, on a connection of its own. */
import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { residenceId, residenceKey, tenantId } from '@commonhold/schema/ids.ts';

export interface Client {
  readonly residence: string;
  /** Names of devices, in the order in which they came, and when, by `performance.now()`. */
  readonly told: { readonly name: string; readonly at: number }[];
  close(): void;
}

const QUERY = 'subscription Live($of: ID) { deviceChanged(residence: $of) { id name reachable } }';
const RETRY_MILLISECONDS = 1_000;
const NAME = /"name":"([^"]+)"/;

/** Resolves when the gateway has begun to answer; while it is overloaded, as on a busy machine, it comes again. */
export async function openClient(url: string, token: string, residence: string): Promise<Client> {
  for (;;) {
    const client = await tryToOpen(url, token, residence);
    if (client) return client;
    await wait(RETRY_MILLISECONDS);
  }
}

/** @returns undefined: it is overloaded @throws {Error} when it refuses */
function tryToOpen(url: string, token: string, residence: string): Promise<Client | undefined> {
  const of = residenceId(tenantId('northgate'), residenceKey(residence));
  const told: Client['told'] = [];
  return new Promise((resolve, reject) => {
    const asking = request(
      url,
      {
        method: 'POST',
        agent: false,
        headers: {
          'content-type': 'application/json',
          accept: 'text/event-stream',
          authorization: `Bearer ${token}`,
        },
      },
      (response) => {
        if (response.statusCode === 503) {
          response.resume();
          return resolve(undefined);
        }
        if (response.statusCode !== 200) return reject(new Error(`status ${response.statusCode}`));
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part;
          for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
            const [, name] = NAME.exec(text.slice(0, end)) ?? [];
            text = text.slice(end + 2);
            if (name !== undefined) told.push({ name, at: performance.now() });
          }
        });
        return resolve({ residence, told, close: () => asking.destroy() });
      },
    );
    asking.on('error', reject);
    asking.end(JSON.stringify({ query: QUERY, variables: { of } }));
  });
}
