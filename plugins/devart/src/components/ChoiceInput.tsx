import MenuItem from '@material-ui/core/MenuItem';
import { TextInput } from './TextInput';

/** Picks one of a few words. */
export function ChoiceInput<T extends string>(props: {
  label: string;
  value: T;
  choices: readonly { value: T; label: string }[];
  problem?: string;
  helperText?: string;
  className?: string;
  onChange: (value: T) => void;
}) {
  const { choices, onChange, ...rest } = props;
  return (
    <TextInput
      select
      {...rest}
      SelectProps={{ displayEmpty: true }}
      InputLabelProps={{ shrink: true }}
      onChange={event => onChange(event.target.value as T)}
    >
      {choices.map(choice => (
        <MenuItem key={choice.value} value={choice.value}>
          {choice.label}
        </MenuItem>
      ))}
    </TextInput>
  );
}
