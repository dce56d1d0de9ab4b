import { TASK_PRIORITIES } from '@devart/plugin-devart-common';
import {
  CapabilitiesInput,
  ChoiceInput,
  EntityInput,
  TextInput,
} from '../components';
import { PRIORITY_WORDS } from '../format';
import type { TaskForm, TaskFormProblems } from './taskFormModel';

const PRIORITIES = TASK_PRIORITIES.map(value => ({
  value,
  label: PRIORITY_WORDS[value],
}));

/** The fields of a task. */
export function TaskFormFields(props: {
  form: TaskForm;
  problems: TaskFormProblems;
  /** Capabilities and due time can change only while nobody works on the task. */
  isFixed?: boolean;
  /** Input is given once, with the task. */
  isNew?: boolean;
  onChange: (change: Partial<TaskForm>) => void;
}) {
  const { form, problems, isFixed, isNew, onChange } = props;
  return (
    <>
      <TextInput
        required
        label="Title"
        value={form.title}
        problem={problems.title}
        maxLength={200}
        onChange={event => onChange({ title: event.target.value })}
      />
      <TextInput
        multiline
        minRows={3}
        maxRows={12}
        label="Description"
        helperText="What an agent needs to know to do it."
        value={form.description}
        problem={problems.description}
        onChange={event => onChange({ description: event.target.value })}
      />
      <ChoiceInput
        label="Priority"
        value={form.priority}
        choices={PRIORITIES}
        onChange={priority => onChange({ priority })}
      />
      {!isFixed && (
        <CapabilitiesInput
          value={form.capabilities}
          problem={problems.capabilities}
          helperText="Only agents that have all of them get the task. End each with Enter."
          onChange={capabilities => onChange({ capabilities })}
        />
      )}
      <EntityInput
        label="About (optional)"
        kinds={['Component', 'API', 'System', 'Resource']}
        value={form.entityRef}
        problem={problems.entityRef}
        helperText="What in the catalog the task is about."
        onChange={entityRef => onChange({ entityRef })}
      />
      {!isFixed && (
        <TextInput
          type="datetime-local"
          label="Not before (optional)"
          InputLabelProps={{ shrink: true }}
          helperText="The task stays in the queue until then."
          value={form.runAfter}
          problem={problems.runAfter}
          onChange={event => onChange({ runAfter: event.target.value })}
        />
      )}
      {isNew && (
        <TextInput
          multiline
          minRows={2}
          maxRows={10}
          label="Input (optional)"
          placeholder='{ "name": "Ada" }'
          helperText="What the agent reads as data: a JSON object. What it expects is in its description."
          value={form.input}
          problem={problems.input}
          onChange={event => onChange({ input: event.target.value })}
        />
      )}
    </>
  );
}
