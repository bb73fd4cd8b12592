import type { Answer } from '../support/HttpClient.ts';
import type { Caller, Case, PluginCases } from './cases.ts';
import { externalTokens } from './configuration.ts';
import { UserTokens } from './tokens.ts';
import type { Sent, World } from './World.ts';

/** Sends the requests of cases as whom it is told. */
export class Callers {
  readonly #world: World;
  readonly #pluginId: string;
  readonly #cases: PluginCases;
  /** Signed by a key that the portal does not know. */
  readonly #forger: UserTokens;

  constructor(world: World, pluginId: string, cases: PluginCases) {
    this.#world = world;
    this.#pluginId = pluginId;
    this.#cases = cases;
    this.#forger = new UserTokens(world.portal.url);
  }

  /** Sends what a case says, laid over by `other`. */
  async send(
    one: Case,
    caller: Caller,
    other: Partial<Sent> = {},
  ): Promise<Answer> {
    const [method, path] = one.route.split(' ');
    const sent = { method, path, ...one.send?.(this.#world, caller), ...other };
    const { token, cookie } = await this.#credentials(one, caller);
    return this.#world.send(
      this.#pluginId,
      cookie ? { ...sent, headers: { ...sent.headers, cookie } } : sent,
      token,
    );
  }

  async #credentials(
    one: Case,
    caller: Caller,
  ): Promise<{ token?: string; cookie?: string }> {
    const { portal, tokens } = this.#world;
    const plugin = (from: string, onBehalfOf?: string) =>
      portal.pluginToken(from, this.#pluginId, onBehalfOf);
    switch (caller) {
      case 'nobody':
        return {};
      case 'garbage':
        return { token: 'this-is-no-token' };
      case 'forged':
        return { token: this.#forger.issue('owner').token };
      case 'expired':
        return { token: tokens.issue('owner', 3660).token };
      case 'limited':
        return { token: tokens.issue('owner').cookie };
      case 'cookie':
        return { cookie: `backstage-auth=${tokens.issue('owner').cookie}` };
      case 'elsewhere':
      case 'narrow':
        return { token: externalTokens[caller] };
      case 'bystander':
        return { token: await plugin('bystander') };
      case 'service':
        return { token: await plugin(this.#cases.service) };
      case 'agent':
        return {
          token: await plugin(
            'mcp-actions',
            this.#world.person(one.agentFor ?? 'owner'),
          ),
        };
      case 'client':
        return { token: await this.#world.agent(one.agentFor ?? 'owner') };
      default:
        return { token: this.#world.person(caller) };
    }
  }
}
