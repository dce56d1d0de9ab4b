import { CapabilitiesInput, EntityInput, TextInput } from '../components';
import type { AgentForm, AgentFormProblems } from './agentFormModel';

/** The fields of an agent. */
export function AgentFormFields(props: {
  form: AgentForm;
  problems: AgentFormProblems;
  /** The name of an agent never changes. */
  isNew: boolean;
  onChange: (change: Partial<AgentForm>) => void;
}) {
  const { form, problems, isNew, onChange } = props;
  return (
    <>
      {isNew && (
        <TextInput
          required
          label="Name"
          helperText="Letters, digits, dots, dashes; it cannot be changed later."
          value={form.name}
          problem={problems.name}
          maxLength={63}
          onChange={event => onChange({ name: event.target.value })}
        />
      )}
      <CapabilitiesInput
        value={form.capabilities}
        problem={problems.capabilities}
        helperText="What it can do. It gets the tasks that need no more than this. End each with Enter."
        onChange={capabilities => onChange({ capabilities })}
      />
      <EntityInput
        label="Owner (optional)"
        kinds={['Group', 'User']}
        value={form.owner}
        problem={problems.owner}
        helperText="Who answers for it, for example group:default/platform."
        onChange={owner => onChange({ owner })}
      />
      <TextInput
        multiline
        minRows={2}
        label="Description"
        value={form.description}
        problem={problems.description}
        onChange={event => onChange({ description: event.target.value })}
      />
      <TextInput
        type="number"
        label="Tasks at once"
        helperText="It never works on more than this."
        value={form.maxConcurrent}
        problem={problems.maxConcurrent}
        inputProps={{ min: 1, max: 1000 }}
        onChange={event => onChange({ maxConcurrent: event.target.value })}
      />
      {!isNew && (
        <TextInput
          label="Models (optional)"
          helperText="Those that it may call through the portal, such as openai/*, gpt-5-mini. All when empty; write none for none."
          value={form.allowedModels}
          problem={problems.allowedModels}
          onChange={event => onChange({ allowedModels: event.target.value })}
        />
      )}
    </>
  );
}
