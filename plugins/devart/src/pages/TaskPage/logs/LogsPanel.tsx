import type { LogLine } from '@devart/plugin-devart-common';
import FormControlLabel from '@material-ui/core/FormControlLabel';
import Switch from '@material-ui/core/Switch';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { useMemo, useState } from 'react';
import {
  ChoiceInput,
  CopyButton,
  EmptyState,
  Loaded,
  Panel,
  Rows,
} from '../../../components';
import { plural } from '../../../format';
import { LogLines } from './LogLines';
import { useLogs } from './useLogs';

const LEVELS: readonly LogLine['level'][] = ['debug', 'info', 'warn', 'error'];
const CHOICES: { value: LogLine['level']; label: string }[] = [
  { value: 'debug', label: 'Everything' },
  { value: 'info', label: 'Info and above' },
  { value: 'warn', label: 'Warnings and errors' },
  { value: 'error', label: 'Errors' },
];

const useStyles = makeStyles({ choice: { width: 190 } });

function asText(lines: readonly LogLine[]): string {
  return lines
    .map(line => `${line.at} ${line.level.toUpperCase()} ${line.message}`)
    .join('\n');
}

/** The log of a task, growing while an agent writes it. */
export function LogsPanel(props: { taskId: string; isRunning: boolean }) {
  const classes = useStyles();
  const { taskId, isRunning } = props;
  const live = useLogs(taskId);
  const [follow, setFollow] = useState(true);
  const [least, setLeast] = useState<LogLine['level']>('debug');
  const all = live.value?.lines;
  const lines = useMemo(
    () =>
      (all ?? []).filter(
        line => LEVELS.indexOf(line.level) >= LEVELS.indexOf(least),
      ),
    [all, least],
  );
  const dropped = live.value?.dropped ?? 0;

  return (
    <Panel
      title="Log"
      actions={
        <>
          <ChoiceInput
            className={classes.choice}
            label="Show"
            value={least}
            choices={CHOICES}
            onChange={setLeast}
          />
          <FormControlLabel
            control={
              <Switch
                size="small"
                color="primary"
                checked={follow}
                onChange={(_event, checked) => setFollow(checked)}
              />
            }
            label="Follow"
          />
          <CopyButton text={asText(lines)} />
        </>
      }
    >
      <Loaded live={live} skeleton={<Rows count={6} height={28} />}>
        {tail =>
          tail.lines.length === 0 ? (
            <EmptyState
              title="Nothing has been logged yet"
              text={
                isRunning
                  ? 'Lines appear here as the agent writes them.'
                  : 'Lines appear here when an agent is at work on the task.'
              }
            />
          ) : (
            <>
              {dropped > 0 && (
                <Typography variant="caption" component="p">
                  {plural(dropped, 'older line')} left out.
                </Typography>
              )}
              <LogLines
                lines={lines}
                follow={follow}
                onScrollAway={() => setFollow(false)}
              />
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}
