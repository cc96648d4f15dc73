/** What a team writes by hand for one page: the same answers, no schema, no policy, no login. `GET /W2` and so on. */
import { createServer } from 'node:http';
import type { Account, Device } from '../../estate.ts';
import { readAccounts, readDevices, readResidences } from '../../partner.ts';
import { HOUSING_WORKS, type HousingWork } from '../../works.ts';
import { aggregateMarket } from './market.ts';

const answers = new Map<string, () => Promise<object>>([
  ...HOUSING_WORKS.map((work): [string, () => Promise<object>] => [
    `/${work.name}`,
    async () => ({ residences: await aggregate(work) }),
  ]),
  ['/W4', aggregateMarket],
]);

const server = createServer(async (request, response) => {
  const data = answers.get(request.url ?? '');
  if (!data) return response.writeHead(404).end();
  const answer = JSON.stringify({ data: await data() });
  return response.setHeader('content-type', 'application/json').end(answer);
});

server.listen(Number(process.env['PORT']), 'localhost', () => process.send?.('ready'));
process.once('disconnect', () => process.exit());

async function aggregate(work: HousingWork): Promise<readonly object[]> {
  const residences = await readResidences(work.residences);
  const ids = residences.map(({ id }) => id);
  const [devices, accounts] = await Promise.all([
    work.isWithDevices ? readDevices(ids) : undefined,
    work.isWithAccounts ? readAccounts(ids) : undefined,
  ]);
  const isForAnalyst = work.role === 'ANALYST';
  return residences.map((residence, index) => ({
    ...(isForAnalyst ? { ...residence, number: null, areaSquareMeters: null } : residence),
    ...(devices && { devices: isForAnalyst ? devices[index]?.map(deviceForAnalyst) : devices[index] }),
    ...(accounts && { account: isForAnalyst ? accountForAnalyst(accounts[index]) : accounts[index] }),
  }));
}

function deviceForAnalyst({ id, kind, reachable, updatedAt }: Device): object {
  return {
    id,
    name: null,
    kind,
    reachable,
    batteryPercent: null,
    on: null,
    temperatureCelsius: null,
    updatedAt,
  };
}

function accountForAnalyst(account: Account | undefined): object | null {
  if (!account) return null;
  const meters = account.meters.map(({ id, kind }) => ({ id, kind, serial: null, unit: null }));
  return { id: account.id, status: null, meters };
}
