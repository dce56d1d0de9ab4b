import Autocomplete from '@material-ui/lab/Autocomplete';
import { useId, useState } from 'react';
import { useKnownCapabilities } from '../directory';
import { TextInput } from './TextInput';

/** Picks capabilities: those that agents have, or new ones, each ended with Enter or a comma. */
export function CapabilitiesInput(props: {
  value: string[];
  problem?: string;
  helperText: string;
  onChange: (capabilities: string[]) => void;
}) {
  const id = useId();
  const known = useKnownCapabilities();
  const { value, problem, helperText, onChange } = props;
  const [typed, setTyped] = useState('');
  const set = (capabilities: string[]) =>
    onChange([
      ...new Set(
        capabilities
          .flatMap(capability => capability.split(','))
          .map(capability => capability.trim().toLowerCase())
          .filter(Boolean),
      ),
    ]);

  return (
    <Autocomplete
      multiple
      freeSolo
      id={id}
      // The library names its list only by an older attribute.
      aria-controls={`${id}-popup`}
      size="small"
      options={known.filter(capability => !value.includes(capability))}
      value={value}
      inputValue={typed}
      onInputChange={(_event, text) => {
        const comma = text.lastIndexOf(',');
        if (comma >= 0) {
          set([...value, text.slice(0, comma)]);
        }
        setTyped(text.slice(comma + 1));
      }}
      onChange={(_event, capabilities) => set(capabilities)}
      onBlur={() => {
        // What was typed but not ended with Enter is meant all the same.
        if (typed.trim()) {
          set([...value, typed]);
          setTyped('');
        }
      }}
      renderInput={({ size: _size, ...params }) => (
        <TextInput
          {...params}
          label="Capabilities"
          helperText={helperText}
          problem={problem}
        />
      )}
    />
  );
}
