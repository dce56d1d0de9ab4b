import { makeStyles } from '@material-ui/core/styles';
import type { ReactNode } from 'react';
import type { Live } from '../live';
import { ErrorState } from './ErrorState';
import { StaleNotice } from './StaleNotice';

const useStyles = makeStyles({ stale: { opacity: 0.7 } });

/**
 * Shows what was loaded; before that a skeleton, or the error with a button to
 * try again. When only the newest attempt failed, what is there stays.
 */
export function Loaded<T>(props: {
  live: Live<T>;
  skeleton: ReactNode;
  children: (value: T) => ReactNode;
}) {
  const classes = useStyles();
  const { live, skeleton, children } = props;
  const { value, error, isStale, reload } = live;
  if (value === undefined) {
    return error === undefined ? (
      <div aria-busy="true">{skeleton}</div>
    ) : (
      <ErrorState error={error} onRetry={reload} />
    );
  }
  return (
    <>
      <StaleNotice live={live} />
      <div className={isStale ? classes.stale : undefined} aria-busy={isStale}>
        {children(value)}
      </div>
    </>
  );
}
