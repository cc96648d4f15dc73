import { asksFor, problemOn } from '@commonhold/development/browser-session.ts';
import { currentCode } from '@commonhold/development/persona-totp.ts';
import { personaPassword } from '@commonhold/development/personas.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'node-html-parser';
import { Secret, TOTP } from 'otpauth';
import { cpuSeconds } from '../benchmarks/measure/process-cost.ts';
import { beginLogin, startIssuer, type TestIssuer } from './issuer-process.ts';
import { untilNotices } from './notices.ts';

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer({ ISSUER_GUESSES_PER_ACCOUNT: '8' });
});
afterAll(() => issuer.stop());

describe('a login', () => {
  it('asks for password and TOTP, then sends back with a code that gives tokens', async () => {
    const login = await beginLogin(issuer);
    const passwordPage = await login.open();
    const codePage = await login.sendPassword(passwordPage, 'analyst@northgate.example');
    const callback = await login.sendCode(codePage, 'analyst@northgate.example');
    const tokens = await login.exchange(callback);

    expect(callback.address).toMatch(/^http:\/\/localhost:4001\/callback\?code=/);
    expect(tokens.claims()).toMatchObject({ sub: 'northgate-analyst', acr: 'urn:commonhold:acr:mfa' });
  });

  it('leads nowhere without the second factor', async () => {
    const login = await beginLogin(issuer);
    const passwordPage = await login.open();
    const uid = new URL(passwordPage.address).pathname.split('/').at(-1);
    await login.sendPassword(passwordPage, 'dispatcher@northgate.example');

    const resumed = await login.browser.open(`${issuer.url}/auth/${uid}`);

    expect(resumed.address).toContain('/interaction/');
    expect(asksFor(resumed, '/password')).toBe(true);
  });

  it("can't be finished by the form of another step", async () => {
    const login = await beginLogin(issuer);
    const passwordPage = await login.open();
    const codePage = await login.sendPassword(passwordPage, 'dispatcher@northgate.example');
    const forged = { ...codePage, text: codePage.text.replace('/totp"', '/finish"') };

    const answer = await login.browser.submit(forged, '/finish', {});

    expect(asksFor(answer, '/totp')).toBe(true);
  });

  it('is over when the person cancels it', async () => {
    const login = await beginLogin(issuer);
    const callback = await login.browser.submit(await login.open(), '/abort', {});

    expect(new URL(callback.address).searchParams.get('error')).toBe('access_denied');
  });

  it('belongs to the browser that began it', async () => {
    const begun = await (await beginLogin(issuer)).open();
    const other = await beginLogin(issuer);

    const answer = await other.browser.open(begun.address);

    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('This login has expired') });
  });

  it('is shown by pages without inline script, frame or foreign resource', async () => {
    const { address, text } = await (await beginLogin(issuer)).open();
    const response = await fetch(address);
    const policy = response.headers.get('content-security-policy');

    expect(text).not.toMatch(/<script(?! src="\/\w+\.js" defer><\/script>)|style=|\son\w+=|https?:\/\//);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(response.headers.get('cache-control')).toBe('no-store');
  });
});

describe('a wrong password and an unknown login name', () => {
  const issuerIds = (): readonly number[] => [issuer.process.child.pid ?? 0];
  const wrong = async (email: string) => {
    const login = await beginLogin(issuer);
    const page = await login.open();
    const before = await cpuSeconds(issuerIds());
    const { status, text } = await login.sendPassword(page, email, 'wrong');
    return { cpu: (await cpuSeconds(issuerIds())) - before, status, text: withoutChance(text) };
  };

  it('give the same answer', async () => {
    const { cpu: _, ...known } = await wrong('accountant@northgate.example');
    const { cpu: __, ...unknown } = await wrong('nobody@northgate.example');

    expect(known.status).toBe(422);
    expect(unknown).toEqual(known);
  });

  // What whoever guesses would measure is the issuer's work; the machine's other work is not in it.
  it('take the same work', async () => {
    const work = { known: 0, unknown: 0 };
    for (let round = 0; round < 5; round += 1) {
      work.known += (await wrong('technician@northgate.example')).cpu;
      work.unknown += (await wrong('somebody@northgate.example')).cpu;
    }
    const ratio = work.unknown / work.known;

    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(1.7);
  });
});

describe('a TOTP code', () => {
  it('is refused when it was used before', async () => {
    const email = 'security-officer@northgate.example';
    const code = currentCode(issuer.masterKey, email);
    const first = await beginLogin(issuer);
    const entered = await first.browser.submit(await first.sendPassword(await first.open(), email), '/totp', { code });
    const second = await beginLogin(issuer);
    const page = await second.sendPassword(await second.open(), email);

    const replayed = await second.browser.submit(page, '/totp', { code });
    const next = await second.sendCode(replayed, email, 1);

    expect(entered.address).toContain('code=');
    expect(replayed.status).toBe(422);
    expect(next.address).toContain('code=');
  });

  it('is accepted once when it is sent twice at the same moment', async () => {
    const email = 'resident@riverside.example';
    const pages = await Promise.all(
      [1, 2, 3].map(async () => {
        const login = await beginLogin(issuer);
        return { login, page: await login.sendPassword(await login.open(), email) };
      }),
    );
    const code = currentCode(issuer.masterKey, email);

    const answers = await Promise.all(pages.map(({ login, page }) => login.browser.submit(page, '/totp', { code })));

    expect(answers.filter(({ address }) => address.includes('code='))).toHaveLength(1);
  });

  it('of two steps ago is refused', async () => {
    const email = 'analyst@riverside.example';
    const login = await beginLogin(issuer);
    const page = await login.sendPassword(await login.open(), email);

    expect((await login.sendCode(page, email, -2)).status).toBe(422);
  });
});

describe('too many guesses', () => {
  const guess = async (email: string, times: number) => {
    const login = await beginLogin(issuer);
    let page = await login.open();
    for (let guesses = 0; guesses < times; guesses += 1) page = await login.sendPassword(page, email, 'wrong');
    return { login, page };
  };

  it('lock an account and an unknown login name alike, for the right password too', async () => {
    const known = await guess('integration-manager@riverside.example', 9);
    const unknown = await guess('missing@riverside.example', 9);
    const right = await known.login.sendPassword(known.page, 'integration-manager@riverside.example');

    expect(known.page.status).toBe(429);
    expect(unknown.page.status).toBe(429);
    expect(problemOn(unknown.page)).toBe(problemOn(known.page));
    expect(right.status).toBe(429);
  });

  it('of a code lock the account, however often the password was right', async () => {
    const email = 'technician@riverside.example';
    const statuses: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const login = await beginLogin(issuer);
      const page = await login.sendPassword(await login.open(), email);
      if (!asksFor(page, '/totp')) {
        statuses.push(page.status);
        break;
      }
      for (let tries = 0; tries < 2; tries += 1) {
        statuses.push((await login.browser.submit(page, '/totp', { code: '000000' })).status);
      }
    }

    expect(statuses.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => 422));
    expect(statuses.at(-1)).toBe(429);
  });

  it('made at the same moment are counted, too', async () => {
    const email = 'company-admin@riverside.example';
    const pages = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const login = await beginLogin(issuer);
        return { login, page: await login.open() };
      }),
    );
    const answers = await Promise.all(pages.map(({ login, page }) => login.sendPassword(page, email, 'wrong')));

    expect(answers.filter(({ status }) => status === 422)).toHaveLength(8);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(4);
  });
});

describe('the first login of an account without a factor', () => {
  const email = 'newcomer@northgate.example';
  let codes: readonly string[] = [];

  it('sets up an authenticator app and shows ten recovery codes once', async () => {
    const login = await beginLogin(issuer);
    const page = await login.sendPassword(await login.open(), email, personaPassword(issuer.masterKey, email));
    const secret = parse(page.text).querySelector('.key')?.text.replaceAll(' ', '') ?? '';
    const unconfirmed = await login.browser.submit(page, '/enrolment', { code: '000000' });
    const app = new TOTP({ secret: Secret.fromBase32(secret) });
    const shown = await login.browser.submit(unconfirmed, '/enrolment', { code: app.generate() });
    const reloaded = await login.browser.open(shown.address.replace('/enrolment', ''));
    codes = parse(shown.text)
      .querySelectorAll('.codes code')
      .map(({ text }) => text);
    const callback = await login.browser.submit(shown, '/finish', {});

    expect(parse(page.text).querySelector('svg')).not.toBeNull();
    expect(unconfirmed.status).toBe(422);
    expect(new Set(codes).size).toBe(10);
    expect(reloaded.text).not.toContain(codes[0]);
    expect((await login.exchange(callback)).claims()?.sub).toBe('northgate-newcomer');
    await untilNotices(issuer.directory, 'northgate-newcomer', ['FACTOR_ADDED authenticator app']);
  });

  it('is followed by logins that ask for the code', async () => {
    const login = await beginLogin(issuer);
    const page = await login.sendPassword(await login.open(), email);

    expect(asksFor(page, '/totp')).toBe(true);
  });

  it('gives recovery codes that log in once each', async () => {
    const use = async () => {
      const login = await beginLogin(issuer);
      const page = await login.sendPassword(await login.open(), email);
      const recovery = await login.browser.open(`${page.address}?factor=recovery-code`);
      return login.browser.submit(recovery, '/recovery-code', { code: ` ${codes[3]?.toLowerCase()} ` });
    };
    const first = await use();
    const second = await use();

    expect(first.address).toContain('code=');
    expect(second.status).toBe(422);
  });
});

/** A page without what is different each time. */
function withoutChance(text: string): string {
  return text.replaceAll(/\/interaction\/[\w-]+/g, '').replaceAll(/data-options="[^"]*"/g, '');
}
