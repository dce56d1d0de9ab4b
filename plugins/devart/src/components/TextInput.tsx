import TextField, { type TextFieldProps } from '@material-ui/core/TextField';
import { makeStyles } from '@material-ui/core/styles';
import { useEffect, useId, useRef, useState, type FormEvent } from 'react';

type Field = HTMLInputElement | HTMLTextAreaElement;

const useStyles = makeStyles(theme => ({
  // The theme's red on a dark dialog is too faint to read at this size.
  helper: { '&&': { color: theme.palette.text.secondary } },
  problem: { '&&': { color: theme.palette.text.primary, fontWeight: 600 } },
  label: {
    '&&': { color: theme.palette.text.primary },
  },
}));

/** What a field must be of which the browser makes nothing of what was typed. */
const READABLE: Record<string, string> = {
  number: 'Must be a number.',
  'datetime-local': 'Must be a whole date with a time, or nothing.',
};

/**
 * A field of a form; `problem` says what is wrong with what was typed. With
 * `maxLength` it takes a longer text all the same and says that it is too
 * long: cut, the end of what was pasted would be lost without a word.
 */
export function TextInput(
  props: Omit<TextFieldProps, 'error' | 'variant'> & {
    problem?: string;
    maxLength?: number;
  },
) {
  const classes = useStyles();
  // Without an id neither label nor help belong to the field.
  const ownId = useId();
  const field = useRef<Field>(null);
  const [isUnreadable, setUnreadable] = useState(false);
  const {
    problem: given,
    maxLength = Infinity,
    helperText,
    InputLabelProps,
    inputProps,
    value,
    type = 'text',
    ...rest
  } = props;
  const length = typeof value === 'string' ? value.trim().length : 0;
  const ownProblem =
    length > maxLength
      ? `Must have at most ${maxLength} characters; these are ${length}.`
      : (isUnreadable && READABLE[type]) || undefined;
  const problem = ownProblem ?? given;

  // A form around it asks its fields before it is sent.
  const tooLong = length > maxLength ? ownProblem : '';
  useEffect(() => field.current?.setCustomValidity(tooLong ?? ''), [tooLong]);

  return (
    <TextField
      fullWidth
      size="small"
      id={ownId}
      {...rest}
      type={type}
      value={value}
      variant="outlined"
      error={Boolean(problem)}
      helperText={problem ?? helperText}
      inputProps={{
        ...inputProps,
        ...(type in READABLE && {
          onInvalid: (event: FormEvent<Field>) =>
            setUnreadable(event.currentTarget.validity.badInput),
          onInput: () => setUnreadable(false),
        }),
      }}
      {...(maxLength < Infinity && { inputRef: field })}
      InputLabelProps={{
        ...InputLabelProps,
        classes: { root: classes.label },
      }}
      FormHelperTextProps={{
        className: problem ? classes.problem : classes.helper,
      }}
    />
  );
}
