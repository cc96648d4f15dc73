import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Frame, Page } from 'playwright-core';
import { system } from '../system/description.ts';
import { type Chromium, startChromium } from './chromium.ts';
import { logIn, type TokenAnswer, watchTokens } from './explorer-page.ts';

const SANDBOX = 'https://sandbox.embed.apollographql.com';

let chromium: Chromium;
let page: Page;
let tokens: readonly TokenAnswer[];

beforeAll(async () => {
  chromium = await startChromium();
  page = await chromium.open();
  tokens = watchTokens(page);
  await logIn(page, 'dispatcher@riverside.example');
  await page.getByRole('tab', { name: 'Apollo Sandbox' }).click();
}, 120_000);
afterAll(() => chromium.stop());

describe("the tab of Apollo Sandbox, where Apollo's servers can't be reached", () => {
  it('loads nothing before somebody asks for it', () => {
    expect(chromium.addresses.filter((address) => address.startsWith(SANDBOX))).toEqual([]);
  });

  it('says so, and that GraphiQL works', async () => {
    await page.getByRole('button', { name: 'Open Apollo Sandbox' }).click();
    await page.getByRole('alert').getByText("Apollo's servers can't be reached from here. GraphiQL works").waitFor();
    expect(await page.locator('iframe').count()).toBe(0);
  });
});

/** A frame in the place of Apollo's, which keeps every message that it gets. */
const FRAME = `<!doctype html><title>Sandbox</title><script>
  window.received = [];
  addEventListener('message', (event) => received.push(event.data));
  window.ask = (message) => parent.postMessage(message, '*');
  ask({ name: 'ExplorerListeningForHandshake' });
</script>`;

describe('the frame of Apollo Sandbox', () => {
  beforeAll(async () => {
    await chromium.context.route(`${SANDBOX}/**`, (route) => route.fulfill({ contentType: 'text/html', body: FRAME }));
    await page.getByRole('button', { name: 'Open Apollo Sandbox' }).click();
    const frame = await sandboxFrame();
    await frame.waitForURL(`${SANDBOX}/**`);
    await frame.waitForFunction('window.received?.length > 0');
  });

  it('is answered what it asks, as the person who is logged in', async () => {
    const schema = await answerTo({
      name: 'IntrospectionQueryWithHeaders',
      introspectionRequestBody: JSON.stringify({ query: '{ __schema { queryType { name } } }' }),
    });
    expect(schema).toMatchObject({ name: 'SchemaResponse', schema: { __schema: { queryType: { name: 'Query' } } } });
    const answer = await answerTo({
      name: 'ExplorerRequest',
      operation: 'query Who($no: Boolean = false) { me { roles subject @include(if: $no) } }',
      variables: {},
      operationName: 'Who',
    });
    expect(answer).toMatchObject({
      name: 'ExplorerResponse',
      response: { data: { me: { roles: ['DISPATCHER'] } }, status: 200 },
    });
  });

  it('changes nothing', async () => {
    const before = chromium.addresses.length;
    for (const operation of ['mutation { __typename }', 'query A { __typename } mutation B { __typename }']) {
      expect(await answerTo({ name: 'ExplorerRequest', operation, operationName: 'B' })).toMatchObject({
        response: { errors: [{ message: expect.stringContaining('may ask, but not change') }] },
      });
    }
    expect(chromium.addresses).toHaveLength(before);
  });

  it('chooses neither where the page asks nor with which headers', async () => {
    const before = chromium.addresses.length;
    const [request] = await Promise.all([
      page.waitForRequest((each) => each.method() === 'POST'),
      answerTo({
        name: 'ExplorerRequest',
        operation: '{ __typename }',
        endpointUrl: 'http://localhost:1/steal',
        headers: { 'x-own': '1' },
      }),
    ]);
    expect(chromium.addresses.slice(before)).toEqual([system().graphqlUrl]);
    expect(await request.headerValue('x-own')).toBeNull();
  });

  it('is given no token, and reaches neither the page nor its storage', async () => {
    const told = await inFrame('JSON.stringify(received)');
    const address = chromium.addresses.filter((each) => each.startsWith(SANDBOX)).join('\n');
    for (const { access_token, refresh_token, id_token } of tokens) {
      for (const token of [access_token, refresh_token, id_token]) expect(told + address).not.toContain(token);
    }
    expect(await inFrame('(() => { try { return parent.document.title; } catch ({ name }) { return name; } })()')).toBe(
      'SecurityError',
    );
    expect(
      await inFrame(
        "(() => { try { return open('/', '_top') === null ? 'blocked' : 'opened'; } catch ({ name }) { return name; } })()",
      ),
    ).not.toBe('opened');
  });

  it('is not answered when another window speaks in its name', async () => {
    const before = chromium.addresses.length;
    await page.evaluate(
      "postMessage({ name: 'ExplorerRequest', operationId: 'x', operation: '{ __typename }' }, location.origin)",
    );
    await answerTo({ name: 'ExplorerListeningForHandshake' });
    expect(chromium.addresses).toHaveLength(before);
  });
});

async function sandboxFrame(): Promise<Frame> {
  const element = await page.waitForSelector('iframe');
  const frame = await element.contentFrame();
  if (!frame) throw new Error('the element is no frame');
  return frame;
}

async function inFrame(script: string): Promise<unknown> {
  return (await sandboxFrame()).evaluate(script);
}

/** What comes back to the frame for a message that it posts. */
async function answerTo(message: Readonly<Record<string, unknown>>): Promise<unknown> {
  return inFrame(`new Promise((resolve) => {
    addEventListener('message', ({ data }) => resolve(data), { once: true });
    ask(${JSON.stringify({ operationId: 'one', ...message })});
  })`);
}
