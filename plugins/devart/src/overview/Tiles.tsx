import { makeStyles } from '@material-ui/core/styles';
import type { ReactNode } from 'react';
import { Link } from '../navigation';

const useStyles = makeStyles(theme => ({
  list: {
    listStyle: 'none',
    margin: 0,
    padding: 0,
    display: 'grid',
    gap: theme.spacing(1),
    gridTemplateColumns: 'repeat(auto-fill, minmax(110px, 1fr))',
  },
  tile: {
    display: 'block',
    height: '100%',
    padding: theme.spacing(1, 1.5),
    border: `1px solid ${theme.palette.divider}`,
    borderRadius: theme.shape.borderRadius,
    color: theme.palette.text.primary,
    '&:hover, &:focus-visible': { borderColor: theme.palette.primary.main },
  },
  number: {
    display: 'block',
    fontFamily: theme.typography.fontFamily,
    fontSize: theme.typography.pxToRem(26),
    fontWeight: 700,
    lineHeight: 1.2,
  },
  label: {
    display: 'block',
    ...theme.typography.body2,
    color: theme.palette.text.primary,
  },
}));

/** A number with a name; a link to what it counts. */
export interface Tile {
  label: ReactNode;
  key: string;
  count: number;
  /** There are more than were counted. */
  isAtLeast?: boolean;
  to: string;
}

/** Numbers side by side, each a link to what it counts. */
export function Tiles(props: { label: string; tiles: readonly Tile[] }) {
  const classes = useStyles();
  return (
    <ul className={classes.list} aria-label={props.label}>
      {props.tiles.map(tile => (
        <li key={tile.key}>
          <Link to={tile.to} underline="none" className={classes.tile}>
            <span className={classes.number}>
              {tile.count.toLocaleString()}
              {tile.isAtLeast && '+'}
            </span>
            <span className={classes.label}>{tile.label}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
