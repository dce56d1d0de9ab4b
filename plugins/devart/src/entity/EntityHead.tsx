import { makeStyles } from '@material-ui/core/styles';
import type { PropsWithChildren } from 'react';

const useStyles = makeStyles(theme => ({
  root: {
    display: 'flex',
    justifyContent: 'flex-end',
    marginBottom: theme.spacing(1),
  },
}));

/** The first line of a tab. */
export function EntityHead({ children }: PropsWithChildren<{}>) {
  const classes = useStyles();
  return <div className={classes.root}>{children}</div>;
}
