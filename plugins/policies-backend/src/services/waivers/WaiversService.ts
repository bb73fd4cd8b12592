import type { UserCredentials } from '@slipway/backend-utils';
import type {
  PolicyWaiverDetails,
  WaiverEventsPage,
  WaiverRequest,
  WaiversPage,
  WaiversQuery,
} from '@slipway/plugin-policies-common';
import { getWaiver } from '../../database/waivers';
import type { WaiversDeps } from './deps';
import { assertMayEndWaiver, endWaiver } from './endWaiver';
import { listWaivers } from './listWaivers';
import { listWaiverEvents } from './listWaiverEvents';
import { assertMayRequestWaiver, requestWaiver } from './requestWaiver';
import { toDetails } from './toDetails';
import { assertMayWithdrawWaiver, withdrawWaiver } from './withdrawWaiver';

/** Exceptions from policies: asked for by their owner, granted by others, for a time. */
export class WaiversService {
  readonly #deps: WaiversDeps;

  static create(deps: WaiversDeps): WaiversService {
    return new WaiversService(deps);
  }

  private constructor(deps: WaiversDeps) {
    this.#deps = deps;
  }

  list(
    query: WaiversQuery & { offset: number; limit: number },
    credentials: UserCredentials,
  ): Promise<WaiversPage> {
    return listWaivers(this.#deps, query, credentials);
  }

  async get(
    id: string,
    credentials: UserCredentials,
  ): Promise<PolicyWaiverDetails> {
    const record = await getWaiver(this.#deps.knex, id);
    return toDetails(this.#deps, record, credentials);
  }

  events(id: string, cursor: string | undefined): Promise<WaiverEventsPage> {
    return listWaiverEvents(this.#deps, id, cursor);
  }

  /** Whether somebody may ask for any waiver. */
  assertMayRequest(credentials: UserCredentials): Promise<void> {
    return assertMayRequestWaiver(this.#deps.access, credentials);
  }

  /** Whether somebody may take a waiver back, or end it. */
  async assertMay(
    ending: 'withdraw' | 'end',
    id: string,
    credentials: UserCredentials,
  ): Promise<void> {
    const assertMay =
      ending === 'end' ? assertMayEndWaiver : assertMayWithdrawWaiver;
    await assertMay(this.#deps, id, credentials);
  }

  /** Asks for a waiver. It covers nothing until somebody else has granted it. */
  request(
    request: WaiverRequest,
    options: { idempotencyKey: string; credentials: UserCredentials },
  ): Promise<PolicyWaiverDetails> {
    return requestWaiver(this.#deps, request, options);
  }

  /** Takes back what nobody has decided on. */
  withdraw(
    id: string,
    reason: string | undefined,
    credentials: UserCredentials,
  ): Promise<PolicyWaiverDetails> {
    return withdrawWaiver(this.#deps, { id, reason }, credentials);
  }

  /** Ends a waiver before its time. */
  end(
    id: string,
    reason: string | undefined,
    credentials: UserCredentials,
  ): Promise<PolicyWaiverDetails> {
    return endWaiver(this.#deps, { id, reason }, credentials);
  }
}
