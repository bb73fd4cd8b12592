import type { AuthService } from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';

/** Who acts for a person when a program signed in as OAuth client: upstream's token does not say which. */
const AGENT = 'external:oauth-client';

/**
 * Whether programs can sign in for a person: coding agents through MCP, and the command line.
 *
 * @throws Error when they can, and their tokens could not be told from people's.
 */
export function agentsSignIn(config: Config): boolean {
  const isOffered = [
    'auth.experimentalDynamicClientRegistration.enabled',
    'auth.clientIdMetadataDocuments.enabled',
    'auth.experimentalClientIdMetadataDocuments.enabled',
  ].some(key => config.getOptionalBoolean(key));
  if (
    isOffered &&
    (config.getOptionalBoolean('auth.omitIdentityTokenOwnershipClaim') ?? true)
  ) {
    throw new Error(
      "Agents may sign in (auth.experimentalDynamicClientRegistration or auth.clientIdMetadataDocuments), but their tokens cannot be told from people's: set auth.omitIdentityTokenOwnershipClaim to false, see docs/security.md",
    );
  }
  return isOffered;
}

/**
 * Names the agent in the credentials of a token that a program got for a person, so that it is refused what only people
 * may do.
 *
 * @remarks
 * To upstream such a token is the person's own. What differs is that a person's sign-in says which groups they belong to
 * (`ent`), and that of a program says nothing. Where nothing says so, it is taken for an agent's.
 */
export function namingAgents(auth: AuthService): AuthService {
  return {
    authenticate: async (token, options) => {
      const credentials = await auth.authenticate(token, options);
      const { principal } = credentials;
      if (
        auth.isPrincipal(credentials, 'user') &&
        !credentials.principal.actor &&
        isOfProgram(token)
      ) {
        Object.assign(principal as object, { actor: agent() });
      }
      return credentials;
    },
    isPrincipal: auth.isPrincipal.bind(auth),
    getNoneCredentials: () => auth.getNoneCredentials(),
    getOwnServiceCredentials: () => auth.getOwnServiceCredentials(),
    getPluginRequestToken: options => auth.getPluginRequestToken(options),
    getLimitedUserToken: credentials => auth.getLimitedUserToken(credentials),
    listPublicServiceKeys: () => auth.listPublicServiceKeys(),
  };
}

/** Of a token that was verified. The cookie of a person, which opens nothing of ours, says no groups either. */
function isOfProgram(token: string): boolean {
  const [header, claims] = token
    .split('.')
    .slice(0, 2)
    .map(part => JSON.parse(Buffer.from(part, 'base64url').toString()));
  return header.typ === 'vnd.backstage.user' && !Array.isArray(claims.ent);
}

function agent() {
  // As upstream's principals: what they print as is what others tell them apart by.
  return Object.defineProperty(
    { type: 'service' as const, subject: AGENT },
    'toString',
    { enumerable: false, value: () => `servicePrincipal{${AGENT}}` },
  );
}
