/** The kinds of notices: who tells of them, whether somebody may switch off their mail, and what they say. */

/** What a notice is about, by name: keys of records, roles, instants, or a word for a device; never personal data. */
export type NoticeAbout = Readonly<Partial<Record<AboutName, string>>>;

export const ABOUT_NAMES = [
  'grant',
  'role',
  'person',
  'until',
  'factor',
  'client',
  'device',
  'recovery',
  'review',
  'breakGlass',
  'briefing',
  'incident',
  'partner',
  'version',
  'by',
] as const;

export type AboutName = (typeof ABOUT_NAMES)[number];

export interface NoticeKindDefinition {
  /** Under which subject it is mailed: that of a mail is seen on its way, and says no more. */
  readonly topic: 'rights' | 'login' | 'duty' | 'incident';
  /** `always`: mailed to everybody it concerns; `unless-off`: people may switch its mails off. */
  readonly mail: 'always' | 'unless-off';
  /** The issuer may tell of it, too. */
  readonly isOfIssuer: boolean;
  /** One or two sentences for the addressee. */
  readonly text: (about: NoticeAbout) => string;
}

export const NOTICE_KINDS = {
  GRANT_GIVEN: {
    topic: 'rights',
    mail: 'unless-off',
    isOfIssuer: false,
    text: ({ role, until }) => `You were granted the role ${role}${until ? `, until ${day(until)}` : ''}.`,
  },
  GRANT_PROPOSED: {
    topic: 'duty',
    mail: 'unless-off',
    isOfIssuer: false,
    text: ({ role }) => `The role ${role} was proposed for somebody and waits to be approved.`,
  },
  GRANT_APPROVED: {
    topic: 'rights',
    mail: 'unless-off',
    isOfIssuer: false,
    text: ({ role }) => `Your role ${role} was approved and is in force.`,
  },
  GRANT_REVOKED: {
    topic: 'rights',
    mail: 'unless-off',
    isOfIssuer: false,
    text: ({ role, review }) =>
      `Your role ${role} was revoked${review ? ', because nobody confirmed it in a review' : ''}.`,
  },
  GRANT_ENDING: {
    topic: 'rights',
    mail: 'unless-off',
    isOfIssuer: false,
    text: ({ role, until }) =>
      `Your role ${role} ends${until ? ` on ${day(until)}` : ' soon'}. If you still need it, ask your company admin.`,
  },
  PERSON_SUSPENDED: {
    topic: 'rights',
    mail: 'always',
    isOfIssuer: false,
    text: () => 'Your account was suspended: nothing that you were granted is in force until you are reinstated.',
  },
  PERSON_REINSTATED: {
    topic: 'rights',
    mail: 'always',
    isOfIssuer: false,
    text: () => 'Your account was reinstated.',
  },
  LOGIN_FROM_NEW_DEVICE: {
    topic: 'login',
    mail: 'always',
    isOfIssuer: true,
    text: ({ device }) =>
      `Somebody logged in as you from a device that was not used before${device ? ` (${device})` : ''}. If it was not you, end all your sessions and tell your security officer.`,
  },
  SESSIONS_ENDED: {
    topic: 'login',
    mail: 'always',
    isOfIssuer: true,
    text: () =>
      'A token of one of your logins came twice, so that login was ended. If you did not restore a device, tell your security officer.',
  },
  FACTOR_ADDED: {
    topic: 'login',
    mail: 'always',
    isOfIssuer: true,
    text: ({ factor }) =>
      `A way to prove that it is you was added to your account${factor ? ` (${factor})` : ''}. If it was not you, tell your security officer at once.`,
  },
  FACTOR_REMOVED: {
    topic: 'login',
    mail: 'always',
    isOfIssuer: true,
    text: ({ factor }) =>
      `A way to prove that it is you was removed from your account${factor ? ` (${factor})` : ''}. If it was not you, tell your security officer at once.`,
  },
  FACTOR_LOST: {
    topic: 'login',
    mail: 'always',
    isOfIssuer: true,
    text: () =>
      'You reported that you lost what you prove your login with. If it was not you, tell your security officer at once.',
  },
  RECOVERY_ASKED: {
    topic: 'duty',
    mail: 'always',
    isOfIssuer: true,
    text: () =>
      'Somebody lost what they prove their login with and asks for recovery: make sure who asks, then decide.',
  },
  REVIEW_DUE: {
    topic: 'duty',
    mail: 'unless-off',
    isOfIssuer: false,
    text: ({ review, until }) =>
      review
        ? `Grants wait for your review${until ? ` until ${day(until)}` : ''}; what nobody confirms ends.`
        : `It is time to review who may do what${until ? `. If nobody starts it, it starts by itself on ${day(until)}` : ''}.`,
  },
  BREAK_GLASS_USED: {
    topic: 'duty',
    mail: 'always',
    isOfIssuer: false,
    text: () =>
      'Somebody broke the glass: for an hour at most they may open doors of some residences, and see devices and people there. Look into it now, and review it afterwards.',
  },
  BREAK_GLASS_REVIEW_DUE: {
    topic: 'duty',
    mail: 'always',
    isOfIssuer: false,
    text: ({ until }) =>
      `A broken glass waits for a security officer to review it${until ? `, until ${day(until)}` : ''}.`,
  },
  BREAK_GLASS_REVIEWED: {
    topic: 'rights',
    mail: 'unless-off',
    isOfIssuer: false,
    text: () => 'A security officer reviewed that you broke the glass.',
  },
  BRIEFING_DUE: {
    topic: 'duty',
    mail: 'unless-off',
    isOfIssuer: false,
    text: ({ until }) =>
      `Confirm the security briefing${until ? ` by ${day(until)}` : ''}: without it you see no personal data.`,
  },
  IDENTITY_PROVIDER_CHANGED: {
    topic: 'duty',
    mail: 'always',
    isOfIssuer: false,
    text: () => 'Somebody changed by which provider of its own your company logs in. Make sure that it was meant so.',
  },
  GROUP_ROLE_REFUSED: {
    topic: 'duty',
    mail: 'unless-off',
    isOfIssuer: false,
    text: ({ role }) =>
      `Somebody came into a group that gives the role ${role}, and was not granted it, because it conflicts with what they hold.`,
  },
  PROVISIONING_CHANGED: {
    topic: 'duty',
    mail: 'always',
    isOfIssuer: false,
    text: () =>
      'Somebody made or revoked a token by which your company’s identity provider puts people in and takes them out. Make sure that it was meant so.',
  },
  ADDRESS_CHANGED: {
    topic: 'login',
    mail: 'always',
    isOfIssuer: false,
    text: ({ person }) =>
      person
        ? 'Your company’s identity provider changed the mail address of somebody with one of the widest roles. What sets up a new login goes there: make sure that it was meant so.'
        : 'Your company’s identity provider changed your mail address. If it was not meant so, tell your security officer at once.',
  },
  PARTNER_VERSION_ENDING: {
    topic: 'duty',
    mail: 'unless-off',
    isOfIssuer: false,
    text: ({ partner, version, until }) =>
      `The partner ${partner} says that version ${version} of its API should not be used any more${until ? `, and ends on ${day(until)}` : ''}. Plan when your company moves to another.`,
  },
  INCIDENT: {
    topic: 'incident',
    mail: 'always',
    isOfIssuer: false,
    text: () => 'A security officer announced an incident.',
  },
} as const satisfies Readonly<Record<string, NoticeKindDefinition>>;

export type NoticeKind = keyof typeof NOTICE_KINDS;

/** Whether `name` is a kind of this version. */
export function isNoticeKind(name: string): name is NoticeKind {
  return Object.hasOwn(NOTICE_KINDS, name);
}

function day(instant: string): string {
  return instant.slice(0, 10);
}
