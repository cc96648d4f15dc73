/** How every side asks the partner stubs: one pool of connections, one batched call a resource. */
import { Pool } from 'undici';
import type { Account, Device, Residence } from './estate.ts';

const pool = new Pool(`http://localhost:${process.env['STUB_PORT']}`, { connections: 16 });

export const readResidences = (first: number): Promise<readonly Residence[]> => read(`/residences?first=${first}`);

/** In the order of `residences`. */
export const readDevices = (residences: readonly string[]): Promise<readonly (readonly Device[])[]> =>
  read(`/devices?residences=${residences.join(',')}`);

/** In the order of `residences`. */
export const readAccounts = (residences: readonly string[]): Promise<readonly Account[]> =>
  read(`/accounts?residences=${residences.join(',')}`);

async function read<Answer>(path: string): Promise<Answer> {
  const { body } = await pool.request({ method: 'GET', path });
  return (await body.json()) as Answer;
}
