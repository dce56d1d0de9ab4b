import type { RefusalReason } from '@devart/plugin-devart-common';

/** On whose account something is spent. Budgets of all these count. */
export interface Attribution {
  actor: string;
  agentId?: string;
  /** The group that owns the agent, in lower case. */
  team?: string;
  taskId?: string;
  runId?: string;
  workflowId?: string;
  entityRef?: string;
  model?: string;
  /** Of a reservation for a fallback: the services that could not pay. */
  delegatedFrom?: readonly string[];
  /** Whatever else shall stand with the entry in the ledger. */
  detail?: Record<string, unknown>;
}

/** Something that is paid at once. */
export interface NewCharge {
  serviceId: string;
  /** Names it within the organisation: the same request is charged once. */
  requestId: string;
  /** How many of the service's units, at its price; 1 unless given. */
  quantity?: number;
  /** In place of a quantity and a price. */
  amountMicros?: number;
  attribution: Attribution;
}

/** Money that is held back for a call whose cost is not known yet. */
export interface NewReservation {
  serviceId: string;
  requestId: string;
  /** It is refused when the budgets have less. */
  leastMicros: number;
  /** No more than this is held back. */
  mostMicros: number;
  /** After so many seconds it becomes suspense: longer than the call can last. */
  seconds: number;
  attribution: Attribution;
}

/** What a call came to. */
export interface Usage {
  /** Nothing when nobody knows: all that was held back becomes suspense until the cost is known. */
  amountMicros?: number;
  model?: string;
  inputTokens?: number;
  outputTokens?: number;
  detail?: Record<string, unknown>;
}

/** Why nothing was charged or held back. */
export interface Refused {
  outcome: 'refused';
  reason: RefusalReason | 'request_used';
  /** The last service that was tried. */
  serviceId?: string;
  /** The services that were tried before it. */
  delegatedFrom?: string[];
  /** The tightest budget, what it has left, and what would have been needed. */
  budgetId?: string;
  remainingMicros?: number;
  neededMicros?: number;
  /** Whether the service that was asked for is used up. */
  suspended?: boolean;
  /** What the service wants to happen now. */
  onExhausted: 'ask' | 'reject';
  /** Of a reservation: the service to try next, at its own price. */
  fallbackId?: string;
}

/** What was charged. */
export interface Charged {
  outcome: 'charged' | 'delegated';
  entryId: string;
  chargedMicros: number;
  /** Who was paid. */
  serviceId: string;
  /** The services that could not pay, in the order in which they were tried. */
  delegatedFrom: string[];
  /** What the tightest budget has left; nothing without a limit, and for a request that was charged before. */
  remainingMicros?: number;
  /** Whether the service that was asked for is used up. */
  suspended: boolean;
  /** Whether the request was charged before. */
  replayed: boolean;
}

/** What came of a charge. */
export type ChargeAnswer = Charged | Refused;

/** What was held back. */
export interface Reserved {
  outcome: 'reserved';
  serviceId: string;
  reservedMicros: number;
  remainingMicros?: number;
  /** Whether the request held it back before. */
  replayed: boolean;
}

/** What came of a reservation. */
export type ReserveAnswer = Reserved | Refused;

/** What came of settling a reservation, or of correcting an entry. */
export type SettleAnswer =
  | {
      settled: true;
      entryId: string;
      /** What the call is known to have cost; what was held back while that is not known. */
      chargedMicros: number;
      /** Whether the true cost is still to be known. */
      suspense: boolean;
      replayed: boolean;
    }
  | { settled: false; reason: 'unknown_request' | 'unknown_entry' };
