import {
  CompoundEntityRef,
  DEFAULT_NAMESPACE,
  Entity,
  RELATION_DEPENDENCY_OF,
  RELATION_DEPENDS_ON,
  RELATION_OWNED_BY,
  RELATION_OWNER_OF,
  getCompoundEntityRef,
  parseEntityRef,
} from '@backstage/catalog-model';
import { EntityRelationSpec } from '@backstage/plugin-catalog-node';
import { EnvironmentSpec } from '../kinds/environment';

/** Both directions of one relation. */
function pair(
  source: CompoundEntityRef,
  target: CompoundEntityRef,
  types: [forward: string, back: string],
): EntityRelationSpec[] {
  return [
    { source, type: types[0], target },
    { source: target, type: types[1], target: source },
  ];
}

/**
 * The relations between an entity and its owner.
 *
 * @remarks
 * Owners live in the default namespace whatever the namespace of the document: Kubernetes' namespaces, after which
 * documents of these kinds are often named, hold no people.
 */
export function ownerRelations(
  entity: Entity,
  owner: string | undefined,
): EntityRelationSpec[] {
  if (!owner) {
    return [];
  }
  const target = parseEntityRef(owner, {
    defaultKind: 'Group',
    defaultNamespace: DEFAULT_NAMESPACE,
  });
  return pair(getCompoundEntityRef(entity), target, [
    RELATION_OWNED_BY,
    RELATION_OWNER_OF,
  ]);
}

/**
 * What an environment depends on: the components and resources that it refers to.
 *
 * @remarks
 * A bare name of a service or a database means something inside the environment. Making an entity of it by guessing
 * would show relations to things that do not exist.
 */
export function environmentRelations(
  entity: Entity,
  spec: EnvironmentSpec,
): EntityRelationSpec[] {
  const source = getCompoundEntityRef(entity);
  const refs = [
    ...(spec.services ?? []).map(s => ({
      ref: s.component,
      kind: 'Component',
    })),
    ...(spec.databases ?? []).map(d => ({ ref: d.resource, kind: 'Resource' })),
    ...(spec.dependsOn ?? []).map(ref => ({ ref, kind: 'Component' })),
  ];
  return refs.flatMap(({ ref, kind }) =>
    ref
      ? pair(
          source,
          parseEntityRef(ref, {
            defaultKind: kind,
            defaultNamespace: DEFAULT_NAMESPACE,
          }),
          [RELATION_DEPENDS_ON, RELATION_DEPENDENCY_OF],
        )
      : [],
  );
}
