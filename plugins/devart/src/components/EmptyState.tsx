import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import type { ReactNode } from 'react';

const useStyles = makeStyles(theme => ({
  root: {
    padding: theme.spacing(3, 2),
    textAlign: 'center',
    color: theme.palette.text.primary,
  },
  text: {
    maxWidth: '60ch',
    margin: '0 auto',
    '& a': { textDecoration: 'underline' },
  },
  action: { marginTop: theme.spacing(2) },
}));

/** Takes the place of a list without rows, and says what to do next. */
export function EmptyState(props: {
  title: string;
  text?: ReactNode;
  action?: ReactNode;
}) {
  const classes = useStyles();
  const { title, text, action } = props;
  return (
    <div className={classes.root}>
      <Typography variant="subtitle1" component="p">
        {title}
      </Typography>
      {text && (
        <Typography variant="body2" component="div" className={classes.text}>
          {text}
        </Typography>
      )}
      {action && <div className={classes.action}>{action}</div>}
    </div>
  );
}
