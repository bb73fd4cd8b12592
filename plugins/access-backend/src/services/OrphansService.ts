import type { AuthService } from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { UserCredentials } from '@slipway/backend-utils';
import type { Orphans } from '@slipway/plugin-access-common';
import type { ServiceDeps } from './AccessService';
import type { Named } from './readNamed';
import { whyUnknown, type OtherPlugins } from './OtherPlugins';

const MOST = 200;
/** Pages of open things that are looked through, so that a company that has thousands waits no longer than others. */
const PAGES = 10;

type Kind = 'count' | 'waivers' | 'approvals' | 'deputies';
type Counts = Record<Kind, number> & { configuration: string[] };

interface OrphansDeps extends ServiceDeps {
  auth: AuthService;
  catalog: CatalogService;
  others: OtherPlugins;
  /** Whom the configuration names. */
  named: Named[];
}

/** Finds whom the catalog does not know and things still name, as after a group was renamed. */
export class OrphansService {
  readonly #deps: OrphansDeps;

  static create(deps: OrphansDeps): OrphansService {
    return new OrphansService(deps);
  }

  private constructor(deps: OrphansDeps) {
    this.#deps = deps;
  }

  /** Those with the most first. Other plugins are asked with the caller's rights; what one cannot tell is a problem. */
  async list(credentials: UserCredentials): Promise<Orphans> {
    const { people, others } = this.#deps;
    const problems: string[] = [];
    /** By ref, how many things of each kind name it. */
    const named = new Map<string, Counts>();
    const countsOf = (ref: string) => {
      const counts = named.get(ref) ?? {
        count: 0,
        waivers: 0,
        approvals: 0,
        deputies: 0,
        configuration: [],
      };
      named.set(ref, counts);
      return counts;
    };
    const note = (kind: Kind, refs: string[], count = 1) => {
      for (const ref of new Set(refs)) countsOf(ref)[kind] += count;
    };
    for (const { ref, key } of this.#deps.named) {
      countsOf(ref).configuration.push(key);
    }
    const look = (what: string, work: () => Promise<void>) =>
      work().catch(error => {
        problems.push(`${what}: ${whyUnknown(error)}`);
      });
    for (const { value, count } of await this.#owners()) {
      note('count', [value], count);
    }
    await Promise.all([
      look('Open waivers', async () => {
        const all = await everyPage(offset =>
          others.waivers(credentials, { offset }),
        );
        for (const { owner, requester } of all.items) {
          note('waivers', [owner, requester]);
        }
        if (all.isCut) problems.push(cutSentence('waivers', all));
      }),
      look('Open approvals', async () => {
        const all = await everyPage(offset =>
          others.approvals(credentials, { offset }),
        );
        for (const { owner, requester, rule } of all.items) {
          const deciders = rule.flatMap(({ groups }) => groups);
          note('approvals', [owner, requester, ...deciders]);
        }
        if (all.isCut) problems.push(cutSentence('approvals', all));
      }),
      look('Deputies', async () => {
        const all = await everyPage(offset =>
          others.deputies(credentials, { offset }),
        );
        for (const { person, deputy } of all.items) {
          note('deputies', [person, deputy]);
        }
        if (all.isCut) {
          problems.push(cutSentence('appointments of deputies', all));
        }
      }),
    ]);
    const missing = await people.missing([...named.keys()]);
    const items = [...named]
      .filter(([ref]) => missing.has(ref))
      .map(([owner, counts]) => ({ owner, ...counts }))
      .sort((a, b) => sumOf(b) - sumOf(a) || a.owner.localeCompare(b.owner));
    return {
      items: items.slice(0, MOST),
      totalItems: items.length,
      problems: problems.sort(),
    };
  }

  async #owners() {
    const { auth, catalog } = this.#deps;
    const { facets } = await catalog.getEntityFacets(
      { facets: ['relations.ownedBy'] },
      { credentials: await auth.getOwnServiceCredentials() },
    );
    return facets['relations.ownedBy'] ?? [];
  }
}

async function everyPage<T>(
  ask: (offset: string) => Promise<{ items: T[]; totalItems: number }>,
) {
  const items: T[] = [];
  for (let page = 0; page < PAGES; page += 1) {
    const next = await ask(`${items.length}`);
    items.push(...next.items);
    if (!next.items.length || items.length >= next.totalItems) {
      return { items, isCut: false };
    }
  }
  return { items, isCut: true };
}

function cutSentence(what: string, { items }: { items: unknown[] }): string {
  return `Only the newest ${items.length} open ${what} were looked at. Hand these on, and look again.`;
}

function sumOf(counts: Counts): number {
  const { count, waivers, approvals, deputies, configuration } = counts;
  return count + waivers + approvals + deputies + configuration.length;
}
