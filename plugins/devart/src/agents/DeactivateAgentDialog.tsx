import type { Agent } from '@devart/plugin-devart-common';
import { useState } from 'react';
import { useDevartApi } from '../api';
import { ChoiceInput, ReasonDialog, useToasts } from '../components';

type Policy = 'finish' | 'return' | 'cancel';

const POLICIES: { value: Policy; label: string }[] = [
  { value: 'finish', label: 'It may still report on them' },
  { value: 'return', label: 'They go back into the queue' },
  { value: 'cancel', label: 'They are cancelled' },
];

/** Deactivates an agent and asks what becomes of the tasks it is working on. */
export function DeactivateAgentDialog(props: {
  agent: Agent;
  onClose: () => void;
  onDone: () => Promise<void>;
}) {
  const api = useDevartApi();
  const toasts = useToasts();
  const { agent, onClose, onDone } = props;
  const [policy, setPolicy] = useState<Policy>('return');

  return (
    <ReasonDialog
      title={`Deactivate ${agent.name}?`}
      text="Its next call is refused and it gets no more tasks, until somebody activates it again."
      submitLabel="Deactivate"
      onClose={onClose}
      onConfirm={async reason => {
        await api.agents.setActivation({
          id: agent.id,
          active: false,
          runningTasks: policy,
          reason,
        });
        toasts.success(`${agent.name} is inactive`);
        onClose();
        await onDone();
      }}
    >
      <ChoiceInput
        label="Tasks it is working on"
        value={policy}
        choices={POLICIES}
        onChange={setPolicy}
      />
    </ReasonDialog>
  );
}
