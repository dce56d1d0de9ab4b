import { AmountInput, ChoiceInput, TextInput } from '../components';
import { isAmount, type EditDraft, type EditValues } from './editModel';

const YES_OR_NO = [
  { value: 'true', label: 'Yes' },
  { value: 'false', label: 'No' },
];

/** Fields for the values that whoever approves may change. */
export function EditFields(props: {
  draft: EditDraft;
  before: EditValues;
  problems: Record<string, string>;
  onChange: (draft: EditDraft) => void;
}) {
  const { draft, before, problems, onChange } = props;
  if (draft.kind === 'json') {
    return (
      <TextInput
        multiline
        minRows={6}
        maxRows={20}
        label="Values (JSON)"
        value={draft.text}
        problem={problems['']}
        inputProps={{ spellCheck: false, style: { fontFamily: 'monospace' } }}
        onChange={event => onChange({ ...draft, text: event.target.value })}
      />
    );
  }
  const set = (name: string, typed: string) =>
    onChange({ ...draft, fields: { ...draft.fields, [name]: typed } });
  return (
    <>
      {Object.entries(draft.fields).map(([name, typed]) => {
        if (isAmount(name, before[name])) {
          return (
            <AmountInput
              key={name}
              label={name.replace(/Micros$/, '')}
              value={typed}
              problem={problems[name]}
              onChange={value => set(name, value)}
            />
          );
        }
        return typeof before[name] === 'boolean' ? (
          <ChoiceInput
            key={name}
            label={name}
            value={typed}
            choices={YES_OR_NO}
            onChange={value => set(name, value)}
          />
        ) : (
          <TextInput
            key={name}
            label={name}
            multiline={typed.includes('\n') || typed.length > 80}
            type={typeof before[name] === 'number' ? 'number' : 'text'}
            value={typed}
            problem={problems[name]}
            onChange={event => set(name, event.target.value)}
          />
        );
      })}
    </>
  );
}
