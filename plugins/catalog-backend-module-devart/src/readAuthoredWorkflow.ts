import { DEFAULT_NAMESPACE, type Entity } from '@backstage/catalog-model';
import { stringify } from 'yaml';

/** Of `metadata`, what the catalog adds by itself. */
const ADDED = new Set(['uid', 'etag', 'generation']);
/** Annotations and labels that the catalog adds by itself. */
const ADDED_ANNOTATION =
  /^backstage\.io\/(?:managed-by|view-url|edit-url|source-|orphan)/;

function metadataOf({ metadata }: Entity): object {
  const annotations = Object.entries(metadata.annotations ?? {}).filter(
    ([name]) => !ADDED_ANNOTATION.test(name),
  );
  const kept = Object.entries(metadata).filter(
    ([name, value]) =>
      !ADDED.has(name) &&
      name !== 'annotations' &&
      !(name === 'namespace' && value === DEFAULT_NAMESPACE),
  );
  return {
    ...Object.fromEntries(kept),
    ...(annotations.length > 0 && {
      annotations: Object.fromEntries(annotations),
    }),
  };
}

/**
 * The source of a workflow that stands in a catalog file. The catalog keeps what
 * a file says, not the file: comments and layout are lost, and the same content
 * always leads to the same source.
 */
export function readAuthoredWorkflow(entity: Entity): string {
  const { apiVersion, kind, spec } = entity;
  return stringify(
    { apiVersion, kind, metadata: metadataOf(entity), spec },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}
