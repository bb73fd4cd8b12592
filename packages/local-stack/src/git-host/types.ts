/**
 * A person of the company, as the git host knows them.
 *
 * @public
 */
export interface Person {
  /** The login: also the person's own namespace on the git host. */
  name: string;
  displayName: string;
  /** The address by which the identity provider's answer is matched to the person. */
  email: string;
  /** Names of the groups that the person is a direct member of. */
  groups: string[];
}

/**
 * A group of people. Gitea calls it a team.
 *
 * @public
 */
export interface Group {
  name: string;
  title: string;
}

/**
 * An organisation: a namespace that belongs to a company and not to a person.
 *
 * @public
 */
export interface Organisation {
  name: string;
  title: string;
  description?: string;
  /** Groups whose members may see private repositories' names of and create repositories in the organisation. */
  members: 'everyone' | string[];
  /** Groups whose members administer each repository of the organisation. */
  owners: string[];
}

/**
 * Who there is. Asked for afresh on each request, so that who left the company loses access at once.
 *
 * @public
 */
export interface Directory {
  people: Person[];
  groups: Group[];
  organisations: Organisation[];
}

/**
 * A machine's account, such as the portal's integration. It reads everything and changes nothing, except where it may create.
 *
 * @public
 */
export interface ServiceAccount {
  name: string;
  /** A generated secret of at least 20 characters. */
  password: string;
  /** Organisations in which the account may create repositories, which it then administers. None by default. */
  createIn?: string[];
}

/**
 * The confidential OAuth 2 client that acts with a person's rights. Consent is implied: it is the company's own portal.
 *
 * @public
 */
export interface OAuthClient {
  id: string;
  secret: string;
  /** Compared character by character. */
  redirectUris: string[];
}

/**
 * The identity provider that people sign in with.
 *
 * @public
 */
export interface IdentityProvider {
  issuer: string;
  clientId: string;
  clientSecret: string;
}

/**
 * One branch or tag that a push, a merge or a change by the API moved.
 *
 * @public
 */
export interface RefChange {
  ref: string;
  /** The commit before, or undefined when the ref is new. */
  before?: string;
  /** The commit after, or undefined when the ref was deleted. */
  after?: string;
}

/**
 * What {@link GitHostOptions.onPush} is told.
 *
 * @public
 */
export interface PushEvent {
  owner: string;
  repository: string;
  /** The person's or service account's name. */
  pusher: string;
  changes: RefChange[];
}

/**
 * Where the git host says what happened. State changes are logged at info with who did what; secrets never are.
 *
 * @public
 */
export interface GitHostLogger {
  info(message: string, meta?: Record<string, string | number | boolean>): void;
  warn(message: string, meta?: Record<string, string | number | boolean>): void;
  error(
    message: string,
    meta?: Record<string, string | number | boolean>,
  ): void;
}

/**
 * Bounds on what one client can cost. Each has a sensible default.
 *
 * @public
 */
export interface GitHostLimits {
  /** git processes that serve clones, fetches and pushes at the same time. Default 8. */
  maxTransfers?: number;
  /** Largest push in bytes. Default 256 MiB. */
  maxPushBytes?: number;
  /** How long one clone, fetch or push may take, in milliseconds. Default 15 minutes. */
  transferTimeoutMs?: number;
  /** How long any other request may take, in milliseconds. Default 60 seconds. */
  requestTimeoutMs?: number;
}

/**
 * Options of `createGitHost`.
 *
 * @public
 */
export interface GitHostOptions {
  /** Repositories are kept in `<dataDir>/git/<owner>/<name>.git`, tokens and grants in `<dataDir>/git/.state`. One git host per folder. */
  dataDir: string;
  /** The address in a browser, such as `http://localhost:7013`. */
  baseUrl: string;
  /** The port to listen on; 0 takes a free one. Default: the port of `baseUrl`. */
  port?: number;
  /** The address to listen on. Default 127.0.0.1. */
  host?: string;
  identityProvider: IdentityProvider;
  oauthClient: OAuthClient;
  directory: () => Directory | Promise<Directory>;
  serviceAccounts?: ServiceAccount[];
  /** Refuses to delete or rewrite default branches by push. Default true. */
  protectDefaultBranch?: boolean;
  /** Told after refs moved. A hint: it is lost when the process dies in between, and an error it throws is only logged. */
  onPush?: (event: PushEvent) => void | Promise<void>;
  logger?: GitHostLogger;
  limits?: GitHostLimits;
}
