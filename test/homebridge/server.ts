/** A real Homebridge server for a test, with its user interface and devices that are simulated by homebridge-dummy. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EnclosedProcess, startEnclosed } from './enclosed-process.ts';

export interface Accessory {
  /** Becomes its serial number. */
  readonly id: string;
  readonly name: string;
  readonly type: 'Lightbulb' | 'LockMechanism' | 'Thermostat' | 'LeakSensor' | 'MotionSensor' | 'Valve' | 'Switch';
  readonly isDimmer?: boolean;
}

export interface HomebridgeServer {
  /** Where its API is. */
  readonly url: string;
  /** A user without administration rights. */
  readonly user: { readonly name: string; readonly password: string };
  /** The document of its API. */
  document(): Promise<unknown>;
  /** A value as the bridge itself has it, not its user interface. */
  value(accessory: string, characteristic: string): Promise<unknown>;
  /** Changes a value as somebody at home would, not through us. */
  change(accessory: string, characteristic: string, value: unknown): Promise<void>;
  /** Lets the bridge hang until the returned function is called. */
  freeze(): () => void;
  /** Ends the bridge; its supervisor starts it again some seconds later. */
  kill(): void;
  stop(): Promise<void>;
}

const MODULES = fileURLToPath(new URL('node_modules', import.meta.url));
const SERVICE = join(MODULES, 'homebridge-config-ui-x/dist/bin/hb-service.js');
const [API_PORT, BRIDGE_PORT] = [8581, 51_826];
const PIN = '031-45-154';
const READY_MILLISECONDS = 90_000;

/** Starts it with one user, `name`, beside its administrator. */
export async function startHomebridge(name: string, accessories: readonly Accessory[]): Promise<HomebridgeServer> {
  if (!existsSync(SERVICE)) throw new Error('Homebridge is not installed: run `sh test/provision.sh`');
  const folder = await mkdtemp(join(tmpdir(), 'homebridge-'));
  const bridge = { name: 'Test', username: '0E:21:AA:BB:CC:01', port: BRIDGE_PORT, pin: PIN, advertiser: 'ciao' };
  const platforms = [
    { platform: 'config', name: 'Config', port: API_PORT, auth: 'form' },
    { platform: 'HomebridgeDummy', name: 'Dummy', accessories },
  ];
  await writeFile(join(folder, 'config.json'), JSON.stringify({ bridge, platforms }));
  const command = [process.execPath, SERVICE, 'run', '--allow-root', '--stdout', '-U', folder, '-P', MODULES];
  const enclosed = await startEnclosed([...command, '--strict-plugin-resolution'], { ...process.env });
  const stop = async (): Promise<void> => {
    await enclosed.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const user = { name, password: randomBytes(18).toString('base64url') };
    const url = `http://${enclosed.address}:${API_PORT}`;
    const administrator = await createUsers(url, user, enclosed);
    await until(enclosed, async () => (await servicesOf(url, administrator)).length > accessories.length);
    return serverOf(url, user, administrator, enclosed, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

function serverOf(
  url: string,
  user: HomebridgeServer['user'],
  administrator: string,
  enclosed: EnclosedProcess,
  stop: () => Promise<void>,
): HomebridgeServer {
  const signal = (name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void => {
    const pid = enclosed.find('homebridge');
    if (pid === undefined) throw new Error('the bridge is not running');
    process.kill(pid, name);
  };
  return {
    url,
    user,
    document: () => call(`${url}/swagger-json`),
    value: async (accessory, characteristic) => {
      const bridge = `http://${enclosed.address}:${BRIDGE_PORT}/accessories`;
      const answer = await call(bridge, { headers: { authorization: PIN } });
      return characteristicOf(answer as BridgeAnswer, accessory, characteristic);
    },
    change: async (accessory, characteristic, value) => {
      const services = await servicesOf(url, administrator);
      const service = services.find(({ accessoryInformation }) => accessoryInformation['Serial Number'] === accessory);
      const body = JSON.stringify({ characteristicType: characteristic, value });
      const headers = { authorization: administrator, 'content-type': 'application/json' };
      await call(`${url}/api/accessories/${service?.uniqueId}`, { method: 'PUT', headers, body });
    },
    freeze: () => {
      signal('SIGSTOP');
      return () => signal('SIGCONT');
    },
    kill: () => signal('SIGKILL'),
    stop,
  };
}

/** @returns the administrator's `authorization` header */
async function createUsers(url: string, user: HomebridgeServer['user'], enclosed: EnclosedProcess): Promise<string> {
  const post = async (path: string, body: object, authorization: string): Promise<unknown> => {
    const headers = { authorization, 'content-type': 'application/json' };
    return await call(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  };
  const setup = await until(enclosed, async () => bearer(await call(`${url}/api/setup-wizard/get-setup-wizard-token`)));
  const administrator = { username: 'administrator', password: randomBytes(18).toString('base64url') };
  await post('/api/setup-wizard/create-first-user', { name: 'Administrator', admin: true, ...administrator }, setup);
  const authorization = bearer(await post('/api/auth/login', administrator, ''));
  const { name, password } = user;
  await post('/api/users', { name, username: name, password, admin: false }, authorization);
  return authorization;
}

const bearer = (answer: unknown): string => `Bearer ${(answer as { readonly access_token: string }).access_token}`;

interface ListedService {
  readonly uniqueId: string;
  readonly accessoryInformation: Readonly<Record<string, unknown>>;
}

async function servicesOf(url: string, authorization: string): Promise<readonly ListedService[]> {
  return (await call(`${url}/api/accessories`, { headers: { authorization } })) as readonly ListedService[];
}

interface BridgeAnswer {
  readonly accessories: readonly {
    readonly services: readonly { readonly characteristics: readonly BridgeCharacteristic[] }[];
  }[];
}
interface BridgeCharacteristic {
  readonly description: string;
  readonly value?: unknown;
}

function characteristicOf({ accessories }: BridgeAnswer, serial: string, description: string): unknown {
  for (const { services } of accessories) {
    const all = services.flatMap(({ characteristics }) => characteristics);
    if (!all.some(({ value }) => value === serial)) continue;
    return all.find((characteristic) => characteristic.description === description)?.value;
  }
  return undefined;
}

async function call(url: string, options: RequestInit = {}): Promise<unknown> {
  const response = await fetch(url, { ...options, signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`${options.method ?? 'GET'} ${new URL(url).pathname}: ${response.status}`);
  return await response.json();
}

/** Asks again until there is an answer that isn't empty. @throws {Error} with what the server wrote, when it takes too long */
async function until<Result>(enclosed: EnclosedProcess, ask: () => Promise<Result>): Promise<Result> {
  const end = Date.now() + READY_MILLISECONDS;
  while (Date.now() < end) {
    const answer = await ask().catch(() => undefined);
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Homebridge did not start:\n${enclosed.output()}`);
}
