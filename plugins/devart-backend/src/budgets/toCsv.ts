import {
  decimalOfMicros,
  type LedgerEntry,
} from '@devart/plugin-devart-common';

/** What a spreadsheet takes for the beginning of a formula: https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^[=+\-@\t\r\n]/;

/** A column: its header, and what stands in it. Numbers are written as they are. */
type Column = [
  header: string,
  value: (entry: LedgerEntry, currency: string) => string | number | undefined,
];

const COLUMNS: readonly Column[] = [
  ['id', entry => entry.id],
  ['at', entry => entry.at],
  ['kind', entry => entry.kind],
  // A number, negative ones too: not text that could be a formula.
  ['amount_micros', entry => entry.amountMicros],
  ['currency', (_entry, currency) => currency],
  ['corrects', entry => entry.correctsId],
  ['corrected_micros', entry => entry.correctedMicros],
  ['request', entry => entry.requestId],
  ['service', entry => entry.service.name ?? entry.service.id],
  [
    'delegated_from',
    entry => entry.delegatedFrom.map(({ id, name }) => name ?? id).join(' > '),
  ],
  ['actor', entry => entry.actor],
  ['agent', entry => entry.agent?.name ?? entry.agent?.id],
  ['team', entry => entry.team],
  ['task_id', entry => entry.task?.id],
  ['task', entry => entry.task?.name],
  ['run_id', entry => entry.run?.id],
  ['run', entry => entry.run?.name],
  ['workflow_id', entry => entry.workflow?.id],
  ['workflow', entry => entry.workflow?.name],
  ['entity', entry => entry.entityRef],
  ['model', entry => entry.model],
  ['input_tokens', entry => entry.inputTokens],
  ['output_tokens', entry => entry.outputTokens],
  ['quantity', entry => entry.quantity],
  ['reason', entry => entry.reason],
];

/** A field as RFC 4180 has it, harmless to spreadsheets. */
function field(value: string | number | undefined): string {
  if (value === undefined) {
    return '';
  }
  if (typeof value === 'number') {
    return String(value);
  }
  const harmless = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n\t']/.test(harmless)
    ? `"${harmless.replaceAll('"', '""')}"`
    : harmless;
}

/** The first line of the ledger as CSV. */
export function csvHeader(): string {
  return `${['amount', ...COLUMNS.map(([header]) => header)].join(',')}\r\n`;
}

/** An entry as a line of CSV: its amount as a decimal first. */
export function csvLine(entry: LedgerEntry, currency: string): string {
  const fields = COLUMNS.map(([, value]) => field(value(entry, currency)));
  return `${[decimalOfMicros(entry.amountMicros), ...fields].join(',')}\r\n`;
}
