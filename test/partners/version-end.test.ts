/** What a partner says of the end of a version of its API, on its way to those who plan for it. */
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { ask } from '../system/client.ts';

const NOTICES = '{ notices(first: 50) { nodes { kind text } } }';

it.each([
  ['communal', 'dispatcher@riverside.example', '{ outages { id } }'],
  ['smart-home', 'dispatcher@riverside.example', '{ devices(first: 1) { nodes { id } } }'],
])("the %s partner's word reaches who manages integrations", async (partner, persona, query) => {
  expect((await ask(persona, query)).body.errors).toBeUndefined();
  const said = `The partner ${partner} says that version v1 of its API should not be used any more`;
  const texts = async (who: string): Promise<string> => JSON.stringify((await ask(who, NOTICES)).body.data);
  const ends = Date.now() + 20_000;
  while (!(await texts('integration-manager@riverside.example')).includes(said)) {
    if (Date.now() > ends) throw new Error('nobody was told');
    await wait(100);
  }
  expect(await texts('dispatcher@riverside.example')).not.toContain(said);
});
