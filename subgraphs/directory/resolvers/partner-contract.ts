/** Contracts with partners: who may read them and add to them says the SDL. */
import { badUserInput } from '@commonhold/kit/errors.ts';
import { connection, parsePage } from '@commonhold/kit/paging.ts';
import { ownId } from '@commonhold/kit/tenancy/principal.ts';
import type {
  ContractMediaType as GraphqlMediaType,
  MutationResolvers,
  PartnerContractResolvers,
  QueryResolvers,
} from '../generated/resolvers.ts';
import {
  addPartnerContract,
  type ContractMediaType,
  listPartnerContracts,
  openDocument,
  readPartnerContract,
} from '../records/partner-contracts.ts';
import { FROM_GRAPHQL, TO_GRAPHQL } from './consent.ts';
import { ordered, text } from './orders.ts';
import { newestFirstPosition } from './positions.ts';

const GREATEST_VERSION = 40;
const GREATEST_DOCUMENT_BYTES = 512 * 1024;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const MEDIA_TYPES = { PDF: 'application/pdf', MARKDOWN: 'text/markdown' } as const satisfies Record<
  GraphqlMediaType,
  ContractMediaType
>;

export const PartnerContract: PartnerContractResolvers = {
  partner: ({ partner }) => TO_GRAPHQL[partner],
  mediaType: ({ mediaType }) => (mediaType === MEDIA_TYPES.PDF ? 'PDF' : 'MARKDOWN'),
  addedAt: ({ since }) => since,
  document: (contract, _args, { envelope, inCompany }) =>
    inCompany((transaction) => openDocument(transaction, envelope, contract)),
};

export const partnerContractQueries: Pick<QueryResolvers, 'partnerContracts' | 'partnerContract'> = {
  partnerContracts: async (_root, args, { principal, inCompany }) => {
    const scope = { tenant: principal.tenant, list: 'Query.partnerContracts' };
    const { first, after } = parsePage(args, scope);
    const wanted = { after: newestFirstPosition.parse(after), limit: first + 1 };
    const found = await inCompany((transaction) => listPartnerContracts(transaction, wanted));
    return connection(found.slice(0, first), scope, newestFirstPosition.of, found.length > first);
  },

  partnerContract: (_root, { id }, { principal, inCompany }) => {
    const own = ownId(principal, id, ['PartnerContract'], ['contract:read']);
    return own ? inCompany((transaction) => readPartnerContract(transaction, own.key)) : null;
  },
};

export const partnerContractMutations: Pick<MutationResolvers, 'addPartnerContract'> = {
  addPartnerContract: async (_root, { input }, context) => {
    const contract = {
      partner: FROM_GRAPHQL[input.partner],
      version: text(input.version, 'input.version', GREATEST_VERSION),
      validUntil: new Date(input.validUntil),
      mediaType: MEDIA_TYPES[input.mediaType],
      document: checkedDocument(input.document.join(''), input.mediaType),
    };
    const key = await ordered(context, 'addPartnerContract', input, (transaction, actor) =>
      addPartnerContract(transaction, actor, context.envelope, contract),
    );
    const added = key === undefined ? null : await context.inCompany((t) => readPartnerContract(t, key));
    return { contract: added, clientMutationId: input.clientMutationId ?? null };
  },
};

/** @throws {GraphQLError} BAD_USER_INPUT naming `input.document` when it is not what it is said to be */
function checkedDocument(document: string, mediaType: GraphqlMediaType): string {
  const bytes = Buffer.from(document, 'base64');
  if (document === '' || !BASE64.test(document)) throw badUserInput('input.document', 'has to be base64');
  if (bytes.length > GREATEST_DOCUMENT_BYTES) {
    throw badUserInput('input.document', `may have at most ${GREATEST_DOCUMENT_BYTES} bytes`);
  }
  if (mediaType === 'PDF' && !bytes.subarray(0, 5).equals(Buffer.from('%PDF-'))) {
    throw badUserInput('input.document', 'is no PDF');
  }
  return document;
}
