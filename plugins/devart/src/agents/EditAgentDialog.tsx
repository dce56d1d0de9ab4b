import type { Agent } from '@devart/plugin-devart-common';
import { useState } from 'react';
import { fieldProblems, useDevartApi } from '../api';
import { FormDialog, useToasts } from '../components';
import { AgentFormFields } from './AgentFormFields';
import {
  AGENT_FIELDS,
  allowedModelsOfForm,
  formOfAgent,
  inputOfAgentForm,
  problemsOfAgentForm,
  type AgentFormProblems,
} from './agentFormModel';

/** Edits what an agent says of itself and its limits. */
export function EditAgentDialog(props: {
  agent: Agent;
  onClose: () => void;
  onSaved: () => Promise<void>;
}) {
  const api = useDevartApi();
  const toasts = useToasts();
  const { agent, onClose, onSaved } = props;
  const [form, setForm] = useState(() => formOfAgent(agent));
  const [problems, setProblems] = useState<AgentFormProblems>({});

  return (
    <FormDialog
      title={`Edit ${agent.name}`}
      submitLabel="Save"
      onClose={onClose}
      onSubmit={async () => {
        const found = problemsOfAgentForm(form);
        setProblems(found);
        if (Object.keys(found).length > 0) {
          return;
        }
        const { description, owner, capabilities, maxConcurrent } =
          inputOfAgentForm(form);
        try {
          await api.agents.update({
            id: agent.id,
            description,
            // What is cleared must be said to be nothing; leaving it out keeps it.
            owner: owner ?? null,
            capabilities,
            maxConcurrent,
            allowedModels: allowedModelsOfForm(form),
            ifVersion: agent.version,
          });
        } catch (error) {
          setProblems(fieldProblems(error, AGENT_FIELDS));
          return;
        }
        toasts.success('Saved');
        await onSaved();
        onClose();
      }}
    >
      <AgentFormFields
        isNew={false}
        form={form}
        problems={problems}
        onChange={change => {
          setForm(before => ({ ...before, ...change }));
          setProblems({});
        }}
      />
    </FormDialog>
  );
}
