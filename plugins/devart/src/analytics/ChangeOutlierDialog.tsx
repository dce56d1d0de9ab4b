import {
  MAX_OUTLIER_STDDEV,
  MIN_OUTLIER_STDDEV,
  type AnalyticsSettings,
} from '@devart/plugin-devart-common';
import { useState } from 'react';
import { fieldProblems, useDevartApi } from '../api';
import { FormDialog, TextInput, useToasts } from '../components';
import { parseNumber } from '../format';

const RANGE = { min: MIN_OUTLIER_STDDEV, max: MAX_OUTLIER_STDDEV };

/** Says how far above the median of its type a task is costly. */
export function ChangeOutlierDialog(props: {
  settings: AnalyticsSettings;
  onClose: () => void;
  onChanged: () => Promise<void>;
}) {
  const api = useDevartApi();
  const toasts = useToasts();
  const { settings, onClose, onChanged } = props;
  const [typed, setTyped] = useState(String(settings.outlierDetectionStddev));
  const [problem, setProblem] = useState<string>();

  const submit = async () => {
    const read = parseNumber(typed, RANGE);
    if ('problem' in read) {
      setProblem(read.problem);
      return;
    }
    try {
      await api.analytics.updateSettings({
        outlierDetectionStddev: read.number,
      });
    } catch (error) {
      setProblem(
        fieldProblems(error, ['outlierDetectionStddev']).outlierDetectionStddev,
      );
      return;
    }
    toasts.success('The setting is saved');
    onClose();
    await onChanged();
  };

  return (
    <FormDialog
      title="From when on a task is costly"
      submitLabel="Save"
      onClose={onClose}
      onSubmit={submit}
    >
      <TextInput
        required
        label="Standard deviations above the median"
        value={typed}
        problem={problem}
        helperText={`From ${RANGE.min} to ${RANGE.max}: the lower, the more tasks are flagged. Tasks that are flagged already stay so.`}
        inputProps={{ inputMode: 'decimal' }}
        onChange={event => {
          setTyped(event.target.value);
          setProblem(undefined);
        }}
      />
    </FormDialog>
  );
}
