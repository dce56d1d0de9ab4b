import { discoveryApiRef, useApi } from '@backstage/core-plugin-api';
import type { Agent } from '@devart/plugin-devart-common';
import { useEffect, useState } from 'react';
import { SecretDialog } from '../components';
import { startCommand } from './startCommand';

/** A key that has just been made, with the agent it belongs to. */
export interface NewKey {
  agent: Agent;
  key: string;
}

/** Shows the key of an agent, this once, with a command that uses it. */
export function AgentKeyDialog(props: { newKey: NewKey; onClose: () => void }) {
  const discovery = useApi(discoveryApiRef);
  const { newKey, onClose } = props;
  const { agent, key } = newKey;
  const [baseUrl, setBaseUrl] = useState('');

  useEffect(() => {
    let isCurrent = true;
    discovery.getBaseUrl('devart').then(url => {
      if (isCurrent) {
        setBaseUrl(url);
      }
    });
    return () => {
      isCurrent = false;
    };
  }, [discovery]);

  return (
    <SecretDialog
      title={`The key of ${agent.name}`}
      text={
        <>
          This is the only time the key is shown; the portal keeps only a hash
          of it. Give it to the agent as <code>DEVART_AGENT_KEY</code>.
        </>
      }
      parts={[
        { label: 'Key', text: key },
        { label: 'Start command', text: startCommand({ baseUrl, key }) },
      ]}
      onClose={onClose}
    />
  );
}
