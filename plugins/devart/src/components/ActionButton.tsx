import Button, { type ButtonProps } from '@material-ui/core/Button';
import Tooltip from '@material-ui/core/Tooltip';
import { makeStyles } from '@material-ui/core/styles';
import { useAccess } from '../access';

const useStyles = makeStyles({
  // Not the `disabled` attribute: it would take the reason out of reach of the keyboard.
  disabled: { opacity: 0.55, cursor: 'not-allowed' },
});

export interface ActionButtonProps extends Omit<
  ButtonProps,
  'disabled' | 'onClick'
> {
  /** The permission that the action needs. */
  permission: { name: string };
  /** Why the action makes no sense at the moment. */
  disabledReason?: string;
  onClick: () => void;
}

/** A button that says, when it cannot be used, why not. */
export function ActionButton(props: ActionButtonProps) {
  const {
    permission,
    disabledReason,
    onClick,
    className = '',
    ...rest
  } = props;
  const classes = useStyles();
  const access = useAccess(permission);
  const reason = access.allowed ? disabledReason : access.reason;
  const button = (
    <Button
      size="small"
      variant="outlined"
      {...rest}
      className={`${className} ${reason ? classes.disabled : ''}`}
      aria-disabled={reason ? true : undefined}
      disableRipple={Boolean(reason)}
      onClick={reason ? undefined : onClick}
    />
  );
  return reason ? <Tooltip title={reason}>{button}</Tooltip> : button;
}
