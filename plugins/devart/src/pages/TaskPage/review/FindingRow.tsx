import {
  findingDismissPermission,
  type Finding,
} from '@devart/plugin-devart-common';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import {
  ActionButton,
  ActorLabel,
  RelativeTime,
  SeverityLabel,
} from '../../../components';

const useStyles = makeStyles(theme => ({
  root: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(1),
    alignItems: 'flex-start',
    padding: theme.spacing(1, 0),
    borderTop: `1px solid ${theme.palette.divider}`,
  },
  body: { flex: '1 1 220px', minWidth: 0, overflowWrap: 'anywhere' },
  line: { display: 'flex', flexWrap: 'wrap', gap: theme.spacing(0, 1.5) },
  meta: {
    color: theme.palette.text.secondary,
    '& a': { textDecoration: 'underline' },
  },
  message: { whiteSpace: 'pre-wrap' },
}));

function linesOf({ line, endLine }: Finding): string {
  if (line === undefined) {
    return 'whole file';
  }
  return endLine && endLine > line
    ? `lines ${line}–${endLine}`
    : `line ${line}`;
}

/** One finding. */
export function FindingRow(props: {
  finding: Finding;
  onDismiss: () => void;
  onRestore: () => void;
}) {
  const classes = useStyles();
  const { finding, onDismiss, onRestore } = props;
  const { dismissed, message, title } = finding;
  return (
    <li className={classes.root}>
      <div className={classes.body}>
        <Typography variant="body2" component="div" className={classes.line}>
          <SeverityLabel severity={finding.severity} />
          <strong>{title}</strong>
          <span className={classes.meta}>
            {linesOf(finding)} · {finding.tool} {finding.rule}
            {finding.known && ' · known from an earlier review'}
          </span>
        </Typography>
        {message && message !== title && (
          <Typography variant="body2" className={classes.message}>
            {message}
          </Typography>
        )}
        {dismissed && (
          <Typography variant="body2" component="div" className={classes.meta}>
            Dismissed by <ActorLabel actor={dismissed.by} />{' '}
            <RelativeTime at={dismissed.at} />: “{dismissed.reason}”
          </Typography>
        )}
      </div>
      <ActionButton
        permission={findingDismissPermission}
        aria-label={`${dismissed ? 'Bring back' : 'Dismiss'} ${title}`}
        onClick={dismissed ? onRestore : onDismiss}
      >
        {dismissed ? 'Bring back' : 'Dismiss'}
      </ActionButton>
    </li>
  );
}
