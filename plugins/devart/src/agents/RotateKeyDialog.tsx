import type { Agent } from '@devart/plugin-devart-common';
import Typography from '@material-ui/core/Typography';
import { useState } from 'react';
import { useDevartApi } from '../api';
import { ChoiceInput, FormDialog } from '../components';
import { AgentKeyDialog, type NewKey } from './AgentKeyDialog';

const HOUR = 3600;
const OVERLAPS = [
  { value: '0', label: 'Not at all: it ends now' },
  { value: String(HOUR), label: 'One hour' },
  { value: String(24 * HOUR), label: 'One day' },
  { value: String(7 * 24 * HOUR), label: 'One week' },
];

/** Gives an agent a new key and shows it, this once. */
export function RotateKeyDialog(props: {
  agent: Agent;
  onClose: () => void;
  onDone: () => Promise<void>;
}) {
  const api = useDevartApi();
  const { agent, onClose, onDone } = props;
  const [overlap, setOverlap] = useState(String(HOUR));
  const [newKey, setNewKey] = useState<NewKey>();

  if (newKey) {
    return <AgentKeyDialog newKey={newKey} onClose={onClose} />;
  }
  return (
    <FormDialog
      title={`Rotate the key of ${agent.name}?`}
      submitLabel="Make a new key"
      onClose={onClose}
      onSubmit={async () => {
        setNewKey(
          await api.agents.rotateKey({
            id: agent.id,
            overlapSeconds: Number(overlap),
          }),
        );
        await onDone();
      }}
    >
      <Typography variant="body2">
        The agent gets a new key, which is shown once. The old key goes on for a
        while, so that the agent can be given the new one without stopping.
      </Typography>
      <ChoiceInput
        label="How long the old key still works"
        value={overlap}
        choices={OVERLAPS}
        onChange={setOverlap}
      />
    </FormDialog>
  );
}
