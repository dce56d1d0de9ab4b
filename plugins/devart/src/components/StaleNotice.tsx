import Button from '@material-ui/core/Button';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import OfflineIcon from '@material-ui/icons/CloudOff';
import { describeProblem } from '../api';
import type { Live } from '../live';
import { RelativeTime } from './RelativeTime';

const useStyles = makeStyles(theme => ({
  notice: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(1),
    padding: theme.spacing(0.5, 1),
    marginBottom: theme.spacing(1),
    border: `1px solid ${theme.palette.status.warning}`,
    borderRadius: theme.shape.borderRadius,
    color: theme.palette.text.primary,
  },
  message: { flexGrow: 1 },
}));

/** Says that what is shown could not be brought up to date. */
export function StaleNotice({ live }: { live: Live<unknown> }) {
  const classes = useStyles();
  const { value, error, loadedAt, reload } = live;
  if (error === undefined || value === undefined) {
    return null;
  }
  const { kind, message } = describeProblem(error);
  return (
    <div role="status" className={classes.notice}>
      <OfflineIcon aria-hidden fontSize="small" />
      <Typography variant="body2" className={classes.message}>
        {kind === 'unreachable' ? 'The portal does not answer.' : message} What
        you see was there{' '}
        {loadedAt !== undefined && (
          <RelativeTime at={new Date(loadedAt).toISOString()} />
        )}
        .
      </Typography>
      <Button size="small" variant="outlined" onClick={reload}>
        Try again
      </Button>
    </div>
  );
}
