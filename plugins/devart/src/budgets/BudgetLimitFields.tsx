import Checkbox from '@material-ui/core/Checkbox';
import FormControlLabel from '@material-ui/core/FormControlLabel';
import { makeStyles } from '@material-ui/core/styles';
import { MAX_BUDGET_SHARDS } from '@devart/plugin-devart-common';
import { useState } from 'react';
import { AmountInput, TextInput } from '../components';
import {
  EMPTY_LIMIT_FORM,
  type LimitForm,
  type LimitProblems,
} from './limitFormModel';

const useStyles = makeStyles(theme => ({
  advanced: { ...theme.typography.body2 },
  summary: { cursor: 'pointer', marginBottom: theme.spacing(1.5) },
}));

/** The fields of a limit: how much, or none, and why. */
export function BudgetLimitFields(props: {
  form: LimitForm;
  problems: LimitProblems;
  onChange: (change: Partial<LimitForm>) => void;
}) {
  const classes = useStyles();
  const { form, problems, onChange } = props;
  const [isOpen, setOpen] = useState(form.shards !== EMPTY_LIMIT_FORM.shards);
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
      <details
        className={classes.advanced}
        open={isOpen || Boolean(problems.shards)}
        onToggle={event => setOpen(event.currentTarget.open)}
      >
        <summary className={classes.summary}>Advanced</summary>
        <TextInput
          type="number"
          label="Rows (shards)"
          value={form.shards}
          problem={problems.shards}
          helperText={`Over how many rows of the database it is spread, up to ${MAX_BUDGET_SHARDS}; the limit holds all the same. 1 is right, unless this one budget is so hot that very many calls at once wait for each other.`}
          inputProps={{ min: 1, max: MAX_BUDGET_SHARDS }}
          onChange={event => onChange({ shards: event.target.value })}
        />
      </details>
    </>
  );
}
