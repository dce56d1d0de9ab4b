import { NotFoundError } from '@backstage/errors';
import {
  DEFAULT_OUTLIER_STDDEV,
  MIN_OUTLIER_SAMPLES,
  type AnalyticsSettings,
  type CostFlag,
  type CostFlagStatus,
} from '@devart/plugin-devart-common';
import { scopeOf, type MemberCaller } from '../access/Caller';
import type { Organizations } from '../access/Organizations';
import type { Database } from '../database/Database';
import { pageOfRows } from '../database/Cursor';
import type { CostKeeper } from './CostKeeper';
import type { FlagStore } from './FlagStore';
import { reckoningOf } from './reckoningOf';
import { toCostFlag } from './toCostFlag';

/** Tasks that cost far more than others of their type, and what people make of them. */
export class FlagsService {
  readonly #database: Database;
  readonly #store: FlagStore;
  readonly #organizations: Organizations;
  readonly #keeper: CostKeeper;

  constructor(options: {
    database: Database;
    store: FlagStore;
    organizations: Organizations;
    keeper: CostKeeper;
  }) {
    this.#database = options.database;
    this.#store = options.store;
    this.#organizations = options.organizations;
    this.#keeper = options.keeper;
  }

  /** Looks for costly tasks, in all that the ledger says now. */
  async flagCostlyTasks(caller: MemberCaller) {
    const { organizationId } = caller;
    await this.#keeper.collect(organizationId);
    const found = await this.#database.asSystem(caller.actor, tx =>
      this.#store.flagCostly(tx, organizationId, MIN_OUTLIER_SAMPLES),
    );
    return {
      ...reckoningOf(this.#organizations.byId(organizationId)),
      flagged: found.reduce((sum, { flagged }) => sum + flagged, 0),
      types: found.map(row => ({
        type: row.type,
        samples: row.samples,
        medianMicros: row.median,
        thresholdMicros: row.threshold ?? undefined,
        flagged: row.flagged,
      })),
    };
  }

  async list(
    caller: MemberCaller,
    filter: {
      status?: CostFlagStatus[];
      type?: string;
      beforeId?: string;
      limit: number;
    },
  ) {
    const { organizationId } = caller;
    return this.#database.inScope(scopeOf(caller), async tx => {
      const open = await this.#store.countOpen(tx, organizationId);
      const { rows, nextCursor } = pageOfRows(
        await this.#store.list(tx, organizationId, filter),
        filter.limit,
      );
      return {
        ...reckoningOf(this.#organizations.byId(organizationId)),
        open,
        items: rows.map(toCostFlag),
        nextCursor,
      };
    });
  }

  /** @throws NotFoundError when the task is not flagged. */
  async review(
    caller: MemberCaller,
    taskId: string,
    review: { status: CostFlagStatus; comment?: string },
  ): Promise<CostFlag> {
    const { organizationId } = caller;
    return this.#database.inScope(scopeOf(caller), async tx => {
      if (!(await this.#store.review(tx, organizationId, taskId, review))) {
        throw new NotFoundError(`Task ${taskId} is not flagged as costly`);
      }
      return toCostFlag((await this.#store.find(tx, organizationId, taskId))!);
    });
  }

  async settings(caller: MemberCaller): Promise<AnalyticsSettings> {
    const row = await this.#database.inScope(scopeOf(caller), tx =>
      this.#store.settings(tx, caller.organizationId),
    );
    return {
      outlierDetectionStddev: row?.stddev ?? DEFAULT_OUTLIER_STDDEV,
      updatedBy: row?.updated_by,
      updatedAt: row?.updated_at.toISOString(),
    };
  }

  async updateSettings(
    caller: MemberCaller,
    change: { outlierDetectionStddev: number },
  ): Promise<AnalyticsSettings> {
    await this.#database.inScope(scopeOf(caller), tx =>
      this.#store.setStddev(
        tx,
        caller.organizationId,
        change.outlierDetectionStddev,
      ),
    );
    return this.settings(caller);
  }
}
