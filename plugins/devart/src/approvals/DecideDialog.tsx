import type { Approval } from '@devart/plugin-devart-common';
import Typography from '@material-ui/core/Typography';
import { useState } from 'react';
import { inputIssues, problemSentence, useDevartApi } from '../api';
import { EffectLabel, FormDialog, TextInput, useToasts } from '../components';
import { EditFields } from './EditFields';
import { draftOf, readDraft, type EditDraft } from './editModel';

/** What somebody is about to say. */
export type Decision = 'approve' | 'reject' | 'edit';

const WORDS: Record<
  Decision,
  { title: string; text: string; submit: string; done: string }
> = {
  approve: {
    title: 'Approve',
    text: 'It is done as it stands, when enough people have agreed.',
    submit: 'Approve',
    done: 'Approved',
  },
  edit: {
    title: 'Edit and approve',
    text: 'It is done with the values below. Everybody can see what you changed.',
    submit: 'Approve as edited',
    done: 'Approved as edited',
  },
  reject: {
    title: 'Reject',
    text: 'It is not done, and what waits for it is told why.',
    submit: 'Reject',
    done: 'Rejected',
  },
};

/** What is wrong with the values, by field; anything else is thrown on. */
function problemsOfValues(
  error: unknown,
  draft: EditDraft,
): Record<string, string> {
  const found = inputIssues(error).flatMap(({ field, problem }) => {
    const [root, name] = field.split('.');
    const owner = draft.kind === 'json' ? '' : name;
    return root === 'edit' && (draft.kind === 'json' || name in draft.fields)
      ? [[owner, problemSentence(problem)]]
      : [];
  });
  if (found.length === 0) {
    throw error;
  }
  return Object.fromEntries(found);
}

/** Says yes or no to a request, about the version of it that was read. */
export function DecideDialog(props: {
  approval: Approval;
  decision: Decision;
  onClose: () => void;
  onDecided: () => Promise<void>;
}) {
  const api = useDevartApi();
  const toasts = useToasts();
  const { decision, onClose, onDecided } = props;
  // What is decided about must not change under the fingers.
  const [approval] = useState(props.approval);
  const before = approval.edit ?? {};
  const [draft, setDraft] = useState(() => draftOf(before));
  const [problems, setProblems] = useState<Record<string, string>>({});
  const [comment, setComment] = useState('');
  const [tried, setTried] = useState(false);
  const words = WORDS[decision];
  const isReject = decision === 'reject';
  const isMissing = isReject && comment.trim() === '';

  const submit = async () => {
    setTried(true);
    const read = readDraft(draft, before);
    if (decision === 'edit' && 'problems' in read) {
      setProblems(read.problems);
      return;
    }
    if (isMissing) {
      return;
    }
    try {
      await api.approvals.decide({
        id: approval.id,
        decision: isReject ? 'reject' : 'approve',
        comment: comment.trim() || undefined,
        edit: decision === 'edit' && 'values' in read ? read.values : undefined,
        ifVersion: approval.version,
      });
    } catch (error) {
      setProblems(problemsOfValues(error, draft));
      return;
    }
    toasts.success(words.done);
    onClose();
    await onDecided();
  };

  return (
    <FormDialog
      title={`${words.title}: ${approval.title}`}
      submitLabel={words.submit}
      cancelLabel="Not now"
      onClose={onClose}
      onSubmit={submit}
    >
      <Typography variant="body2" component="div">
        {words.text}
      </Typography>
      {!isReject && (
        <Typography variant="body2" component="div">
          <EffectLabel effect={approval.effectClass} /> {approval.effect}
        </Typography>
      )}
      {decision === 'edit' && (
        <EditFields
          draft={draft}
          before={before}
          problems={problems}
          onChange={changed => {
            setDraft(changed);
            setProblems({});
          }}
        />
      )}
      <TextInput
        multiline
        label={isReject ? 'Reason' : 'Comment (optional)'}
        required={isReject}
        value={comment}
        maxLength={2000}
        problem={
          tried && isMissing ? 'Say why; others will read it.' : undefined
        }
        onChange={event => setComment(event.target.value)}
      />
    </FormDialog>
  );
}
