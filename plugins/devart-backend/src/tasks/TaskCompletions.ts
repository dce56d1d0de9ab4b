import type { AgentCaller } from '../access/Caller';
import type { Database } from '../database/Database';
import { GroupCommit } from '../database/GroupCommit';
import type { SharedTransactions } from '../database/SharedTransactions';
import type { Transaction } from '../database/Transaction';
import type { EventLog } from '../outbox/EventLog';
import type { AttemptFence } from './AttemptFence';
import type { LeaseStore } from './LeaseStore';
import type { TaskHistoryStore } from './TaskHistoryStore';
import type { TaskMachine } from './TaskMachine';
import type { AttemptEnd, EndedRow, TaskStore } from './TaskStore';
import type { TaskTypes } from './TaskTypes';

/** What an agent says of one task that it is done with. */
export type ReportedEnd = Omit<AttemptEnd, 'agentId'>;

/** Why a reported end was not taken; undefined when it was. */
export type Refusal = Error | undefined;

interface Report {
  agent: AgentCaller;
  end: AttemptEnd;
}

/** What it is built on. */
export interface TaskCompletionsOptions {
  database: Database;
  shared: SharedTransactions;
  store: TaskStore;
  leases: LeaseStore;
  history: TaskHistoryStore;
  machine: TaskMachine;
  types: TaskTypes;
  events: EventLog;
  fence: AttemptFence;
}

const HOOKED_GROUP = 100;

/**
 * Ends tasks by the word of the agents that hold them. Reports that arrive at
 * the same moment, of whichever agents, share a transaction, claims of that moment
 * included: committing alone, each would wait for the disk alone.
 *
 * Tasks from whose end something follows in the same transaction, such as the
 * next step of a run, are ended in a second pass: a transaction for each agent,
 * in its name, so that what goes wrong there concerns no other.
 */
export class TaskCompletions {
  readonly #options: TaskCompletionsOptions;
  readonly #endPlain: (reports: readonly Report[]) => Promise<boolean[]>;
  readonly #hooked: GroupCommit<Report, Refusal>;

  constructor(options: TaskCompletionsOptions) {
    this.#options = options;
    this.#endPlain = options.shared.add({
      run: (tx, reports) => this.#endPlainIn(tx, reports),
    });
    this.#hooked = new GroupCommit({
      run: reports => this.#endHooked(reports),
      max: HOOKED_GROUP,
      concurrency: 4,
    });
  }

  /**
   * Ends attempts as succeeded or failed, each for itself. Saying it again is
   * answered like the first time.
   */
  async end(
    agent: AgentCaller,
    ends: readonly ReportedEnd[],
  ): Promise<Refusal[]> {
    const reports = ends.map(end => ({
      agent,
      end: { ...end, agentId: agent.agentId },
    }));
    const ended = await this.#endPlain(reports);
    const left = reports.filter((_, index) => !ended[index]);
    if (left.length === 0) {
      return ends.map(() => undefined);
    }
    const refusals = await this.#hooked.add(left);
    const byReport = new Map(
      left.map((report, index) => [report, refusals[index]]),
    );
    return reports.map(report => byReport.get(report));
  }

  /** Answers for each report whether the task was ended by it. */
  async #endPlainIn(
    tx: Transaction,
    reports: readonly Report[],
  ): Promise<boolean[]> {
    const first = firstOfEach(reports);
    const ended = await this.#end(
      tx,
      [...first.values()].map(({ end }) => end),
      false,
    );
    const ids = new Set(ended.map(row => row.id));
    return reports.map(
      report =>
        first.get(report.end.taskId) === report && ids.has(report.end.taskId),
    );
  }

  async #endHooked(reports: readonly Report[]): Promise<Refusal[]> {
    const byAgent = new Map<string, Report[]>();
    for (const report of reports) {
      const { agentId } = report.agent;
      byAgent.set(agentId, [...(byAgent.get(agentId) ?? []), report]);
    }
    const answers = new Map<Report, Refusal>();
    await Promise.all(
      [...byAgent.values()].map(async own => {
        const refusals = await this.#endHookedOf(own);
        own.forEach((report, index) => answers.set(report, refusals[index]));
      }),
    );
    return reports.map(report => answers.get(report));
  }

  async #endHookedOf(reports: readonly Report[]): Promise<Refusal[]> {
    try {
      const { database } = this.#options;
      return await database.asSystem(reports[0].agent.actor, tx =>
        this.#endHookedIn(tx, reports),
      );
    } catch (error) {
      if (reports.length === 1) {
        return [error as Error];
      }
      // What follows from one of them failed: each for itself, then.
      const refusals: Refusal[] = [];
      for (const report of reports) {
        refusals.push(...(await this.#endHookedOf([report])));
      }
      return refusals;
    }
  }

  async #endHookedIn(
    tx: Transaction,
    reports: readonly Report[],
  ): Promise<Refusal[]> {
    const { leases, store, types, machine } = this.#options;
    const ids = reports.map(({ end }) => end.taskId);
    const held = new Map(
      (await leases.lockOf(tx, { taskIds: ids })).map(lease => [
        lease.task_id,
        lease,
      ]),
    );
    const typeOf = await store.types(tx, [...held.keys()]);
    const first = firstOfEach(reports);
    const ends: AttemptEnd[] = [];
    const refusals = new Map<Report, Refusal>();
    for (const report of first.values()) {
      const { end } = report;
      const lease = held.get(end.taskId);
      if (lease?.attempt !== end.attempt || lease.agent_id !== end.agentId) {
        refusals.set(report, await this.#judgeRepeated(tx, report));
        continue;
      }
      try {
        ends.push({
          ...end,
          output:
            end.status === 'succeeded'
              ? types.checkOutput(typeOf.get(end.taskId)!, end.output)
              : end.output,
        });
      } catch (error) {
        refusals.set(report, error as Error);
      }
    }
    const ended = await this.#end(tx, ends, true);
    const endOf = new Map(ends.map(end => [end.taskId, end]));
    for (const row of ended) {
      const { status, output, reason } = endOf.get(row.id)!;
      const task = {
        id: row.id,
        organizationId: row.organization_id,
        type: row.type,
      };
      if (status === 'succeeded') {
        await types.succeeded(tx, task, output);
      } else {
        await types.unsuccessful(tx, task, { status, error: reason });
      }
    }
    await machine.stepTasksEnded(
      tx,
      ended.flatMap(row => {
        const { status, output, reason } = endOf.get(row.id)!;
        return row.run_step_id
          ? {
              id: row.id,
              organizationId: row.organization_id,
              runStepId: row.run_step_id,
              status,
              output,
              error: status === 'failed' ? reason : undefined,
            }
          : [];
      }),
    );
    for (const report of reports) {
      if (first.get(report.end.taskId) !== report) {
        refusals.set(report, await this.#judgeRepeated(tx, report));
      }
    }
    return reports.map(report => refusals.get(report));
  }

  /** Nothing, when the agent has said the same before; else why it may not say it. */
  async #judgeRepeated(tx: Transaction, { agent, end }: Report) {
    const { history, fence } = this.#options;
    const record = await history.findAttempt(tx, end.taskId, end.attempt);
    return record?.agent_id === agent.agentId && record.outcome === end.status
      ? undefined
      : fence.refusal(tx, agent, end.taskId, end.attempt);
  }

  async #end(
    tx: Transaction,
    ends: readonly AttemptEnd[],
    hooked: boolean,
  ): Promise<EndedRow[]> {
    const { store, events, machine } = this.#options;
    if (ends.length === 0) {
      return [];
    }
    // In one order, so that two groups that name the same tasks take turns.
    const sorted = [...ends].sort((a, b) => (a.taskId < b.taskId ? -1 : 1));
    const ended = await store.end(tx, sorted, hooked);
    if (ended.length > 0) {
      events.announce(tx);
      machine.announceLeases(tx, { ended: true });
    }
    return ended;
  }
}

/** The first report of each task: a second one is judged once the first has its effect. */
function firstOfEach(reports: readonly Report[]): Map<string, Report> {
  const first = new Map<string, Report>();
  for (const report of reports) {
    if (!first.has(report.end.taskId)) {
      first.set(report.end.taskId, report);
    }
  }
  return first;
}
