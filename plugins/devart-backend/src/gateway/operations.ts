import { requireKnown, requireMember, scopeOf } from '../access/Caller';
import type { Database } from '../database/Database';
import { decodeIdCursor, pageOfRows } from '../database/Cursor';
import type { Handlers } from '../operations/Handlers';
import { isModelAllowed } from './isModelAllowed';
import type { RecordingStore } from './RecordingStore';
import type { ModelCatalog } from './upstreams/ModelCatalog';
import type { UpstreamServices } from './upstreams/UpstreamServices';

/** Handlers of the operations on the model gateway. */
export function createGatewayHandlers(options: {
  catalog: ModelCatalog;
  services: UpstreamServices;
  database: Database;
  recordings: RecordingStore;
  isRecording: boolean;
}): Handlers<'gateway'> {
  const { catalog, services, database, recordings, isRecording } = options;
  return {
    status: async (_input, { caller }) => {
      const known = requireKnown(caller);
      const patterns = known.kind === 'agent' ? known.allowedModels : undefined;
      const items = await Promise.all(
        catalog.all().map(async one => {
          const service = await services.find(
            known.organizationId,
            one.settings.id,
          );
          const models = one.models
            .map(model => ({ ...one, model }))
            .filter(found => isModelAllowed(patterns, found));
          return {
            id: one.settings.id,
            title: one.settings.title,
            serviceId: service.id,
            state: one.error ? ('away' as const) : ('ready' as const),
            detail: one.error,
            models: models.map(found => {
              const priced = services.priceOf(service, found);
              return {
                id: `${one.settings.id}/${found.model.name}`,
                name: found.model.name,
                contextTokens: priced?.contextTokens,
                price: priced && {
                  inputMillionMicros: priced.price.inputMillionMicros,
                  outputMillionMicros: priced.price.outputMillionMicros,
                  cachedInputMillionMicros:
                    priced.price.cachedInputMillionMicros,
                },
              };
            }),
          };
        }),
      );
      return { upstreams: items, isRecording };
    },
    recordings: async ({ cursor, ...filter }, { caller }) => {
      const member = requireMember(caller);
      const { rows, nextCursor } = pageOfRows(
        await database.inScope(scopeOf(member), tx =>
          recordings.list(tx, member.organizationId, {
            ...filter,
            beforeId: decodeIdCursor(cursor),
          }),
        ),
        filter.limit,
      );
      return { items: rows, nextCursor };
    },
  };
}
