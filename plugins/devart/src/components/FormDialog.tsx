import Button from '@material-ui/core/Button';
import Dialog from '@material-ui/core/Dialog';
import DialogActions from '@material-ui/core/DialogActions';
import DialogContent from '@material-ui/core/DialogContent';
import DialogTitle from '@material-ui/core/DialogTitle';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { useId, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { describeProblem } from '../api';
import { useIsNarrow } from './useIsNarrow';

const useStyles = makeStyles(theme => ({
  content: {
    display: 'grid',
    gap: theme.spacing(2),
    paddingTop: theme.spacing(1),
    paddingBottom: theme.spacing(2),
  },
  problem: {
    borderLeft: `4px solid ${theme.palette.status.error}`,
    paddingLeft: theme.spacing(1),
  },
}));

/**
 * A dialog with a form. `onSubmit` says whether all is well by resolving; what
 * it throws is shown, and the dialog stays open with everything typed.
 */
export function FormDialog(props: {
  title: string;
  submitLabel: string;
  cancelLabel?: string;
  wide?: boolean;
  onClose: () => void;
  onSubmit: () => Promise<void>;
  children: ReactNode;
}) {
  const classes = useStyles();
  const { title, submitLabel, cancelLabel = 'Cancel', wide, children } = props;
  const titleId = useId();
  const isNarrow = useIsNarrow();
  const form = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) {
      return;
    }
    setBusy(true);
    setError(undefined);
    try {
      await props.onSubmit();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      open
      fullWidth
      fullScreen={isNarrow}
      maxWidth={wide ? 'md' : 'sm'}
      aria-labelledby={titleId}
      onClose={props.onClose}
      TransitionProps={{
        onEntered: () => {
          // Whoever was quicker than the transition keeps the field they are in.
          if (!form.current?.contains(document.activeElement)) {
            form.current
              ?.querySelector<HTMLElement>('input, textarea, [role="button"]')
              ?.focus();
          }
        },
      }}
    >
      <form
        ref={form}
        noValidate
        onSubmit={submit}
        style={{ display: 'contents' }}
      >
        <DialogTitle id={titleId}>{title}</DialogTitle>
        <DialogContent className={classes.content}>
          {children}
          {error !== undefined && (
            <Typography
              role="alert"
              variant="body2"
              className={classes.problem}
            >
              {describeProblem(error).message}
            </Typography>
          )}
        </DialogContent>
        <DialogActions>
          <Button onClick={props.onClose}>{cancelLabel}</Button>
          <Button
            type="submit"
            color="primary"
            variant="contained"
            aria-disabled={busy || undefined}
          >
            {busy ? 'One moment…' : submitLabel}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
