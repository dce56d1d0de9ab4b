import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import type { ReactNode } from 'react';

const useStyles = makeStyles(theme => ({
  root: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(1),
    marginBottom: theme.spacing(2),
  },
  title: { flexGrow: 1, margin: 0, overflowWrap: 'anywhere' },
}));

/** The first line of a page: what it is, and what can be done here. */
export function PageHead(props: { title: ReactNode; actions?: ReactNode }) {
  const classes = useStyles();
  return (
    <div className={classes.root}>
      <Typography component="h1" variant="h4" className={classes.title}>
        {props.title}
      </Typography>
      {props.actions}
    </div>
  );
}
