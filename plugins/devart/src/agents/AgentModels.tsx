import type { Agent, GatewayUpstream } from '@devart/plugin-devart-common';
import { useDevartApi } from '../api';
import { EmptyState, Facts, Loaded, Panel, Rows } from '../components';
import { useLive } from '../live';

function allowedOf({ allowedModels }: Agent): string {
  if (!allowedModels) {
    return 'every model below';
  }
  return allowedModels.length > 0 ? allowedModels.join(', ') : 'none';
}

function describe({ state, detail, models }: GatewayUpstream): string {
  const names = models
    .map(({ name, price }) =>
      price ? name : `${name} (no price, cannot be called)`,
    )
    .join(', ');
  if (state === 'away') {
    return `does not say which models it has${detail ? `: ${detail}` : ''}${names ? `; the last were ${names}` : ''}`;
  }
  return names || 'no models';
}

/** Which models an agent may call through the portal, or that there are none. */
export function AgentModels({ agent }: { agent: Agent }) {
  const api = useDevartApi();
  const live = useLive(
    {
      topics: ['agent'],
      id: agent.id,
      minimumIntervalMs: 10_000,
      load: signal => api.gateway.status({}, { signal }),
    },
    [api, agent.id],
  );
  return (
    <Panel title="Models">
      <Loaded live={live} skeleton={<Rows count={2} />}>
        {({ upstreams }) =>
          upstreams.length === 0 ? (
            <EmptyState
              title="This portal has no models"
              text="When whoever runs it configures a provider under devart.gateway, agents call its models here with their own key."
            />
          ) : (
            <Facts
              facts={{
                'May use': allowedOf(agent),
                ...Object.fromEntries(
                  upstreams.map(upstream => [
                    upstream.title,
                    describe(upstream),
                  ]),
                ),
              }}
            />
          )
        }
      </Loaded>
    </Panel>
  );
}
