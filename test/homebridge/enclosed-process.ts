/**
 * A program in a network of its own, joined to this machine by one cable: Homebridge is found by multicast, and shall
 * neither meet another of its kind nor reach anything beyond this machine.
 *
 * The network and every process in it belong to one namespace of processes, whose first process waits on a pipe from us:
 * when we end it or are killed ourselves, the kernel ends all of them and takes the cable away. Needs root, Debian's
 * iproute2 and util-linux.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

export interface EnclosedProcess {
  /** IP address inside. */
  readonly address: string;
  /** Everything that was written so far. */
  output(): string;
  /** A process inside by its name, as this machine numbers it; undefined: there is none now. */
  find(name: string): number | undefined;
  stop(): Promise<void>;
}

const INSIDE = `
echo enclosed
read -r address
ip link set lo up
ip address add "$address" dev eth0
ip link set eth0 up
ip route add 224.0.0.0/4 dev eth0
"$@" &
cat >/dev/null
`;
const TRIES = 5;

/** @throws {Error} when this machine doesn't allow to make networks */
export async function startEnclosed(
  command: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<EnclosedProcess> {
  const enclosure = ['--net', '--pid', '--mount-proc', '--fork', '--kill-child'];
  const child = spawn('unshare', [...enclosure, 'sh', '-c', INSIDE, 'sh', ...command], { env: environment });
  const chunks: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  child.stdin.on('error', () => undefined);
  const exit = once(child, 'exit');
  const failed = exit.then(() => {
    throw new Error(`no network of its own:\n${chunks.join('')}`);
  });
  failed.catch(() => undefined);
  await Promise.race([once(child.stdout, 'data'), failed]);
  const { inside, prefix } = connect(child);
  child.stdin.write(`${inside}/${prefix}\n`);
  return {
    address: inside,
    output: () => chunks.join(''),
    find: (name) => descendants(child.pid).find((pid) => nameOf(pid) === name),
    stop: async () => {
      child.stdin.end();
      await exit;
    },
  };
}

/**
 * Lays the cable: four addresses of the range for benchmarks (RFC 2544, 198.18.0.0/15). The interface is named after
 * them, so that two never get the same.
 */
function connect({ pid }: ChildProcess): { readonly inside: string; readonly prefix: number } {
  for (let attempt = 1; ; attempt += 1) {
    const block = randomInt(2 ** 15);
    const name = `homebridge${block}`;
    const at = (host: number): string =>
      `198.${18 + (block >> 14)}.${(block >> 6) & 255}.${((block & 63) << 2) + host}`;
    try {
      execFileSync('ip', ['link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid)], {
        stdio: 'pipe',
      });
      execFileSync('ip', ['address', 'add', `${at(1)}/30`, 'dev', name]);
      execFileSync('ip', ['link', 'set', name, 'up']);
      return { inside: at(2), prefix: 30 };
    } catch (error) {
      if (attempt === TRIES) throw error;
    }
  }
}

function descendants(pid: number | undefined): readonly number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

const nameOf = (pid: number): string => read(`/proc/${pid}/comm`).trim();

/** What has ended meanwhile has no file. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
