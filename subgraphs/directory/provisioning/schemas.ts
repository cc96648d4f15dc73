/**
 * What is kept of a person and a group: a part of RFC 7643's schemas. The rest of them is taken and not kept, because
 * nothing here needs it.
 */
import SCIMMY from 'scimmy';

const { Attribute, Schema, SchemaDefinition } = SCIMMY.Types;
type Filter = InstanceType<typeof SCIMMY.Types.Filter>;
type Direction = 'in' | 'out' | 'both';

const text = (name: string, description: string, config: object = {}) =>
  new Attribute('string', name, { description, ...config });

/** Values of one kind, such as mail addresses. */
const values = (name: string, what: string) =>
  new Attribute('complex', name, { multiValued: true, uniqueness: false, description: `${what}s of the person` }, [
    text('value', `The ${what}`),
    text('type', 'What it is for, such as `work`'),
    new Attribute('boolean', 'primary', { description: 'Whether it is the one to be used' }),
  ]);

export const USER = new SchemaDefinition('User', 'urn:ietf:params:scim:schemas:core:2.0:User', 'A person', [
  text('userName', 'By which the person logs in; unique in the company', { required: true, uniqueness: 'server' }),
  new Attribute('complex', 'name', { uniqueness: false, description: 'The parts of the name' }, [
    text('formatted', 'The full name'),
    text('familyName', 'The family name'),
    text('givenName', 'The given name'),
    text('middleName', 'The middle names'),
    text('honorificPrefix', 'What stands before the name'),
    text('honorificSuffix', 'What stands after the name'),
  ]),
  text('displayName', 'The name as others see it'),
  new Attribute('boolean', 'active', { description: 'Whether the person may log in; false ends all logins at once' }),
  values('emails', 'mail address'),
  values('phoneNumbers', 'telephone number'),
]);

export class ScimUser extends Schema {
  declare userName: string;
  declare externalId?: string;
  declare active?: boolean;

  static override get id() {
    return USER.id;
  }

  static override get definition() {
    return USER;
  }

  constructor(resource: object, direction: Direction = 'both', basepath?: string, filter?: Filter) {
    super(resource, direction);
    Object.assign(this, USER.coerce(resource, direction, basepath, filter));
  }
}

export const GROUP = new SchemaDefinition('Group', 'urn:ietf:params:scim:schemas:core:2.0:Group', 'A group of people', [
  text('displayName', 'The name of the group', { required: true }),
  new Attribute('complex', 'members', { multiValued: true, uniqueness: false, description: 'Who is in the group' }, [
    text('value', 'The id of a user', { mutable: 'immutable' }),
    text('$ref', 'Where the user is found', { mutable: 'readOnly' }),
    text('type', 'Always `User`', { mutable: 'readOnly' }),
  ]),
]);

export class ScimGroup extends Schema {
  declare displayName: string;

  static override get id() {
    return GROUP.id;
  }

  static override get definition() {
    return GROUP;
  }

  constructor(resource: object, direction: Direction = 'both', basepath?: string, filter?: Filter) {
    super(resource, direction);
    Object.assign(this, GROUP.coerce(resource, direction, basepath, filter));
  }
}

const CORE_URN = /^urn:ietf:params:scim:schemas:core:2\.0:(User|Group):/i;

/** An attribute's name as the schema writes it, without the schema's own URN before it. */
export function attributeName(name: string, definition: { readonly attributes: readonly { readonly name: string }[] }) {
  const plain = name.replace(CORE_URN, '');
  const known = [...definition.attributes.map((attribute) => attribute.name), 'externalId', 'id', 'schemas', 'meta'];
  return known.find((one) => one.toLowerCase() === plain.toLowerCase()) ?? plain;
}

/** What RFC 7643 knows and nothing here needs: taken without complaint, and not kept. */
const NOT_KEPT: ReadonlySet<string> = new Set(
  [...SCIMMY.Schemas.User.definition.attributes.map(({ name }) => name), 'groups']
    .filter((name) => !USER.attributes.some((kept) => kept.name === name))
    .map((name) => name.toLowerCase()),
);

/** @param name of an attribute, or an extension's URN, with whatever follows it */
export function isNotKept(name: string): boolean {
  const isOfExtension = /^urn:ietf:params:scim:schemas:extension:/i.test(name);
  return isOfExtension || NOT_KEPT.has(/^[^.[]*/.exec(name)?.[0].toLowerCase() ?? '');
}
