/**
 * `npm run schema -- check|publish|rollback|history <subgraph> [version]`: the registry of published SDLs.
 */
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { type Examination, examine, publish, rollback } from '../publication.ts';
import { openRegistry, type Publication, REGISTRY_FOLDER, type Registry } from '../registry.ts';
import { findSubgraph, SUBGRAPHS, type SubgraphEntry } from '../subgraphs.ts';
import { runCommand } from './run-command.ts';

type Command = (registry: Registry, subgraph: SubgraphEntry, version?: string) => Promise<readonly string[]>;

const COMMANDS: Readonly<Record<string, Command>> = {
  check: async (registry, subgraph) => describeExamination(await examine(registry, subgraph)),
  publish: async (registry, subgraph) => [describePublication(await publish(registry, subgraph))],
  rollback: async (registry, subgraph, version) => [
    describePublication(await rollback(registry, subgraph, version === undefined ? undefined : Number(version))),
  ],
  history: async (registry, { name }) => (await registry.history(name)).map(describePublication),
};

await runCommand('schema', async () => {
  const [command = '', name = '', version] = process.argv.slice(2);
  const subgraph = findSubgraph(name);
  const run = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (!run || !subgraph) {
    throw new StartupError(
      `There is no command "${command} ${name}"`,
      `say ${Object.keys(COMMANDS).join(', ')} and one of ${SUBGRAPHS.map((entry) => entry.name).join(', ')}`,
    );
  }
  const lines = await run(
    openRegistry(REGISTRY_FOLDER, () => new Date()),
    subgraph,
    version,
  );
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
});

function describeExamination({ changes }: Examination): readonly string[] {
  if (!changes) return ['It composes. It was never published.'];
  const lines = [
    ...changes.breaking.map((change) => `breaking   ${change}`),
    ...changes.dangerous.map((change) => `dangerous  ${change}`),
    ...changes.rights.map((change) => `rights     ${change}`),
  ];
  return ['It composes.', ...(lines.length > 0 ? lines : ['Nothing changes for those who use it.'])];
}

function describePublication({ version, publishedAt, sha256, routingUrl, restores }: Publication): string {
  const origin = restores === undefined ? '' : `  restores ${restores}`;
  return `version ${version}  ${publishedAt}  sha256 ${sha256}  ${routingUrl}${origin}`;
}
