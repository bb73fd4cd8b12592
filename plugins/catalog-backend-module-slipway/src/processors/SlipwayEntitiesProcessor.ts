import { Entity } from '@backstage/catalog-model';
import {
  CatalogProcessor,
  CatalogProcessorEmit,
  EntityRelationSpec,
  processingResult,
} from '@backstage/plugin-catalog-node';
import { LocationSpec } from '@backstage/plugin-catalog-common';
import { isSlipwayApiVersion } from '../kinds/common';
import { environmentSpecSchema } from '../kinds/environment';
import { goldenPathSpecSchema } from '../kinds/goldenPath';
import { parseSpec } from '../kinds/parseSpec';
import { platformConfigurationSpecSchema } from '../kinds/platformConfiguration';
import { environmentRelations, ownerRelations } from './relationsOf';
import { redactSecrets } from './redactSecrets';

/** For each kind: checks the document and says what it is related to. */
const KINDS: Record<string, (entity: Entity) => EntityRelationSpec[]> = {
  Environment(entity) {
    const spec = parseSpec(entity, environmentSpecSchema);
    return [
      ...ownerRelations(entity, spec.owner),
      ...environmentRelations(entity, spec),
    ];
  },
  GoldenPath(entity) {
    const spec = parseSpec(entity, goldenPathSpecSchema);
    return ownerRelations(entity, spec.owner);
  },
  PlatformConfiguration(entity) {
    const spec = parseSpec(entity, platformConfigurationSpecSchema);
    return ownerRelations(entity, spec.owner);
  },
};

/**
 * Teaches the catalog the kinds Environment, GoldenPath and PlatformConfiguration.
 *
 * @remarks
 * The catalog's model layers would be the newer way, but a kind there belongs to exactly one API group, and documents
 * of these kinds come in two (see `API_VERSIONS`).
 *
 * @public
 */
export class SlipwayEntitiesProcessor implements CatalogProcessor {
  getProcessorName(): string {
    return 'SlipwayEntitiesProcessor';
  }

  async preProcessEntity(entity: Entity): Promise<Entity> {
    if (!this.#relationsOf(entity) || !entity.spec) {
      return entity;
    }
    return { ...entity, spec: redactSecrets(entity.spec) as Entity['spec'] };
  }

  async validateEntityKind(entity: Entity): Promise<boolean> {
    const relationsOf = this.#relationsOf(entity);
    if (!relationsOf) {
      return false;
    }
    relationsOf(entity);
    return true;
  }

  async postProcessEntity(
    entity: Entity,
    _location: LocationSpec,
    emit: CatalogProcessorEmit,
  ): Promise<Entity> {
    for (const relation of this.#relationsOf(entity)?.(entity) ?? []) {
      emit(processingResult.relation(relation));
    }
    return entity;
  }

  #relationsOf(entity: Entity) {
    return isSlipwayApiVersion(entity.apiVersion) &&
      Object.hasOwn(KINDS, entity.kind)
      ? KINDS[entity.kind]
      : undefined;
  }
}
