import type {
  Budget,
  LedgerEntry,
  OperationOutput,
  operations,
} from '@devart/plugin-devart-common';
import { uuid } from './samples';

const AT = '2026-01-02T03:04:05.000Z';
/** The next window begins long after the test. */
const ENDS_AT = '2126-02-01T00:00:00.000Z';

type States = OperationOutput<typeof operations.services.status>;
type ServiceState = States['items'][number];

/** A budget, of which what is used follows from what is spent and held back. */
export function aBudget(
  of: Partial<Omit<Budget, 'window'>> & {
    spentMicros?: number;
    reservedMicros?: number;
  } = {},
): Budget {
  const { spentMicros = 0, reservedMicros = 0, ...rest } = of;
  const limitMicros = 'limitMicros' in of ? of.limitMicros : 5_000_000;
  const used = spentMicros + reservedMicros;
  const share = limitMicros ? used / limitMicros : undefined;
  const levelOfShare = () => {
    if (share === undefined || share < 0.8) {
      return 'ok';
    }
    return share < 1 ? 'warning' : 'exhausted';
  };
  return {
    id: uuid(800),
    scopeKind: 'organization',
    period: 'month',
    shards: 1,
    createdBy: 'user:default/sam',
    createdAt: AT,
    updatedAt: AT,
    version: 2,
    ...rest,
    limitMicros,
    window: {
      endsAt: ENDS_AT,
      spentMicros,
      reservedMicros,
      remainingMicros:
        limitMicros === undefined ? undefined : limitMicros - used,
      usedShare: share,
      level: limitMicros === 0 ? 'blocked' : levelOfShare(),
    },
  };
}

/** A service as `services.status` tells it. */
export function aServiceState(of: Partial<ServiceState> = {}): ServiceState {
  return {
    id: uuid(810),
    name: 'translate',
    title: 'Translation',
    kind: 'api',
    status: 'active',
    onExhausted: 'ask',
    monthMicros: 0,
    budgets: [aBudget()],
    version: 4,
    ...of,
  };
}

/** What `services.status` answers. */
export function someServices(...items: ServiceState[]): States {
  return { currency: 'EUR', timeZone: 'Europe/Berlin', items };
}

/** An entry of the ledger. */
export function anEntry(of: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    id: uuid(820),
    at: AT,
    writtenAt: AT,
    kind: 'charge',
    amountMicros: 12_345,
    requestId: 'request-1',
    service: { id: uuid(810), name: 'translate' },
    delegatedFrom: [],
    actor: `agent:${uuid(100)}`,
    agent: { id: uuid(100), name: 'reviewer' },
    task: { id: uuid(1), name: 'Tidy the shop' },
    ...of,
  };
}
