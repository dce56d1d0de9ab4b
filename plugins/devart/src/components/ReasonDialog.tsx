import Typography from '@material-ui/core/Typography';
import { useState, type ReactNode } from 'react';
import { FormDialog } from './FormDialog';
import { TextInput } from './TextInput';

/** Asks whether to do something, and why; the reason is kept in the history. */
export function ReasonDialog(props: {
  title: string;
  text?: ReactNode;
  submitLabel: string;
  reasonRequired?: boolean;
  /** Things to choose besides the reason. */
  children?: ReactNode;
  onClose: () => void;
  onConfirm: (reason: string | undefined) => Promise<void>;
}) {
  const { title, text, submitLabel, reasonRequired, onClose, onConfirm } =
    props;
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const missing = Boolean(reasonRequired) && reason.trim() === '';

  return (
    <FormDialog
      title={title}
      submitLabel={submitLabel}
      cancelLabel="Keep as it is"
      onClose={onClose}
      onSubmit={async () => {
        setTried(true);
        if (!missing) {
          await onConfirm(reason.trim() || undefined);
        }
      }}
    >
      {text && (
        <Typography variant="body2" component="div">
          {text}
        </Typography>
      )}
      {props.children}
      <TextInput
        multiline
        label={reasonRequired ? 'Reason' : 'Reason (optional)'}
        required={reasonRequired}
        value={reason}
        maxLength={1000}
        problem={tried && missing ? 'Say why; others will read it.' : undefined}
        onChange={event => setReason(event.target.value)}
      />
    </FormDialog>
  );
}
