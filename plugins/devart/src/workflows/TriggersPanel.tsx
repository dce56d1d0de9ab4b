import type { Workflow } from '@devart/plugin-devart-common';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import EventIcon from '@material-ui/icons/FlashOn';
import ScheduleIcon from '@material-ui/icons/Schedule';
import WebhookIcon from '@material-ui/icons/CallReceived';
import { IconLabel, Notice, Panel, RelativeTime } from '../components';

const LOOKS = {
  schedule: { Icon: ScheduleIcon, word: 'On a schedule' },
  event: { Icon: EventIcon, word: 'On an event' },
  webhook: { Icon: WebhookIcon, word: 'By a webhook' },
} as const;

const useStyles = makeStyles(theme => ({
  list: {
    listStyle: 'none',
    margin: 0,
    padding: 0,
    ...theme.typography.body2,
  },
  item: { paddingBottom: theme.spacing(1), overflowWrap: 'anywhere' },
}));

/** What starts a workflow besides people and the API. */
export function TriggersPanel({ workflow }: { workflow: Workflow }) {
  const classes = useStyles();
  return (
    <Panel title="Triggers">
      {workflow.triggers.length === 0 ? (
        <Typography variant="body2">
          Only people, templates and the API start it. A schedule, an event or a
          webhook stands under <code>triggers</code> in its definition.
        </Typography>
      ) : (
        <ul className={classes.list} aria-label="Triggers">
          {workflow.triggers.map(trigger => (
            <li
              key={`${trigger.type} ${trigger.description}`}
              className={classes.item}
            >
              <IconLabel Icon={LOOKS[trigger.type].Icon} tone="pending">
                {LOOKS[trigger.type].word}: {trigger.description}
              </IconLabel>
              {trigger.nextAt && (
                <div>
                  Next <RelativeTime at={trigger.nextAt} />
                </div>
              )}
              {trigger.lastError && (
                <Notice kind="problem">
                  It last started nothing: {trigger.lastError}
                </Notice>
              )}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
