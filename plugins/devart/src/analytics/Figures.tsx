import { makeStyles } from '@material-ui/core/styles';
import type { ReactNode } from 'react';

const useStyles = makeStyles(theme => ({
  list: {
    display: 'grid',
    gap: theme.spacing(1),
    gridTemplateColumns: 'repeat(auto-fill, minmax(150px, 1fr))',
    margin: theme.spacing(0, 0, 2),
  },
  figure: {
    display: 'flex',
    flexDirection: 'column-reverse',
    justifyContent: 'flex-end',
    padding: theme.spacing(1, 1.5),
    border: `1px solid ${theme.palette.divider}`,
    borderRadius: theme.shape.borderRadius,
    fontFamily: theme.typography.fontFamily,
  },
  label: { ...theme.typography.body2, color: theme.palette.text.primary },
  value: { margin: 0 },
  number: {
    fontSize: theme.typography.pxToRem(22),
    fontWeight: 700,
    lineHeight: 1.3,
  },
  before: { ...theme.typography.caption },
}));

/** A number with its name and, beside it, what it was before. */
export interface Figure {
  label: string;
  value: ReactNode;
  before?: ReactNode;
}

/** Numbers side by side. */
export function Figures(props: { figures: readonly Figure[] }) {
  const classes = useStyles();
  return (
    <dl className={classes.list}>
      {props.figures.map(({ label, value, before }) => (
        <div key={label} className={classes.figure}>
          <dt className={classes.label}>{label}</dt>
          <dd className={classes.value}>
            <div className={classes.number}>{value}</div>
            {before !== undefined && (
              <div className={classes.before}>before: {before}</div>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
