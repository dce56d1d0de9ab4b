import type {
  NewReservation,
  ReserveAnswer,
  Usage as SettledUsage,
} from '../../budgets/charges';

/** Money to be held back for a call. */
export type Reserving = NewReservation & { organizationId: string };

/** What a call came to. */
export interface Settling {
  organizationId: string;
  requestId: string;
  usage: SettledUsage;
}

/** What counts the money of calls. */
export interface Meter {
  reserve(reserving: Reserving): Promise<ReserveAnswer>;
  /** Answers once the cost is durable; saying it again changes nothing. */
  settle(settling: Settling): Promise<void>;
  /** Frees what was held back for a call that was never made. */
  release(
    reservation: Pick<Reserving, 'organizationId' | 'requestId'>,
  ): Promise<void>;
}
