import { operations } from '@devart/plugin-devart-common';
import { useState } from 'react';
import { inputProblems, useDevartApi } from '../../../api';
import {
  ChoiceInput,
  FormDialog,
  SecretDialog,
  TextInput,
} from '../../../components';

const HOUR = 3600;
const VALID_FOR = [
  { value: String(HOUR), label: 'One hour' },
  { value: String(24 * HOUR), label: 'One day' },
  { value: String(7 * 24 * HOUR), label: 'One week' },
  { value: String(90 * 24 * HOUR), label: '90 days' },
];

type Problems = Partial<Record<'name' | 'maxUses', string>>;

/** Creates an enrolment token and shows it, this once. */
export function CreateEnrolmentTokenDialog(props: {
  onClose: () => void;
  onCreated: () => void;
}) {
  const api = useDevartApi();
  const { onClose, onCreated } = props;
  const [name, setName] = useState('');
  const [maxUses, setMaxUses] = useState('1');
  const [validSeconds, setValidSeconds] = useState(String(24 * HOUR));
  const [problems, setProblems] = useState<Problems>({});
  const [token, setToken] = useState<string>();

  const submit = async () => {
    const input = {
      name: name.trim(),
      maxUses: Number(maxUses),
      validSeconds: Number(validSeconds),
    };
    const found: Problems = inputProblems(
      operations.agents.createEnrolmentToken.input,
      input,
    );
    if (input.name === '') {
      found.name = 'Give the token a name, so that you find it again.';
    }
    setProblems(found);
    if (Object.keys(found).length === 0) {
      setToken((await api.agents.createEnrolmentToken(input)).token);
      onCreated();
    }
  };

  if (token !== undefined) {
    return (
      <SecretDialog
        title="The enrolment token"
        text="This is the only time it is shown; the portal keeps only a hash of it."
        parts={[{ label: 'Token', text: token }]}
        onClose={onClose}
      />
    );
  }
  return (
    <FormDialog
      title="Create an enrolment token"
      submitLabel="Create"
      onClose={onClose}
      onSubmit={submit}
    >
      <TextInput
        required
        label="Name"
        helperText="What it is for, such as the cluster whose agents use it."
        value={name}
        problem={problems.name}
        onChange={event => setName(event.target.value)}
      />
      <TextInput
        type="number"
        label="How many agents may use it"
        value={maxUses}
        problem={problems.maxUses}
        inputProps={{ min: 1, max: 10_000 }}
        onChange={event => setMaxUses(event.target.value)}
      />
      <ChoiceInput
        label="Valid for"
        value={validSeconds}
        choices={VALID_FOR}
        onChange={setValidSeconds}
      />
    </FormDialog>
  );
}
