/**
 * Leaves of a package's configuration schema what says which values are secret. Compiling the rest takes longer at each start
 * than connecting to all databases, and the logger, for which this is, takes no notice of what else a schema checks.
 *
 * What is kept is kept as it is: a choice between schemas (`anyOf` and the like) and a reference are kept whole as soon as a
 * secret may be in them.
 *
 * @param {unknown} schema - a JSON schema
 * @returns {unknown} the schema, or `true`, which accepts everything, when it knows no secret
 */
export function pruneSchema(schema) {
  if (!mayHoldSecret(schema)) {
    return true;
  }
  const { properties, additionalProperties, ...rest } = schema;
  // These say what is required, and of which form: nothing about secrets.
  delete rest.required;
  delete rest.description;
  const pruned = { ...rest };
  if (properties) {
    pruned.properties = Object.fromEntries(
      Object.entries(properties)
        .map(([name, value]) => [name, pruneSchema(value)])
        // What has no property of its own is an additional one.
        .filter(([, value]) => value !== true || additionalProperties),
    );
  }
  if (mayHoldSecret(additionalProperties)) {
    pruned.additionalProperties = pruneSchema(additionalProperties);
  }
  if (rest.items && !Array.isArray(rest.items)) {
    pruned.items = pruneSchema(rest.items);
  }
  return pruned;
}

function mayHoldSecret(schema) {
  return (
    schema !== null &&
    typeof schema === 'object' &&
    /"(visibility|deepVisibility)":"secret"|"\$ref":/.test(
      JSON.stringify(schema),
    )
  );
}
