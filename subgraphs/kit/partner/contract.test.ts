import { describe, expect, it } from '@jest/globals';
import { parseContract } from './contract.ts';
import { CONTRACT } from './tiny-partner.ts';

const environment = { TINY_PORT: '15000' };
const parse = (text: string, environment_: NodeJS.ProcessEnv = environment) =>
  parseContract(text, 'partner/contract.yaml', environment_);

describe('a partner contract', () => {
  it('names the address of the environment', () => {
    expect(parse(CONTRACT).address).toBe('https://localhost:15000');
    expect(parse(CONTRACT, { NODE_ENV: 'production', TINY_ADDRESS: 'https://api.partner.example' })).toMatchObject({
      address: 'https://api.partner.example',
      peer: undefined,
    });
  });

  it.each([
    [
      'a member of the wrong type',
      CONTRACT.replace('concurrency: 8', 'concurrency: eight'),
      'at line 17, limits.concurrency',
    ],
    [
      'a member that nobody knows',
      CONTRACT.replace('transport: mtls', 'transport: mtls\ncolour: red'),
      'at line 11, colour',
    ],
    ['a member that is missing', CONTRACT.replace('purpose: Try the client\n', ''), 'purpose'],
    ['broken YAML', CONTRACT.replace('transport: mtls', 'transport: [mtls'), 'is not YAML at line'],
    ['an algorithm that is not allowed', CONTRACT.replace('[A256GCM]', '[A128CBC-HS256]'), 'encryption.content.0'],
    ['an address without TLS', CONTRACT.replace('https://localhost', 'http://localhost'), 'does not fit its transport'],
    ['an address with a path', CONTRACT.replace('TINY_PORT}', 'TINY_PORT}/v1'), 'an address that is none'],
  ])('with %s keeps the subgraph from starting, and says where', (_, text, message) => {
    expect(() => parse(text)).toThrow(message);
    expect(() => parse(text)).toThrow('The partner contract partner/contract.yaml');
  });

  it('says which variable its address lacks', () => {
    expect(() => parse(CONTRACT, {})).toThrow('Environment variable TINY_PORT is missing');
  });
});
