import ToggleButton from '@material-ui/lab/ToggleButton';
import ToggleButtonGroup from '@material-ui/lab/ToggleButtonGroup';
import { makeStyles } from '@material-ui/core/styles';
import type { ReactNode } from 'react';

const useStyles = makeStyles(theme => ({
  // The library's grey for what is not chosen is too faint to read.
  button: { '&&': { color: theme.palette.text.primary } },
}));

/** Chooses one of a few ways to look at the same thing. */
export function ViewToggle<T extends string>(props: {
  label: string;
  value: T;
  views: readonly { value: T; label: ReactNode }[];
  onChange: (value: T) => void;
}) {
  const classes = useStyles();
  const { label, value, views, onChange } = props;
  return (
    <ToggleButtonGroup
      exclusive
      size="small"
      value={value}
      aria-label={label}
      onChange={(_event, chosen: T | null) => {
        if (chosen) {
          onChange(chosen);
        }
      }}
    >
      {views.map(view => (
        <ToggleButton
          key={view.value}
          value={view.value}
          className={classes.button}
        >
          {view.label}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
