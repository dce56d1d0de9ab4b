import Button from '@material-ui/core/Button';
import { makeStyles } from '@material-ui/core/styles';
import FilterIcon from '@material-ui/icons/FilterList';
import { useState, type ReactNode } from 'react';
import { useIsNarrow } from '../../components';

const useStyles = makeStyles(theme => ({
  root: {
    display: 'grid',
    gap: theme.spacing(1.5),
    gridTemplateColumns: 'repeat(auto-fill, minmax(180px, 1fr))',
    alignItems: 'start',
    marginBottom: theme.spacing(2),
    [theme.breakpoints.down('xs')]: { gridTemplateColumns: '1fr' },
  },
  buttons: { display: 'flex', gap: theme.spacing(1), alignSelf: 'center' },
}));

/** The filters of a list; on narrow screens all but the first wait behind a button. */
export function FilterBar(props: {
  first: ReactNode;
  /** How many of the others narrow the list. */
  activeCount: number;
  onClear: () => void;
  children: ReactNode;
}) {
  const classes = useStyles();
  const { first, activeCount, onClear, children } = props;
  const isNarrow = useIsNarrow();
  const [open, setOpen] = useState(false);
  const isOpen = !isNarrow || open;
  return (
    <div role="search" className={classes.root}>
      {first}
      {isOpen && children}
      {(isNarrow || activeCount > 0) && (
        <div className={classes.buttons}>
          {isNarrow && (
            <Button
              size="small"
              startIcon={<FilterIcon aria-hidden />}
              aria-expanded={open}
              onClick={() => setOpen(!open)}
            >
              {activeCount > 0 ? `Filters (${activeCount})` : 'Filters'}
            </Button>
          )}
          {activeCount > 0 && (
            <Button size="small" onClick={onClear}>
              Clear filters
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
