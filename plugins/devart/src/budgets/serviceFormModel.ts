import type {
  ExhaustionRule,
  OperationInput,
  operations,
  Prices,
  Service,
  ServiceKind,
} from '@devart/plugin-devart-common';
import { parseAmount } from '../format';
import { typedAmount } from './limitFormModel';

/** The price of a model while somebody fills it in. */
export interface ModelPriceForm {
  model: string;
  input: string;
  output: string;
  cached: string;
}

/** What the form for a service holds while somebody fills it in. */
export interface ServiceForm {
  name: string;
  title: string;
  description: string;
  kind: ServiceKind;
  endpoint: string;
  owner: string;
  entityRef: string;
  onExhausted: ExhaustionRule;
  fallbackId: string;
  callPrice: string;
  unitsPrice: string;
  unit: string;
  models: ModelPriceForm[];
  monthlyBudget: string;
}

/** The fields in which the control plane takes them. */
export const SERVICE_FIELDS = [
  'name',
  'title',
  'description',
  'kind',
  'endpoint',
  'owner',
  'entityRef',
  'onExhausted',
  'fallbackId',
  'prices.callMicros',
  'prices.millionUnitsMicros',
  'prices.unit',
  'prices.models',
  'monthlyBudgetMicros',
] as const;

/** What is wrong, by field. */
export type ServiceProblems = Partial<
  Record<(typeof SERVICE_FIELDS)[number], string>
>;

export const EMPTY_SERVICE_FORM: ServiceForm = {
  name: '',
  title: '',
  description: '',
  kind: 'api',
  endpoint: '',
  owner: '',
  entityRef: '',
  onExhausted: 'reject',
  fallbackId: '',
  callPrice: '',
  unitsPrice: '',
  unit: '',
  models: [],
  monthlyBudget: '',
};

const typed = (micros: number | undefined) =>
  micros === undefined ? '' : typedAmount(micros);

/** The form as it stands for a service that is there. */
export function formOfService(service: Service): ServiceForm {
  const { prices } = service;
  return {
    ...EMPTY_SERVICE_FORM,
    name: service.name,
    title: service.title,
    description: service.description,
    kind: service.kind,
    endpoint: service.endpoint ?? '',
    owner: service.owner ?? '',
    entityRef: service.entityRef ?? '',
    onExhausted: service.onExhausted,
    fallbackId: service.fallback?.id ?? '',
    callPrice: typed(prices.callMicros),
    unitsPrice: typed(prices.millionUnitsMicros),
    unit: prices.unit ?? '',
    models: Object.entries(prices.models ?? {}).map(([model, price]) => ({
      model,
      input: typed(price.inputMillionMicros),
      output: typed(price.outputMillionMicros),
      cached: typed(price.cachedInputMillionMicros),
    })),
  };
}

type NewService = OperationInput<typeof operations.services.create>;

/** The input of `services.create` that the form stands for, or what is wrong with it. */
export function readServiceForm(
  form: ServiceForm,
): { input: NewService } | { problems: ServiceProblems } {
  const problems: ServiceProblems = {};
  const amount = (
    text: string,
    field: (typeof SERVICE_FIELDS)[number],
    what = '',
  ): number | undefined => {
    if (text.trim() === '') {
      return undefined;
    }
    const parsed = parseAmount(text);
    if ('problem' in parsed) {
      problems[field] ??= `${what}${parsed.problem}`;
      return undefined;
    }
    return parsed.micros;
  };
  if (form.name.trim() === '') {
    problems.name = 'Give the service a name.';
  }
  const models: NonNullable<Prices['models']> = {};
  for (const { model, input, output, cached } of form.models) {
    const name = model.trim();
    const price = (text: string) =>
      amount(text, 'prices.models', name ? `${name}: ` : '');
    const inputMillionMicros = price(input);
    const outputMillionMicros = price(output);
    if (
      !name ||
      inputMillionMicros === undefined ||
      outputMillionMicros === undefined
    ) {
      problems['prices.models'] ??=
        'Every model needs its name and both prices; 0 is free.';
      continue;
    }
    models[name] = {
      inputMillionMicros,
      outputMillionMicros,
      cachedInputMillionMicros: price(cached),
    };
  }
  const text = (value: string) => value.trim() || undefined;
  const input: NewService = {
    name: form.name.trim(),
    title: text(form.title),
    description: form.description,
    kind: form.kind,
    endpoint: text(form.endpoint),
    owner: text(form.owner),
    entityRef: text(form.entityRef),
    onExhausted: form.onExhausted,
    fallbackId: text(form.fallbackId),
    prices: {
      callMicros: amount(form.callPrice, 'prices.callMicros'),
      millionUnitsMicros: amount(form.unitsPrice, 'prices.millionUnitsMicros'),
      unit: text(form.unit),
      models: form.models.length > 0 ? models : undefined,
    },
    monthlyBudgetMicros: amount(form.monthlyBudget, 'monthlyBudgetMicros'),
  };
  if (form.onExhausted === 'delegate' && !input.fallbackId) {
    problems.fallbackId = 'Say which service pays instead.';
  }
  return Object.keys(problems).length > 0 ? { problems } : { input };
}
