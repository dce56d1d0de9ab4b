import Typography from '@material-ui/core/Typography';
import type { ReactNode } from 'react';
import { FormDialog } from './FormDialog';

/** Asks whether to do something that cannot be undone. */
export function ConfirmDialog(props: {
  title: string;
  text: ReactNode;
  submitLabel: string;
  onClose: () => void;
  onConfirm: () => Promise<void>;
}) {
  const { title, text, submitLabel, onClose, onConfirm } = props;
  return (
    <FormDialog
      title={title}
      submitLabel={submitLabel}
      cancelLabel="Keep it"
      onClose={onClose}
      onSubmit={onConfirm}
    >
      <Typography variant="body2" component="div">
        {text}
      </Typography>
    </FormDialog>
  );
}
