import Button from '@material-ui/core/Button';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import ErrorIcon from '@material-ui/icons/ErrorOutline';
import ForbiddenIcon from '@material-ui/icons/LockOutlined';
import MissingIcon from '@material-ui/icons/SearchOutlined';
import OfflineIcon from '@material-ui/icons/CloudOff';
import { describeProblem, type Problem } from '../api';

const ICONS: Record<Problem['kind'], typeof ErrorIcon> = {
  forbidden: ForbiddenIcon,
  missing: MissingIcon,
  conflict: ErrorIcon,
  unreachable: OfflineIcon,
  other: ErrorIcon,
};

const useStyles = makeStyles(theme => ({
  root: {
    display: 'flex',
    gap: theme.spacing(2),
    alignItems: 'flex-start',
    padding: theme.spacing(2),
    color: theme.palette.text.primary,
    overflowWrap: 'anywhere',
  },
  icon: { color: theme.palette.text.secondary, fontSize: 32 },
  button: { marginTop: theme.spacing(1) },
}));

/** Takes the place of something that could not be loaded, and offers to try again. */
export function ErrorState(props: { error: unknown; onRetry?: () => void }) {
  const classes = useStyles();
  const { error, onRetry } = props;
  const { kind, title, message } = describeProblem(error);
  const Icon = ICONS[kind];
  return (
    <div role="alert" className={classes.root}>
      <Icon aria-hidden className={classes.icon} />
      <div>
        <Typography variant="subtitle1" component="p">
          {title}
        </Typography>
        <Typography variant="body2">{message}</Typography>
        {onRetry && (
          <Button
            className={classes.button}
            size="small"
            variant="outlined"
            onClick={onRetry}
          >
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}
