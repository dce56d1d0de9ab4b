import { entityRefSchema, type Approval } from '@devart/plugin-devart-common';
import { useState } from 'react';
import { useDevartApi } from '../api';
import { EntityInput, FormDialog, TextInput, useToasts } from '../components';

/** Hands a decision to somebody else. */
export function DelegateDialog(props: {
  approval: Approval;
  onClose: () => void;
  onDelegated: () => Promise<void>;
}) {
  const api = useDevartApi();
  const toasts = useToasts();
  const { approval, onClose, onDelegated } = props;
  const [to, setTo] = useState('');
  const [comment, setComment] = useState('');
  const [tried, setTried] = useState(false);
  const isValid = entityRefSchema.safeParse(to).success;
  return (
    <FormDialog
      title={`Let somebody else decide: ${approval.title}`}
      submitLabel="Hand it on"
      onClose={onClose}
      onSubmit={async () => {
        setTried(true);
        if (!isValid) {
          return;
        }
        await api.approvals.delegate({
          id: approval.id,
          to: to.trim(),
          comment: comment.trim() || undefined,
        });
        toasts.success('Handed on');
        onClose();
        await onDelegated();
      }}
    >
      <EntityInput
        label="To"
        kinds={['User', 'Group']}
        placeholder="user:default/ada"
        value={to}
        problem={
          tried && !isValid
            ? 'This must be a user or a group such as user:default/ada.'
            : undefined
        }
        helperText="A user or a group. Whoever asked for the approval cannot decide it."
        onChange={setTo}
      />
      <TextInput
        multiline
        label="Comment (optional)"
        value={comment}
        maxLength={2000}
        onChange={event => setComment(event.target.value)}
      />
    </FormDialog>
  );
}
