/**
 * The schema's rules: every type, field, argument and enum value is described in a sentence, names follow GraphQL's
 * conventions. TypeScript is Biome's.
 */
import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import graphql from '@graphql-eslint/eslint-plugin';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { concatAST, parse } from 'graphql';

/** Each subgraph is a schema of its own: its SDL, and what the vocabulary adds to the directory's. */
const PROJECTS = {
  directory: project('schema/policy.graphql', 'subgraphs/directory/schema.graphql'),
  'smart-home': project('subgraphs/smart-home/schema.graphql'),
  communal: project('subgraphs/communal/schema.graphql'),
};

/** graphql-eslint builds federated schemas in a way that @apollo/subgraph 2.15 refuses, so it is given a built one. */
function project(...files) {
  const typeDefs = concatAST(files.map((file) => parse(readFileSync(new URL(file, import.meta.url), 'utf8'))));
  return { schema: printSchemaWithDirectives(buildSubgraphSchema([{ typeDefs }])), include: files };
}

const rules = {
  ...graphql.configs['flat/schema-recommended'].rules,
  '@graphql-eslint/require-description': [
    'error',
    {
      types: true,
      rootField: true,
      DirectiveDefinition: true,
      FieldDefinition: true,
      InputValueDefinition: true,
      EnumValueDefinition: true,
      // The roots of a schema are what their name says.
      ignoredSelectors: ['[type=ObjectTypeDefinition][name.value=/^(Query|Mutation|Subscription)$/]'],
    },
  ],
  '@graphql-eslint/naming-convention': [
    'error',
    {
      ...graphql.configs['flat/schema-recommended'].rules['@graphql-eslint/naming-convention'][1],
      InputObjectTypeDefinition: { style: 'PascalCase', requiredSuffixes: ['Input'] },
    },
  ],
  // Descriptions stand on one line where they fit; the recommended style is the block.
  '@graphql-eslint/description-style': 'off',
  // Values, connections and payloads are no objects of their own: they have no id.
  '@graphql-eslint/strict-id-in-types': 'off',
  // Types that federation reaches by reference are unreachable within their own subgraph.
  '@graphql-eslint/no-unreachable-types': 'off',
  '@graphql-eslint/input-name': ['error', { checkInputType: false }],
  '@graphql-eslint/no-scalar-result-type-on-mutation': 'error',
  '@graphql-eslint/require-nullable-result-in-root': 'error',
  '@graphql-eslint/require-deprecation-date': 'error',
  '@graphql-eslint/require-deprecation-reason': 'error',
};

export default [
  // JavaScript is Biome's; `schema/supergraph.graphql` is generated, the registry holds what was linted before.
  { ignores: ['**/*.js', '**/*.cjs', '**/*.mjs', 'schema/supergraph.graphql', 'schema/registry/**', '.data/**'] },
  {
    files: Object.values(PROJECTS).flatMap(({ include }) => include),
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { projects: PROJECTS } } },
    plugins: { '@graphql-eslint': graphql },
    rules,
  },
];
