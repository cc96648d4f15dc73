/** A headless Chromium that reaches nothing but this machine, and what its pages complain about. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

export interface Chromium {
  readonly context: BrowserContext;
  /** A new tab. */
  open(): Promise<Page>;
  /** Violations of the content security policy and errors that pages have reported so far. */
  readonly complaints: readonly string[];
  /** Addresses that pages have asked for so far. */
  readonly addresses: readonly string[];
  stop(): Promise<void>;
}

export interface ChromiumOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
}

const PATIENCE_MILLISECONDS = 30_000;

export async function startChromium(options: ChromiumOptions = {}): Promise<Chromium> {
  const profile = await mkdtemp(join(tmpdir(), 'commonhold-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    headless: true,
    viewport: { width: 1280, height: 800 },
    ...options,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // Every other name is unknown, as on a machine without another network.
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost',
    ],
  });
  context.setDefaultTimeout(PATIENCE_MILLISECONDS);
  const complaints: string[] = [];
  const addresses: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  context.on('request', (request) => addresses.push(request.url()));
  return {
    context,
    open: () => context.newPage(),
    complaints,
    addresses,
    stop: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
