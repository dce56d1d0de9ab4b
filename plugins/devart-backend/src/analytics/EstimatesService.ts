import {
  ESTIMATE_LEVELS,
  MIN_ESTIMATE_SAMPLES,
  type CostEstimate,
  type EstimateGroup,
  type ModelAdvice,
} from '@devart/plugin-devart-common';
import { scopeOf, type MemberCaller } from '../access/Caller';
import type { Organizations } from '../access/Organizations';
import type { Database } from '../database/Database';
import type { Transaction } from '../database/Transaction';
import { adviseModel } from './adviseModel';
import { estimateCost, type CostSamples } from './estimateCost';
import type { EstimateStore, SampleRow } from './EstimateStore';
import { periodOf, toPeriod } from './periodOf';
import { wilsonInterval } from './wilsonInterval';

/** Costs change with prices and prompts: only so many of the latest tasks of a group count. */
const LATEST = 1000;

/** 95 of 100. */
const Z = 1.95996398454;

/** Which task is asked about. */
export interface EstimateRequest {
  type: string;
  model?: string;
  agentId?: string;
}

/** The groups of past tasks that tell of a task, the broadest first. */
function groupsOf(
  all: readonly SampleRow[],
  ofType: readonly SampleRow[],
  { model, agentId }: EstimateRequest,
): CostSamples[] {
  const take = (
    group: EstimateGroup,
    rows: readonly SampleRow[],
  ): CostSamples => ({ group, micros: rows.map(({ micros }) => micros) });
  const groups = [take('all', all), take('type', ofType)];
  const ofModel = ofType.filter(row => row.model === model);
  const byAgent = (rows: readonly SampleRow[]) =>
    rows.filter(row => row.agent_id === agentId);
  if (model !== undefined) {
    groups.push(take('type-model', ofModel));
  }
  if (agentId !== undefined) {
    groups.push(
      model === undefined
        ? take('type-agent', byAgent(ofType))
        : take('type-model-agent', byAgent(ofModel)),
    );
  }
  return groups;
}

/** What tasks are expected to cost, and how true that was. */
export class EstimatesService {
  readonly #database: Database;
  readonly #store: EstimateStore;
  readonly #organizations: Organizations;

  constructor(options: {
    database: Database;
    store: EstimateStore;
    organizations: Organizations;
  }) {
    this.#database = options.database;
    this.#store = options.store;
    this.#organizations = options.organizations;
  }

  async estimate(
    caller: MemberCaller,
    request: EstimateRequest,
  ): Promise<{
    currency: string;
    estimate?: CostEstimate;
    reason?: string;
    advice?: ModelAdvice;
  }> {
    const { organizationId } = caller;
    const { currency } = this.#organizations.byId(organizationId);
    return this.#database.inScope(scopeOf(caller), async tx => {
      const [all, ofType] = await Promise.all([
        this.#store.samples(tx, organizationId, undefined, LATEST),
        this.#store.samples(tx, organizationId, request.type, LATEST),
      ]);
      const estimate = estimateCost(groupsOf(all, ofType, request));
      return {
        currency,
        estimate,
        reason: estimate
          ? undefined
          : `${all.length} finished tasks have cost something; ${MIN_ESTIMATE_SAMPLES} are needed`,
        advice: adviseModel(
          ofType.flatMap(({ model, micros, succeeded }) =>
            model === null ? [] : [{ model, micros, succeeded }],
          ),
          request.model,
        ),
      };
    });
  }

  /** What a task of a type will cost, whatever the model and the agent, as far as the transaction can see. */
  async estimateIn(
    tx: Transaction,
    organizationId: string,
    type: string,
  ): Promise<CostEstimate | undefined> {
    const [all, ofType] = await Promise.all([
      this.#store.samples(tx, organizationId, undefined, LATEST),
      this.#store.samples(tx, organizationId, type, LATEST),
    ]);
    return estimateCost(groupsOf(all, ofType, { type }));
  }

  /** What a task was expected to cost before it ran; undefined when too little was known. */
  async expectedOf(
    caller: MemberCaller,
    taskId: string,
  ): Promise<number | undefined> {
    return this.#database.inScope(scopeOf(caller), tx =>
      this.#store.expectedOf(tx, caller.organizationId, taskId),
    );
  }

  async calibration(
    caller: MemberCaller,
    asked: { type?: string; from?: string; to?: string },
  ) {
    const period = periodOf(asked);
    const { organizationId } = caller;
    const { currency } = this.#organizations.byId(organizationId);
    return this.#database.inScope(scopeOf(caller), async tx => {
      const { all, buckets } = await this.#store.calibration(
        tx,
        organizationId,
        { ...period, type: asked.type },
      );
      const { samples } = all;
      return {
        currency,
        period: toPeriod(period),
        samples,
        costRatio: all.expected > 0 ? all.cost / all.expected : undefined,
        levels: ESTIMATE_LEVELS.map((level, index) =>
          samples === 0
            ? { level }
            : {
                level,
                observed: all.inside[index] / samples,
                ...wilsonInterval(all.inside[index], samples, Z),
              },
        ),
        buckets: buckets.map(bucket => ({
          samples: bucket.samples,
          fromMicros: bucket.least,
          toMicros: bucket.most,
          expectedMicros: bucket.expected,
          actualMicros: bucket.actual,
        })),
      };
    });
  }
}
