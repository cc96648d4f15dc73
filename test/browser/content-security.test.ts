import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { system } from '../system/description.ts';
import { type Chromium, startChromium } from './chromium.ts';

let chromium: Chromium;
let page: Page;

beforeAll(async () => {
  chromium = await startChromium();
  page = await chromium.open();
  await page.goto(system().graphqlUrl);
  await page.getByRole('button', { name: 'Log in' }).waitFor();
}, 120_000);
afterAll(() => chromium.stop());

/** Does to the page what a flaw in it might do, and tells which directive of its policy stopped that. */
async function stoppedBy(script: string): Promise<string> {
  return page.evaluate(`new Promise((resolve) => {
    const options = { once: true, signal: AbortSignal.timeout(10_000) };
    document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), options);
    options.signal.addEventListener('abort', () => resolve('nothing'));
    (() => { ${script} })();
  })`);
}

describe("the explorer's page", () => {
  it('runs no script that was written into it', async () => {
    const inline =
      "document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.injected = 1' }))";
    expect(await stoppedBy(inline)).toBe('script-src-elem');
    expect(await stoppedBy('document.body.innerHTML += \'<img src=data: onerror="window.injected = 1">\'')).toBe(
      'script-src-attr',
    );
    expect(await stoppedBy("location.assign('javascript:window.injected = 1')")).toBe('script-src-elem');
    expect(await page.evaluate('window.injected')).toBeUndefined();
  });

  it('runs no script and sends nothing to another host', async () => {
    const foreign =
      "document.body.append(Object.assign(document.createElement('script'), { src: 'https://elsewhere.example/x.js' }))";
    expect(await stoppedBy(foreign)).toBe('script-src-elem');
    expect(await stoppedBy("fetch('https://elsewhere.example/').catch(() => {})")).toBe('connect-src');
    expect(await stoppedBy("new Image().src = 'https://elsewhere.example/x.png'")).toBe('img-src');
    const form =
      "const form = document.createElement('form'); form.action = 'https://elsewhere.example/'; document.body.append(form); form.submit()";
    expect(await stoppedBy(form)).toBe('form-action');
  });

  it('is framed by nobody, and kept by no cache', async () => {
    const { headers } = await fetch(system().graphqlUrl, { headers: { accept: 'text/html' } });
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });
});

describe('GET /graphql', () => {
  const address = () => `${system().graphqlUrl}?query=${encodeURIComponent('{ __typename }')}`;
  const typeFor = async (accept: string): Promise<string | null> => {
    const response = await fetch(address(), { headers: { accept, 'apollo-require-preflight': '1' } });
    return response.headers.get('content-type');
  };

  it('is the page for whoever would rather have HTML', async () => {
    expect(await typeFor('text/html')).toBe('text/html; charset=utf-8');
    expect(await typeFor('text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8')).toBe(
      'text/html; charset=utf-8',
    );
  });

  it('is GraphQL for everybody else', async () => {
    expect(await typeFor('application/graphql-response+json')).toMatch(/^application\/graphql-response\+json/);
    expect(await typeFor('application/json')).toMatch(/^application\/json/);
    expect(await typeFor('*/*')).toMatch(/json/);
    expect(await typeFor('application/json, text/html;q=0.5')).toMatch(/^application\/json/);
  });
});
