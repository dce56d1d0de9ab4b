import type { LedgerEntry } from '@devart/plugin-devart-common';
import Typography from '@material-ui/core/Typography';
import { useState } from 'react';
import { useKnownMe } from '../access';
import { fieldProblems, useDevartApi } from '../api';
import { AmountInput, FormDialog, TextInput, useToasts } from '../components';
import { exactMoney, parseAmount } from '../format';

type Problems = { amountMicros?: string; reason?: string };

/** Says what an entry of the ledger truly cost. */
export function CorrectEntryDialog(props: {
  entry: LedgerEntry;
  onClose: () => void;
  onCorrected: () => Promise<void>;
}) {
  const api = useDevartApi();
  const toasts = useToasts();
  const currency = useKnownMe()?.organization.currency;
  const { entry, onClose, onCorrected } = props;
  const [amount, setAmount] = useState('');
  const [reason, setReason] = useState('');
  const [problems, setProblems] = useState<Problems>({});

  const submit = async () => {
    const parsed = parseAmount(amount);
    const found: Problems = {};
    if ('problem' in parsed) {
      found.amountMicros = parsed.problem;
    }
    if (reason.trim() === '') {
      found.reason = 'Say why; others will read it.';
    }
    setProblems(found);
    if ('problem' in parsed || found.reason) {
      return;
    }
    try {
      await api.ledger.correct({
        id: entry.id,
        amountMicros: parsed.micros,
        reason: reason.trim(),
      });
    } catch (error) {
      setProblems(fieldProblems(error, ['amountMicros', 'reason']));
      return;
    }
    toasts.success('The entry is corrected');
    onClose();
    await onCorrected();
  };

  return (
    <FormDialog
      title="Correct an entry of the ledger"
      submitLabel="Correct"
      onClose={onClose}
      onSubmit={submit}
    >
      <Typography variant="body2">
        {entry.service.name ?? entry.service.id} stands there with{' '}
        {exactMoney(entry.amountMicros, currency)}. The entry stays; the
        difference becomes an entry of its own that counts in the same windows.
        An entry is corrected once.
      </Typography>
      <AmountInput
        required
        label="What it truly cost"
        value={amount}
        problem={problems.amountMicros}
        onChange={typed => {
          setAmount(typed);
          setProblems({});
        }}
      />
      <TextInput
        multiline
        required
        label="Reason"
        value={reason}
        problem={problems.reason}
        maxLength={1000}
        onChange={event => {
          setReason(event.target.value);
          setProblems({});
        }}
      />
    </FormDialog>
  );
}
