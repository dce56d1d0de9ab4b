import InputAdornment from '@material-ui/core/InputAdornment';
import { useKnownMe } from '../access';
import { TextInput } from './TextInput';

/** An amount of the organisation's currency, as text until the form is sent. */
export function AmountInput(props: {
  label: string;
  value: string;
  required?: boolean;
  problem?: string;
  helperText?: string;
  className?: string;
  onChange: (typed: string) => void;
}) {
  const { onChange, ...rest } = props;
  const currency = useKnownMe()?.organization.currency;
  return (
    <TextInput
      {...rest}
      inputProps={{ inputMode: 'decimal', autoComplete: 'off' }}
      InputProps={{
        endAdornment: (
          <InputAdornment position="end">{currency}</InputAdornment>
        ),
      }}
      onChange={event => onChange(event.target.value)}
    />
  );
}
