/** Signals by NOTIFY, heard over a connection of its own that is opened again whenever it breaks. */
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { isWrongPassword } from '../database/server.ts';
import { inTurn, type ServerAddress } from '../secrets/server-passwords.ts';
import type { Signals } from './signals.ts';

const PAUSE_MILLISECONDS = 500;
const CONNECT_TIMEOUT_MILLISECONDS = 2_000;

export function listenToPostgres(name: string, address: ServerAddress, receive: () => void): Signals {
  const closing = new AbortController();
  const addresses = inTurn(address);
  let current: Client | undefined;

  /** One connection, from its beginning to its end. */
  async function listen(): Promise<void> {
    const client = new Client({
      connectionString: addresses.now(),
      application_name: `commonhold signals ${name}`,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MILLISECONDS,
      keepAlive: true,
    });
    current = client;
    const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
    // How it broke doesn't matter: that it has ended is what is waited for.
    client.on('error', () => undefined);
    client.on('notification', receive);
    try {
      await client.connect();
      await client.query(`listen ${client.escapeIdentifier(name)}`);
      receive();
      await ended;
    } finally {
      await client.end();
    }
  }

  async function listenAgainAndAgain(): Promise<void> {
    while (!closing.signal.aborted) {
      await listen().catch((error: unknown) => {
        if (isWrongPassword(error)) addresses.refused();
      });
      await wait(PAUSE_MILLISECONDS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  const listening = listenAgainAndAgain();
  return {
    // The transaction has told it.
    send: () => undefined,
    close: async () => {
      closing.abort();
      await current?.end().catch(() => undefined);
      await listening;
    },
  };
}
