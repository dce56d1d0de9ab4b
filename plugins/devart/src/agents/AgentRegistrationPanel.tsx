import { useState } from 'react';
import { fieldProblems, useDevartApi } from '../api';
import { FormDialog } from '../components';
import { AgentFormFields } from './AgentFormFields';
import { AgentKeyDialog, type NewKey } from './AgentKeyDialog';
import {
  AGENT_FIELDS,
  EMPTY_AGENT_FORM,
  inputOfAgentForm,
  problemsOfAgentForm,
  type AgentFormProblems,
} from './agentFormModel';

/** Registers an agent: first its form, then its key, this once. */
export function AgentRegistrationPanel(props: {
  onClose: () => void;
  onRegistered: () => void;
}) {
  const api = useDevartApi();
  const { onClose, onRegistered } = props;
  const [form, setForm] = useState(EMPTY_AGENT_FORM);
  const [problems, setProblems] = useState<AgentFormProblems>({});
  const [newKey, setNewKey] = useState<NewKey>();

  if (newKey) {
    return <AgentKeyDialog newKey={newKey} onClose={onClose} />;
  }
  return (
    <FormDialog
      title="Register an agent"
      submitLabel="Register"
      onClose={onClose}
      onSubmit={async () => {
        const found = problemsOfAgentForm(form);
        setProblems(found);
        if (Object.keys(found).length > 0) {
          return;
        }
        try {
          setNewKey(await api.agents.register(inputOfAgentForm(form)));
        } catch (error) {
          setProblems(fieldProblems(error, AGENT_FIELDS));
          return;
        }
        onRegistered();
      }}
    >
      <AgentFormFields
        isNew
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
