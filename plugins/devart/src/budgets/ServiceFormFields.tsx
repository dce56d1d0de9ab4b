import { EXHAUSTION_RULES, SERVICE_KINDS } from '@devart/plugin-devart-common';
import {
  AmountInput,
  ChoiceInput,
  EntityInput,
  TextInput,
} from '../components';
import { EXHAUSTION_WORDS, SERVICE_KIND_WORDS } from '../format';
import { ModelPricesInput } from './ModelPricesInput';
import type { ServiceForm, ServiceProblems } from './serviceFormModel';
import { useServiceDirectory } from './useServiceDirectory';

const KINDS = SERVICE_KINDS.map(value => ({
  value,
  label: SERVICE_KIND_WORDS[value],
}));
const RULES = EXHAUSTION_RULES.map(value => ({
  value,
  label: EXHAUSTION_WORDS[value],
}));

/** The fields of a service. */
export function ServiceFormFields(props: {
  form: ServiceForm;
  problems: ServiceProblems;
  /** The service that is edited; its name and kind stay. */
  serviceId?: string;
  onChange: (change: Partial<ServiceForm>) => void;
}) {
  const { form, problems, serviceId, onChange } = props;
  const services = useServiceDirectory();
  const fallbacks = [
    { value: '', label: 'None' },
    ...services
      .filter(({ id }) => id !== serviceId)
      .map(({ id, title }) => ({ value: id, label: title })),
  ];
  return (
    <>
      {!serviceId && (
        <>
          <TextInput
            required
            label="Name"
            helperText="Lower-case letters, digits and dashes; agents pay for it by this name, which stays."
            value={form.name}
            problem={problems.name}
            maxLength={63}
            onChange={event => onChange({ name: event.target.value })}
          />
          <ChoiceInput
            label="Kind"
            value={form.kind}
            choices={KINDS}
            problem={problems.kind}
            helperText="Models are paid by the token, others by the call or the unit."
            onChange={kind => onChange({ kind })}
          />
        </>
      )}
      <TextInput
        label="Title"
        value={form.title}
        problem={problems.title}
        maxLength={200}
        onChange={event => onChange({ title: event.target.value })}
      />
      <TextInput
        multiline
        minRows={2}
        label="Description"
        value={form.description}
        problem={problems.description}
        onChange={event => onChange({ description: event.target.value })}
      />
      <TextInput
        label="Address (optional)"
        placeholder="https://api.example.com/v1"
        helperText="Agents are told it when it is paid."
        value={form.endpoint}
        problem={problems.endpoint}
        onChange={event => onChange({ endpoint: event.target.value })}
      />
      {form.kind === 'model' ? (
        <ModelPricesInput
          value={form.models}
          problem={problems['prices.models']}
          onChange={models => onChange({ models })}
        />
      ) : (
        <>
          <AmountInput
            label="Price of a call"
            value={form.callPrice}
            problem={problems['prices.callMicros']}
            onChange={callPrice => onChange({ callPrice })}
          />
          <AmountInput
            label="Price of a million units"
            value={form.unitsPrice}
            problem={problems['prices.millionUnitsMicros']}
            onChange={unitsPrice => onChange({ unitsPrice })}
          />
          <TextInput
            label="What a unit is"
            placeholder="character, page, second"
            value={form.unit}
            problem={problems['prices.unit']}
            maxLength={40}
            onChange={event => onChange({ unit: event.target.value })}
          />
        </>
      )}
      {!serviceId && (
        <AmountInput
          label="Budget of each month (optional)"
          helperText="Without one, only budgets of the organisation, teams, agents, workflows and runs limit it. 0 blocks."
          value={form.monthlyBudget}
          problem={problems.monthlyBudgetMicros}
          onChange={monthlyBudget => onChange({ monthlyBudget })}
        />
      )}
      <ChoiceInput
        label="When a budget does not allow a charge"
        value={form.onExhausted}
        choices={RULES}
        problem={problems.onExhausted}
        onChange={onExhausted => onChange({ onExhausted })}
      />
      {form.onExhausted === 'delegate' && (
        <ChoiceInput
          label="Fallback"
          value={form.fallbackId}
          choices={fallbacks}
          problem={problems.fallbackId}
          helperText="It pays from its own budgets, at its own price."
          onChange={fallbackId => onChange({ fallbackId })}
        />
      )}
      <EntityInput
        label="Owner (optional)"
        kinds={['Group', 'User']}
        placeholder="group:default/platform"
        value={form.owner}
        problem={problems.owner}
        onChange={owner => onChange({ owner })}
      />
      <EntityInput
        label="In the catalog as (optional)"
        kinds={['API', 'Resource', 'Component']}
        placeholder="api:default/translation"
        value={form.entityRef}
        problem={problems.entityRef}
        onChange={entityRef => onChange({ entityRef })}
      />
    </>
  );
}
