import Chip from '@material-ui/core/Chip';
import Tooltip from '@material-ui/core/Tooltip';
import { makeStyles } from '@material-ui/core/styles';
import LiveIcon from '@material-ui/icons/CheckCircleOutline';
import PollingIcon from '@material-ui/icons/Autorenew';
import ConnectingIcon from '@material-ui/icons/CloudQueue';
import ReconnectingIcon from '@material-ui/icons/CloudOff';
import type { LiveState } from './LiveConnection';
import { useLiveState } from './useLiveState';

const BADGES: Record<
  LiveState,
  { label: string; explanation: string; Icon: typeof LiveIcon }
> = {
  connecting: {
    label: 'Connecting',
    explanation: 'In a moment, changes will appear as they happen.',
    Icon: ConnectingIcon,
  },
  live: {
    label: 'Live',
    explanation: 'Changes appear as they happen.',
    Icon: LiveIcon,
  },
  reconnecting: {
    label: 'Reconnecting',
    explanation:
      'The connection is gone; what you see may be out of date. The page tries again every few seconds.',
    Icon: ReconnectingIcon,
  },
  polling: {
    label: 'Polling',
    explanation: 'The page asks for changes every 5 seconds.',
    Icon: PollingIcon,
  },
};

const useStyles = makeStyles(theme => ({
  chip: {
    margin: 0,
    // As wide as its longest word, so that nothing moves when the word changes.
    minWidth: '8em',
    justifyContent: 'flex-start',
    color: theme.palette.text.primary,
    backgroundColor: theme.palette.background.paper,
    borderColor: theme.palette.divider,
  },
}));

/** Says whether changes appear by themselves, and how. */
export function LiveBadge() {
  const classes = useStyles();
  const { label, explanation, Icon } = BADGES[useLiveState()];
  return (
    <span role="status" aria-live="polite" aria-label="Updates">
      <Tooltip title={explanation}>
        <Chip
          className={classes.chip}
          size="small"
          variant="outlined"
          icon={<Icon aria-hidden />}
          label={label}
          tabIndex={0}
        />
      </Tooltip>
    </span>
  );
}
