import { makeStyles } from '@material-ui/core/styles';

/** Five columns side by side; on narrow screens they scroll sideways, one at a time. */
export const useBoardStyles = makeStyles(theme => ({
  columns: {
    display: 'grid',
    gridTemplateColumns: 'repeat(5, minmax(0, 1fr))',
    gap: theme.spacing(1.5),
    [theme.breakpoints.down('md')]: {
      gridTemplateColumns: 'repeat(5, minmax(240px, 1fr))',
      overflowX: 'auto',
      paddingBottom: theme.spacing(1),
    },
    [theme.breakpoints.down('sm')]: {
      gridTemplateColumns: 'repeat(5, min(300px, 82vw))',
      scrollSnapType: 'x proximity',
    },
  },
}));
