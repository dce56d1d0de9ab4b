/** Who is charged for a call, and what for. */
export interface Attribution {
  actor: string;
  agentId: string;
  /** The group that owns the agent. */
  team?: string;
  taskId?: string;
  runId?: string;
  workflowId?: string;
  entityRef?: string;
  model: string;
  /** The services that could not pay, by id, in the order in which they were asked. */
  delegatedFrom: readonly string[];
}

/** Money to be held back for a call. */
export interface Reserving {
  organizationId: string;
  serviceId: string;
  /** Names the reservation from then on. */
  requestId: string;
  leastMicros: number;
  mostMicros: number;
  /** For how long a call may take before its cost counts as unknown. */
  seconds: number;
  attribution: Attribution;
}

/** What became of a reservation. */
export type Reservation =
  | { reserved: true; reservedMicros: number; remainingMicros?: number }
  | {
      reserved: false;
      /** As `charge_service` says it: `budget`, `held`, `too_large`, `suspended`, `inactive` and others. */
      reason: string;
      budgetId?: string;
      remainingMicros?: number;
      neededMicros?: number;
      /** Who pays instead, if anybody can. */
      fallbackId?: string;
      onExhausted: 'ask' | 'reject';
    };

/** What a call came to. */
export interface Settling {
  organizationId: string;
  serviceId: string;
  requestId: string;
  /** Nothing when nobody knows: it costs what was held back until somebody does. */
  amountMicros?: number;
  usage: {
    model: string;
    inputTokens?: number;
    outputTokens?: number;
    detail?: Record<string, unknown>;
  };
}

/** What counts the money of calls. */
export interface Meter {
  reserve(reserving: Reserving): Promise<Reservation>;
  /** Answers once the cost is durable; saying it again changes nothing. */
  settle(settling: Settling): Promise<void>;
  /** Frees what was held back for a call that was never made. */
  release(
    reservation: Pick<Reserving, 'organizationId' | 'requestId'>,
  ): Promise<void>;
}
