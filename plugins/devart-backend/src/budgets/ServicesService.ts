import { isDeepStrictEqual } from 'node:util';
import { ConflictError, NotFoundError } from '@backstage/errors';
import {
  MAX_FALLBACKS,
  type BudgetLevel,
  type BudgetPeriod,
  type ExhaustionRule,
  type OperationOutput,
  type operations,
  type Prices,
  type Service,
  type ServiceKind,
} from '@devart/plugin-devart-common';
import { v7 as uuidv7, validate as isUuid } from 'uuid';
import { scopeOf, type KnownCaller, type MemberCaller } from '../access/Caller';
import type { Organizations } from '../access/Organizations';
import type { ConfiguredService } from '../config/readServices';
import type { Database } from '../database/Database';
import { violatedConstraint } from '../database/databaseErrors';
import type { Transaction } from '../database/Transaction';
import { InvalidInputError } from '../operations/InvalidInputError';
import type { EventLog } from '../outbox/EventLog';
import type { BudgetsService } from './BudgetsService';
import type { BudgetRow, BudgetStore } from './BudgetStore';
import type { LedgerStore } from './LedgerStore';
import type {
  ServiceChange,
  ServiceFilter,
  ServiceRow,
  ServiceStore,
} from './ServiceStore';
import { tightestOf } from './tightestOf';
import { toBudgetState } from './toBudget';

/** A service and the fallbacks behind it; what charge_service follows. */
const MAX_CHAIN = MAX_FALLBACKS + 1;

/** What a service is described by. */
export interface ServiceDescription {
  name: string;
  kind: ServiceKind;
  title?: string;
  description?: string;
  endpoint?: string;
  owner?: string;
  entityRef?: string;
  prices?: Prices;
  onExhausted?: ExhaustionRule;
  fallbackId?: string;
  monthlyBudgetMicros?: number;
}

const URGENCY: Record<BudgetLevel, number> = {
  exhausted: 1,
  blocked: 2,
  warning: 3,
  ok: 4,
};

/** Those that cannot be paid first, then those whose budgets are nearly used up. */
function urgencyOf(service: Service): number {
  if (service.status === 'suspended') {
    return 0;
  }
  return Math.min(
    URGENCY.ok,
    ...service.budgets.map(({ window }) => URGENCY[window.level]),
  );
}

/** Services: what can be paid. */
export class ServicesService {
  readonly #database: Database;
  readonly #store: ServiceStore;
  readonly #budgetStore: BudgetStore;
  readonly #budgets: BudgetsService;
  readonly #ledger: LedgerStore;
  readonly #events: EventLog;
  readonly #organizations: Organizations;
  /** Ids of what the configuration describes. */
  readonly #described = new Set<string>();

  constructor(options: {
    database: Database;
    store: ServiceStore;
    budgetStore: BudgetStore;
    budgets: BudgetsService;
    ledger: LedgerStore;
    events: EventLog;
    organizations: Organizations;
  }) {
    this.#database = options.database;
    this.#store = options.store;
    this.#budgetStore = options.budgetStore;
    this.#budgets = options.budgets;
    this.#ledger = options.ledger;
    this.#events = options.events;
    this.#organizations = options.organizations;
  }

  /** Services by name, one more than `limit`; agents see no budgets. */
  async list(caller: KnownCaller, filter: ServiceFilter): Promise<Service[]> {
    return this.#database.inScope(scopeOf(caller), async tx =>
      this.#toServices(
        tx,
        caller,
        await this.#store.list(tx, caller.organizationId, filter),
      ),
    );
  }

  /** The state of every service, those that need attention first. */
  async status(
    caller: MemberCaller,
  ): Promise<OperationOutput<typeof operations.services.status>> {
    const { currency, timeZone } = this.#organizations.byId(
      caller.organizationId,
    );
    const services = await this.#database.inScope(scopeOf(caller), async tx =>
      this.#toServices(
        tx,
        caller,
        await this.#store.all(tx, caller.organizationId),
      ),
    );
    return {
      currency,
      timeZone,
      items: services
        .sort((a, b) => urgencyOf(a) - urgencyOf(b))
        .map(service => ({
          id: service.id,
          name: service.name,
          title: service.title,
          kind: service.kind,
          status: service.status,
          onExhausted: service.onExhausted,
          fallback: service.fallback,
          absentSince: service.absentSince,
          suspendedAt: service.suspendedAt,
          suspendedUntil: service.suspendedUntil,
          monthMicros: service.monthMicros,
          budgets: service.budgets,
          version: service.version,
        })),
    };
  }

  /** @throws NotFoundError */
  async get(caller: KnownCaller, id: string): Promise<Service> {
    return this.#database.inScope(scopeOf(caller), tx =>
      this.#view(tx, caller, id),
    );
  }

  /**
   * Finds a service by its id or its name.
   *
   * @throws NotFoundError
   */
  async find(organizationId: string, idOrName: string): Promise<ServiceRow> {
    return this.#database.asSystem('system:services', async tx => {
      const byName = await this.#store.findByName(tx, organizationId, idOrName);
      return byName ?? this.#find(tx, organizationId, idOrName);
    });
  }

  /**
   * Adds a service with its budget of each month.
   *
   * @throws ConflictError when there is one of this name.
   * @throws InvalidInputError when its fallback is not there or leads too far.
   */
  async create(
    caller: MemberCaller,
    service: ServiceDescription,
  ): Promise<Service> {
    return this.#database.inScope(scopeOf(caller), async tx => {
      const id = await this.createIn(tx, caller.organizationId, service, 'api');
      return this.#view(tx, caller, id);
    });
  }

  /** Adds a service as part of a transaction; answers its id. See {@link ServicesService.create}. */
  async createIn(
    tx: Transaction,
    organizationId: string,
    service: ServiceDescription,
    managedBy: 'api' | 'config',
  ): Promise<string> {
    const id = uuidv7();
    await this.#budgetStore.lockMoney(tx, organizationId);
    await this.#store.lockChains(tx, organizationId);
    await this.#requireFallback(tx, organizationId, id, service.fallbackId);
    await this.#requireRule(service.onExhausted, service.fallbackId);
    await this.#insert(tx, organizationId, id, service, managedBy);
    await this.#budgets.createIn(tx, organizationId, {
      scope: { kind: 'service', ref: id },
      period: 'month',
      // Without a limit it counts what the service costs.
      limitMicros: service.monthlyBudgetMicros ?? null,
      shards: 1,
      reason: 'with its service',
    });
    await this.#tell(tx, organizationId, id, 'created', service);
    return id;
  }

  /** Makes services agree with the configuration, in which each stands behind its fallback. */
  async provideAllIn(
    tx: Transaction,
    organizationId: string,
    services: readonly ConfiguredService[],
  ): Promise<void> {
    const ids = new Map<string, string>();
    for (const { fallback, ...service } of services) {
      const fallbackId = fallback && ids.get(fallback);
      const id = await this.provideIn(tx, organizationId, {
        ...service,
        fallbackId,
      });
      ids.set(service.name, id);
    }
  }

  /**
   * Makes a service agree with the configuration, as part of a transaction.
   * Whether it is switched on stays, and so do its budgets. See also
   * {@link ServicesService.retireOthersIn}.
   */
  async provideIn(
    tx: Transaction,
    organizationId: string,
    service: ServiceDescription,
  ): Promise<string> {
    const id = await this.#provide(tx, organizationId, service);
    this.#described.add(id);
    return id;
  }

  /**
   * Once all that the configuration describes is provided: services that it
   * described before are paid no longer. They keep their budgets and their
   * ledger, and are back as they were once it describes them again.
   */
  async retireOthersIn(tx: Transaction, organizationId: string): Promise<void> {
    await this.#budgetStore.lockMoney(tx, organizationId);
    await this.#store.lockChains(tx, organizationId);
    const retired = await this.#store.markAbsent(tx, organizationId, [
      ...this.#described,
    ]);
    for (const service of retired) {
      await this.#tell(tx, organizationId, service.id, 'changed', service);
    }
  }

  async #provide(
    tx: Transaction,
    organizationId: string,
    service: ServiceDescription,
  ): Promise<string> {
    await this.#budgetStore.lockMoney(tx, organizationId);
    await this.#store.lockChains(tx, organizationId);
    const row = await this.#store.findByName(tx, organizationId, service.name);
    if (!row) {
      return this.createIn(tx, organizationId, service, 'config');
    }
    const { title = row.name, endpoint = null, fallbackId = null } = service;
    const { prices = {}, onExhausted = 'reject' } = service;
    const isSame =
      row.managed_by === 'config' &&
      row.absent_since === null &&
      row.title === title &&
      row.endpoint === endpoint &&
      row.fallback_id === fallbackId &&
      row.on_exhausted === onExhausted &&
      isDeepStrictEqual(row.prices, prices);
    if (!isSame) {
      await this.updateIn(tx, row, {
        title,
        endpoint,
        fallbackId,
        prices,
        onExhausted,
        managedBy: 'config',
        absentSince: null,
      });
    }
    return row.id;
  }

  /**
   * Changes a service.
   *
   * @throws NotFoundError
   * @throws ConflictError when it has changed since `ifVersion`, or is described in the configuration.
   * @throws InvalidInputError when its fallback is not there or leads too far.
   */
  async update(
    caller: MemberCaller,
    id: string,
    change: Omit<ServiceChange, 'managedBy' | 'absentSince'>,
    ifVersion?: number,
  ): Promise<Service> {
    const { organizationId } = caller;
    return this.#database.inScope(scopeOf(caller), async tx => {
      await this.#store.lockChains(tx, organizationId);
      const row = await this.#find(tx, organizationId, id);
      if (ifVersion !== undefined && ifVersion !== row.version) {
        throw new ConflictError(
          `ifVersion: the service is at version ${row.version} by now`,
        );
      }
      const { isActive, ...described } = change;
      const changed = Object.entries(described).filter(
        ([, value]) => value !== undefined,
      );
      if (row.managed_by === 'config' && changed.length > 0) {
        throw new ConflictError(
          `${changed[0][0]}: the configuration describes this service; it is changed there`,
        );
      }
      if (isActive && row.absent_since) {
        throw new ConflictError(
          'isActive: the configuration describes this service no longer; it goes on once it is described there again',
        );
      }
      await this.updateIn(tx, row, change);
      return this.#view(tx, caller, id);
    });
  }

  /** Changes a service as part of a transaction. */
  async updateIn(
    tx: Transaction,
    row: ServiceRow,
    change: ServiceChange,
  ): Promise<void> {
    const { id, organization_id: organizationId } = row;
    if (change.fallbackId) {
      await this.#requireFallback(tx, organizationId, id, change.fallbackId);
    }
    await this.#requireRule(
      change.onExhausted ?? row.on_exhausted,
      change.fallbackId === undefined ? row.fallback_id : change.fallbackId,
    );
    await this.#store.update(tx, id, change);
    await this.#tell(tx, organizationId, id, 'changed', {
      name: row.name,
      title: change.title ?? row.title,
    });
  }

  /**
   * Removes a service that was never charged, with its budgets.
   *
   * @throws NotFoundError
   * @throws ConflictError when it was charged, or is somebody's fallback.
   */
  async delete(caller: MemberCaller, id: string): Promise<void> {
    const { organizationId } = caller;
    await this.#database.inScope(scopeOf(caller), async tx => {
      // Nobody charges it any more while it is removed.
      await this.#budgetStore.lockMoney(tx, organizationId);
      await this.#store.lockChains(tx, organizationId);
      const row = await this.#find(tx, organizationId, id);
      if (row.managed_by === 'config' && !row.absent_since) {
        throw new ConflictError(
          'The configuration describes this service; it is removed there',
        );
      }
      const { charged, fallbackOf } = await this.#store.usesOf(
        tx,
        organizationId,
        id,
      );
      if (charged) {
        throw new ConflictError(
          `It was charged before and stays in the ledger; ${
            row.absent_since
              ? 'nothing is charged to it any more'
              : 'switch it off instead, with isActive: false'
          }`,
        );
      }
      if (fallbackOf !== undefined) {
        throw new ConflictError(
          `It is the fallback of ${fallbackOf}; give that another one first`,
        );
      }
      for (const budget of await this.#ownBudgets(tx, organizationId, id)) {
        await this.#budgets.removeIn(tx, budget, 'with its service');
      }
      await this.#tell(tx, organizationId, id, 'removed', row);
      await this.#store.remove(tx, id);
    });
  }

  /**
   * Adds to the limit of the budget that is used up most, or of the one of a period.
   *
   * @throws NotFoundError
   * @throws ConflictError when there is no such budget, it has no limit, or has changed since `ifVersion`.
   */
  async increaseBudget(
    caller: MemberCaller,
    id: string,
    increase: {
      amountMicros: number;
      period?: BudgetPeriod;
      reason: string;
      ifVersion?: number;
    },
  ): Promise<Service> {
    const { organizationId } = caller;
    const { amountMicros, period, reason, ifVersion } = increase;
    return this.#database.inScope(scopeOf(caller), async tx => {
      await this.#budgetStore.lockMoney(tx, organizationId);
      await this.#find(tx, organizationId, id);
      const own = await this.#ownBudgets(tx, organizationId, id);
      const budget = tightestOf(own, period);
      if (!budget) {
        throw new ConflictError(
          `period: the service has no ${period ? `budget of its own for the period ${period}` : 'budget of its own'} with a limit; there is nothing to increase`,
        );
      }
      if (ifVersion !== undefined && ifVersion !== budget.version) {
        throw new ConflictError(
          `ifVersion: the budget is at version ${budget.version} by now`,
        );
      }
      await this.#budgets.increaseIn(tx, organizationId, budget.id, {
        amountMicros,
        reason,
      });
      return this.#view(tx, caller, id);
    });
  }

  async #insert(
    tx: Transaction,
    organizationId: string,
    id: string,
    service: ServiceDescription,
    managedBy: 'api' | 'config',
  ): Promise<void> {
    try {
      await this.#store.insert(tx, {
        id,
        organizationId,
        name: service.name,
        title: service.title ?? service.name,
        description: service.description ?? '',
        kind: service.kind,
        endpoint: service.endpoint,
        owner: service.owner,
        entityRef: service.entityRef,
        managedBy,
        prices: service.prices ?? {},
        onExhausted: service.onExhausted ?? 'reject',
        fallbackId: service.fallbackId,
      });
    } catch (error) {
      if (violatedConstraint(error) === 'services_name') {
        throw new ConflictError(
          `name: there is a service named ${service.name} already`,
        );
      }
      throw error;
    }
  }

  async #requireRule(
    onExhausted: ExhaustionRule | undefined,
    fallbackId: string | null | undefined,
  ): Promise<void> {
    if (onExhausted === 'delegate' && !fallbackId) {
      throw new InvalidInputError([
        {
          field: 'fallbackId',
          problem: 'needed with onExhausted delegate: the service that pays',
        },
      ]);
    }
  }

  /** @throws InvalidInputError when a fallback is not there, or leads back, or too far. */
  async #requireFallback(
    tx: Transaction,
    organizationId: string,
    id: string,
    fallbackId: string | undefined,
  ): Promise<void> {
    if (fallbackId === undefined) {
      return;
    }
    const refuse = (problem: string) => {
      throw new InvalidInputError([{ field: 'fallbackId', problem }]);
    };
    const behind = await this.#store.chain(
      tx,
      organizationId,
      fallbackId,
      MAX_CHAIN,
    );
    if (behind.length === 0) {
      refuse('must be the id of a service that is there');
    }
    if (behind.includes(id)) {
      refuse('leads back to this service; fallbacks may not form a circle');
    }
    const before = await this.#store.depthAbove(
      tx,
      organizationId,
      id,
      MAX_CHAIN,
    );
    if (before + 1 + behind.length > MAX_CHAIN) {
      refuse(
        `makes a chain of more than ${MAX_CHAIN - 1} fallbacks; choose one that stands nearer to its end`,
      );
    }
  }

  async #ownBudgets(
    tx: Transaction,
    organizationId: string,
    id: string,
  ): Promise<BudgetRow[]> {
    return this.#budgetStore.ofScopes(tx, organizationId, 'service', [id]);
  }

  async #find(
    tx: Transaction,
    organizationId: string,
    id: string,
  ): Promise<ServiceRow> {
    const row = isUuid(id)
      ? await this.#store.find(tx, organizationId, id)
      : undefined;
    if (!row) {
      throw new NotFoundError(`There is no service ${id}`);
    }
    return row;
  }

  async #view(
    tx: Transaction,
    caller: KnownCaller,
    id: string,
  ): Promise<Service> {
    const row = await this.#find(tx, caller.organizationId, id);
    const [service] = await this.#toServices(tx, caller, [row]);
    return service;
  }

  /** Joins services with their budgets and with what they cost. */
  async #toServices(
    tx: Transaction,
    caller: KnownCaller,
    rows: readonly ServiceRow[],
  ): Promise<Service[]> {
    const { organizationId } = caller;
    const ids = rows.map(({ id }) => id);
    const budgets =
      caller.kind === 'agent'
        ? []
        : await this.#budgetStore.ofScopes(tx, organizationId, 'service', ids);
    const months = new Map(
      budgets
        .filter(({ period }) => period === 'month')
        .map(row => [row.scope_ref, Number(row.spent_micros)]),
    );
    // The ledger has to be read only for those whose month nobody counts.
    const counted = await this.#ledger.monthOf(
      tx,
      organizationId,
      ids.filter(id => !months.has(id)),
      this.#organizations.byId(organizationId).timeZone,
    );
    return rows.map(row =>
      toService(row, {
        budgets: budgets.filter(({ scope_ref }) => scope_ref === row.id),
        monthMicros: months.get(row.id) ?? counted.get(row.id) ?? 0,
      }),
    );
  }

  async #tell(
    tx: Transaction,
    organizationId: string,
    id: string,
    what: 'created' | 'changed' | 'removed',
    service: { name: string; title?: string },
  ): Promise<void> {
    await this.#events.append(tx, [
      {
        organizationId,
        topic: `service.${what}`,
        subject: { kind: 'service', id, name: service.title ?? service.name },
      },
    ]);
  }
}

function toService(
  row: ServiceRow,
  live: { budgets: readonly BudgetRow[]; monthMicros: number },
): Service {
  return {
    id: row.id,
    name: row.name,
    title: row.title,
    description: row.description,
    kind: row.kind,
    endpoint: row.endpoint ?? undefined,
    owner: row.owner ?? undefined,
    entityRef: row.entity_ref ?? undefined,
    managedBy: row.managed_by,
    prices: row.prices,
    onExhausted: row.on_exhausted,
    fallback:
      row.fallback_id !== null
        ? {
            id: row.fallback_id,
            name: row.fallback_name ?? row.fallback_id,
            title: row.fallback_title ?? row.fallback_id,
          }
        : undefined,
    status: row.status,
    isActive: row.is_active,
    absentSince: row.absent_since?.toISOString(),
    suspendedAt: row.suspended_at?.toISOString(),
    suspendedUntil: row.suspended_until?.toISOString(),
    monthMicros: live.monthMicros,
    budgets: live.budgets.map(toBudgetState),
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    version: row.version,
  };
}
