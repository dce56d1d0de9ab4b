import TextField, { type TextFieldProps } from '@material-ui/core/TextField';
import { makeStyles } from '@material-ui/core/styles';
import { useId } from 'react';

const useStyles = makeStyles(theme => ({
  // The theme's red on a dark dialog is too faint to read at this size.
  helper: { '&&': { color: theme.palette.text.secondary } },
  problem: { '&&': { color: theme.palette.text.primary, fontWeight: 600 } },
  label: {
    '&&': { color: theme.palette.text.primary },
  },
}));

/** A field of a form; `problem` says what is wrong with what was typed. */
export function TextInput(
  props: Omit<TextFieldProps, 'error' | 'variant'> & { problem?: string },
) {
  const classes = useStyles();
  // Without an id neither label nor help belong to the field.
  const ownId = useId();
  const { problem, helperText, InputLabelProps, ...rest } = props;
  return (
    <TextField
      fullWidth
      size="small"
      id={ownId}
      {...rest}
      variant="outlined"
      error={Boolean(problem)}
      helperText={problem ?? helperText}
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
