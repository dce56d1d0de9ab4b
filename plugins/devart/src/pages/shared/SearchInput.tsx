import InputAdornment from '@material-ui/core/InputAdornment';
import SearchIcon from '@material-ui/icons/Search';
import { useEffect, useRef, useState } from 'react';
import { TextInput } from '../../components';

const DELAY_MS = 300;
const MAX_LENGTH = 200;

/** A field to search in; tells what was typed once the typing pauses. */
export function SearchInput(props: {
  label: string;
  value: string | undefined;
  className?: string;
  onChange: (text: string | undefined) => void;
}) {
  const { label, value = '', className, onChange } = props;
  const [typed, setTyped] = useState(value);
  const latest = useRef(onChange);
  latest.current = onChange;

  useEffect(() => setTyped(value), [value]);

  useEffect(() => {
    if (typed === value || typed.trim().length > MAX_LENGTH) {
      return undefined;
    }
    const timer = setTimeout(
      () => latest.current(typed.trim() || undefined),
      DELAY_MS,
    );
    return () => clearTimeout(timer);
  }, [typed, value]);

  return (
    <TextInput
      className={className}
      label={label}
      value={typed}
      type="search"
      maxLength={MAX_LENGTH}
      InputProps={{
        endAdornment: (
          <InputAdornment position="end">
            <SearchIcon aria-hidden fontSize="small" />
          </InputAdornment>
        ),
      }}
      onChange={event => setTyped(event.target.value)}
    />
  );
}
