import { makeStyles } from '@material-ui/core/styles';
import type { ReactNode } from 'react';

const useStyles = makeStyles(theme => ({
  root: {
    display: 'grid',
    gridTemplateColumns: 'minmax(90px, max-content) 1fr',
    gap: theme.spacing(1, 2),
    margin: 0,
    ...theme.typography.body2,
  },
  name: { color: theme.palette.text.secondary },
  value: { margin: 0, minWidth: 0, overflowWrap: 'anywhere' },
}));

/** Names with their values; those without a value are left out. */
export function Facts(props: { facts: Record<string, ReactNode | undefined> }) {
  const classes = useStyles();
  return (
    <dl className={classes.root}>
      {Object.entries(props.facts)
        .filter(
          ([, value]) => value !== undefined && value !== false && value !== '',
        )
        .map(([name, value]) => [
          <dt key={`${name}-name`} className={classes.name}>
            {name}
          </dt>,
          <dd key={`${name}-value`} className={classes.value}>
            {value}
          </dd>,
        ])}
    </dl>
  );
}
