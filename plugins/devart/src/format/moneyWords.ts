import type {
  BudgetAlertKind,
  BudgetChange,
  BudgetLevel,
  BudgetPeriod,
  BudgetScope,
  CostFlagStatus,
  EstimateGroup,
  ExhaustionRule,
  LedgerKind,
  ServiceKind,
  ServiceStatus,
  SpendGroup,
} from '@devart/plugin-devart-common';

export const BUDGET_LEVEL_WORDS: Record<BudgetLevel, string> = {
  ok: 'Within its limit',
  warning: 'Nearly used up',
  exhausted: 'Used up',
  blocked: 'Blocked',
};

export const BUDGET_SCOPE_WORDS: Record<BudgetScope, string> = {
  organization: 'Organisation',
  team: 'Team',
  agent: 'Agent',
  workflow: 'Workflow',
  run: 'Run',
  service: 'Service',
};

export const BUDGET_PERIOD_WORDS: Record<BudgetPeriod, string> = {
  day: 'Each day',
  week: 'Each week',
  month: 'Each month',
  total: 'Altogether',
};

export const BUDGET_CHANGE_WORDS: Record<BudgetChange['change'], string> = {
  created: 'Set',
  changed: 'Changed',
  removed: 'Removed',
};

export const BUDGET_ALERT_WORDS: Record<BudgetAlertKind, string> = {
  threshold: '80 % reached',
  exhausted: 'Used up',
  suspended: 'Suspended',
  delegated: 'Fallback paid',
  forecast: 'Will run out',
};

export const SERVICE_KIND_WORDS: Record<ServiceKind, string> = {
  model: 'Models',
  api: 'API',
};

export const SERVICE_STATUS_WORDS: Record<ServiceStatus, string> = {
  active: 'Active',
  suspended: 'Suspended',
  inactive: 'Switched off',
};

export const SERVICE_STATUS_EXPLANATIONS: Record<ServiceStatus, string> = {
  active: 'It can be paid.',
  suspended:
    'A budget of its own is used up. It goes on when that begins anew or is increased.',
  inactive: 'Somebody switched it off; nothing is charged to it.',
};

export const EXHAUSTION_WORDS: Record<ExhaustionRule, string> = {
  delegate: 'the fallback pays',
  ask: 'the task waits and a person is asked',
  reject: 'it is refused',
};

export const LEDGER_KIND_WORDS: Record<LedgerKind, string> = {
  charge: 'Charge',
  suspense: 'In suspense',
  correction: 'Correction',
};

export const LEDGER_KIND_EXPLANATIONS: Record<LedgerKind, string> = {
  charge: 'What was paid.',
  suspense:
    'What was held back for a call whose true cost nobody knows. It counts until somebody corrects it.',
  correction: 'The difference between an earlier entry and what it truly cost.',
};

export const SPEND_GROUP_WORDS: Record<SpendGroup, string> = {
  service: 'Service',
  agent: 'Agent',
  workflow: 'Workflow',
  entity: 'Component',
  team: 'Team',
  model: 'Model',
};

export const COST_FLAG_WORDS: Record<CostFlagStatus, string> = {
  open: 'To look at',
  justified: 'Justified',
  confirmed: 'Too costly',
};

export const ESTIMATE_GROUP_WORDS: Record<EstimateGroup, string> = {
  'type-model-agent': 'this type with this model by this agent',
  'type-model': 'this type with this model',
  'type-agent': 'this type by this agent',
  type: 'this type',
  all: 'any type',
};
