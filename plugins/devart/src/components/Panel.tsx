import Paper from '@material-ui/core/Paper';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { useId, type ReactNode } from 'react';

const useStyles = makeStyles(theme => ({
  root: {
    padding: theme.spacing(2),
    minWidth: 0,
    fontFamily: theme.typography.fontFamily,
  },
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(1),
    marginBottom: theme.spacing(1.5),
  },
  title: { flexGrow: 1, margin: 0 },
}));

/** A part of a page with a heading of its own. */
export function Panel(props: {
  title: string;
  actions?: ReactNode;
  className?: string;
  children: ReactNode;
}) {
  const classes = useStyles();
  const headingId = useId();
  const { title, actions, className = '', children } = props;
  return (
    <Paper
      component="section"
      variant="outlined"
      aria-labelledby={headingId}
      className={`${classes.root} ${className}`}
    >
      <div className={classes.head}>
        <Typography
          id={headingId}
          component="h2"
          variant="h6"
          className={classes.title}
        >
          {title}
        </Typography>
        {actions}
      </div>
      {children}
    </Paper>
  );
}
