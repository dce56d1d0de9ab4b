import type { Approval } from '@devart/plugin-devart-common';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import ApprovedIcon from '@material-ui/icons/ThumbUpOutlined';
import DelegatedIcon from '@material-ui/icons/Redo';
import EscalatedIcon from '@material-ui/icons/NotificationImportantOutlined';
import RejectedIcon from '@material-ui/icons/ThumbDownOutlined';
import type { ReactNode } from 'react';
import {
  ActorLabel,
  EntityLink,
  IconLabel,
  Panel,
  RelativeTime,
} from '../components';

const useStyles = makeStyles(theme => ({
  list: {
    listStyle: 'none',
    margin: 0,
    padding: 0,
    ...theme.typography.body2,
  },
  item: {
    padding: theme.spacing(0.75, 0),
    borderTop: `1px solid ${theme.palette.divider}`,
    overflowWrap: 'anywhere',
    '& a': { textDecoration: 'underline' },
  },
  quiet: { color: theme.palette.text.secondary },
}));

interface Entry {
  at: string;
  what: ReactNode;
  comment?: string;
}

function entriesOf(approval: Approval): Entry[] {
  const decisions = approval.decisions.map(decision => ({
    at: decision.at,
    comment: decision.comment,
    what: (
      <IconLabel
        Icon={decision.decision === 'approve' ? ApprovedIcon : RejectedIcon}
        tone={decision.decision === 'approve' ? 'ok' : 'error'}
      >
        <ActorLabel actor={decision.by} />{' '}
        {decision.decision === 'approve' ? 'approved' : 'rejected'}
        {decision.edited && ', with changes'}
        {decision.onBehalfOf && (
          <>
            {' '}
            for <ActorLabel actor={decision.onBehalfOf} />
          </>
        )}
      </IconLabel>
    ),
  }));
  const delegations = approval.delegations.map(delegation => ({
    at: delegation.at,
    comment: delegation.comment,
    what: (
      <IconLabel Icon={DelegatedIcon} tone="pending">
        <ActorLabel actor={delegation.from} /> handed it to{' '}
        <EntityLink entityRef={delegation.to} />
      </IconLabel>
    ),
  }));
  const escalations = approval.escalatedAt
    ? [
        {
          at: approval.escalatedAt,
          what: (
            <IconLabel Icon={EscalatedIcon} tone="warning">
              Nobody had decided in time; others were asked
            </IconLabel>
          ),
        },
      ]
    : [];
  return [...decisions, ...delegations, ...escalations].sort((a, b) =>
    a.at.localeCompare(b.at),
  );
}

/** Who said what about a request. */
export function ApprovalHistory({ approval }: { approval: Approval }) {
  const classes = useStyles();
  const entries = entriesOf(approval);
  return (
    <Panel title="Decisions">
      {entries.length === 0 ? (
        <Typography variant="body2">Nobody has decided yet.</Typography>
      ) : (
        <ol className={classes.list} aria-label="Decisions">
          {entries.map(({ at, what, comment }) => (
            <li key={at} className={classes.item}>
              {what}
              {comment && <div>“{comment}”</div>}
              <div className={classes.quiet}>
                <RelativeTime at={at} />
              </div>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
