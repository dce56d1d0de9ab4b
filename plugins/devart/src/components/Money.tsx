import Tooltip from '@material-ui/core/Tooltip';
import { makeStyles } from '@material-ui/core/styles';
import { useKnownMe } from '../access';
import { exactMoney, money } from '../format';
import { Hidden } from './Hidden';

const useStyles = makeStyles(theme => ({
  root: {
    // Holds what is only read out.
    position: 'relative',
    whiteSpace: 'nowrap',
    fontVariantNumeric: 'tabular-nums',
  },
  rounded: {
    borderBottom: `1px dotted ${theme.palette.text.secondary}`,
    cursor: 'help',
  },
}));

/**
 * An amount in the organisation's currency. Where it is rounded, the exact one
 * shows on hover and focus, and is read out behind it.
 */
export function Money({ micros }: { micros: number }) {
  const classes = useStyles();
  const currency = useKnownMe()?.organization.currency;
  const shown = money(micros, currency);
  const exact = exactMoney(micros, currency);
  if (shown === exact) {
    return <span className={classes.root}>{shown}</span>;
  }
  return (
    // As an element: as text it would be read out a second time.
    <Tooltip title={<>{exact}</>}>
      <span
        // Only what has the focus is told to those who use no mouse.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className={`${classes.root} ${classes.rounded}`}
      >
        {shown}
        <Hidden>, exactly {exact}</Hidden>
      </span>
    </Tooltip>
  );
}
