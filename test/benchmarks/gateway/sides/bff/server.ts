/** What a team writes by hand for one page: the same answers, no schema, no policy, no login. `GET /W2` and so on. */
import { createServer } from 'node:http';
import { readAccounts, readDevices, readResidences } from '../../partner.ts';
import { WORKS, type Work } from '../../works.ts';

const works = new Map(WORKS.map((work) => [`/${work.name}`, work]));

const server = createServer(async (request, response) => {
  const work = works.get(request.url ?? '');
  if (!work) return response.writeHead(404).end();
  const answer = JSON.stringify({ data: { residences: await aggregate(work) } });
  return response.setHeader('content-type', 'application/json').end(answer);
});

server.listen(Number(process.env['PORT']), 'localhost', () => process.send?.('ready'));
process.once('disconnect', () => process.exit());

async function aggregate({ residences: first, isWithDevices, isWithAccounts }: Work): Promise<readonly object[]> {
  const residences = await readResidences(first);
  const ids = residences.map(({ id }) => id);
  const [devices, accounts] = await Promise.all([
    isWithDevices ? readDevices(ids) : undefined,
    isWithAccounts ? readAccounts(ids) : undefined,
  ]);
  return residences.map((residence, index) => ({
    ...residence,
    ...(devices && { devices: devices[index] }),
    ...(accounts && { account: accounts[index] }),
  }));
}
