import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { obtainToken } from '@commonhold/development/obtain-token.ts';
import { personaPassword, personaTotpSecret } from '@commonhold/development/personas.ts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Secret } from 'otpauth';
import { beginLogin, startIssuer, startNewIssuer, type TestIssuer } from './issuer-process.ts';
import { addPasskey, PASSKEY_NAME, questionOf } from './passkeys.ts';

let issuer: TestIssuer | undefined;
afterEach(() => issuer?.stop());

describe("the issuer's data folder and log", () => {
  it('hold no login name, password, TOTP secret, passkey, token, code or private key in clear', async () => {
    issuer = await startNewIssuer({ LOG_LEVEL: 'trace' });
    const email = 'dispatcher@northgate.example';
    const login = await beginLogin(issuer);
    const passwordPage = await login.open({ login_hint: email });
    const wrong = await login.sendPassword(passwordPage, email, 'canary-wrong-password');
    const callback = await login.sendCode(await login.sendPassword(wrong, email), email);
    const tokens = await login.exchange(callback);
    const service = await obtainToken({ environment: issuer.environment, email: 'northgate-reporting' });
    const { authenticator } = await addPasskey(issuer, 'analyst@northgate.example');
    const passkeyLogin = await beginLogin(issuer);
    const passkeyPage = await passkeyLogin.open();
    const challenge: string = JSON.parse(questionOf(passkeyPage, '/passkey')).challenge;
    const passkeyAnswer = authenticator.get(questionOf(passkeyPage, '/passkey'));
    const credentialId: string = JSON.parse(passkeyAnswer).id;
    await passkeyLogin.browser.submit(passkeyPage, '/passkey', { answer: passkeyAnswer });
    const secret = personaTotpSecret(issuer.masterKey, email);
    await issuer.process.stop();

    const traces = [...(await contents(issuer.environment['DATA_DIR'] ?? '')), Buffer.from(issuer.process.output())];
    const canaries: Readonly<Record<string, string>> = {
      'login name': email,
      'login name of a newcomer': 'newcomer@northgate.example',
      password: personaPassword(issuer.masterKey, email),
      'wrong password': 'canary-wrong-password',
      'TOTP secret in base32': new Secret({ buffer: new Uint8Array(secret).buffer }).base32,
      'TOTP secret in base64url': Buffer.from(secret).toString('base64url'),
      'access token': tokens.access_token,
      'refresh token': tokens.refresh_token ?? '',
      'ID token': tokens.id_token ?? '',
      code: new URL(callback.address).searchParams.get('code') ?? '',
      'service token': service.accessToken,
      'private key': '"d":"',
      'scrypt hash': '$scrypt$',
      'id of a passkey': credentialId,
      'name of a passkey': PASSKEY_NAME,
      'challenge of a passkey': challenge,
    };

    expect(traces.length).toBeGreaterThan(10);
    for (const [name, canary] of Object.entries(canaries)) {
      expect(canary).not.toBe('');
      expect({ name, found: traces.some((trace) => trace.includes(canary)) }).toEqual({ name, found: false });
    }
    for (const value of [Buffer.from(secret), Buffer.from(credentialId, 'base64url')]) {
      expect(traces.some((trace) => trace.includes(value))).toBe(false);
    }
  });
});

describe('the issuer refuses to start', () => {
  const production = {
    NODE_ENV: 'production',
    ISSUER_URL: 'https://login.operator.example',
    DEVELOPMENT_SEED: undefined,
  };

  it.each([
    [
      'in production with keys that sign before anybody knows them',
      { ...production, ISSUER_KEY_OVERLAP_SECONDS: '59' },
      /^issuer: ISSUER_KEY_OVERLAP_SECONDS is 59/,
    ],
    ['in production with a seed', { ...production, DEVELOPMENT_SEED: '1' }, /^issuer: DEVELOPMENT_SEED is set/],
    ['in production without TLS', { ...production, ISSUER_URL: undefined }, /^issuer: ISSUER_URL does not begin with/],
    ['with a foreign domain for passkeys', { ISSUER_RP_ID: 'elsewhere.example' }, /^issuer: ISSUER_RP_ID is neither/],
    ['with a broken variable', { ISSUER_KEY_DAYS: 'soon' }, /^issuer: Environment variable ISSUER_KEY_DAYS is not/],
  ])('%s', async (_, environment, sentence) => {
    issuer = await startNewIssuer(environment);

    expect(await issuer.process.exit).toBe(1);
    expect(issuer.process.output()).toMatch(sentence);
  });

  it('in production with a store that holds personas, and with another master key', async () => {
    issuer = await startIssuer();
    const otherKey = `${issuer.environment['MASTER_KEY_FILE']}.other`;
    await writeFile(otherKey, Buffer.alloc(32, 7).toString('base64url'), { mode: 0o600 });
    issuer = await issuer.restart(production);
    const withPersonas = { code: await issuer.process.exit, output: issuer.process.output() };
    issuer = await issuer.restart({ MASTER_KEY_FILE: otherKey });
    const withOtherKey = { code: await issuer.process.exit, output: issuer.process.output() };

    expect(withPersonas.code).toBe(1);
    expect(withPersonas.output).toMatch(/^issuer: The issuer's store holds development personas/);
    expect(withOtherKey.code).toBe(1);
    expect(withOtherKey.output).toMatch(/^issuer: The issuer's keys can't be opened with this master key/);
  });
});

describe('in production, an empty store', () => {
  it('starts without personas and without the sample services', async () => {
    issuer = await startNewIssuer({
      NODE_ENV: 'production',
      ISSUER_URL: 'https://login.operator.example',
      DEVELOPMENT_SEED: undefined,
    });
    const { port } = new URL(issuer.url);
    const health = await fetch(`http://localhost:${port}/health/ready`);
    const services = join(issuer.environment['DATA_DIR'] ?? '', 'services');

    expect(health.status).toBe(200);
    expect(health.headers.get('strict-transport-security')).toContain('max-age=');
    // Their certificates, which the test made; no key of theirs was made by the issuer.
    expect(await readdir(services)).toEqual(['tls']);
  });
});

async function contents(folder: string): Promise<readonly Buffer[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map((file) => readFile(join(file.parentPath, file.name))));
}
