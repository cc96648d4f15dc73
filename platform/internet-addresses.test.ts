import { describe, expect, it } from '@jest/globals';
import { lookUpOutside, problemOfAddress } from './internet-addresses.ts';

describe('an address that somebody names', () => {
  it.each([
    'https://hooks.operator.example/commonhold?v=1',
    'https://93.184.216.34/hook',
    'https://[2606:4700::1]:8443/',
  ])('%s is taken', (address) => {
    expect(problemOfAddress(address, false)).toBeUndefined();
  });

  it.each([
    'http://hooks.operator.example/',
    'ftp://hooks.operator.example/',
    'hooks',
    'https://user:secret@hooks.operator.example/',
    'https://hooks.operator.example/#part',
    `https://hooks.operator.example/${'x'.repeat(500)}`,
    'https://localhost/',
    'https://directory/',
    'https://printer.local/',
    'https://metadata.google.internal/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://10.1.2.3/',
    'https://169.254.169.254/latest',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[fd00::1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
  ])('%s is refused', (address) => {
    expect(problemOfAddress(address, false)).toMatch(/^(has to|must)/);
  });

  it('is looked up again when it is called, and never leads inside', async () => {
    const found = await new Promise((resolve) => {
      lookUpOutside('localhost', { all: true }, (error, addresses) => resolve({ error: error !== null, addresses }));
    });
    expect(found).toEqual({ error: true, addresses: [] });
  });
});
