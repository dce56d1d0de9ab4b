import { makeStyles } from '@material-ui/core/styles';
import type SvgIcon from '@material-ui/core/SvgIcon';
import type { ReactNode } from 'react';

/** What an icon says besides its word. */
export type Tone =
  'ok' | 'warning' | 'error' | 'running' | 'pending' | 'aborted';

const useStyles = makeStyles(theme => ({
  root: {
    display: 'inline-flex',
    alignItems: 'center',
    gap: theme.spacing(0.5),
    color: theme.palette.text.primary,
    // Other parts of the portal set another font on the body.
    fontFamily: theme.typography.fontFamily,
  },
  icon: { fontSize: '1.25em', flexShrink: 0 },
  ok: { color: theme.palette.status.ok },
  warning: { color: theme.palette.status.warning },
  error: { color: theme.palette.status.error },
  running: { color: theme.palette.status.running },
  pending: { color: theme.palette.text.secondary },
  aborted: { color: theme.palette.status.aborted },
}));

/** An icon with the word it stands for. */
export function IconLabel(props: {
  Icon: typeof SvgIcon;
  tone: Tone;
  title?: string;
  children: ReactNode;
}) {
  const classes = useStyles();
  const { Icon, tone, title, children } = props;
  return (
    <span className={classes.root} title={title}>
      <Icon aria-hidden className={`${classes.icon} ${classes[tone]}`} />
      <span>{children}</span>
    </span>
  );
}
