import Button from '@material-ui/core/Button';
import { makeStyles } from '@material-ui/core/styles';
import { useState, type ReactNode } from 'react';

const useStyles = makeStyles(theme => ({
  table: { maxHeight: 300, overflow: 'auto' },
  button: { marginTop: theme.spacing(1) },
}));

/** A picture of numbers, or on demand the numbers. */
export function ChartOrTable(props: {
  label: string;
  /** What the picture shows, for people who do not see it. */
  summary: string;
  table: ReactNode;
  children: ReactNode;
}) {
  const classes = useStyles();
  const { label, summary, table, children } = props;
  const [asTable, setAsTable] = useState(false);
  return (
    <>
      {asTable ? (
        <div
          className={classes.table}
          role="region"
          aria-label={label}
          // Scrolling with the keyboard needs the focus.
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
        >
          {table}
        </div>
      ) : (
        <div role="img" aria-label={summary}>
          {children}
        </div>
      )}
      <Button
        className={classes.button}
        size="small"
        onClick={() => setAsTable(!asTable)}
      >
        {asTable ? 'Show as a chart' : 'Show the numbers'}
      </Button>
    </>
  );
}
