import Checkbox from '@material-ui/core/Checkbox';
import FormControlLabel from '@material-ui/core/FormControlLabel';
import { AmountInput, TextInput } from '../components';
import type { LimitForm, LimitProblems } from './limitFormModel';

/** The fields of a limit: how much, or none, and why. */
export function BudgetLimitFields(props: {
  form: LimitForm;
  problems: LimitProblems;
  onChange: (change: Partial<LimitForm>) => void;
}) {
  const { form, problems, onChange } = props;
  return (
    <>
      {!form.isUnlimited && (
        <AmountInput
          required
          label="Limit"
          value={form.limit}
          problem={problems.limitMicros}
          helperText="0 blocks: nothing may be spent."
          onChange={limit => onChange({ limit })}
        />
      )}
      <FormControlLabel
        control={
          <Checkbox
            color="primary"
            checked={form.isUnlimited}
            onChange={(_event, isUnlimited) => onChange({ isUnlimited })}
          />
        }
        label="No limit, only count"
      />
      <TextInput
        multiline
        required
        label="Reason"
        value={form.reason}
        problem={problems.reason}
        maxLength={1000}
        onChange={event => onChange({ reason: event.target.value })}
      />
    </>
  );
}
