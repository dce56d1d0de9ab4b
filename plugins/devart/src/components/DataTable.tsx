import Table from '@material-ui/core/Table';
import TableBody from '@material-ui/core/TableBody';
import TableCell from '@material-ui/core/TableCell';
import TableContainer from '@material-ui/core/TableContainer';
import TableHead from '@material-ui/core/TableHead';
import TableRow from '@material-ui/core/TableRow';
import { makeStyles } from '@material-ui/core/styles';
import type { ReactNode } from 'react';

const useStyles = makeStyles(theme => ({
  belowSm: { [theme.breakpoints.down('xs')]: { display: 'none' } },
  belowMd: { [theme.breakpoints.down('sm')]: { display: 'none' } },
  belowLg: { [theme.breakpoints.down('md')]: { display: 'none' } },
  head: { whiteSpace: 'nowrap' },
  cell: {
    // Words stay whole: breaking them makes columns as narrow as a letter.
    wordBreak: 'normal',
    overflowWrap: 'break-word',
    [theme.breakpoints.down('xs')]: {
      paddingLeft: theme.spacing(1),
      paddingRight: theme.spacing(1),
    },
  },
}));

/** A column of a {@link DataTable}. */
export interface Column<T> {
  header: string;
  render: (row: T) => ReactNode;
  /** Numbers stand on the right. */
  align?: 'right';
  /** On narrower screens the column is left out. */
  hideBelow?: 'Sm' | 'Md' | 'Lg';
}

/** A table that leaves out its less important columns on narrow screens. */
export function DataTable<T>(props: {
  label: string;
  columns: Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
}) {
  const classes = useStyles();
  const { label, columns, rows, rowKey } = props;
  const classOf = ({ hideBelow }: Column<T>) =>
    `${classes.cell} ${hideBelow ? classes[`below${hideBelow}`] : ''}`;
  return (
    <TableContainer>
      <Table size="small" aria-label={label}>
        <TableHead>
          <TableRow>
            {columns.map(column => (
              <TableCell
                key={column.header}
                scope="col"
                align={column.align}
                className={`${classOf(column)} ${classes.head}`}
              >
                {column.header}
              </TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {rows.map(row => (
            <TableRow key={rowKey(row)}>
              {columns.map(column => (
                <TableCell
                  key={column.header}
                  align={column.align}
                  className={classOf(column)}
                >
                  {column.render(row)}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}
