import type { Agent } from '@devart/plugin-devart-common';
import {
  ActorLabel,
  CapabilityChips,
  EntityLink,
  Facts,
  Panel,
  RelativeTime,
} from '../components';

/** The facts about an agent. */
export function AgentFacts({ agent }: { agent: Agent }) {
  return (
    <Panel title="Details">
      <Facts
        facts={{
          'Can do': (
            <CapabilityChips
              capabilities={agent.capabilities}
              none="only tasks without requirements"
            />
          ),
          Owner: agent.owner && <EntityLink entityRef={agent.owner} />,
          'In the catalog': <EntityLink entityRef={agent.entityRef} />,
          'Described in':
            agent.managedBy === 'catalog'
              ? 'the catalog'
              : 'the control plane, by people here',
          Running: `${agent.runningTasks} of at most ${agent.maxConcurrent} tasks`,
          'Last seen': agent.lastSeenAt ? (
            <RelativeTime at={agent.lastSeenAt} />
          ) : (
            'never'
          ),
          'Built with': agent.software,
          'Created by': <ActorLabel actor={agent.createdBy} />,
          Created: <RelativeTime at={agent.createdAt} />,
          Keys: agent.keys.map(key => (
            <div key={key.prefix}>
              <code>{key.prefix}…</code>,{' '}
              {key.lastUsedAt ? (
                <>
                  used <RelativeTime at={key.lastUsedAt} />
                </>
              ) : (
                'never used'
              )}
              {key.expiresAt && (
                <>
                  , replaced, ends <RelativeTime at={key.expiresAt} />
                </>
              )}
            </div>
          )),
          Id: agent.id,
        }}
      />
    </Panel>
  );
}
