import type { Entity } from '@backstage/catalog-model';
import { InputError } from '@backstage/errors';
import type { CatalogProcessor } from '@backstage/plugin-catalog-node';

/** Far more than anybody writes. All values of a field are sent to whoever opens the catalog's page. */
const LIMITS: Readonly<
  Record<'tags' | 'labels' | 'annotations' | 'links', number>
> = { tags: 100, labels: 100, annotations: 200, links: 100 };

/** Lists in `spec`, such as `dependsOn` and `providesApis`, of which each member becomes a relation. */
const MOST_IN_LIST = 1000;
/** Of groups and locations, which really have many. */
const MOST_IN_LARGE_LIST = 10_000;
const LARGE_LISTS = new Set(['children', 'members', 'memberOf', 'targets']);

/**
 * Keeps out entities with so many tags, labels or relations that pages of others would suffer from them.
 *
 * @remarks
 * It looks after placeholders have been taken in.
 */
export class EntityLimitsProcessor implements CatalogProcessor {
  getProcessorName(): string {
    return 'SlipwayEntityLimitsProcessor';
  }

  /**
   * @returns always false: this says of no kind that it is known
   * @throws InputError that names the field and its limit
   */
  async validateEntityKind(entity: Entity): Promise<boolean> {
    for (const [field, most] of Object.entries(LIMITS)) {
      check(`metadata.${field}`, entity.metadata[field], most);
    }
    for (const [field, value] of Object.entries(entity.spec ?? {})) {
      if (Array.isArray(value)) {
        const most = LARGE_LISTS.has(field) ? MOST_IN_LARGE_LIST : MOST_IN_LIST;
        check(`spec.${field}`, value, most);
      }
    }
    return false;
  }
}

function check(field: string, value: unknown, most: number): void {
  const count = Object.keys(Object(value)).length;
  if (count > most) {
    throw new InputError(
      `${field} has ${count} entries, and may have ${most}. Leave out what nobody looks for, or write several entities.`,
    );
  }
}
