import { InputError } from '@backstage/errors';
import type { ModelUpstream } from '@devart/plugin-devart-node';
import type {
  GatewayConfig,
  UpstreamSettings,
} from '../../config/GatewayConfig';
import type { KnownUpstream } from './ModelCatalog';
import { OpenAiUpstream } from './OpenAiUpstream';

/** What counts for an upstream of a module of which the configuration says nothing. */
function defaultSettings(upstream: ModelUpstream): UpstreamSettings {
  return {
    id: upstream.id,
    title: upstream.title,
    prices: {},
    timeouts: {
      connectMs: 5000,
      firstByteMs: 120_000,
      idleMs: 60_000,
      totalMs: 900_000,
    },
    onExhausted: 'reject',
  };
}

/**
 * All upstreams with what the configuration says of them: those that it
 * describes itself, and those of modules.
 *
 * @throws InputError when the configuration names one that nobody brings.
 */
export function joinUpstreams(
  configured: GatewayConfig['upstreams'],
  ofModules: ReadonlyMap<string, ModelUpstream>,
): KnownUpstream[] {
  const known = configured.map(({ settings, connection }): KnownUpstream => {
    const ofModule = ofModules.get(settings.id);
    if (connection && ofModule) {
      throw new InputError(
        `Configuration devart.gateway.upstreams: '${settings.id}' has a type, but a module brings an upstream of this name`,
      );
    }
    if (!connection && !ofModule) {
      throw new InputError(
        `Configuration devart.gateway.upstreams: '${settings.id}' has no type, and no module brings an upstream of this name`,
      );
    }
    return {
      settings,
      upstream: ofModule ?? new OpenAiUpstream(settings, connection!),
    };
  });
  const named = new Set(known.map(({ settings }) => settings.id));
  return [
    ...known,
    ...[...ofModules.values()]
      .filter(({ id }) => !named.has(id))
      .map(upstream => ({ upstream, settings: defaultSettings(upstream) })),
  ];
}
