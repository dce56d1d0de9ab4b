import {
  COST_FLAG_STATUSES,
  type CostFlag,
  type CostFlagStatus,
} from '@devart/plugin-devart-common';
import Typography from '@material-ui/core/Typography';
import { useState } from 'react';
import { useDevartApi } from '../api';
import {
  ChoiceInput,
  FormDialog,
  TextInput,
  useMoney,
  useToasts,
} from '../components';
import { COST_FLAG_WORDS } from '../format';

const CHOICES = COST_FLAG_STATUSES.map(value => ({
  value,
  label: COST_FLAG_WORDS[value],
}));

/** Says whether a costly task was worth it. */
export function ReviewFlagDialog(props: {
  flag: CostFlag;
  onClose: () => void;
  onReviewed: () => Promise<void>;
}) {
  const api = useDevartApi();
  const toasts = useToasts();
  const money = useMoney();
  const { flag, onClose, onReviewed } = props;
  const [status, setStatus] = useState<CostFlagStatus>(
    flag.status === 'open' ? 'justified' : flag.status,
  );
  const [comment, setComment] = useState(flag.comment ?? '');
  return (
    <FormDialog
      title={`Review the cost of “${flag.title ?? flag.taskId}”`}
      submitLabel="Save"
      onClose={onClose}
      onSubmit={async () => {
        await api.analytics.reviewFlag({
          taskId: flag.taskId,
          status,
          comment: comment.trim() || undefined,
        });
        toasts.success('The review is saved');
        onClose();
        await onReviewed();
      }}
    >
      <Typography variant="body2">
        It cost {money(flag.costMicros)}; half of {flag.samples} tasks of type{' '}
        {flag.type} cost less than {money(flag.medianMicros)}.
      </Typography>
      <ChoiceInput
        label="What you make of it"
        value={status}
        choices={CHOICES}
        onChange={setStatus}
      />
      <TextInput
        multiline
        label="Comment (optional)"
        value={comment}
        maxLength={1000}
        onChange={event => setComment(event.target.value)}
      />
    </FormDialog>
  );
}
