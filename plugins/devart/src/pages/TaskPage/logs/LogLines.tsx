import type { LogLine } from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import { useEffect, useRef } from 'react';
import { LogRow } from './LogRow';

/** Closer to the end than this counts as being there. */
const NEAR_PX = 40;

const useStyles = makeStyles(theme => ({
  root: {
    height: 320,
    overflow: 'auto',
    margin: 0,
    padding: theme.spacing(1),
    fontFamily: 'monospace',
    fontSize: 13,
    color: theme.palette.text.primary,
    backgroundColor: theme.palette.background.paper,
    border: `1px solid ${theme.palette.divider}`,
    borderRadius: theme.shape.borderRadius,
  },
}));

/** Lines of a log; stays at the end while it follows. */
export function LogLines(props: {
  lines: readonly LogLine[];
  follow: boolean;
  onScrollAway: () => void;
}) {
  const classes = useStyles();
  const { lines, follow, onScrollAway } = props;
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (follow && box.current) {
      box.current.scrollTop = box.current.scrollHeight;
    }
  }, [follow, lines]);

  return (
    <div
      ref={box}
      className={classes.root}
      role="log"
      aria-label="Log"
      aria-live="off"
      // Scrolling with the keyboard needs the focus.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onScroll={({
        currentTarget: { scrollHeight, scrollTop, clientHeight },
      }) => {
        if (follow && scrollHeight - scrollTop - clientHeight > NEAR_PX) {
          onScrollAway();
        }
      }}
    >
      {lines.map(line => (
        <LogRow key={line.seq} line={line} />
      ))}
    </div>
  );
}
