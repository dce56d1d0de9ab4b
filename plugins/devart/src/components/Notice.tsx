import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import WaitIcon from '@material-ui/icons/HourglassEmpty';
import type { ReactNode } from 'react';

const useStyles = makeStyles(theme => ({
  waiting: {
    display: 'flex',
    gap: theme.spacing(1),
    marginBottom: theme.spacing(1.5),
    overflowWrap: 'anywhere',
    '& a': { textDecoration: 'underline' },
  },
  problem: {
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
    marginBottom: theme.spacing(1.5),
    paddingLeft: theme.spacing(1),
    borderLeft: `4px solid ${theme.palette.status.error}`,
  },
}));

/** Why something does not go on, or what went wrong with it. */
export function Notice(props: {
  kind: 'waiting' | 'problem';
  children: ReactNode;
}) {
  const classes = useStyles();
  const { kind, children } = props;
  return (
    <Typography variant="body2" component="div" className={classes[kind]}>
      {kind === 'waiting' && <WaitIcon aria-hidden fontSize="small" />}
      <div>{children}</div>
    </Typography>
  );
}
