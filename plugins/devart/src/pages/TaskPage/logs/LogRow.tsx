import type { LogLine } from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import { memo } from 'react';

const useStyles = makeStyles(theme => ({
  line: { whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' },
  meta: { color: theme.palette.text.secondary },
  debug: {},
  info: {},
  warn: { fontWeight: 600 },
  error: {
    fontWeight: 600,
    borderLeft: `3px solid ${theme.palette.status.error}`,
    paddingLeft: theme.spacing(0.5),
  },
}));

/** A line of a log; thousands of them must not be drawn anew with every new one. */
export const LogRow = memo(({ line }: { line: LogLine }) => {
  const classes = useStyles();
  return (
    <div className={`${classes.line} ${classes[line.level]}`}>
      <span className={classes.meta}>
        <time dateTime={line.at} title={line.at}>
          {new Date(line.at).toLocaleTimeString()}
        </time>{' '}
        {line.level.toUpperCase().padEnd(5)}{' '}
      </span>
      {line.message}
    </div>
  );
});
